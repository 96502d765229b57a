"""Errors of the database engines in the words of the package."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from redball.model import StoreBusy, StoreError, StoreFull

_ROOM = "Free some room (or raise the limit), then try again; nothing was written."
_DAMAGED = "Restore the file from a backup; the packages can be imported again."


def sqlite_error(error: Exception, where: str) -> StoreError:
    """Translate an error of SQLite, through whichever driver it came."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) and error.orig else error
    code = _sqlite_code(cause)
    known = _SQLITE.get(code) or _SQLITE.get(code & 0xFF)
    if known is None:
        return StoreError(f"The database reports: {cause}", where=where)
    kind, what, mend = known
    return kind(what, where=where, mend=mend)


def _sqlite_code(cause: BaseException) -> int:
    code = getattr(cause, "sqlite_errorcode", 0)
    if code:
        return int(code)
    # the Arrow driver, and Polars when it draws rows from it, only give SQLite's text
    return next((code for text, code in _TEXTS.items() if text in str(cause)), 0)


_TEXTS = {
    "database is locked": sqlite3.SQLITE_BUSY,
    "disk image is malformed": sqlite3.SQLITE_CORRUPT,
    "file is not a database": sqlite3.SQLITE_NOTADB,
    "unable to open database file": sqlite3.SQLITE_CANTOPEN,
    "failed to open": sqlite3.SQLITE_CANTOPEN,
    "disk I/O error": sqlite3.SQLITE_IOERR,
}

_Known = tuple[type[StoreError], str, str]

_BUSY: _Known = (
    StoreBusy,
    "Another import holds the store.",
    "Wait until it has ended, then try again; nothing was written.",
)

_SQLITE: dict[int, _Known] = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_FULL: (StoreFull, "There is no room left for the store.", _ROOM),
    sqlite3.SQLITE_IOERR_WRITE: (
        StoreFull,
        "The disk refused to take more data: a quota, a size limit, or a fault.",
        _ROOM,
    ),
    sqlite3.SQLITE_IOERR: (StoreError, "The disk reports an error.", "Check the disk; " + _DAMAGED),
    sqlite3.SQLITE_READONLY: (
        StoreError,
        "The store can be read but not written.",
        "Give yourself the right to write the file and its folder, or copy it.",
    ),
    sqlite3.SQLITE_CORRUPT: (StoreError, "The store's file is damaged.", _DAMAGED),
    sqlite3.SQLITE_NOTADB: (
        StoreError,
        "This file is not a store, or its beginning is damaged.",
        "Check the path; if it was a store, restore it from a backup.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        StoreError,
        "The store's file can't be opened.",
        "Check that the file can be read and that its folder can be written.",
    ),
}


def postgres_error(error: Exception, where: str) -> StoreError:
    """Translate an error of PostgreSQL by its SQLSTATE."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) and error.orig else error
    state = getattr(cause, "sqlstate", None) or ""
    if state == "55P03":
        return _BUSY[0](_BUSY[1], where=where, mend=_BUSY[2])
    if state == "53100":
        return StoreFull("There is no room left for the store.", where=where, mend=_ROOM)
    if state == "42501":
        return StoreError(
            "The user of the database may not do this.",
            where=where,
            mend="Grant it CREATE on the schema, or SELECT, INSERT and UPDATE on the tables.",
        )
    if state in ("", "3D000") or state.startswith(("08", "28", "57P")):
        return StoreError(
            f"The server can't be reached or refuses: {str(cause).strip()}",
            where=where,
            mend="Check address, user and password, and that the server runs.",
        )
    return StoreError(f"The database reports: {str(cause).strip()}", where=where)


@contextmanager
def undamaged(where: str) -> Iterator[None]:
    """Say that a store is damaged where its content can't even be taken for text or numbers.

    Raises
    ------
    StoreError
        A text is not UTF-8, or a value is not of its type.
    """
    try:
        yield
    except (ValueError, OverflowError, TypeError) as error:  # UnicodeDecodeError is a ValueError
        raise StoreError(
            f"The store holds what is no content of a store: {error}", where=where, mend=_DAMAGED
        ) from error
