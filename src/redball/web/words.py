"""Values as people read them; filters of templates."""

from datetime import UTC, date, datetime, timedelta

from redball.model import Level

UNKNOWN = "not known"


def number(value: object, digits: int = 0) -> str:
    """A number with thin groups of thousands; ``not known`` for none."""
    if value is None:
        return UNKNOWN
    if not isinstance(value, int | float):
        return str(value)
    return f"{value:,.{digits}f}"


def share(value: object, digits: int = 0) -> str:
    """A share in per cent, the sign after a space that holds; 100 only where nothing is missing."""
    if not isinstance(value, int | float):
        return UNKNOWN
    words = f"{100 * value:.{digits}f}"
    if value < 1 and float(words) >= 100:
        words = f"{100 - 10**-digits:.{digits}f}"
    return f"{words}\N{NO-BREAK SPACE}%"


def days(value: object) -> str:
    """Days with their unit; one decimal below ten."""
    if not isinstance(value, int | float):
        return UNKNOWN
    digits = 1 if abs(value) < 10 else 0
    words = f"{value:,.{digits}f}"
    return f"{words} day" if words in ("1", "1.0") else f"{words} days"


def moment(value: object) -> str:
    """A moment in UTC with its zone, or a date."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%MZ")
    return value.isoformat() if isinstance(value, date) else UNKNOWN


def age(value: object, now: datetime) -> str:
    """How long ago a moment was, roughly."""
    if not isinstance(value, datetime):
        return UNKNOWN
    passed = max(now - value.astimezone(UTC), timedelta(0))
    for unit, length in (("day", timedelta(days=1)), ("hour", timedelta(hours=1))):
        count = int(passed / length)
        if count:
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    minutes = int(passed / timedelta(minutes=1))
    return f"{minutes} min ago" if minutes else "just now"


def level_word(level: object) -> str:
    """A level of status in a word."""
    return level.value if isinstance(level, Level) else str(level)
