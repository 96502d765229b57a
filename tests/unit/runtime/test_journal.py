"""The journal: what is done is not done again, and a foreign or broken file is refused."""

import os
import signal
import sqlite3
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from redball.model import BadData, BadUse, StoreBusy, StoreError
from redball.model.running import InOrder
from redball.runtime import InProcess, Journal, software

CALLS: list[int] = []


def square(task: int) -> tuple[int, float]:
    CALLS.append(task)
    return task * task, task / 3


def plus(more: int, task: int) -> int:
    CALLS.append(task)
    return task + more


@pytest.fixture(autouse=True)
def _no_calls() -> None:
    CALLS.clear()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "work.journal"


def run(path: Path, tasks: list[int], keys: list[str] | None = None) -> list[tuple[int, float]]:
    with Journal(path) as journal:
        return list(journal.keeping(InOrder()).map(square, tasks, keys=keys))


def test_only_what_is_missing_is_done_and_order_stays(path: Path) -> None:
    assert run(path, [2, 4]) == [(4, 2 / 3), (16, 4 / 3)]
    CALLS.clear()
    told: list[float] = []
    with Journal(path) as journal:
        found = list(journal.keeping(InProcess(2)).map(square, range(5), progress=told.append))
        assert len(journal) == 5
    assert found == [square(i) for i in range(5)]
    assert sorted(CALLS[:3]) == [0, 1, 3]
    assert told == [0.2, 0.4, 0.6, 0.8, 1.0]


def test_what_is_bound_to_the_work_counts(path: Path) -> None:
    with Journal(path) as journal:
        runner = journal.keeping(InOrder())
        assert list(runner.map(partial(plus, 10), [1, 2])) == [11, 12]
        assert list(runner.map(partial(plus, 20), [1, 2])) == [21, 22]
        assert list(runner.map(partial(plus, 10), [1, 2])) == [11, 12]
    assert CALLS == [1, 2, 1, 2]


def test_keys_stand_for_tasks(path: Path) -> None:
    run(path, [1, 2], keys=["a", "b"])
    CALLS.clear()
    assert run(path, [7, 2, 9], keys=["a", "b", "c"]) == [square(1), square(2), square(9)]
    assert CALLS[0] == 9  # the key of 7 is known: the caller answers for keys


def test_other_software_does_its_own_work(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(path, [1])
    monkeypatch.setattr("redball.runtime.journal.software", lambda: "another version")
    CALLS.clear()
    assert run(path, [1]) == [(1, 1 / 3)]
    assert CALLS == [1]


def test_the_software_names_version_and_content() -> None:
    words = software.software().split()
    assert words[0] == "redball"
    assert len(words[2]) == 64
    assert "numba" in words


def test_a_result_that_cannot_be_kept_says_so(path: Path) -> None:
    with Journal(path) as journal, pytest.raises(BadUse, match="can't be kept"):
        list(journal.keeping(InOrder()).map(iter, [(1, 2)]))


def test_a_cancelled_run_keeps_what_it_gave(path: Path) -> None:
    def stop(share: float) -> None:
        if share >= 0.5:
            raise KeyboardInterrupt

    with Journal(path) as journal:
        with pytest.raises(KeyboardInterrupt):
            list(journal.keeping(InProcess(2)).map(square, range(10), progress=stop))
        assert len(journal) == 5


@pytest.mark.parametrize(
    "content", [b"not a database at all, just text\n" * 40, b"SQLite format 3"]
)
def test_a_file_that_is_no_database_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(BadData, match=r"journal is damaged|no journal"):
        Journal(path)
    assert path.read_bytes() == content


def test_a_foreign_database_is_refused_and_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE done (key, result)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(BadData, match="no journal of finished tasks"):
        Journal(path)
    assert path.read_bytes() == before


def test_a_newer_format_is_refused(path: Path) -> None:
    run(path, [1])
    with sqlite3.connect(path) as file:
        file.execute("PRAGMA user_version = 9")
    file.close()
    with pytest.raises(BadData, match="format 9, newer"):
        Journal(path)


@pytest.mark.parametrize("what", ["result = zeroblob(50)", "result = x'00'", "result = 'text'"])
def test_a_changed_result_is_never_handed_on(path: Path, what: str) -> None:
    run(path, [1])
    with sqlite3.connect(path) as file:
        file.execute(f"UPDATE done SET {what}")
    file.close()
    with pytest.raises(BadData, match="damaged"):
        run(path, [1])


def test_a_result_of_another_task_is_not_taken(path: Path) -> None:
    run(path, [1, 2])
    with sqlite3.connect(path) as file:
        file.execute("UPDATE done SET result = (SELECT result FROM done LIMIT 1)")
    file.close()
    with pytest.raises(BadData, match="damaged"):
        run(path, [1, 2])


def test_torn_pages_are_refused(path: Path) -> None:
    with Journal(path) as journal:
        list(journal.keeping(InOrder()).map(np.arange, [5000, 5001, 5002]))
    data = bytearray(path.read_bytes())
    data[4096 : len(data)] = os.urandom(len(data) - 4096)
    path.write_bytes(bytes(data))
    with pytest.raises(BadData, match="damaged"), Journal(path) as journal:
        list(journal.keeping(InOrder()).map(np.arange, [5000, 5001, 5002]))


def test_a_folder_that_is_not_there_and_a_folder_as_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadUse, match="folder of the journal does not exist"):
        Journal(tmp_path / "nowhere" / "work.journal")
    with pytest.raises(StoreError, match="can't be used"):
        Journal(tmp_path)


