"""Where a page ended, as a text that the next page is asked with.

It holds the place of the last row that the viewer was shown: nothing of a row that it was not. It
is not signed, for it opens nothing: whoever writes one chooses where to begin among the rows that
the labels of the next call allow.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from redball.model import BadUse

Value = str | int | float | bool | date | None
"""A value of a column."""

_MOST_LETTERS = 20_000


@dataclass(frozen=True)
class Place:
    """A place in an order of rows.

    Attributes
    ----------
    owner, key : str
        The row's.
    value : str, int, float, bool, date or None
        Of the column that rows are ordered by; ``None`` where it is empty or there is none.
    """

    owner: str
    key: str
    value: Value = None


def fingerprint(question: Mapping[str, object]) -> str:
    """Short hash of what was asked, so that a place is not taken into another order of rows."""
    text = json.dumps(question, sort_keys=True, default=repr)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]


def written(place: Place, asked: str) -> str:
    """Write a place down."""
    value = place.value.isoformat() if isinstance(place.value, date) else place.value
    text = json.dumps([asked, place.owner, place.key, value], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place_of(token: str, asked: str, kind: type[Value]) -> Place:
    """Read a place.

    Parameters
    ----------
    token : str
    asked : str
        :func:`fingerprint` of what is asked now.
    kind : type
        Of the value, beside ``None``.

    Raises
    ------
    BadUse
        The text is no place, or of another question.
    """
    try:
        if len(token) > _MOST_LETTERS:
            raise ValueError("too long")
        padded = token.encode("ascii") + b"=" * (-len(token) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        before, owner, key, value = found
        texts = all(isinstance(text, str) and "\0" not in text for text in (before, owner, key))
        if not texts or before != asked:
            raise ValueError("another question")
        (owner + key).encode()
        return Place(owner, key, _valued(value, kind))
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise BadUse(
            "This does not say where a page of this question ended.",
            mend="Give the 'next' of the page before, and ask the same otherwise.",
        ) from None


def _valued(value: object, kind: type[Value]) -> Value:
    if value is None:
        return None
    if kind is date and isinstance(value, str):
        return date.fromisoformat(value)
    return checked_value(value, kind)


def checked_value(value: object, kind: type[Value]) -> Value:
    """Return a value that a column of a kind can hold.

    Raises
    ------
    ValueError
        It can't.
    """
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise ValueError("another kind of value")
    if isinstance(value, str) and ("\0" in value or len(value) > _MOST_LETTERS):
        raise ValueError("not a text that is kept")
    if isinstance(value, str):
        value.encode()  # half of a surrogate pair is no text
    if isinstance(value, float) and not abs(value) <= _LARGEST:
        raise ValueError("not finite")
    if type(value) is int and not -(2**63) <= value < 2**63:
        raise ValueError("too large")
    return value


_LARGEST = 1.7976931348623157e308
