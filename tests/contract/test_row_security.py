"""The second wall: what PostgreSQL shows when the query layer forgets its filter.

Statements here are written by hand, without any filter, as a mistake in a query would be. Where a
guard is tested, the leak is made to appear once without it.
"""

import ast
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

import redball
from redball.model import BadUse, StoreError
from redball.store import PackageRecord, Store, TableRows, open_store
from redball.store.bulk_postgres import PostgresBackend
from redball.store.tables import metadata
from redball.store.wall_postgres import AUDITOR, MARKER, READER, WRITER, Context, guarded

Record = Callable[..., PackageRecord]
Holdings = Callable[..., TableRows]
ROLES = (READER, WRITER, MARKER, AUDITOR)
SECRET = "SECRET"


@pytest.fixture(scope="module")
def address(postgres: str) -> str:
    """One database for the tests that leave it as it was."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE row_security")
    return postgres.replace("/postgres?", "/row_security?")


@pytest.fixture(scope="module")
def opened(address: str, record: Record, holdings: Holdings) -> Iterator[Store]:
    """DEU has a row for NLD and a secret one; NLD has a secret one of the same key."""
    with open_store(address, create=True) as store:
        rows = {
            "open": {"quantity": 1.0, "label": "RESTRICTED // REL NLD"},
            "secret": {"quantity": 42.0, "label": SECRET},
            "recalled": {"quantity": 2.0, "label": "RESTRICTED // REL NLD"},
        }
        store.import_package(record(1), {"holding": holdings(rows)})
        rows["recalled"]["label"] = SECRET
        store.import_package(record(2), {"holding": holdings(rows)})
        mine = {"secret": {"quantity": 7.0, "label": SECRET}}
        store.import_package(record(1, owner="NLD"), {"holding": holdings(mine)})
        yield store


@pytest.fixture
def wall(opened: Store, address: str) -> PostgresBackend:
    """Its backend."""
    return PostgresBackend(sa.make_url(address), 5.0)


@pytest.fixture
def ids(opened: Store) -> list[int]:
    """Ids of what NLD may read."""
    return [number for number, label in opened.labels().items() if label.readable_by("NLD")]


ALL_ROWS = 'SELECT owner, "key", quantity FROM holding WHERE until IS NULL ORDER BY 1, 2'


def rows(connection: sa.Connection, sql: str = ALL_ROWS) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.exec_driver_sql(sql)]


def test_a_query_without_a_filter_shows_only_the_context(
    wall: PostgresBackend, ids: list[int], address: str
) -> None:
    with wall.reading(labels=ids) as connection:
        assert rows(connection) == [("DEU", "open", 1.0), ("NLD", "secret", 7.0)]
        assert rows(connection, "SELECT count(*) FROM holding") == [(2,)]
        assert rows(connection, "SELECT max(quantity) FROM holding") == [(7.0,)]
    with psycopg.connect(address) as superuser:  # the same statement without the wall
        assert len(superuser.execute(ALL_ROWS).fetchall()) == 4


@pytest.mark.parametrize("name", guarded())
def test_without_a_context_every_table_is_empty(wall: PostgresBackend, name: str) -> None:
    with wall.reading() as connection:
        assert rows(connection, f'SELECT 1 FROM "{name}"') == []
    with wall.writing() as connection:
        assert rows(connection, f'SELECT 1 FROM "{name}"') == []


@pytest.mark.parametrize("ended", ["commit", "rollback"])
def test_a_context_does_not_outlive_its_transaction(
    opened: Store, address: str, ids: list[int], ended: str
) -> None:
    from redball.store.wall_postgres import enter

    count = "SELECT count(*) FROM holding"
    with psycopg.connect(address) as pooled:
        enter(pooled.cursor(), Context(READER, tuple(ids)), "here")
        assert pooled.execute(count).fetchone() == (2,)
        getattr(pooled, ended)()
        assert pooled.execute("SELECT current_user").fetchone() == ("postgres",)
        pooled.execute(f"SET LOCAL ROLE {READER}".encode())
        assert pooled.execute(count).fetchone() == (0,)
        pooled.rollback()
        # the trap: set for the session, a context is there for whoever comes next
        listed = "{" + ",".join(map(str, ids)) + "}"
        pooled.execute("SELECT set_config('redball.labels', %s, false)", (listed,))
        pooled.commit()
        pooled.execute(f"SET LOCAL ROLE {READER}".encode())
        assert pooled.execute(count).fetchone() == (2,)
        pooled.rollback()
        with pytest.raises(StoreError, match="already acts for somebody"):
            enter(pooled.cursor(), Context(READER), "here")


def test_a_context_left_in_the_database_is_refused(
    opened: Store, address: str, wall: PostgresBackend
) -> None:
    with psycopg.connect(address, autocommit=True) as superuser:
        superuser.execute("ALTER DATABASE row_security SET redball.labels = '{1,2,3}'")
        try:
            with pytest.raises(StoreError, match="already acts for somebody"):
                opened.labels()
        finally:
            superuser.execute("ALTER DATABASE row_security RESET redball.labels")
    assert opened.labels()


def test_a_superusers_view_leaks_and_is_refused(
    opened: Store, address: str, ids: list[int]
) -> None:
    with psycopg.connect(address, autocommit=True) as superuser:
        superuser.execute("CREATE VIEW handy AS SELECT * FROM holding")
        superuser.execute(f"GRANT SELECT ON handy TO {READER}".encode())
        try:
            with superuser.transaction(force_rollback=True):
                superuser.execute(f"SET LOCAL ROLE {READER}".encode())
                leak = superuser.execute("SELECT count(*) FROM handy").fetchone()
            assert leak == (5,)  # all versions of all rows, without any context
            with pytest.raises(StoreError, match="view handy shows rows"):
                _fresh(address).reading(labels=ids).__enter__()
            superuser.execute("ALTER VIEW handy SET (security_invoker = true)")
            with _fresh(address).reading(labels=ids) as connection:
                assert rows(connection, "SELECT count(*) FROM handy") == [(2,)]
        finally:
            superuser.execute("DROP VIEW handy")


def _fresh(address: str) -> PostgresBackend:
    return PostgresBackend(sa.make_url(address), 5.0)


@pytest.mark.parametrize(
    ("done", "undone", "gap"),
    [
        ("ALTER TABLE item DISABLE ROW LEVEL SECURITY",
         "ALTER TABLE item ENABLE ROW LEVEL SECURITY", "table item has no forced"),
        ("ALTER TABLE item NO FORCE ROW LEVEL SECURITY",
         "ALTER TABLE item FORCE ROW LEVEL SECURITY", "table item has no forced"),
        ("CREATE POLICY handy ON item USING (true)", "DROP POLICY handy ON item", "policy handy"),
        ("ALTER TABLE item OWNER TO redball_reader", "ALTER TABLE item OWNER TO postgres",
         "redball_reader owns item"),
        ("ALTER ROLE redball_writer LOGIN", "ALTER ROLE redball_writer NOLOGIN", "can log in"),
        ("GRANT redball_auditor TO redball_reader", "REVOKE redball_auditor FROM redball_reader",
         "redball_reader has the rights of redball_auditor"),
        ("ALTER ROLE redball_reader BYPASSRLS", "ALTER ROLE redball_reader NOBYPASSRLS",
         "redball_reader is not bound by row-level security"),
        ("ALTER ROLE redball_reader SUPERUSER", "ALTER ROLE redball_reader NOSUPERUSER",
         "redball_reader is not bound by row-level security"),
    ],
    ids=["disabled", "not forced", "policy", "owns", "logs in", "member", "bypasses", "superuser"],
)  # fmt: skip
def test_a_gap_in_the_wall_is_refused(
    opened: Store, address: str, done: str, undone: str, gap: str
) -> None:
    with psycopg.connect(address, autocommit=True) as superuser:
        superuser.execute(done.encode())
        try:
            with pytest.raises(StoreError, match=gap):
                _fresh(address).reading().__enter__()
        finally:
            superuser.execute(undone.encode())
    with _fresh(address).reading() as connection:
        assert rows(connection) == []


def test_a_key_tells_nothing_of_a_hidden_row(wall: PostgresBackend, address: str) -> None:
    """Inserting is refused alike whether the key is taken; keys of two owners never meet."""
    said = []
    for key in ("secret", "no such row"):
        insert = _insert("DEU", key, since=2)
        with pytest.raises(StoreError) as refused, wall.writing(owners=["NLD"]) as connection:
            connection.exec_driver_sql(insert)
        said.append(str(refused.value))
    assert said[0] == said[1]
    with psycopg.connect(address) as superuser:  # without the wall the difference shows
        superuser.execute(_insert("DEU", "no such row", since=2).encode())
        with pytest.raises(psycopg.errors.UniqueViolation):
            superuser.execute(_insert("DEU", "secret", since=1).encode())
        superuser.rollback()
    with suppress(_Undo), wall.writing(owners=["NLD"]) as connection:
        connection.exec_driver_sql(_insert("NLD", "open", since=3))  # DEU has that key too
        assert ("NLD", "open", 1.0) in rows(connection)
        raise _Undo


class _Undo(Exception):
    """Take back what a transaction did."""


def _insert(owner: str, key: str, since: int) -> str:
    return (
        'INSERT INTO holding (owner, "key", site, item, quantity, condition, reserved, label,'
        f" since, sheet, line) VALUES ('{owner}', '{key}', 'S', 'I', 1, 'serviceable', 0, 1,"
        f" {since}, 's', 1)"
    )


def test_a_writer_reaches_only_rows_of_its_owner(wall: PostgresBackend) -> None:
    with suppress(_Undo), wall.writing(owners=["NLD"]) as connection:
        assert rows(connection) == [("NLD", "secret", 7.0)]
        changed = connection.exec_driver_sql("UPDATE holding SET until = 9")
        assert changed.rowcount == 1
        raise _Undo
    for statement in (
        "UPDATE holding SET owner = 'DEU'",
        "UPDATE holding SET quantity = 0",
        "DELETE FROM holding",
        "TRUNCATE holding",
        "UPDATE revision SET title = 'another'",
        "DELETE FROM label",
    ):
        with pytest.raises(StoreError), wall.writing(owners=["NLD"]) as connection:
            connection.exec_driver_sql(statement)
    with pytest.raises(StoreError), wall.reading(owners=["NLD"]) as connection:
        connection.exec_driver_sql("UPDATE holding SET until = 9")


def test_a_probe_by_division_sees_no_hidden_row(wall: PostgresBackend, ids: list[int]) -> None:
    probe = "SELECT 1 FROM holding WHERE 1 / (quantity - 42)::int > 5"
    with wall.reading(labels=ids) as connection:
        assert rows(connection, probe) == []
    with pytest.raises(StoreError, match="division by zero"), wall.auditing() as connection:
        rows(connection, probe)  # whoever may see the row meets the error


def test_a_recalled_row_is_hidden_in_the_past_too(
    wall: PostgresBackend, ids: list[int], address: str
) -> None:
    """The later version, whose label hides it, is itself hidden from the query that asks for it."""
    past = 'SELECT "key" FROM holding WHERE since <= 1 AND (until IS NULL OR until > 1) ORDER BY 1'
    asked = (
        past.replace(" ORDER", " AND NOT EXISTS (SELECT FROM holding l WHERE l.owner ="
        ' holding.owner AND l."key" = holding."key" AND l.since > 1 AND NOT l.label = ANY (%s))'
        " ORDER")
    )  # fmt: skip
    with wall.reading(labels=ids) as connection:
        assert rows(connection, past) == [("open",)]
    simple = "label IN (SELECT unnest(current_setting('redball.labels')::int[]))"
    with psycopg.connect(address) as superuser:  # with a policy that only looks at the label
        superuser.execute(f"ALTER POLICY by_label ON holding USING ({simple})".encode())
        superuser.execute("SELECT set_config('redball.labels', %s::int[]::text, true)", (ids,))
        superuser.execute(f"SET LOCAL ROLE {READER}".encode())
        assert superuser.execute(asked.encode(), (ids,)).fetchall() == [("open",), ("recalled",)]
        superuser.rollback()


def test_marking_changes_nothing_but_markings(wall: PostgresBackend) -> None:
    """An import and an agreement give rows of every owner other markings, and do no more."""
    with suppress(_Undo), wall.writing(owners=["NLD"]) as connection:
        with wall.marking(connection):
            assert len(rows(connection)) == 4
            changed = connection.exec_driver_sql("UPDATE holding SET label = 1")
            assert changed.rowcount == 5
        assert rows(connection) == [("NLD", "secret", 7.0)]  # the writer again
        raise _Undo
    for statement in (
        "UPDATE holding SET until = 9",
        _insert("NLD", "another", since=9),
        "DELETE FROM holding",
        "SELECT key FROM result",
        "SELECT salt FROM ledger_secret",
    ):
        with (
            pytest.raises(StoreError, match="may not"),
            wall.writing(owners=["NLD"]) as connection,
            wall.marking(connection),
        ):
            connection.exec_driver_sql(statement)


def test_secrets_of_the_ledger_are_the_auditors(wall: PostgresBackend) -> None:
    with wall.auditing() as connection:
        rows(connection, "SELECT salt FROM ledger_secret")
    for door in (wall.reading, wall.writing):
        with pytest.raises(StoreError, match="may not"), door() as connection:
            rows(connection, "SELECT salt FROM ledger_secret")
    with pytest.raises(StoreError), wall.auditing() as connection:
        connection.exec_driver_sql("DELETE FROM ledger_secret")


def test_every_table_has_its_guard_and_its_rights(wall: PostgresBackend) -> None:
    """A table that a later migration adds fails here until it is guarded too."""
    bookkeeping = set(metadata().tables) - set(guarded())
    with wall.auditing() as connection:
        for name in metadata().tables:
            rows(connection, f'SELECT 1 FROM "{name}" LIMIT 1')
        asked = "SELECT tablename, string_agg(policyname, ' ' ORDER BY policyname)"
        found = rows(connection, f"{asked} FROM pg_policies GROUP BY 1")
    policies = {str(name): words for name, words in found}
    assert set(policies) == set(guarded())
    for name in set(guarded()) - {"result"}:
        assert policies[name] == "by_audit by_label by_mark by_owner"
    assert policies["result"] == "by_audit by_viewer"
    assert bookkeeping == {
        "revision", "label", "agreement", "ledger", "ledger_secret", "ledger_tree", "checkpoint"
    }  # fmt: skip


def test_contexts_that_make_no_sense_are_refused(wall: PostgresBackend) -> None:
    for wrong in (
        {"labels": [True]},
        {"labels": ["1"]},
        {"labels": [1], "owners": ["NLD"]},
        {"owners": "NLD"},
        {"owners": ["NLD'"]},
    ):
        with pytest.raises(BadUse):
            wall.reading(**wrong).__enter__()


# -- users that are no superusers ----------------------------------------------------------------


@pytest.fixture
def plain(new_database: Callable[[], str], postgres: str) -> Iterator[str]:
    """Address of an empty database for a user who owns it and is nothing else."""
    there = new_database()
    name = there.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(postgres, autocommit=True) as superuser:
        superuser.execute("CREATE ROLE plain LOGIN")
        superuser.execute(f"ALTER DATABASE {name} OWNER TO plain".encode())
        yield there.replace("postgres:@", "plain:@")
        with psycopg.connect(there, autocommit=True) as there_too:
            there_too.execute("REASSIGN OWNED BY plain TO postgres")
            there_too.execute("DROP OWNED BY plain")
        superuser.execute(f"ALTER DATABASE {name} OWNER TO postgres".encode())
        superuser.execute("DROP OWNED BY plain")
        superuser.execute("DROP ROLE plain")


def test_an_owner_needs_the_roles_and_is_bound_by_the_wall(
    plain: str, postgres: str, record: Record, holdings: Holdings
) -> None:
    with pytest.raises(StoreError, match=r"(Roles are missing|may not take).*GRANT redball_reader"):
        open_store(plain, create=True)
    granted = ", ".join(ROLES)
    with psycopg.connect(postgres, autocommit=True) as superuser:
        for role in ROLES:
            superuser.execute(
                f"DO $$BEGIN CREATE ROLE {role} NOLOGIN; EXCEPTION WHEN duplicate_object THEN END$$"
                .encode()
            )  # fmt: skip
        superuser.execute(f"GRANT {granted} TO plain WITH INHERIT FALSE, SET TRUE".encode())
    with open_store(plain, create=True) as store:
        store.import_package(record(1), {"holding": holdings({"a": 1.0})})
        assert store.read(as_of=None, labels=list(store.labels())).frames["holding"].height == 1
        assert store.info().rows["holding"].current == 1
    with psycopg.connect(plain) as owner:  # the owner of the tables, without a role
        assert owner.execute("SELECT count(*) FROM holding").fetchone() == (0,)
    with psycopg.connect(postgres, autocommit=True) as superuser:
        superuser.execute(f"REVOKE {READER} FROM plain".encode())
    with pytest.raises(StoreError, match=f'GRANT {READER} TO "plain"'):
        open_store(plain).labels()


# -- the query layer -----------------------------------------------------------------------------

SOURCE = Path(redball.__file__).parent
DRIVERS = {"sqlite3", "adbc_driver_sqlite", "adbc_driver_manager", "sqlalchemy", "psycopg",
           "alembic"}  # fmt: skip


def _modules(*words: str) -> list[tuple[str, ast.Module]]:
    """Modules in which one of the words stands."""
    return [(name, _tree(name)) for name, text in _texts() if any(word in text for word in words)]


@cache
def _texts() -> list[tuple[str, str]]:
    paths = sorted(SOURCE.rglob("*.py"))
    return [(path.relative_to(SOURCE).as_posix(), path.read_text()) for path in paths]


@cache
def _tree(name: str) -> ast.Module:
    return ast.parse(dict(_texts())[name])


def _imported(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def _named(tree: ast.Module) -> set[str]:
    return {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)} | {
        n.id for n in ast.walk(tree) if isinstance(n, ast.Name)
    }


def test_only_the_store_opens_databases() -> None:
    outside = {
        name
        for name, tree in _modules(*DRIVERS)
        if _imported(tree) & DRIVERS and not name.startswith(("store/", "desk/"))
    }
    # a file of its own: results of a long run; and a name for the type of a desk's connection
    assert outside == {"runtime/journal.py", "app/people/register.py"}
    assert "create_engine" not in _named(_tree("app/people/register.py"))


def test_the_desk_opens_its_own_database_at_one_place() -> None:
    desk = {name: tree for name, tree in _modules(*DRIVERS) if name.startswith("desk/")}
    opening = {name for name, tree in desk.items() if "create_engine" in _named(tree)}
    assert opening == {"desk/opening.py"}
    opened = {
        name
        for name, tree in _modules("create_engine", "connect")
        if {"create_engine", "connect"} & _named(tree) and name.startswith("store/")
    }
    assert opened == {"store/bulk_sqlite.py", "store/bulk_postgres.py"}


def test_rows_leave_the_store_by_known_doors_only() -> None:
    """Every module that can name a table of rows, and which door of the backend it uses."""
    naming = {
        name
        for name, tree in _modules("sql_table", "metadata")
        if name.startswith("store/") and {"sql_table", "metadata"} & _named(tree)
    }
    assert naming == ROW_MODULES
    for name in ("reading", "paging"):
        tree = ast.parse((SOURCE / "store" / f"{name}.py").read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and _makes_select(node):
                assert "visible" in _named(ast.Module([node], [])), f"{name}.{node.name}"


def _makes_select(node: ast.FunctionDef) -> bool:
    text = ast.unparse(node)
    return "sa.select(" in text and "sql_table(" in text


def test_only_verification_and_counts_see_everything() -> None:
    assert {n for n, tree in _modules("auditing") if "auditing" in _named(tree)} == AUDITING
    assert {n for n, tree in _modules("migrating") if "migrating" in _named(tree)} == {
        "store/migrating.py"
    }
    assert {n for n, tree in _modules("inspecting") if "inspecting" in _named(tree)} == {
        "store/bulk_postgres.py", "store/opening.py"
    }  # fmt: skip


BY_LABEL = ("asking", "paging", "reading")
BY_OWNER = ("importing",)
WITHIN_A_WRITE = ("known", "marking", "remarking")  # to work out what rows are about
AUDITED = ("rowhashes", "store")  # verification and counts
NAMES_ONLY = ("bulk_postgres", "migrations/env", "tables", "wall_postgres")
ROW_MODULES = {
    f"store/{name}.py" for name in (*BY_LABEL, *BY_OWNER, *WITHIN_A_WRITE, *AUDITED, *NAMES_ONLY)
}
AUDITING = {"store/store.py", "store/verifying.py"}
