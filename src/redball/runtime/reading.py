"""Read back the bytes of :mod:`redball.runtime.values`, refusing everything else."""

import importlib
import io
import struct
import sys
from collections.abc import Callable
from dataclasses import is_dataclass
from enum import Enum
from typing import Any

import polars as pl

from redball.model import BadData, RedballError
from redball.runtime.dtypes import AnyArray, array_from, type_from
from redball.runtime.values import DEPTH

_HOME = "redball"
_BROKEN = (
    ValueError, TypeError, LookupError, AttributeError, OverflowError, MemoryError, ImportError,
    OSError, struct.error, RedballError, pl.exceptions.PolarsError, pl.exceptions.PanicException,
)  # fmt: skip


def decoded(data: bytes) -> object:
    """The value of :func:`redball.runtime.values.encoded` bytes. A mapping comes back as a dict.

    Raises
    ------
    BadData
        The bytes are none of it.
    """
    reader = _Reader(data)
    try:
        value = reader.read()
    except _BROKEN as error:
        raise BadData(f"A kept value can't be read: {error}") from error
    if reader.left():
        raise BadData("A kept value is followed by something else.")
    return value


class _Reader:
    """Walks over the bytes of a value."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._depth = 0
        self._by_letter: dict[bytes, Callable[[], Any]] = {
            b"N": lambda: None,
            b"T": lambda: True,
            b"F": lambda: False,
            b"i": lambda: int(self._sized()),
            b"f": lambda: struct.unpack("<d", self._take(8))[0],
            b"s": self._text,
            b"b": self._sized,
            b"t": lambda: tuple(self._many()),
            b"l": self._many,
            b"r": lambda: range(*self._many()),
            b"z": lambda: frozenset(self._many()),
            b"d": lambda: self._pairs(),
            b"a": self._array,
            b"g": lambda: self.read()[()],
            b"p": lambda: pl.read_ipc(io.BytesIO(self._sized())),
            b"c": self._dataclass,
            b"e": self._enum,
        }

    def left(self) -> int:
        return len(self._data) - self._at

    def read(self) -> Any:
        letter = self._take(1)
        if self._depth > DEPTH or letter not in self._by_letter:
            raise ValueError(f"the letter {letter!r} at byte {self._at}")
        self._depth += 1
        value = self._by_letter[letter]()
        self._depth -= 1
        return value

    def _take(self, size: int) -> bytes:
        if not 0 <= size <= self.left():
            raise ValueError(f"{size} bytes are asked for and {self.left()} left")
        self._at += size
        return self._data[self._at - size : self._at]

    def _count(self) -> int:
        (count,) = struct.unpack("<q", self._take(8))
        return int(count)

    def _sized(self) -> bytes:
        return self._take(self._count())

    def _text(self) -> str:
        return self._sized().decode("utf-8", "surrogatepass")

    def _many(self) -> list[Any]:
        count = self._count()
        if not 0 <= count <= self.left():  # each takes a byte at least
            raise ValueError(f"{count} values are told and {self.left()} bytes left")
        return [self.read() for _ in range(count)]

    def _pairs(self) -> dict[Any, Any]:
        parts = self._many()
        return dict(zip(parts[::2], parts[1::2], strict=True))

    def _array(self) -> AnyArray:
        dtype = type_from(self._text())
        dimensions = self._count()
        shape = struct.unpack(f"<{dimensions}q", self._take(8 * dimensions))
        columns = 1 if dtype.names is None else len(dtype.names)
        return array_from(dtype, shape, [self._sized() for _ in range(columns)])

    def _dataclass(self) -> Any:
        kind = _class(self._text())
        if not is_dataclass(kind):
            raise TypeError(f"{kind.__qualname__} is no dataclass")
        return kind(**self._pairs())

    def _enum(self) -> Enum:
        kind = _class(self._text())
        if not issubclass(kind, Enum):
            raise TypeError(f"{kind.__qualname__} is no enumeration")
        return kind[self._text()]


def _class(path: str) -> type[Any]:
    """A class by its name; a file never has a module imported that is not of this package."""
    module, _, name = path.partition(":")
    if module not in sys.modules:
        if module.partition(".")[0] != _HOME:
            raise ValueError(f"the module '{module}' is not of this package")
        importlib.import_module(module)
    found: object = sys.modules[module]
    for part in name.split("."):
        found = vars(found)[part]
    if not isinstance(found, type) or found.__module__ != module:
        raise TypeError(f"{path} is no class")
    return found
