"""JSON with caps, and the few questions that are asked of it."""

import json
from collections.abc import Mapping
from typing import NoReturn

from redball.model.errors import LabelError, UnsafeFile

MOST_BYTES = 64 * 1024
MOST_BRACKETS = 4_000
"""Opening brackets: bounds depth and number of values before anything is parsed."""
DEEPEST = 32


def parse_json(data: bytes, what: str) -> object:
    """Value of a JSON text.

    Raises
    ------
    UnsafeFile
        It is too large or too deep.
    LabelError
        It is not JSON, has a key twice, or numbers that JSON does not have.
    """
    if len(data) > MOST_BYTES or data.count(b"{") + data.count(b"[") > MOST_BRACKETS:
        raise UnsafeFile(f"The {what} is larger than a {what} needs.", mend="It was not read.")
    try:
        value: object = json.loads(
            data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant
        )
    except (ValueError, RecursionError):
        raise LabelError(f"The {what} is not JSON.", mend="Write it in JSON and UTF-8.") from None
    if _depth(value) > DEEPEST:
        raise UnsafeFile(f"The {what} is nested too deeply.", mend="It was not read.")
    return value


def mapping(value: object, where: str, keys: tuple[str, ...]) -> dict[str, object]:
    """An object with no other keys than these.

    Raises
    ------
    LabelError
        It is not an object, or has a key that is not known.
    """
    found = opened(value, where)
    strange = sorted(set(found) - set(keys))
    if strange:
        raise LabelError(
            f"'{strange[0][:40]}' is not known here.", where=where, mend=f"Use {', '.join(keys)}."
        )
    return found


def opened(value: object, where: str) -> dict[str, object]:
    """An object with any keys.

    Raises
    ------
    LabelError
        It is not an object.
    """
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise LabelError("There is no object.", where=where, mend="Write an object of JSON.")
    return {str(key): part for key, part in value.items()}


def at(value: Mapping[str, object], key: str) -> object:
    """Part of an object.

    Raises
    ------
    LabelError
        It is not there.
    """
    if key not in value:
        raise LabelError(f"'{key}' is missing.", where=key, mend="Write it.")
    return value[key]


def text(value: Mapping[str, object], key: str, otherwise: str | None = None) -> str:
    """Text in an object.

    Raises
    ------
    LabelError
        It is not there, and nothing is given for that case; or it is not text.
    """
    found = at(value, key) if otherwise is None else value.get(key, otherwise)
    if not isinstance(found, str):
        raise LabelError(f"'{key}' is not text.", where=key, mend="Write it in quotes.")
    return found


def _depth(value: object) -> int:
    """Nesting of a value, level by level, without recursion."""
    level, depth = [value], 0
    while level and depth <= DEEPEST:
        inner: list[object] = []
        for part in level:
            if isinstance(part, dict):
                inner += part.values()
            elif isinstance(part, list):
                inner += part
        level, depth = inner, depth + 1
    return depth


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise LabelError("A key occurs twice in one object.", mend="Write each key once.")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
