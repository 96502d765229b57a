"""How long a proof of identity holds: sessions, tickets between two steps, links."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from redball.model import BadUse

TICKET = timedelta(minutes=5)
"""Between a password and its code, and for a passkey to answer."""
ENROLMENT = timedelta(minutes=30)
"""To set up a way to sign in once a link was used."""
TICKET_TRIES = 5
MOST_WRONG_CODES = 20
"""Wrong codes in a row after a right password: somebody knows it. Then only passkeys count."""


class LinkKind(StrEnum):
    """What a link is good for, once."""

    FIRST = "first"
    ENROL = "enrol"
    SIGN_IN = "sign-in"


LINK_LIFE = {
    LinkKind.FIRST: timedelta(days=1),
    LinkKind.ENROL: timedelta(days=3),
    LinkKind.SIGN_IN: timedelta(days=1),
}


@dataclass(frozen=True)
class SessionRules:
    """How long a session lasts.

    Attributes
    ----------
    idle : timedelta
        Without a request.
    absolute : timedelta
        In all, whatever is done.
    """

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)

    def __post_init__(self) -> None:
        if not timedelta(0) < self.idle <= self.absolute <= timedelta(days=30):
            raise BadUse(
                "A session lasts longer in all than unused, and at most 30 days.",
                mend="Give idle and absolute limits in that order.",
            )

    def holds(self, started: datetime, seen: datetime, now: datetime) -> bool:
        """Whether a session still lasts; a clock that was set back ends it."""
        return (
            started <= seen
            and now - seen < self.idle
            and timedelta(minutes=-1) < now - started < self.absolute
        )

    def worth_noting(self, seen: datetime, now: datetime) -> bool:
        """Whether a request is late enough after the last that was noted: not every one writes."""
        return now - seen >= min(timedelta(minutes=1), self.idle / 4)
