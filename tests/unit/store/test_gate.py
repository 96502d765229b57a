"""Two copies of SQLite in one process never have one file open at once."""

import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import adbc_driver_manager
import adbc_driver_sqlite
import pytest

from redball.store.gate import Gate, gate_of


def test_readers_of_one_sort_share_the_file() -> None:
    gate = Gate()
    with gate.arrow() as first, gate.arrow() as second:
        assert first
        assert second
    with gate.standard(), gate.standard(), gate.arrow() as free:
        assert not free
    with gate.arrow() as free:
        assert free


def test_a_standard_connection_waits_for_the_arrow_driver_and_is_served_next() -> None:
    gate = Gate()
    order: list[str] = []
    waiting = threading.Event()

    def write() -> None:
        waiting.set()
        with gate.standard():
            order.append("standard")

    with gate.arrow() as free:
        assert free
        writer = threading.Thread(target=write)
        writer.start()
        waiting.wait(10)
        while gate._standard == 0:
            time.sleep(0.001)
        with gate.arrow() as late:  # no newcomer pushes in
            assert not late
        order.append("arrow")
    writer.join(10)
    assert order == ["arrow", "standard"]


def test_an_error_inside_gives_the_file_free() -> None:
    gate = Gate()
    with pytest.raises(ValueError, match="x"), gate.standard():
        raise ValueError("x")
    with pytest.raises(ValueError, match="x"), gate.arrow():
        raise ValueError("x")
    with gate.arrow() as free:
        assert free


def test_every_name_of_a_file_leads_to_one_gate(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "store.db")
    gate = gate_of(tmp_path / "store.db")
    assert gate_of(tmp_path / "x" / ".." / "store.db") is gate
    assert gate_of(tmp_path / "link") is gate
    assert gate_of(tmp_path / "other.db") is not gate


_OTHER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=0.1)
try:
    connection.execute("BEGIN IMMEDIATE")
    print("writes")
except sqlite3.OperationalError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a trap of POSIX locks")
def test_the_danger_is_real_without_the_gate(tmp_path: Path) -> None:
    """Where this fails the two copies have become harmless, and the gate could go."""
    path = tmp_path / "store.db"

    def other() -> str:
        done = subprocess.run(
            [sys.executable, "-c", _OTHER, str(path)], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("CREATE TABLE t (x)")
    writer.execute("BEGIN IMMEDIATE")
    assert other() == "database is locked"
    with (
        adbc_driver_sqlite.connect(f"file:{path}") as database,
        adbc_driver_manager.AdbcConnection(database) as connection,
        adbc_driver_manager.AdbcStatement(connection) as statement,
    ):
        statement.set_sql_query("SELECT count(*) FROM t")
        stream, _ = statement.execute_query()
        stream.release()
    assert other() == "writes"  # although our transaction is still open
    writer.close()
