"""A twin built through the gate against the same twin built without: 600 markings, 40 agreements.

``python -m benchmarks.bench_gated_twin [--size S|M|L ...] [--json]``; without a size S, M and L.
Two nations hold stock of five classes in twenty countries under three labels; the viewer sees its
own rows, what labels release, and what forty agreements release. The peer streams the same markings
and builds the twin from them without asking anybody. Both in turn, medians of several rounds.
"""

import argparse
import json
import resource
import shutil
import statistics
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.measure import WORK
from redball import app
from redball.model import build_twin, table
from redball.model.frames import value_schema
from redball.signing import KeyFolder
from redball.store import PackageRecord, TableRows, open_store

ROWS = {"S": 10_000, "M": 100_000, "L": 1_000_000}
ROUNDS = {"S": 7, "M": 5, "L": 3}
CLASSES = ("NATO:I", "NATO:II", "NATO:III", "NATO:IV", "NATO:V")
COUNTRIES = (
    "BEL", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GBR", "GRC", "HUN", "ITA", "LTU",
    "LVA", "NLD", "NOR", "POL", "PRT", "ROU", "SWE",
)  # fmt: skip
LABELS = ("UNCLASSIFIED // REL ALL", "RESTRICTED // REL DEU NLD", "RESTRICTED")
AGREEMENTS = 40
VIEWER = "NLD"
DAY = datetime(2026, 1, 5, tzinfo=UTC)


def _rows(name: str, frame: pl.DataFrame) -> TableRows:
    schema = {**value_schema(table(name)), "label": pl.String(), "sheet": pl.String()}
    given = {column: frame[column] for column in frame.columns}
    whole = frame.select(
        (given[c].cast(t) if c in given else pl.lit(None, t)).alias(c) for c, t in schema.items()
    )
    return TableRows(
        whole.with_columns(sheet=pl.lit(name), line=pl.int_range(pl.len(), dtype=pl.Int32))
    )


def _tables(count: int, seed: int) -> dict[str, TableRows]:
    random = np.random.default_rng(seed)
    items = pl.DataFrame(
        {"key": [f"I{n}" for n in range(100)], "name": "Item", "unit_of_issue": "EA",
         "supply_class": [CLASSES[n % len(CLASSES)] for n in range(100)], "reparable": False,
         "label": LABELS[0]}
    )  # fmt: skip
    sites = pl.DataFrame(
        {"key": [f"S{n}" for n in range(200)], "name": "Site", "kind": "depot",
         "country": [COUNTRIES[n % len(COUNTRIES)] for n in range(200)], "label": LABELS[0]}
    )  # fmt: skip
    holdings = pl.DataFrame(
        {"key": [f"H{n:07}" for n in range(count)],
         "site": [f"S{n}" for n in random.integers(0, 200, count)],
         "item": [f"I{n}" for n in random.integers(0, 100, count)],
         "quantity": random.integers(1, 500, count).astype(float), "condition": "serviceable",
         "reserved": 0.0, "label": [LABELS[n] for n in random.integers(0, 3, count)]}
    )  # fmt: skip
    named = {"item": items, "site": sites, "holding": holdings}
    return {name: _rows(name, frame) for name, frame in named.items()}


def prepare(size: str) -> str:
    """Make the store and its agreements once."""
    folder = WORK / f"gated-{size}"
    store = str(folder / "coalition.sqlite")
    if (folder / "done").exists():
        return store
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with open_store(store, create=True) as target:
        for number, owner in enumerate(("DEU", "NLD")):
            record = PackageRecord(
                owner=owner, package_hash=f"{number}" * 64, title="bench", as_of=DAY,
                imported_at=DAY + timedelta(seconds=number), software="bench", exercise=False,
                scores={}, counts={}, content={},
            )  # fmt: skip
            target.import_package(record, _tables(ROWS[size] // 2, number))
    keys = KeyFolder(Path(f"{store}.keys"))
    for owner in ("DEU", "NLD"):
        keys.make(owner)
    for number in range(AGREEMENTS):
        _agree(store, folder, number)
    (folder / "done").touch()
    return store


def _agree(store: str, folder: Path, number: int) -> None:
    path = folder / f"{number}.json"
    countries = sorted({COUNTRIES[number % len(COUNTRIES)], COUNTRIES[(number * 7 + 3) % 20]})
    app.agreement_draft(
        "mutual-logistic-support", id=f"BENCH-{number:03}", parties=["DEU", "NLD"], out=path,
        changes={"kinds": ["holding"], "detail": "exact", "areas": countries,
                 "classes": [CLASSES[number % len(CLASSES)]]},
    )  # fmt: skip
    for owner in ("DEU", "NLD"):
        app.agreement_sign(path, app.View(store, owner))
    app.agreement_activate(path, app.View(store, "DEU"))


def _gated(store: str) -> float:
    begin = time.perf_counter()
    app.see(app.View(store, VIEWER))
    return time.perf_counter() - begin


def _plain(store: str) -> float:
    with open_store(store) as source:
        scope = app.see(app.View(store, VIEWER)).scope
        assert scope is not None
        begin = time.perf_counter()
        stream = source.stream(as_of=None, labels=scope.labels)
        build_twin(stream.tables, scope.labels, viewer=VIEWER, as_of=datetime.now(UTC))
        return time.perf_counter() - begin


def measured(size: str) -> dict[str, float]:
    """Medians of both ways and their ratio."""
    store = prepare(size)
    with open_store(store) as source:
        markings = len(source.markings())
    pairs = [(_gated(store), _plain(store)) for _ in range(ROUNDS[size])]
    gated, plain = (statistics.median(times) for times in zip(*pairs, strict=True))
    return {
        "rows": ROWS[size],
        "markings": markings,
        "through the gate, s": gated,
        "without, s": plain,
        "times": gated / plain,
        "peak MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", nargs="+", choices=ROWS, default=list(ROWS))
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    for size in chosen.size:
        found = measured(size)
        if chosen.json:
            print(json.dumps({"size": size, **found}))
        else:
            print(f"{size}: " + ", ".join(f"{k} {v:,.2f}" for k, v in found.items()), flush=True)


if __name__ == "__main__":
    main()