def test_a_journal_held_by_another_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("redball.runtime.journal._BUSY_SECONDS", 0.05)
    with Journal(path) as journal:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match="Another process holds"):
            list(journal.keeping(InOrder()).map(square, [1]))
        other.execute("ROLLBACK")
        other.close()
        assert list(journal.keeping(InOrder()).map(square, [1])) == [square(1)]


def test_two_journals_on_one_file_share_their_results(path: Path) -> None:
    with Journal(path) as first, Journal(path) as second:
        assert list(first.keeping(InOrder()).map(square, [1])) == [square(1)]
        CALLS.clear()
        assert list(second.keeping(InOrder()).map(square, [1])) == [(1, 1 / 3)]
        assert CALLS == []


WORKER = """
import sys
import redball.runtime.journal
from redball.runtime import InProcess, Journal
from redball.runtime.values import encoded
from redball.simulation.network import Law, NetworkBuilder, PolicyKind
from redball.simulation.replicate import simulate
import time

redball.runtime.journal.software = lambda: "the same"  # whoever edits the package meanwhile

b = NetworkBuilder()
b.item("PUMP"), b.node("BASE")
cell = b.cell("BASE", "PUMP", on_hand=4, policy=PolicyKind.BASE_STOCK, order_up_to=4)
b.buy(cell, Law.exponential(20.0))
b.fit(b.fleet("BASE", "1 COY", "TANK", 20), cell, 0.02)

def told(share):
    print(share, flush=True)
    time.sleep(float(sys.argv[2]))

with Journal(sys.argv[1]) as journal:
    found = simulate(
        b.build(), horizon_days=60, replications=12, progress=told,
        runner=journal.keeping(InProcess(2)),
    )
    print("before:", len(journal))
print(encoded(found).hex())
"""


def test_a_killed_run_resumes_and_gives_the_same_bytes(tmp_path: Path) -> None:
    script = tmp_path / "worker.py"
    script.write_text(WORKER, "utf-8")

    def call(journal: str, pause: str) -> list[str]:
        return [sys.executable, str(script), str(tmp_path / journal), pause]

    whole = subprocess.run(call("a", "0"), capture_output=True, text=True, check=True)
    with subprocess.Popen(call("b", "0.2"), stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        for _ in range(4):
            killed.stdout.readline()
        killed.send_signal(signal.SIGKILL)
    with Journal(tmp_path / "b") as journal:
        kept = len(journal)
    assert 4 <= kept < 12
    resumed = subprocess.run(call("b", "0"), capture_output=True, text=True, check=True)
    assert resumed.stdout.splitlines()[-1] == whole.stdout.splitlines()[-1]
    with Journal(tmp_path / "b") as journal:
        assert len(journal) == 12
