"""Twin of a synthetic coalition, against reading the same tables to Arrow.

The peer reads the same rows and columns of the same store through ADBC, the fastest way to Arrow
known here, with the same selection of labels and revision, and keeps them.
"""

import gc
import shutil
import time
from pathlib import Path

import adbc_driver_manager
import adbc_driver_sqlite
import polars as pl
import psutil

from benchmarks.measure import WORK, measured
from redball import app
from redball.model import tables

VIEWER = "DEU"
SETTLE_SECONDS = 12
"""How long allocators keep freed memory before they give it back."""


def prepare(size: str) -> Path:
    """Generate and import a coalition once."""
    folder = WORK / f"twin-{size}"
    store = folder / "coalition.sqlite"
    if (folder / "done").exists():
        return store
    shutil.rmtree(folder, ignore_errors=True)
    made = app.generate(size, folder / "packages")
    for package in made.packages:
        outcome = app.import_(package, store=str(store))
        assert outcome.result is not None, outcome.check.issues.head()
    (folder / "done").touch()
    return store


def product(size: str) -> dict[str, float]:
    """Seconds and memory of building the twin."""
    store = prepare(size)
    with measured() as m:
        twin = app.see(app.View(str(store), VIEWER)).twin
    rows = sum(frame.height for frame in twin.tables.values())
    gc.collect()
    time.sleep(SETTLE_SECONDS)
    settled = psutil.Process().memory_info().rss / 1e6 - m.before_mb
    return {
        "seconds": m.seconds,
        "grown_mb": m.grown_mb,
        "settled_mb": settled,
        "twin_mb": twin.size_bytes / 1e6,
        "rows": rows,
    }


def peer(size: str) -> dict[str, float]:
    """Seconds and memory of reading the same tables to Arrow."""
    store = prepare(size)
    kept: dict[str, pl.DataFrame] = {}
    with measured() as m:
        database = adbc_driver_sqlite.connect(str(store))
        with adbc_driver_manager.AdbcConnection(database) as connection:
            for name, spec in tables().items():
                names = ["owner", *spec.names, "label", "since", "sheet", "line"]
                columns = ", ".join(f'"{n}"' for n in names)
                with adbc_driver_manager.AdbcStatement(connection) as statement:
                    statement.set_options(**{"adbc.sqlite.query.batch_rows": "20000000"})
                    statement.set_sql_query(f'SELECT {columns} FROM "{name}" WHERE until IS NULL')
                    handle, _ = statement.execute_query()
                    kept[name] = pl.DataFrame(handle)
        database.close()
    size_mb = sum(frame.estimated_size() for frame in kept.values()) / 1e6
    rows = sum(frame.height for frame in kept.values())
    return {"seconds": m.seconds, "grown_mb": m.grown_mb, "data_mb": size_mb, "rows": rows}
