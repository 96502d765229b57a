"""JSON that has no second meaning: capped before it is read, every field there once.

A reader that keeps the last of two equal names, or passes over a name it does not know, lets two
people read two things in one signed text. Source: RFC 8259, section 4, leaves both open; RFC 7493
(I-JSON), section 2.3, forbids equal names.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from redball.model import BadData, UnsafeFile

DEEPEST = 8
MOST_VALUES = 60_000

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_MARKS = re.compile(rb"[\[\]{},]")
_MEND = "Take the file as Redball wrote it, or draft it anew."


def read_object(text: str | bytes, *, largest_bytes: int) -> "Fields":
    """Read one JSON object.

    Raises
    ------
    UnsafeFile
        Too large, too deep or too many values; found before it is parsed.
    BadData
        Not UTF-8, not JSON, or a name given twice.
    """
    data = _as_bytes(text, largest_bytes)
    _cap(data)
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError):  # also for numbers of thousands of digits
        raise BadData("It is not UTF-8 text in JSON.", mend=_MEND) from None
    return Fields.of(value, "")


def _as_bytes(text: str | bytes, largest_bytes: int) -> bytes:
    too_large = UnsafeFile(f"It is larger than {largest_bytes} bytes.", mend=_MEND)
    if len(text) > largest_bytes:
        raise too_large
    try:
        data = text.encode("utf-8") if isinstance(text, str) else bytes(text)
    except UnicodeEncodeError:
        raise BadData("It holds halves of characters.", mend=_MEND) from None
    if len(data) > largest_bytes:
        raise too_large
    return data


def _cap(data: bytes) -> None:
    depth = deepest = values = 0
    for mark in _MARKS.finditer(_STRING.sub(b"", data)):
        sign = mark[0]
        values += sign in b",[{"
        depth += (sign in b"[{") - (sign in b"]}")
        deepest = max(deepest, depth)
        if deepest > DEEPEST or values > MOST_VALUES:
            raise UnsafeFile(
                f"It is deeper than {DEEPEST} or holds more than {MOST_VALUES} values.", mend=_MEND
            )


def _once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise BadData(f"'{name[:60]}' is given twice.", mend=_MEND)
        found[name] = value
    return found


@dataclass(frozen=True)
class Fields:
    """The fields of one object, each to be read by its type, with the path for messages."""

    values: Mapping[str, object]
    where: str

    @classmethod
    def of(cls, value: object, where: str) -> "Fields":
        """Take ``value`` as an object.

        Raises
        ------
        BadData
            It is something else.
        """
        if not isinstance(value, dict):
            raise BadData("It is not an object with named fields.", where=where, mend=_MEND)
        return cls(cast("dict[str, object]", value), where)

    def only(self, names: Sequence[str]) -> "Fields":
        """Refuse a field that is missing or unknown."""
        missing = [name for name in names if name not in self.values]
        if missing:
            raise BadData("The field is missing.", where=self.path(missing[0]), mend=_MEND)
        unknown = sorted(set(self.values) - set(names))
        if unknown:
            raise BadData(
                "There is no such field.",
                where=self.path(unknown[0][:60]),
                mend=f"The fields are {', '.join(names)}.",
            )
        return self

    def path(self, name: str) -> str:
        """Path of a field, such as ``grants[0].kinds``."""
        return f"{self.where}.{name}" if self.where else name

    def text(self, name: str) -> str:
        """A text."""
        value = self.values[name]
        if not isinstance(value, str):
            raise self._not(name, "a text")
        return value

    def whole(self, name: str) -> int:
        """A whole number; ``true`` and ``1.0`` are none."""
        value = self.values[name]
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._not(name, "a whole number")
        return value

    def flag(self, name: str) -> bool:
        """``true`` or ``false``."""
        value = self.values[name]
        if not isinstance(value, bool):
            raise self._not(name, "true or false")
        return value

    def words(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        values = self._list(name)
        if not all(isinstance(value, str) for value in values):
            raise self._not(name, "a list of texts")
        return tuple(cast("list[str]", values))

    def part(self, name: str) -> "Fields":
        """An object."""
        return Fields.of(self.values[name], self.path(name))

    def objects(self, name: str) -> "tuple[Fields, ...]":
        """A list of objects."""
        values = self._list(name)
        return tuple(Fields.of(v, f"{self.path(name)}[{i}]") for i, v in enumerate(values))

    def _list(self, name: str) -> list[object]:
        value = self.values[name]
        if not isinstance(value, list):
            raise self._not(name, "a list")
        return cast("list[object]", value)

    def _not(self, name: str, what: str) -> BadData:
        return BadData(f"It is not {what}.", where=self.path(name), mend=_MEND)
