"""Bytes of text files to UTF-8, with a clear error and a guess where they don't decode."""

import codecs
from dataclasses import dataclass

from redball.exchange.package.types import Note

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSES = ("utf-8", "cp1252", "cp850")
_DAMAGED = "\ufffd".encode()


@dataclass(frozen=True)
class Decoded:
    """UTF-8 bytes with line feeds, without byte order mark and NUL; and remarks."""

    data: bytes
    notes: tuple[Note, ...]


def decode(data: bytes, encoding: str, sheet: str) -> Decoded | Note:
    """Decode a text file; a :class:`Note` alone means that it can't be read."""
    notes: list[Note] = []
    marked = next(((mark, name) for mark, name in _BOMS if data.startswith(mark)), None)
    if marked and _family(encoding) != _family(marked[1]):
        notes.append(
            Note(
                "warning",
                sheet,
                "encoding-repaired",
                f"It is marked as {marked[1]}, not {encoding}; it was read as {marked[1]}.",
                f'Write encoding = "{marked[1]}" in the mapping.',
            )
        )
        encoding = marked[1]
    if _family(encoding) == "utf8":
        data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode(encoding)
        # UTF-8 is checked and kept; all others are turned into it
        data = data if _family(encoding) == "utf8" else text.removeprefix("\ufeff").encode()
    except UnicodeDecodeError as error:
        return _undecodable(data, encoding, sheet, error)
    except UnicodeError as error:
        return _note(sheet, f"It is not {encoding} text ({error}).", _guess(data, encoding))
    zero = data.find(b"\0")
    if zero >= 0:
        return Note(
            "error",
            sheet,
            "nul-byte",
            f"It has a NUL character at byte {zero}, line {_line(data, zero)}.",
            "It is not a text file, or its encoding is utf-16; say so in the mapping.",
        )
    if _DAMAGED in data:
        line = _line(data, data.find(_DAMAGED))
        notes.append(
            Note(
                "warning",
                sheet,
                "encoding-damaged",
                f"Letters were lost before it was sent (\ufffd, first in line {line}).",
                "Export it again in one encoding.",
            )
        )
    if b"\r" in data and b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    return Decoded(data, tuple(notes))


def _undecodable(data: bytes, encoding: str, sheet: str, error: UnicodeDecodeError) -> Note:
    line = _line(data, error.start)
    what = f"It is not {encoding} text: byte {error.start} in line {line} can't be read."
    return _note(sheet, what, _guess(data, encoding))


def _note(sheet: str, message: str, mend: str) -> Note:
    return Note("error", sheet, "encoding", message, mend)


def _guess(data: bytes, encoding: str) -> str:
    part = data[: 1 << 20]
    if part.count(b"\0") > len(part) // 4:
        return 'It looks like utf-16: write encoding = "utf-16-le" in the mapping.'
    for name in _GUESSES:
        if _family(name) == _family(encoding):
            continue
        try:
            data.decode(name)
        except UnicodeDecodeError:
            continue
        return f'It could be {name}: write encoding = "{name}" in the mapping, or save it as utf-8.'
    return "Save it as utf-8, or name its encoding in the mapping."


def _family(encoding: str) -> str:
    name = codecs.lookup(encoding).name.replace("-", "").replace("_", "")
    for family in ("utf8", "utf16", "utf32"):
        if name.startswith(family):
            return family
    return name


def _line(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1
