"""A record on disk of finished tasks, from which killed work resumes."""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TypeVar, cast

from redball.model import BadData, BadUse, StoreBusy, StoreError, StoreFull
from redball.model.running import Progress, Runner, check_keys
from redball.runtime.reading import decoded
from redball.runtime.software import software
from redball.runtime.values import encoded

T = TypeVar("T")
R = TypeVar("R")

_APPLICATION = 0x5242_4A4C  # 'RBJL'
_FORMAT = 1
_BUSY_SECONDS = 5.0
_SUM_BYTES = 32


class Journal:
    """Finished tasks with their results, in one SQLite file.

    Every result is written before it is handed on, in a transaction of its own, with a write-ahead
    log: a process that is killed at any moment loses no result it has handed on. A task is known
    again by a hash over the work, what is bound to it, the task (or its key) and the software, down
    to the bytes of this package; so a journal never gives an answer that today's software would not
    give. Several processes may share a journal.

    Parameters
    ----------
    path : str or Path
        The file; made where there is none.

    Raises
    ------
    BadData
        The file is no journal, or is damaged.
    BadUse
        The folder does not exist.
    StoreError
        The file can't be opened or written; ``StoreBusy`` while another process holds it for long,
        ``StoreFull`` where the disk has no room.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        if not self.path.parent.is_dir():
            raise BadUse(
                "The folder of the journal does not exist.",
                where=str(self.path),
                mend="Make it, or name another file.",
            )
        with self._said():
            self._file = sqlite3.connect(
                self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        try:
            with self._said():
                self._open()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> "Journal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __len__(self) -> int:
        """Results kept, of any software."""
        with self._said():
            (count,) = self._file.execute("SELECT count(*) FROM done").fetchone()
        return int(count)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def keeping(self, runner: Runner) -> Runner:
        """A runner that takes from the journal what is done and has the rest done by ``runner``."""
        return _Keeping(self, runner)

    def _open(self) -> None:
        (application,) = self._file.execute("PRAGMA application_id").fetchone()
        (version,) = self._file.execute("PRAGMA user_version").fetchone()
        (tables,) = self._file.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if (application, version) != (_APPLICATION, _FORMAT) and (application or version or tables):
            newer = application == _APPLICATION and version > _FORMAT
            raise BadData(
                f"The file is a journal of format {version}, newer than this software's {_FORMAT}."
                if newer
                else "The file is a database, but no journal of finished tasks.",
                where=str(self.path),
                mend="Name another file, or delete this one if nobody needs it.",
            )
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = NORMAL")  # a kill loses nothing
        self._file.execute("BEGIN IMMEDIATE")
        self._file.execute(f"PRAGMA application_id = {_APPLICATION}")
        self._file.execute(f"PRAGMA user_version = {_FORMAT}")
        self._file.execute(
            "CREATE TABLE IF NOT EXISTS done "
            "(key BLOB PRIMARY KEY, result BLOB NOT NULL) WITHOUT ROWID"
        )
        self._file.execute("COMMIT")

    def _has(self, key: bytes) -> bool:
        with self._said():
            row = self._file.execute("SELECT 1 FROM done WHERE key = ?", (key,)).fetchone()
        return row is not None

    def _take(self, key: bytes) -> object:
        with self._said():
            row = self._file.execute("SELECT result FROM done WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise BadData(
                "A result that was there is gone.",
                where=str(self.path),
                mend="Let nobody else change the journal, and start again.",
            )
        if not isinstance(row[0], bytes):
            raise self._damaged()
        total, data = row[0][:_SUM_BYTES], row[0][_SUM_BYTES:]
        if hashlib.sha256(key + data).digest() != total:
            raise self._damaged()
        try:
            return decoded(data)
        except BadData as error:
            raise self._damaged() from error

    def _keep(self, key: bytes, data: bytes) -> None:
        total = hashlib.sha256(key + data).digest()
        with self._said():
            self._file.execute("INSERT OR IGNORE INTO done VALUES (?, ?)", (key, total + data))

    def _damaged(self) -> BadData:
        return BadData(
            "The journal is damaged.",
            where=str(self.path),
            mend="Delete the file and run again; only time is lost.",
        )

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Turn errors of SQLite into ours."""
        try:
            yield
        except sqlite3.Error as error:
            raise self._ours(error) from error

    def _ours(self, error: sqlite3.Error) -> StoreError | BadData:
        where = str(self.path)
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return StoreBusy(
                "Another process holds the journal.",
                where=where,
                mend="Wait for it, or name another file.",
            )
        if code == sqlite3.SQLITE_FULL:
            return StoreFull(
                "No room on the disk for the journal.",
                where=where,
                mend="Make room and run again; what is done is kept.",
            )
        if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            return self._damaged()
        return StoreError(
            f"The journal can't be used: {error}.",
            where=where,
            mend="See that the file may be read and written.",
        )


class _Keeping:
    """The runner of a journal."""

    def __init__(self, journal: Journal, runner: Runner) -> None:
        self._journal = journal
        self._runner = runner

    def map(
        self,
        work: Callable[[T], R],
        tasks: Sequence[T],
        *,
        keys: Sequence[str] | None = None,
        progress: Progress | None = None,
    ) -> Generator[R, None, None]:
        """See :meth:`redball.model.running.Runner.map`."""
        check_keys(tasks, keys)
        head = _hash_of_work(work)
        names = [
            hashlib.sha256(head + encoded(tasks[i] if keys is None else keys[i])).digest()
            for i in range(len(tasks))
        ]
        return self._results(work, tasks, keys, names, progress)

    def _results(
        self,
        work: Callable[[T], R],
        tasks: Sequence[T],
        keys: Sequence[str] | None,
        names: list[bytes],
        progress: Progress | None,
    ) -> Generator[R, None, None]:
        missing = [i for i, name in enumerate(names) if not self._journal._has(name)]
        rest = self._runner.map(
            work, [tasks[i] for i in missing], keys=keys and [keys[i] for i in missing]
        )
        to_do = set(missing)
        with closing(rest):
            for number, name in enumerate(names):
                if number in to_do:
                    result = next(rest)
                    data = encoded(result)
                    self._journal._keep(name, data)
                else:
                    result = cast(R, self._journal._take(name))
                if progress is not None:
                    progress((number + 1) / len(names))
                yield result


def _hash_of_work(work: Callable[..., object]) -> bytes:
    """Hash over the work, what is bound to it, and the software."""
    bound: tuple[object, ...] = ()
    while isinstance(work, partial):
        bound += (work.args, work.keywords)
        work = work.func
    return hashlib.sha256(encoded((software(), work, bound), functions=True)).digest()
