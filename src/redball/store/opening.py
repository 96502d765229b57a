"""Open a store by its address."""

from pathlib import Path

import sqlalchemy as sa

from redball.model import BadUse, MissingExtra, StoreError, StoreMissing
from redball.store.backend import Backend
from redball.store.bulk_sqlite import SQLiteBackend
from redball.store.failing import undamaged
from redball.store.migrating import REVISIONS, is_current, schema_revision, upgrade
from redball.store.store import Store

BUSY_SECONDS = 30.0


def open_store(
    url: str | Path,
    *,
    create: bool = False,
    migrate: bool = True,
    busy_seconds: float = BUSY_SECONDS,
) -> Store:
    """Open a store.

    Parameters
    ----------
    url : str or pathlib.Path
        A path, ``sqlite:///path``, or ``postgresql://user@host/database``.
    create : bool
        Make the store if there is none. The folder or the database must exist.
    migrate : bool
        Bring a store of an older version to this one.
    busy_seconds : float
        How long an import waits for another one before it raises ``StoreBusy``.

    Raises
    ------
    StoreMissing
        There is no store and ``create`` is false, or the folder does not exist.
    StoreTooNew
        A newer version of the software wrote the store.
    StoreError
        The store is of an older version and ``migrate`` is false; the address holds something
        else; the file is damaged; the server can't be reached.
    MissingExtra
        PostgreSQL without the ``postgres`` extra.
    BadUse
        The address is of another sort.
    """
    backend = _backend(url, busy_seconds)
    found = None
    if not backend.absent:
        with undamaged(backend.url), backend.inspecting() as connection:
            found = schema_revision(connection, backend.url)
    if found is None and not create:
        raise StoreMissing(
            "There is no store here.",
            where=backend.url,
            mend="Check the address, or make one with: redball store init",
        )
    if found is not None and not is_current(found) and not migrate:
        raise StoreError(
            f"The store has the older schema '{found}'; this version needs '{REVISIONS[-1]}'.",
            where=backend.url,
            mend="Open it with migrate=True; copy the store first if older versions still need it.",
        )
    if not is_current(found):
        upgrade(backend)
    return Store(backend, str(url))


def _backend(url: str | Path, busy_seconds: float) -> Backend:
    text = str(url)
    if isinstance(url, Path) or "://" not in text:
        return _file(Path(text), busy_seconds)
    try:
        parsed = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        raise BadUse(f"'{text}' is not an address of a store.", mend=_FORMS) from None
    kind = parsed.drivername.partition("+")[0]
    if kind == "sqlite" and parsed.database and not parsed.query:
        return _file(Path(parsed.database), busy_seconds)
    if kind in ("postgresql", "postgres"):
        try:
            from redball.store.bulk_postgres import PostgresBackend
        except ImportError:
            raise MissingExtra("postgres", "A store on PostgreSQL") from None
        return PostgresBackend(parsed, busy_seconds)
    raise BadUse(f"A store can't be kept at '{parsed.drivername}:' like this.", mend=_FORMS)


_FORMS = "Use a path, sqlite:///path, or postgresql://user@host/database."


def _file(path: Path, busy_seconds: float) -> Backend:
    if str(path) == ":memory:":
        raise BadUse("A store is not kept in memory.", mend=_FORMS)
    if path.is_dir():
        raise StoreError(
            "This is a folder, not a store.", where=str(path), mend="Name a file in it."
        )
    if not path.absolute().parent.is_dir():
        raise StoreMissing(
            "The folder of the store does not exist.",
            where=str(path),
            mend=f"Make it first: {path.absolute().parent}",
        )
    return SQLiteBackend(path, busy_seconds)
