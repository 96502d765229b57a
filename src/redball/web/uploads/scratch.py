"""Uploads on the disk: one private folder each, never named by what the sender called it.

An upload is bound to an account, outlives its session, and is gone after :data:`KEPT`. How much
anybody, and everybody together, may keep here is bounded before a byte is written.
"""

import json
import re
import secrets
import shutil
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self

from redball.app.beside import beside, own_folder
from redball.exchange import Limits
from redball.exchange.package.archive import Archive
from redball.model import BadData, BadUse
from redball.signing.durable import locked

if TYPE_CHECKING:
    from redball.web.serving import Services

KEPT = timedelta(hours=24)
PER_PERSON = 5
PERSON_BYTES = 1 << 30
ALL_BYTES = 8 << 30
_KEY = re.compile(r"[0-9a-f]{32}")
_PIECE = 1 << 20
_NOTE = "upload.json"
_COMING = "coming.json"
"""Note of an upload that is still being sent; it counts, and nobody can open it."""


class NoSuchUpload(BadUse):
    """It is not there, has expired, or is somebody else's: all the same to whoever asks."""

    status = 404


@dataclass(frozen=True)
class Upload:
    """A file that somebody sent.

    Attributes
    ----------
    key : str
    account : str
        Whose it is.
    name : str
        What the sender called it: for people to read, never a path.
    size : int
    at : datetime
    workbook : bool
        A single workbook; else a zip.
    folder : Path
    """

    key: str
    account: str
    name: str
    size: int
    at: datetime
    workbook: bool
    folder: Path

    @property
    def path(self) -> Path:
        """The file itself."""
        return self.folder / ("package.xlsx" if self.workbook else "package.zip")

    @property
    def expires(self) -> datetime:
        """When it is removed."""
        return self.at + KEPT


