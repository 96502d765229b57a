"""Small files that are whole or absent, and on the disk when a call returns."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from redball.model.errors import BadUse, StoreError, UnsafeFile


def replace_durably(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write beside, flush to the disk, rename over, flush the folder.

    Raises
    ------
    StoreError
        When the disk does not take it; the old content then stands.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".partial")
    except OSError as error:
        raise _refused(path) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(name).replace(path)
        flush_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            Path(name).unlink(missing_ok=True)
        raise _refused(path) from error


def make_new(path: Path, data: bytes, mode: int) -> None:
    """Write a file that must not exist.

    Raises
    ------
    BadUse
        When it exists.
    StoreError
        When the disk does not take it.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError as error:
        raise BadUse("The file exists already.", where=str(path), mend="Move it away.") from error
    except OSError as error:
        raise _refused(path) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        flush_folder(path.parent)
    except OSError as error:
        raise _refused(path) from error


def read_small(path: Path, most_bytes: int) -> bytes | None:
    """Read a file of ours; None when there is none.

    Raises
    ------
    UnsafeFile
        When it is larger than any of ours.
    StoreError
        When it can't be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(most_bytes + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(
            "The file can't be read.", where=str(path), mend="Look at its permissions."
        ) from error
    if len(data) > most_bytes:
        raise UnsafeFile(
            f"The file is larger than {most_bytes:,} bytes.", where=str(path), mend="Restore it."
        )
    return data


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of a folder; others wait.

    Raises
    ------
    StoreError
        When the lock's file can't be opened.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _refused(path) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def flush_folder(path: Path) -> None:
    """Flush a folder's list of names to the disk; a rename is durable only then."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refused(path: Path) -> StoreError:
    return StoreError(
        "The file can't be written.",
        where=str(path),
        mend="Look at the disk's room and the folder's permissions.",
    )
