"""The files of a package, whether they lie in a folder, in a zip or are a single workbook."""

import hashlib
import os
import stat
import unicodedata
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol

from redball.exchange.package.archive import Archive, too_large, unsafe_name
from redball.exchange.package.types import Limits
from redball.model import BadData, UnsafeFile

_JUNK = ("__MACOSX/",)
_JUNK_NAMES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
WORKBOOK_NAME = "package.xlsx"
"""Name of the one file of a package that is a single workbook."""


class _Source(Protocol):
    def names(self) -> list[str]: ...

    def read(self, name: str) -> bytes: ...


class _Folder:
    def __init__(self, root: Path, limits: Limits) -> None:
        self._root = root
        self._limits = limits
        self._total = 0
        self._paths = {
            path.relative_to(root).as_posix(): path for path in _files(root, limits.members)
        }
        for name, path in self._paths.items():
            self._check(name, path)

    def _check(self, name: str, path: Path) -> None:
        if reason := unsafe_name(name):
            raise UnsafeFile(
                f"The name of a file {reason}.", where=name, mend="Give it a plain name."
            )
        try:
            real = path.resolve(strict=True)
            info = real.stat()
        except (OSError, RuntimeError) as error:
            raise UnsafeFile(
                "A link leads nowhere.", where=name, mend="Put the file there."
            ) from error
        if not real.is_relative_to(self._root.resolve()):
            raise UnsafeFile(
                "A link leads out of the folder.", where=name, mend="Put the file itself there."
            )
        if not stat.S_ISREG(info.st_mode):
            raise UnsafeFile("It is not a plain file.", where=name, mend="Remove it.")
        self._total += info.st_size
        if self._total > self._limits.total_bytes:
            raise too_large(str(self._root), self._limits.total_bytes)

    def names(self) -> list[str]:
        return sorted(self._paths)

    def read(self, name: str) -> bytes:
        with self._paths[name].open("rb") as file:
            data = file.read(self._limits.sheet_bytes + 1)
        if len(data) > self._limits.sheet_bytes:
            raise too_large(name, self._limits.sheet_bytes)
        return data


def _files(root: Path, limit: int) -> list[Path]:
    found: list[Path] = []
    for folder, below, names in os.walk(root, followlinks=False):
        # a link to a folder is listed among the folders and would be passed over in silence
        linked = [name for name in below if (Path(folder) / name).is_symlink()]
        if linked:
            raise UnsafeFile(
                "A folder is a link.", where=linked[0], mend="Put the files themselves there."
            )
        found += [Path(folder) / name for name in names]
        if len(found) > limit:
            raise UnsafeFile(
                f"The folder holds more than {limit:,} files.",
                where=str(root),
                mend="Send fewer files.",
            )
    return found


class _Zip:
    """Members of an archive; a single folder around everything is taken off."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        names = [name for name in archive.names if not _is_junk(name)]
        tops = {name.partition("/")[0] for name in names}
        wrapped = len(tops) == 1 and all("/" in name for name in names)
        cut = len(next(iter(tops))) + 1 if wrapped else 0
        self._members = {name[cut:]: name for name in names}

    def names(self) -> list[str]:
        return sorted(self._members)

    def read(self, name: str) -> bytes:
        return self._archive.read(self._members[name])


class _Single:
    def __init__(self, path: Path, limits: Limits) -> None:
        self._path = path
        self._limits = limits

    def names(self) -> list[str]:
        return [WORKBOOK_NAME]

    def read(self, name: str) -> bytes:
        with self._path.open("rb") as file:
            data = file.read(self._limits.sheet_bytes + 1)
        if len(data) > self._limits.sheet_bytes:
            raise too_large(name, self._limits.sheet_bytes)
        return data


class Container(AbstractContextManager["Container"]):
    """Files of a package by name; remembers the hash of what was read.

    Raises
    ------
    BadData
        There is nothing at the path, or it is not a package.
    UnsafeFile
        Refused before reading; see :class:`Archive`.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path = path
        self.single = False
        self._hashes: dict[str, bytes] = {}
        self._open: BinaryIO | None = None
        try:
            self._source = self._find(limits)
        except OSError as error:
            self.close()
            raise _unreadable(path, error) from error
        except (BadData, UnsafeFile):
            self.close()
            raise
        self.names = tuple(n for n in self._source.names() if not _is_junk(n))
        self._by_form = _forms(self.names, path)

    def _find(self, limits: Limits) -> _Source:
        if self.path.is_dir():
            return _Folder(self.path, limits)
        if not self.path.is_file():
            raise BadData("There is no package.", where=str(self.path), mend="Check the path.")
        suffix = self.path.suffix.casefold()
        if suffix == ".xlsx":
            self.single = True
            return _Single(self.path, limits)
        if suffix != ".zip":
            raise BadData(
                f"A '{suffix}' file is not a package.",
                where=str(self.path),
                mend="Give a folder with manifest.toml, a .zip of it, or one .xlsx workbook.",
            )
        if self.path.stat().st_size > limits.total_bytes:
            raise too_large(str(self.path), limits.total_bytes)
        self._open = self.path.open("rb")
        return _Zip(Archive(self._open, self.path.name, limits))

    def find(self, name: str) -> str | None:
        """The name as it is in the package; capitals and Unicode forms may differ."""
        return name if name in self.names else self._by_form.get(_form(name))

    def read(self, name: str) -> bytes:
        """Bytes of a file."""
        try:
            data = self._source.read(name)
        except OSError as error:
            raise _unreadable(Path(name), error) from error
        self._hashes[name] = hashlib.sha256(data).digest()
        return data

    def hash(self) -> str:
        """SHA-256 over names and bytes of all files, as hexadecimal text."""
        digest = hashlib.sha256(b"redball package 1")
        for name in sorted(self.names, key=lambda n: unicodedata.normalize("NFC", n)):
            if name not in self._hashes:
                self.read(name)
            digest.update(unicodedata.normalize("NFC", name).encode("utf-8", "surrogateescape"))
            digest.update(b"\0" + self._hashes[name])
        return digest.hexdigest()

    def close(self) -> None:
        """Close the archive, if it is one."""
        if self._open is not None:
            self._open.close()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _unreadable(path: Path, error: OSError) -> BadData:
    reason = error.strerror or "input error"
    return BadData(f"It can't be read: {reason}.", where=str(path), mend="Check its permissions.")


def _is_junk(name: str) -> bool:
    """Files that operating systems leave behind; they are no part of the package."""
    last = name.rpartition("/")[2].casefold()
    return name.startswith(_JUNK) or last in _JUNK_NAMES or last.startswith(("._", "~$"))


def _form(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _forms(names: tuple[str, ...], path: Path) -> Mapping[str, str]:
    forms = {_form(name): name for name in names}
    if len(forms) < len(names):
        raise UnsafeFile(
            "Two files have names that differ in capitals only.",
            where=str(path),
            mend="Rename one of them.",
        )
    return forms