class Scratch:
    """Where uploads lie; may be shared by threads.

    Parameters
    ----------
    folder : Path
        Made when the first upload comes, for the operator alone.
    most : int
        Bytes of one upload.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._most = most

    @classmethod
    def start(cls, services: "Services") -> Self:
        """Where :func:`redball.app.beside.beside` has it for the store."""
        settings = services.settings
        made = cls(beside(settings.store, "uploads"), settings.limits.upload_bytes)
        made.sweep()
        return made

    def stop(self) -> None:
        """What has expired goes; the rest is there after the next start."""
        self.sweep()

    def take(self, account: str, name: str, source: BinaryIO) -> Upload:
        """Keep what somebody sends, after looking at its outside only.

        Raises
        ------
        BadUse
            Nothing was sent, or the person keeps too much here already.
        BadData, UnsafeFile
            It is no zip and no workbook, or not a safe one; nothing of it is kept.
        """
        self.sweep()
        shown = "".join(sign for sign in name if sign.isprintable())[-120:] or "package"
        key = secrets.token_hex(16)
        folder = self._folder / key
        coming = Upload(key, account, shown, 0, datetime.now(UTC), False, folder)
        own_folder(self._folder)
        with locked(self._folder / ".lock"):  # servers in several processes share the folder
            self._room(account)
            folder.mkdir(mode=0o700)
            _write(coming, _COMING)
        try:
            size = self._copied(source, folder / "part")
            made = replace(coming, size=size, workbook=_is_workbook(folder / "part", shown))
            (folder / "part").rename(made.path)
            _write(made, _NOTE)
            (folder / _COMING).unlink()
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return made

    def of(self, account: str, key: str) -> Upload:
        """Give an upload to whoever sent it.

        Raises
        ------
        NoSuchUpload
            Whatever the reason.
        """
        found = self._read(self._folder / key) if _KEY.fullmatch(key) else None
        if found is None or found.account != account or found.expires <= datetime.now(UTC):
            raise NoSuchUpload("There is no such upload.", mend="Upload the file again.")
        return found

    def mine(self, account: str) -> list[Upload]:
        """Uploads of somebody, the newest first."""
        found = [one for one in self._all() if one.account == account]
        return sorted(found, key=lambda one: one.at, reverse=True)

    def drop(self, upload: Upload) -> None:
        """Remove an upload and what was made of it."""
        shutil.rmtree(upload.folder, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what has expired, and what is left of uploads that broke off."""
        now = datetime.now(UTC)
        for folder in self._folders():
            found = self._read(folder)
            broken = found is None and _age(folder, now) > timedelta(hours=1)
            if broken or (found is not None and found.expires <= now):
                shutil.rmtree(folder, ignore_errors=True)

    def _room(self, account: str) -> None:
        every = [(one, _bytes_in(one.folder)) for one in self._all(coming=True)]
        own = [size for one, size in every if one.account == account]
        if len(own) >= PER_PERSON or sum(own) >= PERSON_BYTES:
            raise BadUse(
                f"You keep {len(own)} uploads here, which is the most.",
                where="uploads",
                mend="Discard one of them, then send this one again.",
            )
        if sum(size for _, size in every) + self._most > ALL_BYTES:
            raise BadUse(
                "There is no room for further uploads now.",
                where="uploads",
                mend="Try again later: uploads are removed a day after they came.",
            )

    def _copied(self, source: BinaryIO, target: Path) -> int:
        size = 0
        with target.open("xb") as file:
            while piece := source.read(_PIECE):
                size += len(piece)
                if size > self._most:
                    raise BadData(f"The file is larger than {self._most >> 20} MB.", where="file")
                file.write(piece)
        if not size:
            raise BadUse("The file is empty.", where="file", mend="Choose the package and send it.")
        return size

    def _all(self, *, coming: bool = False) -> list[Upload]:
        found = [self._read(folder, coming=coming) for folder in self._folders()]
        return [one for one in found if one is not None]

    def _folders(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        return [one for one in self._folder.iterdir() if _KEY.fullmatch(one.name)]

    def _read(self, folder: Path, *, coming: bool = False) -> Upload | None:
        for name in (_NOTE, _COMING) if coming else (_NOTE,):
            try:
                note = json.loads((folder / name).read_text(encoding="utf-8"))
                at = datetime.fromisoformat(note["at"])
                return Upload(**{**note, "at": at, "folder": folder})
            except (OSError, ValueError, KeyError, TypeError):
                continue  # not there yet, or cut off when the server ended
        return None


def _write(upload: Upload, name: str) -> None:
    note = {k: v for k, v in asdict(upload).items() if k != "folder"}
    text = json.dumps({**note, "at": upload.at.isoformat()})
    part = upload.folder / f"{name}.part"
    part.write_text(text, encoding="utf-8")
    part.replace(upload.folder / name)


def _bytes_in(folder: Path) -> int:
    """What an upload takes now, also while it grows."""
    try:
        return sum(one.stat().st_size for one in folder.iterdir())
    except OSError:
        return 0  # it was discarded meanwhile


def _age(folder: Path, now: datetime) -> timedelta:
    try:
        return now - datetime.fromtimestamp(folder.stat().st_mtime, UTC)
    except OSError:
        return timedelta(0)


def _is_workbook(path: Path, shown: str) -> bool:
    """Whether a file is a workbook and not a zip of tables; its directory is all that is read.

    Raises
    ------
    BadData, UnsafeFile
        It is neither, or hostile from the outside.
    """
    with path.open("rb") as file:
        if file.read(4) not in (b"PK\x03\x04", b"PK\x05\x06"):
            raise BadData(
                "This is neither a zip file nor an Excel workbook (.xlsx).",
                where=shown,
                mend="Send the package as .zip or .xlsx; the template is one to fill in.",
            )
        file.seek(0)
        if "[Content_Types].xml" in _members(path):
            return True
        names = Archive(file, shown, Limits()).names
        if not names:
            raise BadData("The zip file is empty.", where=shown, mend="Put the tables into it.")
    return False


def _members(path: Path) -> set[str]:
    import zipfile

    try:
        with zipfile.ZipFile(path) as found:
            return set(found.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return set()  # what is wrong with it is said by Archive
