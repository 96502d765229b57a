"""PostgreSQL: a server that several share; rows move by COPY in both directions."""

import io
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import polars as pl
import psycopg
import sqlalchemy as sa

from redball.store.backend import CHUNK_ROWS, Query
from redball.store.columns import literal_sql, result_schema, typed
from redball.store.failing import postgres_error
from redball.store.tables import metadata
from redball.store.wall_postgres import (
    AUDITOR,
    MARKER,
    WRITER,
    Context,
    Cursor,
    assert_standing,
    enter,
    is_guarded,
    reading_context,
    take,
    writing_context,
)

_ERRORS = (psycopg.Error, sa.exc.DBAPIError)

_LOCK = 0x52_45_44_42_41_4C_4C
"""Key of the advisory lock that serialises imports: 'REDBALL' in ASCII."""

_KEYS_AT_A_TIME = 10_000


class PostgresBackend:
    """A store on a server.

    Parameters
    ----------
    url : sqlalchemy.URL
        Address in the form ``postgresql://user:password@host:port/database``.
    busy_seconds : float
        How long to wait for another writer.
    """

    name = "postgresql"

    def __init__(self, url: sa.URL, busy_seconds: float) -> None:
        self.url = url.render_as_string(hide_password=True)
        self._busy_ms = max(1, round(busy_seconds * 1000))
        self._engine = sa.create_engine(
            url.set(drivername="postgresql+psycopg"), poolclass=sa.pool.NullPool
        )
        self._standing = False
        self._reader = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    @property
    def absent(self) -> bool:
        """Whether there is no database; a server that can't be reached raises."""
        return False

    def prepare(self) -> None:
        """Do nothing: the settings belong to each transaction."""

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except _ERRORS as error:
            raise postgres_error(error, self.url) from error

    @contextmanager
    def writing(self, *, owners: Collection[str] = (), viewer: str = "") -> Iterator[sa.Connection]:
        """Open the one write transaction, for the rows of some owners and a viewer's results."""
        context = writing_context(owners, viewer)
        with self._locked() as connection:
            self._enter(connection, context)
            yield connection

    @contextmanager
    def migrating(self) -> Iterator[sa.Connection]:
        """Open the write transaction as the connecting user, to change the schema."""
        with self._locked() as connection:
            yield connection

    @contextmanager
    def _locked(self) -> Iterator[sa.Connection]:
        """Write alone: the transaction holds an advisory lock until it ends."""
        with self._translated(), self._engine.begin() as connection:
            connection.exec_driver_sql(
                f"SET LOCAL synchronous_commit = on; SET LOCAL datestyle = 'ISO, YMD';"
                f" SET LOCAL extra_float_digits = 1; SET LOCAL lock_timeout = {self._busy_ms}"
            )
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            yield connection

    @contextmanager
    def reading(
        self, *, labels: Collection[int] = (), owners: Collection[str] = (), viewer: str = ""
    ) -> Iterator[sa.Connection]:
        """Open a read transaction: rows by label or of some owners, results of a viewer."""
        context = reading_context(labels, owners, viewer)
        with self.inspecting() as connection:
            self._enter(connection, context)
            yield connection

    @contextmanager
    def auditing(self) -> Iterator[sa.Connection]:
        """Open a read transaction that sees everything, to verify it."""
        with self.inspecting() as connection:
            self._enter(connection, Context(AUDITOR))
            yield connection

    @contextmanager
    def inspecting(self) -> Iterator[sa.Connection]:
        """Open a read transaction as the connecting user, to look at the schema."""
        with self._translated(), self._reader.begin() as connection:
            connection.exec_driver_sql(
                "SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL extra_float_digits = 1"
            )
            yield connection

    @contextmanager
    def marking(self, connection: sa.Connection) -> Iterator[None]:
        """Let a write transaction read every owner's rows and change their markings."""
        with _cursor(connection) as cursor:
            take(cursor, MARKER, self.url)
            yield
            # not after an error: the transaction is lost then, with its role
            take(cursor, WRITER, self.url)

    def _enter(self, connection: sa.Connection, context: Context) -> None:
        with _cursor(connection) as cursor:
            enter(cursor, context, self.url)
            if not self._standing:
                assert_standing(cursor, self.url)
                self._standing = True

    def insert(self, connection: sa.Connection, target: sa.Table, frame: pl.DataFrame) -> None:
        """Insert rows with COPY; texts are quoted, so an empty text is not an empty value.

        COPY does not fill tables with row-level security, so theirs go through a temporary one.
        """
        names = ", ".join(f'"{name}"' for name in frame.columns)
        through = f'pg_temp."redball_{target.name}"' if is_guarded(target.name) else ""
        with _cursor(connection) as cursor:
            if through:
                cursor.execute(
                    f'CREATE TEMPORARY TABLE IF NOT EXISTS "redball_{target.name}"'
                    f' (LIKE "{target.name}") ON COMMIT DROP'.encode()
                )
            _copy(cursor, f"{through or _quoted(target.name)} ({names})", frame)
            if through:
                cursor.execute(
                    f'INSERT INTO "{target.name}" ({names}) SELECT {names} FROM {through}'.encode()
                )
                cursor.execute(f"TRUNCATE {through}".encode())

    def end(
        self,
        connection: sa.Connection,
        target: sa.Table,
        owner: str,
        keys: pl.Series,
        revision: int,
    ) -> None:
        """End current versions, found by the primary key."""
        sql = (
            f'UPDATE "{target.name}" SET until = %s'
            " WHERE owner = %s AND key = ANY(%s) AND until IS NULL"
        )
        with _cursor(connection) as cursor:
            for start in range(0, len(keys), _KEYS_AT_A_TIME):
                part = keys.slice(start, _KEYS_AT_A_TIME).to_list()
                cursor.execute(sql.encode(), (revision, owner, part))

    def rows(self, connection: sa.Connection, query: Query) -> pl.DataFrame:
        """Run a query with COPY and parse its CSV.

        CSV readers take an empty text for an empty value, so each text travels behind a mark.
        """
        schema = result_schema(query)
        marked = query.with_only_columns(
            *(_travelling(column).label(column.name) for column in query.selected_columns)
        )
        sql = f"COPY ({literal_sql(marked, self._engine.dialect)}) TO STDOUT (FORMAT csv)"
        with _cursor(connection) as cursor, cursor.copy(sql.encode()) as copy:
            data = b"".join(copy)
        carried = {name: pl.Int64() if t == pl.Boolean else t for name, t in schema.items()}
        frame = pl.read_csv(data, has_header=False, schema=carried, raise_if_empty=False)
        frame = frame.with_columns(pl.col(pl.String).str.strip_prefix(_MARK))
        return typed(frame, schema, self.url)

    def frames(
        self, queries: Mapping[str, Query], *, labels: Collection[int] = ()
    ) -> dict[str, pl.DataFrame]:
        """Read all queries in one read transaction."""
        with self.reading(labels=labels) as connection:
            return {name: self.rows(connection, query) for name, query in queries.items()}

    def size_bytes(self, connection: sa.Connection) -> int:
        """Tables with their indexes, as the server counts them."""
        names = [*metadata().tables, "alembic_version"]
        total = sa.func.sum(sa.func.pg_total_relation_size(sa.column("name", sa.Text)))
        listed = sa.values(sa.column("name", sa.Text), name="named").data(
            [(f'"{name}"',) for name in names]
        )
        return int(connection.execute(sa.select(total).select_from(listed)).scalar_one())


_MARK = "="


def _travelling(column: "sa.ColumnElement[Any]") -> "sa.ColumnElement[Any]":
    if isinstance(column.type, sa.Text):
        return sa.literal_column(f"'{_MARK}'", sa.Text) + column
    if isinstance(column.type, sa.Boolean):
        return sa.cast(column, sa.Integer)
    return column


def _quoted(name: str) -> str:
    return f'"{name}"'


def _copy(cursor: Cursor, target: str, frame: pl.DataFrame) -> None:
    with cursor.copy(f"COPY {target} FROM STDIN (FORMAT csv)".encode()) as copy:
        for part in frame.iter_slices(CHUNK_ROWS):
            buffer = io.BytesIO()
            part.write_csv(buffer, include_header=False, quote_style="non_numeric")
            copy.write(buffer.getvalue())


def _cursor(connection: sa.Connection) -> Cursor:
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError("not a psycopg connection")
    return driver.cursor()
