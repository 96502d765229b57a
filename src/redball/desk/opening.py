"""Open a desk: beside the store's file, or in a schema of its own on the store's server.

The desk is a database of its own, since people sign in, comment and run things while an import
holds the store's one write transaction for seconds, and since rights on the rows of nations and
rights on accounts should not be one thing.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa

from redball.desk import tables
from redball.desk.schema import CHANGE, METADATA, STATE, VERSION
from redball.model import BadUse, MissingExtra, StoreBusy, StoreError, StoreMissing, StoreTooNew

SCHEMA = "redball_desk"
"""Schema on a PostgreSQL server."""
BUSY_SECONDS = 10.0

_SETTINGS = (
    "synchronous=FULL",
    "fullfsync=ON",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
)


class Desk:
    """An open desk; :func:`open_desk` opens one. May be shared by threads.

    Times are ISO 8601 text in UTC with microseconds, so that they sort as they follow.
    """

    def __init__(self, engine: sa.Engine, where: str) -> None:
        self._engine = engine
        self._writer = engine.execution_options(redball_begin="BEGIN IMMEDIATE")
        self.where = where

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Open a read transaction.

        Raises
        ------
        StoreError
            The database can't be read.
        """
        with self._told(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self, *topics: str) -> Iterator[sa.Connection]:
        """Open a write transaction: durable when left, rolled back on any error.

        Parameters
        ----------
        *topics : str
            What is changed, for pages that wait for it: see :func:`versions`.

        Raises
        ------
        StoreBusy, StoreError
            Nothing was written.
        """
        with self._told(), self._writer.begin() as connection:
            yield connection
            for topic in topics:
                _changed(connection, topic)

    def versions(self) -> dict[str, int]:
        """How often each topic has changed so far."""
        with self.reading() as connection:
            rows = connection.execute(sa.select(CHANGE.c.topic, CHANGE.c.version))
            return {str(topic): int(version) for topic, version in rows}

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.OperationalError as error:
            if "locked" in str(error.orig):
                raise StoreBusy(
                    "Somebody else is writing to the desk.",
                    where=self.where,
                    mend="Try again; nothing was written.",
                ) from error
            raise self._broken(error) from error
        except sa.exc.DBAPIError as error:
            if isinstance(error, sa.exc.IntegrityError):
                raise  # what it means is known where it was written
            raise self._broken(error) from error

    def _broken(self, error: sa.exc.DBAPIError) -> StoreError:
        return StoreError(
            f"The desk's database reports: {error.orig}",
            where=self.where,
            mend="Check the disk or the server; what was committed is there when it is back.",
        )


def _changed(connection: sa.Connection, topic: str) -> None:
    raised = sa.update(CHANGE).where(CHANGE.c.topic == topic).values(version=CHANGE.c.version + 1)
    if not connection.execute(raised).rowcount:
        connection.execute(sa.insert(CHANGE).values(topic=topic, version=1))


def desk_address(store: str) -> str:
    """Where the desk of a store lies: ``STORE.desk`` beside a file, or the store's server."""
    path = store.removeprefix("sqlite:///")
    return store if "://" in path else f"{path}.desk"


def open_desk(store: str, *, create: bool = True) -> Desk:
    """Open the desk of a store.

    Parameters
    ----------
    store : str
        Address of the store.
    create : bool
        Make the desk where there is none.

    Raises
    ------
    StoreMissing
        There is none and ``create`` is false, or its folder does not exist.
    StoreTooNew
        A newer version of the software wrote it.
    StoreError
        It can't be reached, or is no desk.
    """
    address = desk_address(store)
    server = "://" in address
    if not server and not create and not Path(address).exists():
        raise StoreMissing(
            "There is no desk here.", where=address, mend="Start one with: redball serve"
        )
    if not server and not Path(address).absolute().parent.is_dir():
        raise StoreMissing("The folder of the desk does not exist.", where=address)
    desk = Desk(_server(address) if server else _file(Path(address)), _shown(address))
    _prepare(desk, server=server)
    return desk


def _shown(address: str) -> str:
    return sa.make_url(address).render_as_string() if "://" in address else address


def _file(path: Path) -> sa.Engine:
    if not path.exists():
        path.touch(mode=0o600)  # accounts and sessions: for the operator alone
    engine = sa.create_engine(
        f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS, "isolation_level": None}
    )

    def settings(connection: object, record: object) -> None:
        del record
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}")  # type: ignore[attr-defined]  # DBAPI: untyped

    def begin(connection: sa.Connection) -> None:
        options = connection.get_execution_options()
        connection.exec_driver_sql(options.get("redball_begin", "BEGIN"))

    sa.event.listen(engine, "connect", settings)
    sa.event.listen(engine, "begin", begin)
    return engine


def _server(address: str) -> sa.Engine:
    try:
        import psycopg
    except ImportError:
        raise MissingExtra("postgres", "A desk on PostgreSQL") from None
    del psycopg
    url = sa.make_url(address)
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise BadUse(f"A desk can't be kept at '{url.drivername}:'.")
    url = url.set(drivername="postgresql+psycopg")
    return sa.create_engine(
        url, pool_pre_ping=True, connect_args={"options": f"-csearch_path={SCHEMA}"}
    )


def _prepare(desk: Desk, *, server: bool) -> None:
    with desk.reading() as connection:
        there = sa.inspect(connection).has_table(STATE.name, schema=SCHEMA if server else None)
    if there:
        with desk.reading() as connection:
            version = connection.execute(sa.select(STATE.c.version)).scalar_one_or_none()
        if version is not None and version > VERSION:
            raise StoreTooNew(
                f"The desk has schema {version}; this version knows {VERSION}.",
                where=desk.where,
                mend="Update Redball.",
            )
        if version == VERSION:
            return
    if not server:
        with desk.reading() as connection, suppress(sa.exc.OperationalError):
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            connection.exec_driver_sql("BEGIN")
    assert tables.__all__  # imported, so that METADATA knows them
    with desk.writing() as connection:
        if server:
            connection.execute(sa.schema.CreateSchema(SCHEMA, if_not_exists=True))
        METADATA.create_all(connection)
        if connection.execute(sa.select(STATE.c.version)).scalar_one_or_none() is None:
            connection.execute(sa.insert(STATE).values(id=1, version=VERSION))
        connection.execute(sa.update(STATE).values(version=VERSION))
