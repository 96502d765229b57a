"""SQLite: one file, one writer, durable on commit; bulk reading as Arrow."""

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from pathlib import Path
from urllib.parse import quote

import adbc_driver_manager
import adbc_driver_sqlite
import polars as pl
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite as sqlite_dialect

from redball.model import StoreBusy
from redball.store.backend import CHUNK_ROWS, Query
from redball.store.columns import literal_sql, result_schema, typed
from redball.store.failing import sqlite_error
from redball.store.gate import gate_of

_ERRORS = (sqlite3.Error, sa.exc.DBAPIError, adbc_driver_manager.Error)

_SETTINGS = (
    "synchronous=FULL",  # a commit is on the disk before it is acknowledged, also in WAL mode
    "fullfsync=ON",  # the same on macOS, where fsync alone does not reach the disk
    "cache_size=-65536",  # 64 MiB: a large import does not spill page by page
    "trusted_schema=OFF",
    "cell_size_check=ON",
)

_DIALECT = sqlite_dialect.dialect()

# One row ahead of every Arrow read: the driver takes the types from the first rows it sees, and
# a column that begins with empty values would be taken for integers.
_SAMPLE = {
    pl.String(): "''",
    pl.Date(): "''",
    pl.Float64(): "0.5",
    pl.Int32(): "1",
    pl.Int64(): "1",
    pl.Boolean(): "1",
}


