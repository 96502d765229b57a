"""Zip archives, distrusted: everything is checked from the directory before a byte is inflated.

Nothing is ever extracted to disk. A member is read into memory, in pieces, and never beyond the
size it declared; a member that declares less than it holds fails its checksum.
Source of the layout: PKWARE APPNOTE 6.3, sections 4.3 and 4.4.
"""

import io
import re
import stat
import struct
import zipfile
import zlib
from typing import BinaryIO

from redball.exchange.package.types import Limits
from redball.model import BadData, UnsafeFile

_NESTED = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".jar")
_DIRECTORY_BYTES_PER_MEMBER = 1024
_END = struct.Struct("<4s4H2LH")
_END64_PLACE = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_PIECE = 1 << 20


class Archive:
    """A checked zip archive.

    Parameters
    ----------
    file : binary file
        Open for reading and seeking.
    where : str
        What the user calls it.
    limits : Limits

    Raises
    ------
    UnsafeFile
        A member that reaches outside, is a link, encrypted, doubled or nested, or limits exceeded.
    BadData
        Not a zip archive.
    """

    def __init__(self, file: BinaryIO, where: str, limits: Limits) -> None:
        self.where = where
        self._limits = limits
        _check_directory(file, where, limits)
        try:
            self._zip = zipfile.ZipFile(file)
        except (
            zipfile.BadZipFile,
            OSError,
            ValueError,
            NotImplementedError,
            struct.error,
        ) as error:
            raise _damaged(where, error) from error
        members = [info for info in self._zip.infolist() if not info.is_dir()]
        self._members = {info.filename: info for info in members}
        for info in self._zip.infolist():
            _check_member(info, where, limits)
        _check_total(members, where, limits)
        if len({name.casefold() for name in self._members}) < len(members):
            raise UnsafeFile(
                "Two members have the same name.", where=where, mend="Pack each file once."
            )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the members, sorted."""
        return tuple(sorted(self._members))

    def size(self, name: str) -> int:
        """Declared size of a member in bytes."""
        return self._members[name].file_size

    def read(self, name: str) -> bytes:
        """Bytes of a member, at most as many as it declared.

        Raises
        ------
        UnsafeFile
            The member holds more than it declared, or its checksum is wrong.
        """
        info = self._members[name]
        where = f"{self.where}/{name}"
        if info.file_size > self._limits.sheet_bytes:
            raise too_large(where, self._limits.sheet_bytes)
        try:
            with self._zip.open(info) as member:
                out = io.BytesIO()
                while piece := member.read(_PIECE):
                    out.write(piece)
                    if out.tell() > info.file_size:
                        raise UnsafeFile("It holds more than it declares.", where=where)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, struct.error) as error:
            raise _damaged(where, error) from error
        except (RuntimeError, NotImplementedError, ValueError) as error:
            raise _damaged(where, error) from error
        return out.getvalue()


def too_large(where: str, limit: int) -> UnsafeFile:
    """Error for a file beyond the limit."""
    return UnsafeFile(
        f"It holds more than {limit:,} bytes.", where=where, mend="Split it into several files."
    )


def _damaged(where: str, error: Exception) -> UnsafeFile:
    return UnsafeFile(
        f"It is damaged or not what it says it is ({error}).", where=where, mend="Pack it again."
    )


def _check_directory(file: BinaryIO, where: str, limits: Limits) -> None:
    """Bound the central directory before it is parsed: its size is what parsing costs."""
    size = file.seek(0, io.SEEK_END)
    start = max(0, size - (1 << 16) - _END.size)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise BadData("It is not a zip archive.", where=where, mend="Pack the folder as .zip.")
    directory = _END.unpack_from(tail, at)[5]
    if directory == 0xFFFFFFFF:
        place = at - _END64_PLACE.size
        if place < 0 or tail[place : place + 4] != b"PK\x06\x07":
            raise BadData("Its directory is damaged.", where=where, mend="Pack it again.")
        file.seek(min(_END64_PLACE.unpack_from(tail, place)[2], size))
        record = file.read(_END64.size)
        if len(record) < _END64.size:
            raise BadData("Its directory is damaged.", where=where, mend="Pack it again.")
        directory = _END64.unpack(record)[8]
    if directory > limits.members * _DIRECTORY_BYTES_PER_MEMBER:
        raise _too_many(where, limits)
    file.seek(0)


def _too_many(where: str, limits: Limits) -> UnsafeFile:
    return UnsafeFile(
        f"It has more than {limits.members:,} members.", where=where, mend="Send fewer files."
    )


def _check_member(info: zipfile.ZipInfo, where: str, limits: Limits) -> None:
    name = info.filename
    place = f"{where}/{name}"
    # zipfile cuts a name at NUL and turns the separators of its own system: look at the original
    if reason := unsafe_name(info.orig_filename):
        raise UnsafeFile(
            f"The name of a member {reason}.",
            where=place,
            mend="Pack plain files with plain names.",
        )
    if info.flag_bits & 0x1:
        raise UnsafeFile("A member is encrypted.", where=place, mend="Pack without a password.")
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise UnsafeFile("A member is a link or a device.", where=place, mend="Pack plain files.")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnsafeFile(
            "A member is packed by an uncommon method.",
            where=place,
            mend="Pack with the common method (deflate).",
        )
    if name.casefold().endswith(_NESTED):
        raise UnsafeFile(
            "An archive in an archive.", where=place, mend="Pack the files themselves."
        )
    packed = max(info.compress_size, 1)
    if info.file_size > limits.ratio_from and info.file_size / packed > limits.ratio:
        raise UnsafeFile(
            f"A member grows by more than {limits.ratio:g} times when inflated; that looks like a "
            "zip bomb.",
            where=place,
            mend="Send the data in another form, such as Parquet, if it is genuine.",
        )


def _check_total(members: list[zipfile.ZipInfo], where: str, limits: Limits) -> None:
    if len(members) > limits.members:
        raise _too_many(where, limits)
    if sum(info.file_size for info in members) > limits.total_bytes:
        raise too_large(where, limits.total_bytes)


def unsafe_name(name: str) -> str:
    """Why a member's name is refused; empty when it is not."""
    parts = name.split("/")
    if name.startswith("/") or "\\" in name or re.match(r"^[A-Za-z]:", name):
        return "is an absolute path or has a backslash"
    if ".." in parts:
        return "leads out of its folder (..)"
    if not name or any(ord(char) < 32 or ord(char) == 127 for char in name):
        return "is empty or has control characters"
    if not name.isascii() and any("\ud800" <= char <= "\udfff" for char in name):
        return "is not UTF-8"
    if len(name) > 1024:
        return "is longer than 1024 characters"
    return ""
