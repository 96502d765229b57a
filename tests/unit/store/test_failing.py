"""Errors of the engines become errors of the package that say how to mend them."""

import sqlite3
from pathlib import Path

import adbc_driver_manager
import adbc_driver_sqlite
import polars as pl
import psycopg
import pytest
import sqlalchemy as sa

from redball.model import StoreBusy, StoreError, StoreFull
from redball.store.failing import postgres_error, sqlite_error


def _sqlite(name: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("text of the driver")
    error.sqlite_errorcode = getattr(sqlite3, name)
    return error


@pytest.mark.parametrize(
    ("name", "kind", "what"),
    [
        ("SQLITE_BUSY", StoreBusy, "Another import"),
        ("SQLITE_BUSY_SNAPSHOT", StoreBusy, "Another import"),
        ("SQLITE_LOCKED", StoreBusy, "Another import"),
        ("SQLITE_FULL", StoreFull, "no room"),
        ("SQLITE_IOERR_WRITE", StoreFull, "refused to take more"),
        ("SQLITE_IOERR_READ", StoreError, "disk reports"),
        ("SQLITE_READONLY", StoreError, "not written"),
        ("SQLITE_CORRUPT", StoreError, "damaged"),
        ("SQLITE_NOTADB", StoreError, "not a store"),
        ("SQLITE_CANTOPEN", StoreError, "can't be opened"),
        ("SQLITE_INTERNAL", StoreError, "text of the driver"),
    ],
)
def test_each_code_of_sqlite_has_its_error(name: str, kind: type[StoreError], what: str) -> None:
    plain = _sqlite(name)
    for error in (plain, sa.exc.OperationalError("SELECT 1", {}, plain)):
        found = sqlite_error(error, "store.db")
        assert type(found) is kind
        assert what in found.what
        assert found.where == "store.db"


def test_the_arrow_driver_is_understood_by_its_text(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear Sir or Madam,\n" * 500)
    with (
        adbc_driver_sqlite.connect(f"file:{path}") as database,
        adbc_driver_manager.AdbcConnection(database) as connection,
        adbc_driver_manager.AdbcStatement(connection) as statement,
    ):
        statement.set_sql_query("SELECT 1 FROM holding")
        with pytest.raises(adbc_driver_manager.Error) as caught:
            statement.execute_query()
    assert "not a store" in sqlite_error(caught.value, "").what
    drawn = pl.exceptions.ComputeError("got external error: database disk image is malformed")
    assert "damaged" in sqlite_error(drawn, "").what
    busy = pl.exceptions.ComputeError("database is locked")
    assert isinstance(sqlite_error(busy, ""), StoreBusy)
    assert "something else" in sqlite_error(ValueError("something else"), "").what


def test_a_full_database_is_named_full(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "small.db", isolation_level=None)
    connection.execute("PRAGMA max_page_count=4")
    connection.execute("CREATE TABLE t (x)")
    with pytest.raises(sqlite3.OperationalError) as caught:
        connection.execute("INSERT INTO t VALUES (zeroblob(1000000))")
    connection.close()
    assert type(sqlite_error(caught.value, "")) is StoreFull


@pytest.mark.parametrize(
    ("error", "kind", "what"),
    [
        (psycopg.errors.LockNotAvailable(), StoreBusy, "Another import"),
        (psycopg.errors.DiskFull(), StoreFull, "no room"),
        (psycopg.errors.InsufficientPrivilege(), StoreError, "may not do this"),
        (psycopg.errors.AdminShutdown("going down"), StoreError, "going down"),
        (psycopg.OperationalError("connection refused"), StoreError, "can't be reached"),
        (psycopg.errors.InvalidCatalogName("no such"), StoreError, "can't be reached"),
        (psycopg.errors.DivisionByZero("by zero"), StoreError, "by zero"),
    ],
)
def test_each_state_of_postgres_has_its_error(
    error: psycopg.Error, kind: type[StoreError], what: str
) -> None:
    found = postgres_error(error, "server")
    assert type(found) is kind
    assert what in found.what
