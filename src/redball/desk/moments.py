"""Moments as the desk keeps them: ISO 8601 in UTC with microseconds, which sort as they follow."""

from datetime import UTC, datetime


def kept_moment(moment: datetime) -> str:
    """Write a moment.

    >>> from datetime import UTC, datetime
    >>> kept_moment(datetime(2026, 3, 2, 12, tzinfo=UTC))
    '2026-03-02T12:00:00.000000Z'
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_moment(text: str) -> datetime:
    """Read a moment."""
    return datetime.fromisoformat(text).astimezone(UTC)


def read_moment_or_none(text: str | None) -> datetime | None:
    """Read a moment that may be absent."""
    return None if text is None else read_moment(text)
