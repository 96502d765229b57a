"""What 'now' means: the real clock, or the exercise clock in a store that holds exercise data only.

Exercise data describe an invented moment. Read against today's date they would be years old, every
lot expired and every feed late. So while a store holds nothing but exercise packages its clock is
that of the exercise: it stands at the last import, and an exercise package is imported at its own
``as_of`` or a second after the last import, whichever is later. The first real package brings the
store to the real clock for good.
"""

from datetime import UTC, datetime, time, timedelta

import polars as pl

from redball.model import BadUse

EARLIEST, LATEST = 1900, 2200
"""Years that a moment may lie in, as ``as_of`` of a package."""

NO_REVISIONS = pl.DataFrame(
    schema={"imported_at": pl.Datetime("us", "UTC"), "exercise": pl.Boolean}
)
"""Revisions of a store that is not there yet."""


def exercise_only(revisions: pl.DataFrame) -> bool:
    """Whether a store holds revisions and all of them are exercise data."""
    return not revisions.is_empty() and bool(revisions["exercise"].all())


def moment_of(revisions: pl.DataFrame, as_of: datetime | None, now: datetime) -> datetime:
    """The moment a reader means: the one asked for, else now by the store's clock."""
    if as_of is not None:
        return as_of.astimezone(UTC)
    if exercise_only(revisions):
        return _last(revisions)
    return now


def import_moment(
    revisions: pl.DataFrame, *, package_as_of: datetime, exercise: bool, now: datetime
) -> datetime:
    """The moment at which an import is recorded; strictly after the last one."""
    on_exercise_clock = exercise and (revisions.is_empty() or exercise_only(revisions))
    moment = package_as_of.astimezone(UTC) if on_exercise_clock else now
    if revisions.is_empty():
        return moment
    return max(moment, _last(revisions) + timedelta(seconds=1)) if on_exercise_clock else moment


def parse_moment(text: str) -> datetime:
    """Read ``--as-of``: a date (its end, in UTC) or a date and time with zone.

    Raises
    ------
    BadUse
        Not ISO 8601, or a time without a zone.
    """
    try:
        moment = datetime.fromisoformat(text)
        if not EARLIEST <= moment.year <= LATEST:
            raise ValueError
    except ValueError:
        raise BadUse(
            f"'{text}' is not a date or time.",
            mend="Write 2026-01-31 or 2026-01-31T06:00Z, of 1900 to 2200.",
        ) from None
    if len(text) == len("2026-01-31"):
        return datetime.combine(moment.date(), time(23, 59, 59), UTC)
    if moment.tzinfo is None:
        raise BadUse(f"'{text}' has no zone.", mend="Add one, such as Z: 2026-01-31T06:00Z.")
    return moment.astimezone(UTC)


def _last(revisions: pl.DataFrame) -> datetime:
    last = revisions["imported_at"].max()
    assert isinstance(last, datetime)
    return last.astimezone(UTC)
