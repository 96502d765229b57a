"""A full disk: a clear error, nothing written, and the store goes on once there is room."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from redball.store import PackageRecord, TableRows, open_store

Record = Callable[..., PackageRecord]
Holdings = Callable[..., TableRows]

_LIMITED = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import polars as pl
import store_worker
from redball.model import StoreFull
from redball.store import TableRows, open_store
path = Path(sys.argv[2])
small = store_worker.rows("holding", 1).frame
many = pl.concat([small.with_columns(pl.format("{}-{}", "key", pl.lit(i)).alias("key"))
                  for i in range(500)])
room = path.stat().st_size + int(sys.argv[3])
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
with open_store(path) as store:
    try:
        store.import_package(store_worker.record(10**6), {"holding": TableRows(many)})
    except StoreFull as error:
        print("full:", error)
    before = store.revisions().height
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    result = store.import_package(store_worker.record(10**6), {"holding": TableRows(many)})
    print(before, result.revision, result.tables[0].added)
"""


@pytest.mark.parametrize("room", [0, 4_096, 100_000, 1_000_000])
def test_an_import_that_does_not_fit_leaves_the_store_as_it_was(
    tmp_path: Path, record: Record, holdings: Holdings, room: int
) -> None:
    pytest.importorskip("resource", reason="needs limits on the size of files")
    path = tmp_path / "store.db"
    with open_store(path, create=True) as store:
        store.import_package(record(1), {"holding": holdings({"a": 1.0})})
    arguments = [str(Path(__file__).parent), str(path), str(room)]
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    message, after = done.stdout.splitlines()
    assert message.startswith("full:")
    assert "nothing was written" in message
    assert after == "1 2 20000"
