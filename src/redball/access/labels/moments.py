"""Moments as labels write them: XML Schema dateTime, with a zone."""

import re
from datetime import UTC, datetime

from redball.model.errors import LabelError

_MOMENT = re.compile(
    r"\A(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)\Z", re.ASCII
)


def read_moment(text: str, where: str) -> datetime:
    """Moment of a text; digits beyond microseconds are left out.

    Raises
    ------
    LabelError
        It is not a dateTime, or has no zone.
    """
    found = _MOMENT.match(text)
    try:
        if found:
            fraction = (found[2] or "")[:7]
            return datetime.fromisoformat(found[1] + fraction + found[3].replace("Z", "+00:00"))
    except ValueError:
        pass
    raise LabelError(
        f"'{text[:40]}' is not a moment.",
        where=where,
        mend="Write it like 2026-11-22T10:00:00Z, with a zone.",
    )


def write_moment(moment: datetime) -> str:
    """Text of a moment, in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
