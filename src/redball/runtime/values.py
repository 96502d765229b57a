"""Values as bytes and back: equal content gives equal bytes, in any process.

Pickle would not do for a journal: its bytes depend on which objects are shared, and reading a
foreign file could run anything. Here only values are read: numbers, text, tuples, lists, mappings,
arrays, Polars frames, enumerations and dataclasses. Every value is a letter, and what follows it;
lengths are eight bytes, little-endian.
"""

import io
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from types import BuiltinFunctionType, FunctionType
from typing import Any

import numpy as np
import polars as pl

from redball.model import BadUse
from redball.runtime.dtypes import AnyArray, array_parts, type_text

DEPTH = 50
"""How deep values may be nested."""


def encoded(value: object, *, functions: bool = False) -> bytes:
    """Bytes of a value.

    Parameters
    ----------
    value : object
        None, bool, int, float, str, bytes, tuple, list, mapping, frozenset, range, NumPy array or
        scalar, Polars frame, enumeration, or a dataclass of such. A mapping keeps its order.
    functions : bool
        Take module-level functions by their name: for hashing only, they can't be read back.

    Raises
    ------
    BadUse
        A value of another kind; says which.
    """
    writer = _Writer(functions)
    writer.write(value)
    return b"".join(writer.out)


class _Writer:
    """Collects the bytes of a value."""

    def __init__(self, functions: bool) -> None:
        self.out: list[bytes] = []
        self._functions = functions
        self._depth = 0
        self._by_type: dict[type, Callable[[Any], None]] = {
            int: lambda value: self._sized(b"i", b"%d" % value),
            float: lambda value: self.out.extend((b"f", struct.pack("<d", value))),
            str: lambda value: self._text(b"s", value),
            bytes: lambda value: self._sized(b"b", value),
            tuple: lambda value: self._many(b"t", len(value), value),
            list: lambda value: self._many(b"l", len(value), value),
            range: lambda value: self._many(b"r", 3, (value.start, value.stop, value.step)),
            frozenset: self._set,
            np.ndarray: self._array,
            pl.DataFrame: self._frame,
        }

    def write(self, value: object) -> None:
        if self._depth > DEPTH:
            raise BadUse(f"A value is nested more than {DEPTH} deep.", mend="Make it flatter.")
        if value is None or value is True or value is False:
            self.out.append(b"N" if value is None else b"T" if value else b"F")
        elif type(value) in self._by_type:
            self._by_type[type(value)](value)
        else:
            self._other(value)

    def _other(self, value: object) -> None:
        """What is known by what it is, not by its exact type."""
        if isinstance(value, Enum):
            self._text(b"e", _path(type(value)))
            self._text(b"", value.name)
        elif is_dataclass(value) and not isinstance(value, type):
            self._dataclass(value)
        elif isinstance(value, Mapping):
            parts = [part for pair in value.items() for part in pair]
            self._many(b"d", len(parts), parts)
        elif isinstance(value, np.generic):
            self.out.append(b"g")
            self._array(np.asarray(value))
        elif isinstance(value, FunctionType | BuiltinFunctionType) and self._functions:
            self._text(b"k", _path(value))
        else:
            raise BadUse(
                f"A value of type {type(value).__module__}.{type(value).__qualname__} can't be "
                "kept.",
                mend="Use numbers, text, tuples, arrays, frames and dataclasses of such in tasks "
                "and results; for tasks, keys may be given instead.",
            )

    def _dataclass(self, value: Any) -> None:
        columns = fields(value)
        hidden = [column.name for column in columns if not column.init]
        if hidden:
            raise BadUse(
                f"{type(value).__qualname__} has the field '{hidden[0]}' that its maker does not "
                "take.",
                mend="Keep values whose fields are all given at their making.",
            )
        self._text(b"c", _path(type(value)))
        parts = [part for c in columns for part in (c.name, getattr(value, c.name))]
        self._many(b"", len(parts), parts)

    def _set(self, value: frozenset[object]) -> None:
        parts = sorted(encoded(part, functions=self._functions) for part in value)
        self.out += [b"z", struct.pack("<q", len(parts)), *parts]

    def _array(self, value: AnyArray) -> None:
        self._text(b"a", type_text(value.dtype))
        self.out.append(struct.pack(f"<q{value.ndim}q", value.ndim, *value.shape))
        for part in array_parts(value):
            self._sized(b"", part)

    def _frame(self, value: pl.DataFrame) -> None:
        stream = io.BytesIO()
        value.rechunk().write_ipc(stream)
        self._sized(b"p", stream.getvalue())

    def _many(self, letter: bytes, count: int, parts: Iterable[object]) -> None:
        self.out += [letter, struct.pack("<q", count)]
        self._depth += 1
        for part in parts:
            self.write(part)
        self._depth -= 1

    def _text(self, letter: bytes, text: str) -> None:
        self._sized(letter, text.encode("utf-8", "surrogatepass"))

    def _sized(self, letter: bytes, data: bytes) -> None:
        self.out += [letter, struct.pack("<q", len(data)), data]


def _path(thing: type | FunctionType | BuiltinFunctionType) -> str:
    if "<" in thing.__qualname__:
        raise BadUse(
            f"{thing.__qualname__} stands inside a function, so no other process finds it.",
            mend="Move it to the top of its module.",
        )
    return f"{thing.__module__}:{thing.__qualname__}"
