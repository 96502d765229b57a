"""Opening a store: new, old, too new, damaged, absent."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from redball.model import BadUse, MissingExtra, StoreError, StoreMissing, StoreTooNew
from redball.store import PackageRecord, Store, TableRows, migrating, open_store
from redball.store.tables import metadata

Record = Callable[..., PackageRecord]
Holdings = Callable[..., TableRows]
Quantities = Callable[..., dict[str, float]]


def _engine(address: str) -> sa.Engine:
    return sa.create_engine(
        address.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.pool.NullPool
    )


def test_the_migrated_database_has_the_schema_of_the_language(store: Store, address: str) -> None:
    """A column that is new in a CSV fails here until a migration brings it."""
    with _engine(address).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata()) == []
        inspector = sa.inspect(connection)
        for name, target in metadata().tables.items():
            columns = [column["name"] for column in inspector.get_columns(name)]
            assert sorted(columns) == sorted(column.name for column in target.columns)
            key = inspector.get_pk_constraint(name)["constrained_columns"]
            assert key == [column.name for column in target.primary_key]


def test_the_list_of_migrations_is_that_of_the_scripts() -> None:
    scripts = ScriptDirectory(str(migrating.SCRIPTS))
    found = [script.revision for script in scripts.walk_revisions()]
    assert list(reversed(found)) == list(migrating.REVISIONS)


def test_a_store_can_be_opened_again_and_again(
    address: str, record: Record, holdings: Holdings, quantities: Quantities
) -> None:
    for day in (1, 2):
        with open_store(address, create=True) as store:
            store.import_package(record(day), {"holding": holdings({"a": float(day)})})
    with open_store(address) as store:
        assert quantities(store) == {"a": 2.0}


def test_there_is_no_store_until_it_is_created(address: str) -> None:
    with pytest.raises(StoreMissing, match="redball store init"):
        open_store(address)
    open_store(address, create=True).close()
    open_store(address).close()


def test_a_store_of_a_newer_version_is_refused_and_left_alone(address: str) -> None:
    open_store(address, create=True).close()
    with _engine(address).begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    for create in (False, True):
        with pytest.raises(StoreTooNew, match="schema '9999'"):
            open_store(address, create=create)
    with _engine(address).begin() as connection:
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == "9999"


@pytest.fixture
def newer_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A later version of the software, with one more migration."""
    scripts = tmp_path / "migrations"
    shutil.copytree(migrating.SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions" / "r9000_later.py").write_text(
        textwrap.dedent("""
            import sqlalchemy as sa
            from alembic import op

            revision = "9000"
            down_revision = "{last}"


            def upgrade() -> None:
                op.add_column("holding", sa.Column("shelf", sa.Text()))
        """).replace("{last}", migrating.REVISIONS[-1])
    )
    monkeypatch.setattr(migrating, "SCRIPTS", scripts)
    monkeypatch.setattr(migrating, "REVISIONS", (*migrating.REVISIONS, "9000"))


def test_an_older_store_is_migrated_with_its_rows(
    store: Store,
    address: str,
    record: Record,
    holdings: Holdings,
    quantities: Quantities,
    request: pytest.FixtureRequest,
) -> None:
    store.import_package(record(1), {"holding": holdings({"a": 1.0})})
    request.getfixturevalue("newer_version")
    with pytest.raises(StoreError, match="older schema '000"):
        open_store(address, migrate=False)
    with open_store(address) as opened:
        assert quantities(opened) == {"a": 1.0}
    with _engine(address).connect() as connection:
        assert "shelf" in [c["name"] for c in sa.inspect(connection).get_columns("holding")]
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == "9000"


def test_a_database_of_something_else_is_left_alone(address: str) -> None:
    with _engine(address).begin() as connection:
        connection.execute(sa.text("CREATE TABLE payroll (name TEXT)"))
    with pytest.raises(StoreError, match="something else"):
        open_store(address, create=True)
    with _engine(address).connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["payroll"]


def test_a_file_that_is_not_a_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir or Madam,\n" * 500)
    before = path.read_bytes()
    for create in (False, True):
        with pytest.raises(StoreError, match="not a store"):
            open_store(path, create=create)
    assert path.read_bytes() == before


