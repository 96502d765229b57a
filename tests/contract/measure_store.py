"""Measure import and reading of holdings against the bare work, in one run.

    python tests/contract/measure_store.py [rows]

Bare: read the Parquet with Polars and insert the same rows into the same table with
``executemany`` in one durable transaction.
"""

import resource
import sqlite3
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from redball.store import PackageRecord, TableRows, open_store
from redball.store.backend import CHUNK_ROWS
from redball.store.tables import sql_table


def holdings(rows: int) -> pl.DataFrame:
    """Make holdings as the exchange hands them over."""
    rng = np.random.default_rng(7)
    site = pl.Series(rng.integers(0, 10_000, rows)).cast(pl.String).str.zfill(5)
    number = pl.int_range(rows, eager=True)
    item = number.cast(pl.String).str.zfill(7)
    frame = pl.DataFrame({"site": "SITE-" + site, "item": "A-" + item})
    days = rng.integers(0, 2000, rows).astype("timedelta64[D]") + np.datetime64("2026-01-01")
    return frame.select(
        pl.concat_str("site", "item", pl.lit(""), pl.lit("serviceable"), separator="|").alias(
            "key"
        ),
        "site",
        "item",
        pl.lit(None, pl.String).alias("lot"),
        pl.Series("quantity", rng.uniform(0, 1000, rows).round(2)),
        pl.lit("serviceable").alias("condition"),
        pl.Series("expiry", days, pl.Date),
        pl.lit(0.0).alias("reserved"),
        pl.lit(date(2026, 1, 1)).alias("counted_on"),
        pl.lit("RESTRICTED // REL NLD").alias("label"),
        pl.lit("holding.parquet").alias("sheet"),
        (number + 2).cast(pl.Int32).alias("line"),
    )


def bare(path: Path, parquet: Path, *, tuned: bool) -> float:
    """Seconds to read the Parquet and insert its rows into the store's own table.

    ``tuned`` sorts by key and takes the cache that the store takes.
    """
    with open_store(path, create=True):
        pass
    columns = [column.name for column in sql_table("holding").columns]
    sql = f"INSERT INTO holding ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    started = time.perf_counter()
    frame = pl.read_parquet(parquet).with_columns(
        owner=pl.lit("DEU"), label=pl.lit(1), since=pl.lit(1), until=pl.lit(None)
    )
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    if tuned:
        frame = frame.sort("key")
        connection.execute("PRAGMA cache_size=-65536")
    connection.execute("BEGIN IMMEDIATE")
    for part in frame.select(columns).iter_slices(CHUNK_ROWS):
        connection.executemany(sql, part.with_columns(pl.col(pl.Date).cast(pl.String)).rows())
    connection.execute("COMMIT")
    connection.close()
    return time.perf_counter() - started


def record(number: int) -> PackageRecord:
    """Return the record of the n-th package."""
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)
    name = f"package {number}"
    return PackageRecord("DEU", name, name, moment, moment, "measure", True, {}, {}, {})


def main(rows: int) -> None:
    """Print one line per kind of work."""
    with tempfile.TemporaryDirectory() as folder:
        parquet = Path(folder, "holding.parquet")
        holdings(rows).write_parquet(parquet)
        base = bare(Path(folder, "bare.db"), parquet, tuned=False)
        tuned = bare(Path(folder, "tuned.db"), parquet, tuned=True)

        def say(what: str, started: float) -> None:
            seconds = time.perf_counter() - started
            sys.stdout.write(f"{what:34} {seconds:7.2f} s   {seconds / base:5.2f} x bare\n")

        sys.stdout.write(f"{rows:,} holdings; bare read and insert {base:.2f} s,")
        sys.stdout.write(f" sorted and with the same cache {tuned:.2f} s\n")
        with open_store(Path(folder, "store.db"), create=True) as store:
            started = time.perf_counter()
            store.import_package(record(1), {"holding": TableRows(pl.read_parquet(parquet))})
            say("import into an empty store", started)
            frame = pl.read_parquet(parquet)
            started = time.perf_counter()
            store.import_package(record(2), {"holding": TableRows(frame)})
            say("newer package, no row different", started)
            half = pl.when(pl.col("line") % 2 == 0).then(pl.col("quantity") + 1)
            changed = frame.with_columns(half.otherwise("quantity").alias("quantity"))
            started = time.perf_counter()
            store.import_package(record(3), {"holding": TableRows(changed)})
            say("newer package, half different", started)
            for moment in (None, record(1).imported_at):
                started = time.perf_counter()
                found = store.read(as_of=moment, labels=[1], names=["holding"]).frames["holding"]
                say(
                    f"read {found.height:,} rows {'now' if moment is None else 'as of then'}",
                    started,
                )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"highest memory of the process {peak:,.0f} MiB\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
