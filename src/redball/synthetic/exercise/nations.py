"""The members of the exercise coalition: who they are and how each sends its data."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

DAY = date(2026, 1, 31)
"""The day the exercise describes."""


@dataclass(frozen=True)
class Member:
    """A member.

    Attributes
    ----------
    owner, name, currency, ncb : str
        As in the table ``nation``.
    per_eur : float
        Exercise rate: units of the currency for one euro.
    as_of : datetime
        The moment its feed describes.
    form, style : str
        Form of the package; key of the words of its mapping, empty for the model's own columns.
    items : int
        How many items it catalogues.
    prefix : str
        Start of its item numbers.
    release : str
        Whom it releases ammunition and readiness to.
    """

    owner: str
    name: str
    currency: str
    ncb: str
    per_eur: float
    as_of: datetime
    form: str
    style: str
    items: int
    prefix: str
    release: str

    @property
    def restricted(self) -> str:
        """Label of ammunition and readiness."""
        return f"RESTRICTED // REL {self.release}"

    @property
    def months(self) -> tuple[date, ...]:
        """First days of the 36 whole months up to the day of the feed."""
        after = self.as_of.date() + timedelta(days=1)
        count = after.year * 12 + after.month - 1
        return tuple(date(m // 12, m % 12 + 1, 1) for m in range(count - 36, count))


def _at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


MEMBERS: tuple[Member, ...] = (
    Member("XAG", "Exercise coalition support agency", "EUR", "", 1.0, _at(DAY, 6),
           "csv", "", 8, "AG-", "DEU NLD POL NOR EST USA"),
    Member("DEU", "Germany", "EUR", "12", 1.0, _at(DAY, 5),
           "csv", "de", 112, "M-", "XAG NLD POL USA"),
    Member("USA", "United States", "USD", "01", 1.09, _at(DAY, 4),
           "csv", "us", 80, "US-", "XAG DEU NLD NOR POL EST"),
    Member("POL", "Poland", "PLN", "43", 4.28, _at(date(2026, 1, 30), 18),
           "zip", "pl", 72, "IM-", "XAG DEU EST USA"),
    Member("NLD", "Netherlands", "EUR", "17", 1.0, _at(DAY, 3),
           "xlsx", "nl", 52, "NL-", "XAG DEU NOR"),
    Member("NOR", "Norway", "NOK", "25", 11.64, _at(date(2026, 1, 28), 12),
           "parquet", "", 50, "N-", "NLD USA"),
    Member("EST", "Estonia", "EUR", "38", 1.0, _at(date(2025, 11, 22), 5),
           "workbook", "", 26, "E-", "XAG POL USA"),
)  # fmt: skip
"""In the order in which they can be imported: a package refers only to those before it."""

BY_OWNER = {member.owner: member for member in MEMBERS}

_POSITION = {member.owner: i for i, member in enumerate(MEMBERS)}


def seen_from(owner: str, full: str) -> str | None:
    """``OWNER:KEY`` as ``owner`` writes it: short for its own, nothing for a later member's."""
    other, _, key = full.partition(":")
    if other == owner:
        return key
    return full if _POSITION[other] < _POSITION[owner] else None