def test_an_empty_file_becomes_a_store_only_if_asked(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.touch()
    with pytest.raises(StoreMissing):
        open_store(path)
    open_store(path, create=True).close()
    open_store(path).close()


@pytest.mark.parametrize("where", [0.0, 0.02, 0.5, 0.9])
def test_a_damaged_file_is_an_error_not_an_answer(
    tmp_path: Path, record: Record, holdings: Holdings, where: float
) -> None:
    path = tmp_path / "store.db"
    with open_store(path, create=True) as store:
        rows = {f"k{i:04}": float(i) for i in range(3_000)}
        store.import_package(record(1), {"holding": holdings(rows)})
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    data = bytearray(path.read_bytes())
    first = int(len(data) // size * where)
    for number in range(first, first + 5):
        data[number * size : (number + 1) * size] = b"\xa5" * size
    path.write_bytes(data)
    with pytest.raises(StoreError), open_store(path) as store:
        store.read(as_of=None, labels=[1])


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match="folder of the store") as caught:
        open_store(tmp_path / "nowhere" / "store.db", create=True)
    assert "nowhere" in caught.value.mend
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_is_not_a_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="folder"):
        open_store(tmp_path, create=True)


@pytest.mark.parametrize(
    "url", ["mysql://host/db", "sqlite://", "sqlite:///:memory:", ":memory:", "http://host", "://"]
)
def test_another_sort_of_address_is_refused(url: str) -> None:
    with pytest.raises(BadUse):
        open_store(url, create=True)


def test_a_path_and_its_url_are_the_same_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_store(tmp_path / "store.db", create=True).close()
    open_store(str(tmp_path / "store.db")).close()
    open_store(f"sqlite:///{tmp_path}/store.db").close()
    monkeypatch.chdir(tmp_path)
    open_store("store.db").close()
    open_store("sqlite:///store.db").close()


def test_a_path_with_odd_characters_works(
    tmp_path: Path, record: Record, holdings: Holdings
) -> None:
    path = tmp_path / "a b?c#d%20é'.db"
    with open_store(path, create=True) as store:
        store.import_package(record(1), {"holding": holdings({"a": 1.0})})
        assert store.read(as_of=None, labels=[1]).frames["holding"].height == 1
    assert path.exists()


def test_without_the_extra_the_command_to_install_it_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "redball.store.bulk_postgres", raising=False)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r"pip install 'redball\[postgres\]'"):
        open_store("postgresql://host/database")


def test_a_server_that_is_not_there_is_an_error_without_the_password(tmp_path: Path) -> None:
    url = f"postgresql://someone:hunter2@/database?host={tmp_path}"
    with pytest.raises(StoreError, match="can't be reached") as caught:
        open_store(url, create=True)
    assert "hunter2" not in str(caught.value)


_READ_ONLY = """
import os, sys
from datetime import datetime, UTC
from pathlib import Path
from redball.model import StoreError
from redball.store import open_store, PackageRecord

path = Path(sys.argv[1])
with open_store(path) as store:
    store.read(as_of=None, labels=[1])  # everything is imported before the rights are given up
path.chmod(0o444)
if os.getuid() == 0:
    os.setuid(65534)  # root may write what is marked read-only
with open_store(path) as store:
    print(store.read(as_of=None, labels=[1]).frames["holding"].height)
    moment = datetime(2026, 6, 1, tzinfo=UTC)
    record = PackageRecord("DEU", "x", "x", moment, moment, "test", True, {}, {}, {})
    try:
        store.import_package(record, {})
    except StoreError as error:
        print(type(error).__name__, error.what)
"""


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="needs the rights of a POSIX file system")
def test_a_read_only_file_can_be_read_but_not_written(record: Record, holdings: Holdings) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        path = Path(folder) / "store.db"
        with open_store(path, create=True) as store:
            store.import_package(record(1), {"holding": holdings({"a": 1.0})})
        done = subprocess.run(
            [sys.executable, "-c", _READ_ONLY, str(path)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.stdout.splitlines() == [
        "1",
        "StoreError The store can be read but not written.",
    ], done.stderr
