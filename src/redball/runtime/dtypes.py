"""Array types and arrays as bytes: only content counts, never what stands between the fields."""

import json
from typing import Any

import numpy as np
import numpy.typing as npt

from redball.model import BadUse

AnyArray = npt.NDArray[Any]
AnyType = np.dtype[Any]


def type_text(dtype: AnyType) -> str:
    """Text of an array type.

    Raises
    ------
    BadUse
        Objects, or fields that are arrays or records themselves.
    """
    if dtype.names is None:
        if dtype.hasobject or dtype.subdtype is not None:
            raise BadUse(f"Arrays of {dtype} can't be kept.", mend="Use numbers, dates or text.")
        return json.dumps(dtype.str)
    columns = [(name, *dtype.fields[name][:2]) for name in dtype.names] if dtype.fields else []
    for name, field, _ in columns:
        if field.hasobject or field.subdtype is not None or field.names is not None:
            raise BadUse(
                f"The field '{name}' of an array is {field}, which can't be kept.",
                mend="Use plain numbers in records.",
            )
    return json.dumps(
        {
            "names": [name for name, _, _ in columns],
            "formats": [field.str for _, field, _ in columns],
            "offsets": [offset for _, _, offset in columns],
            "itemsize": dtype.itemsize,
            "align": dtype.isalignedstruct,
        }
    )


def type_from(text: str) -> AnyType:
    """The array type of a text."""
    found = json.loads(text)
    if isinstance(found, str):
        return np.dtype(found)
    align = bool(found.pop("align"))
    made: AnyType = np.dtype(found, align=align)
    return made


def array_parts(array: AnyArray) -> list[bytes]:
    """Content of an array in C order; of records, field by field, without the padding between."""
    if array.dtype.names is None:
        return [array.tobytes()]
    return [array[name].tobytes() for name in array.dtype.names]


def array_from(dtype: AnyType, shape: tuple[int, ...], parts: list[bytes]) -> AnyArray:
    """An array of its own from :func:`array_parts`."""
    if dtype.names is None:
        return np.frombuffer(parts[0], dtype).reshape(shape).copy()
    made = np.zeros(shape, dtype)
    for name, part in zip(dtype.names, parts, strict=True):
        made[name] = np.frombuffer(part, dtype[name]).reshape(shape)
    return made