class SQLiteBackend:
    """A store in a file.

    Parameters
    ----------
    path : pathlib.Path
    busy_seconds : float
        How long to wait for another writer.
    """

    name = "sqlite"

    def __init__(self, path: Path, busy_seconds: float) -> None:
        self.path = path
        self.url = f"sqlite:///{path}"
        self._busy_seconds = busy_seconds
        self._gate = gate_of(path)
        self._engine = sa.create_engine(
            "sqlite://", creator=self._connect, poolclass=sa.pool.NullPool
        )
        sa.event.listen(self._engine, "begin", _begin)
        self._writer = self._engine.execution_options(redball_begin="BEGIN IMMEDIATE")

    @property
    def absent(self) -> bool:
        """Whether there is no file."""
        return not self.path.exists()

    def _connect(self, mode: str = "rw") -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{quote(str(self.path))}?mode={mode}",
            uri=True,
            timeout=self._busy_seconds,
            isolation_level=None,
        )
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}")
        return connection

    def prepare(self) -> None:
        """Make the file if there is none and turn its write-ahead log on, which it remembers."""
        with self._gate.standard(), self._translated(), closing(self._connect("rwc")) as connection:
            connection.execute("PRAGMA journal_mode=WAL")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except _ERRORS as error:
            raise sqlite_error(error, str(self.path)) from error

    # SQLite has no users and no guard of rows: for whom a transaction acts changes nothing here,
    # and the query layer (reading.py, paging.py) is the wall.

    @contextmanager
    def writing(
        self,
        *,
        owners: Collection[str] = (),  # noqa: ARG002 - see above
        viewer: str = "",  # noqa: ARG002 - see above
    ) -> Iterator[sa.Connection]:
        """Open the one write transaction."""
        with self._gate.standard(), self._translated(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def reading(
        self,
        *,
        labels: Collection[int] = (),  # noqa: ARG002 - see above
        owners: Collection[str] = (),  # noqa: ARG002 - see above
        viewer: str = "",  # noqa: ARG002 - see above
    ) -> Iterator[sa.Connection]:
        """Open a read transaction; it never waits for a writer."""
        with self._gate.standard(), self._translated(), self._engine.begin() as connection:
            yield connection

    def migrating(self) -> AbstractContextManager[sa.Connection]:
        """Open the write transaction, to change the schema."""
        return self.writing()

    def auditing(self) -> AbstractContextManager[sa.Connection]:
        """Open a read transaction, to verify what is there."""
        return self.reading()

    def inspecting(self) -> AbstractContextManager[sa.Connection]:
        """Open a read transaction, to look at the schema."""
        return self.reading()

    def marking(self, connection: sa.Connection) -> AbstractContextManager[None]:  # noqa: ARG002
        """Let a write transaction mark every owner's rows: here it may anyway (see above)."""
        return nullcontext()

    def insert(self, connection: sa.Connection, target: sa.Table, frame: pl.DataFrame) -> None:
        """Insert rows with ``executemany``; dates as ISO text."""
        names = ", ".join(f'"{name}"' for name in frame.columns)
        places = ", ".join("?" * frame.width)
        sql = f'INSERT INTO "{target.name}" ({names}) VALUES ({places})'
        cursor = _driver(connection).cursor()
        for part in frame.iter_slices(CHUNK_ROWS):
            cursor.executemany(sql, part.with_columns(pl.col(pl.Date).cast(pl.String)).rows())

    def end(
        self,
        connection: sa.Connection,
        target: sa.Table,
        owner: str,
        keys: pl.Series,
        revision: int,
    ) -> None:
        """End current versions, each found by the primary key."""
        sql = f'UPDATE "{target.name}" SET until = ? WHERE owner = ? AND key = ? AND until IS NULL'
        rows = ((revision, owner, key) for key in keys)
        _driver(connection).executemany(sql, rows)

    def rows(self, connection: sa.Connection, query: Query) -> pl.DataFrame:
        """Run a query on the connection of a transaction."""
        schema = result_schema(query)
        cursor = _driver(connection).execute(literal_sql(query, _DIALECT))
        parts = [pl.DataFrame(schema=schema)]
        while rows := cursor.fetchmany(CHUNK_ROWS):
            columns = zip(schema.items(), zip(*rows, strict=True), strict=True)
            part = pl.DataFrame([_series(name, dtype, values) for (name, dtype), values in columns])
            parts.append(typed(part, schema, str(self.path)))
        return pl.concat(parts)

    def frames(
        self, queries: Mapping[str, Query], *, labels: Collection[int] = ()
    ) -> dict[str, pl.DataFrame]:
        """Read through the Arrow driver, or on an ordinary connection while one is open here."""
        with self._gate.arrow() as free:
            if free:
                # busy: another process is just opening or closing the log, which passes
                with suppress(StoreBusy):
                    return self._arrow(queries)
        with self.reading(labels=labels) as connection:
            return {name: self.rows(connection, query) for name, query in queries.items()}

    def _arrow(self, queries: Mapping[str, Query]) -> dict[str, pl.DataFrame]:
        found = {}
        address = f"file:{quote(str(self.path))}?mode=rw"
        with (
            self._translated(),
            adbc_driver_sqlite.connect(address) as database,
            adbc_driver_manager.AdbcConnection(database) as connection,
        ):
            for name, query in queries.items():
                schema = result_schema(query)
                try:
                    frame = _arrow_frame(connection, _with_sample(query, schema))
                except pl.exceptions.PolarsError as error:  # SQLite's, met while drawing rows
                    raise sqlite_error(error, str(self.path)) from error
                found[name] = typed(frame.slice(1), schema, str(self.path))
        return found

    def size_bytes(self, connection: sa.Connection) -> int:
        """Pages in use times their size."""
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())


def _driver(connection: sa.Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError("not a connection of SQLite")
    return driver


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("redball_begin", "BEGIN"))


def _series(name: str, dtype: pl.DataType, values: tuple[object, ...]) -> pl.Series:
    stored = {pl.Date(): pl.String(), pl.Boolean(): pl.Int64()}.get(dtype, dtype)
    return pl.Series(name, values, stored)


def _with_sample(query: Query, schema: Mapping[str, pl.DataType]) -> str:
    sample = ", ".join(f'{_SAMPLE[dtype]} AS "{name}"' for name, dtype in schema.items())
    # The inner select keeps its order and limit; UNION ALL returns its parts one after the other.
    return f"SELECT {sample} UNION ALL SELECT * FROM ({literal_sql(query, _DIALECT)})"


def _arrow_frame(connection: adbc_driver_manager.AdbcConnection, sql: str) -> pl.DataFrame:
    with adbc_driver_manager.AdbcStatement(connection) as statement:
        statement.set_options(**{"adbc.sqlite.query.batch_rows": str(CHUNK_ROWS)})
        statement.set_sql_query(sql)
        stream, _ = statement.execute_query()
        return pl.DataFrame(stream)
