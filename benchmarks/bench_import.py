"""Check and import of N holdings from Parquet into SQLite, against the bare reading and inserting.

The peer reads the same file with Polars and inserts the same rows, with the same columns, into the
same table of an empty store through ``sqlite3.executemany``, with the same durability and cache
settings, sorted by key as the table is: the fastest bare way known here.
"""

import shutil
import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.measure import WORK, measured
from redball import app
from redball.exchange import Manifest, write_package

ROWS = {"S": 10_000, "M": 100_000, "L": 1_000_000, "XL": 10_000_000}
SITES = 1_000


def prepare(size: str) -> Path:
    """Write the packages once: places and items, then the stock."""
    folder = WORK / f"import-{size}"
    if (folder / "done").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    rows = ROWS[size]
    items = max(rows // 10, 1)
    site = pl.DataFrame({"key": [f"S{i}" for i in range(SITES)]}).with_columns(
        name=pl.col("key"), kind=pl.lit("depot"), country=pl.lit("DEU"),
        latitude=pl.lit(53.5), longitude=pl.lit(10.0),
    )  # fmt: skip
    item = pl.DataFrame({"key": [f"I{i}" for i in range(items)]}).with_columns(
        name=pl.col("key"), supply_class=pl.lit("NATO:II"), unit_of_issue=pl.lit("EA"),
        reparable=pl.lit(value=False),
    )  # fmt: skip
    random = np.random.default_rng(1)
    place = np.arange(rows) % SITES
    holding = pl.DataFrame(
        {
            "site": pl.Series(place).cast(pl.String),
            "item": pl.Series((np.arange(rows) * 7919 + place) % items).cast(pl.String),
            "lot": pl.Series(np.arange(rows)).cast(pl.String),
            "quantity": random.integers(0, 500, rows).astype(float),
            "condition": pl.Series(["serviceable"]).new_from_index(0, rows),
            "expiry": pl.Series([datetime(2028, 1, 1, tzinfo=UTC).date()]).new_from_index(0, rows),
            "reserved": np.zeros(rows),
        }
    ).with_columns(
        site=pl.concat_str(pl.lit("S"), "site"),
        item=pl.concat_str(pl.lit("I"), "item"),
        lot=pl.concat_str(pl.lit("L"), "lot"),
    )
    _write(folder / "base", {"site": site, "item": item})
    _write(folder / "stock", {"holding": holding})
    half = pl.when(pl.int_range(pl.len()) % 2 == 0).then(1.0).otherwise(0.0)
    _write(folder / "newer", {"holding": holding.with_columns(pl.col("quantity") + half)}, day=1)
    (folder / "done").touch()
    return folder


def _write(path: Path, tables: dict[str, pl.DataFrame], day: int = 31) -> None:
    as_of = datetime(2026, 1 if day == 31 else 2, day, 6, tzinfo=UTC)
    manifest = Manifest(
        owner="DEU", as_of=as_of, label="RESTRICTED // REL ALL",
        title="EXERCISE import benchmark", exercise=True, cadence_days=30, mapping=None,
        content="full", content_by_table={},
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    write_package(path, tables, manifest, form="parquet")


def product(size: str) -> dict[str, float]:
    """Seconds and peak memory of ``redball exchange import``."""
    folder = prepare(size)
    store = folder / "product.sqlite"
    _fresh(store, folder)
    with measured() as m:
        outcome = app.import_(folder / "stock", store=str(store))
    assert outcome.result is not None
    assert outcome.result.tables[0].added == ROWS[size]
    with measured() as again:
        second = app.import_(folder / "newer", store=str(store))
    assert second.result is not None
    assert second.result.tables[0].changed == -(-ROWS[size] // 2)
    return {
        "seconds": m.seconds,
        "peak_mb": m.peak_mb,
        "newer_half_changed_seconds": again.seconds,
    }


def peer(size: str) -> dict[str, float]:
    """Seconds of reading with Polars and inserting into the same table."""
    folder = prepare(size)
    store = folder / "peer.sqlite"
    _fresh(store, folder)
    connection = sqlite3.connect(store, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA cache_size=-65536")
    columns = [row[1] for row in connection.execute("PRAGMA table_info(holding)")]
    with measured() as m:
        frame = pl.read_parquet(folder / "stock" / "holding.parquet")
        full = frame.with_columns(
            key=pl.concat_str("site", "item", "lot", "condition", separator="|"),
            owner=pl.lit("DEU"), counted_on=pl.lit(None), label=1, since=2, until=pl.lit(None),
            sheet=pl.lit("holding.parquet"), line=pl.int_range(2, pl.len() + 2),
            expiry=pl.col("expiry").cast(pl.String),
        ).select(columns).sort("owner", "key")  # fmt: skip
        start = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        marks = ",".join("?" * len(columns))
        connection.executemany(f"INSERT INTO holding VALUES ({marks})", full.iter_rows())
        connection.execute("COMMIT")
        inserting = time.perf_counter() - start
    (count,) = connection.execute("SELECT count(*) FROM holding").fetchone()
    connection.close()
    assert count == ROWS[size]
    return {"seconds": m.seconds, "peak_mb": m.peak_mb, "insert_seconds": inserting}


def _fresh(store: Path, folder: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{store}{suffix}").unlink(missing_ok=True)
    app.import_(folder / "base", store=str(store))
