"""Both ways of reading a file give the same frames."""

from datetime import date
from pathlib import Path

import polars as pl
import sqlalchemy as sa
from polars.testing import assert_frame_equal

from redball.store import open_store
from redball.store.bulk_sqlite import SQLiteBackend
from redball.store.tables import sql_table


def test_the_arrow_driver_and_an_ordinary_connection_agree(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    open_store(path, create=True).close()
    backend = SQLiteBackend(path, busy_seconds=1.0)
    holding = sql_table("holding")
    frame = pl.DataFrame(
        {
            "owner": ["DEU"] * 3,
            "key": ["a", "b", "c"],
            "site": ["", "x", "é"],
            "item": ["i"] * 3,
            "lot": [None, None, "L"],
            "quantity": [0.1, 1e300, 3.0],
            "condition": ["serviceable"] * 3,
            "expiry": [None, date(1, 1, 1), date(9999, 12, 31)],
            "reserved": [0.0] * 3,
            "label": [1, 2, 3],
            "since": [1] * 3,
            "sheet": ["s"] * 3,
            "line": [2, 3, 4],
        }
    )
    with backend.writing() as connection:
        backend.insert(connection, holding, frame)
    queries = {
        "all": sa.select(*holding.columns),
        "none": sa.select(*holding.columns).where(holding.columns["owner"] == "NLD"),
    }
    arrow = backend.frames(queries)
    with backend.reading():  # the file is in use: the ordinary way is taken
        plain = backend.frames(queries)
    for name, found in arrow.items():
        assert_frame_equal(found, plain[name], check_row_order=False)
    assert arrow["none"].is_empty()
    stored = arrow["all"].sort("key")
    assert stored["expiry"].to_list() == frame["expiry"].to_list()
    assert stored["until"].null_count() == 3
    assert stored["counted_on"].dtype == pl.Date


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    open_store(path, create=True).close()
    backend = SQLiteBackend(path, busy_seconds=1.0)
    label = sa.text("INSERT INTO label VALUES (1, 'DEU', 'SECRET', 'item', '', '', '', false)")
    try:
        with backend.writing() as connection:
            connection.execute(label)
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    with backend.reading() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM label")) == 0


def test_a_commit_is_on_the_disk_before_it_is_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    open_store(path, create=True).close()
    backend = SQLiteBackend(path, busy_seconds=1.0)
    with backend.writing() as connection:
        assert connection.scalar(sa.text("PRAGMA synchronous")) == 2
        assert connection.scalar(sa.text("PRAGMA journal_mode")) == "wal"
