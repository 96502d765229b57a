"""The one written form of plain values: JSON with sorted keys, UTF-8, no floats, no spaces.

As in RFC 8785 numbers and strings have one form each; other than there keys sort by code point
and floats are refused altogether. Text is taken as it is, without Unicode normalisation: what was
signed must come back byte for byte.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from redball.model.errors import BadData

Scalar = str | int | bool | Sequence[str] | None
Plain = Scalar | Mapping[str, Scalar]

MOST_INTEGER = 2**63 - 1
_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


def canonical(value: Mapping[str, Plain]) -> bytes:
    """Write plain values in their one form.

    Raises
    ------
    BadData
        For a value that has none: a float, text that is no UTF-8, an integer past 64 bits.
    """
    try:
        plain = {_text(key): _plain(part) for key, part in value.items()}
        return json.dumps(
            plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True
        ).encode()
    except UnicodeEncodeError as error:
        raise BadData("A text holds half a character.", mend="Give it as UTF-8.") from error


def canonical_flat(value: Mapping[str, Scalar]) -> bytes:
    """Write names and plain values, none of them a mapping, in their one form.

    Raises
    ------
    BadData
        For a value that has none.
    """
    return canonical({key: _scalar(part) for key, part in value.items()})


def strict_object(data: bytes, what: str) -> dict[str, object]:
    """Read a JSON object: no key twice, no float, no depth that exhausts the reader.

    Whether it was in canonical form is for the caller to see, by writing it again.

    Raises
    ------
    BadData
        When it is none.
    """
    try:
        found = json.loads(
            data.decode(),
            object_pairs_hook=_once,
            parse_float=_no_float,
            parse_constant=_no_float,
        )
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        raise BadData(
            f"The {what} is no JSON of plain values.", mend="Ask for it again."
        ) from error
    if not isinstance(found, dict):
        raise BadData(f"The {what} is no JSON object.", mend="Ask for it again.")
    return found


def written_time(at: datetime) -> str:
    """Write a moment in its one form: UTC, microseconds, ``Z``.

    Raises
    ------
    BadData
        When it has no zone, or lies outside the calendar in UTC.
    """
    if at.utcoffset() is None:
        raise BadData("A moment has no zone.", where=str(at), mend="Give it with one, such as UTC.")
    try:
        moment = at.astimezone(UTC)
    except OverflowError as error:
        raise BadData("A moment lies outside the calendar.", mend="Use years 1 to 9999.") from error
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def read_time(text: object) -> datetime:
    """Read what :func:`written_time` wrote.

    Raises
    ------
    BadData
        For any other form.
    """
    try:
        at = datetime.strptime(str(text), _TIME).replace(tzinfo=UTC)
    except ValueError as error:
        raise _not_time(text) from error
    if written_time(at) != text:
        raise _not_time(text)
    return at


def unix_seconds(at: datetime) -> int:
    """Whole seconds since 1970, rounded down.

    Raises
    ------
    BadData
        When the moment has no zone or lies before 1970.
    """
    if at.utcoffset() is None:
        raise BadData("A moment has no zone.", where=str(at), mend="Give it with one, such as UTC.")
    seconds = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
    if seconds < 0:
        raise BadData("A moment lies before 1970.", where=str(at), mend="Set the clock.")
    return seconds


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise BadData(f"A key of type {type(value).__name__} has no form.", mend="Use text.")
    return str.__str__(value)


def _plain(value: object) -> Plain:
    if value is None or type(value) is bool:
        return value
    if isinstance(value, str):
        return str.__str__(value)  # a member of an enumeration is written as its text
    if type(value) is int and abs(value) <= MOST_INTEGER:
        return value
    if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
        return [str.__str__(part) for part in value]
    if isinstance(value, Mapping):
        return {_text(key): _scalar(part) for key, part in value.items()}
    raise BadData(
        f"A value of type {type(value).__name__} has no form in the ledger.",
        mend="Use text, whole numbers within 64 bits, true, false, nothing, or lists of text.",
    )


def _scalar(value: object) -> Scalar:
    plain = _plain(value)
    if isinstance(plain, Mapping):
        raise BadData("A value lies too deep.", mend="Use one level of names and values.")
    return plain


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_float(text: str) -> NoReturn:
    raise ValueError(f"no floats: {text[:20]}")


def _not_time(text: object) -> BadData:
    return BadData("This is no moment.", where=repr(text)[:40], mend="Write it in UTC with a Z.")
