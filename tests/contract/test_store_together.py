"""Several at once: imports take turns, readers do not wait, and one moment is one moment."""

import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from redball.model import StoreBusy
from redball.store import PackageRecord, Snapshot, Store, TableRows, open_store

Record = Callable[..., PackageRecord]
Holdings = Callable[..., TableRows]
Quantities = Callable[..., dict[str, float]]

_IMPORTER = """
import sys
sys.path.insert(0, sys.argv[1])
import store_worker
from redball.store import open_store
owner = sys.argv[3]
with open_store(sys.argv[2], create=True) as store:
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(1, 11):
        given = {name: store_worker.rows(name, number) for name in ("holding", "demand")}
        store.import_package(store_worker.record(number, owner), given)
"""


def test_two_processes_that_import_at_once_both_succeed(address: str) -> None:
    folder = str(Path(__file__).parent)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _IMPORTER, folder, address, owner],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for owner in ("DEU", "NLD")
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:  # both made the store, both start now
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    with open_store(address) as store:
        revisions = store.revisions()
        assert revisions["revision"].to_list() == list(range(1, 21))
        assert sorted(revisions["owner"]) == ["DEU"] * 10 + ["NLD"] * 10
        for count in (store.info().rows[name] for name in ("holding", "demand")):
            assert (count.current, count.history) == (80, 9 * 80)


def test_an_import_that_would_wait_too_long_is_told_so(
    store: Store, address: str, record: Record, holdings: Holdings, quantities: Quantities
) -> None:
    seen: list[StoreBusy] = []

    def progress(name: str, done: int, total: int) -> None:
        other = open_store(address, busy_seconds=0.2)
        with pytest.raises(StoreBusy, match="Another import holds the store") as caught:
            other.import_package(record(1, owner="NLD"), {"holding": holdings({"b": 1.0})})
        seen.append(caught.value)

    store.import_package(record(1), {"holding": holdings({"a": 1.0})}, progress=progress)
    assert len(seen) == 2
    assert quantities(store) == {"a": 1.0}
    # the store is free again
    store.import_package(record(2, owner="NLD"), {"holding": holdings({"b": 1.0})})


def test_a_reader_in_the_middle_of_an_import_sees_the_moment_before(
    store: Store, address: str, record: Record, holdings: Holdings
) -> None:
    store.import_package(record(1), {"holding": holdings({"a": 1.0, "b": 1.0})})
    seen: list[Snapshot] = []

    def progress(name: str, done: int, total: int) -> None:
        def read() -> None:
            with open_store(address) as other:
                seen.append(other.read(as_of=None, labels=[1], names=["holding"]))

        reader = threading.Thread(target=read)
        reader.start()
        reader.join(timeout=60)

    store.import_package(record(2), {"holding": holdings({"a": 2.0})}, progress=progress)
    assert len(seen) == 2
    for snapshot in seen:
        assert snapshot.revision == 1
        assert snapshot.frames["holding"].sort("key")["quantity"].to_list() == [1.0, 1.0]
    assert store.read(as_of=None, labels=[1]).revision == 2


def test_readers_and_writers_in_threads_see_whole_revisions_only(
    store: Store, record: Record, holdings: Holdings
) -> None:
    names = [f"k{i}" for i in range(200)]
    done = threading.Event()
    wrong: list[object] = []

    def read() -> None:
        while not done.is_set():
            snapshot = store.read(as_of=None, labels=[1], names=["holding"])
            values = snapshot.frames["holding"]["quantity"].to_list()
            if values != [float(snapshot.revision)] * (200 if snapshot.revision else 0):
                wrong.append((snapshot.revision, values))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        for day in range(1, 16):
            rows = holdings(dict.fromkeys(names, float(day)))
            store.import_package(record(day), {"holding": rows})
    finally:
        done.set()
        for reader in readers:
            reader.join(timeout=60)
    assert wrong == []
    assert store.read(as_of=datetime.now(UTC), labels=[1]).revision == 15
