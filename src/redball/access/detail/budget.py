"""How many different states of totals a party may be shown within a day.

A total hides its contributors, but two totals taken before and after one site's report differ by
that report. A state is what the totals were made from: the store's revision and the policy under
which they were read. Seeing one state again, or asking any question of it, tells nothing new and
costs nothing; a *different* state costs one of the day's. So the difference between two states that
somebody may see holds, on average, all changes of a day divided by the budget, instead of one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from redball.model import BadUse

WINDOW = timedelta(hours=24)
"""Time within which different states are counted."""


@dataclass(frozen=True, order=True)
class Release:
    """Totals were shown.

    Attributes
    ----------
    at : datetime
        When, with zone.
    agreement : str
        Agreement under which.
    receiver : str
        Owner code of the party that was shown them; all of its people together.
    state : str
        What they were made from, such as revision and policy hash; equal texts are one state.
    """

    at: datetime
    agreement: str
    receiver: str
    state: str


@dataclass(frozen=True)
class Allowance:
    """Whether totals may be shown now.

    Attributes
    ----------
    allowed : bool
    counts : bool
        Whether showing them uses up one of the day's states; False for one that was shown before.
    left : int
        Different states that can still be shown after this answer.
    again_at : datetime or None
        When the next state can be shown, where this one can't.
    """

    allowed: bool
    counts: bool
    left: int
    again_at: datetime | None = None


def allowance(history: Iterable[Release], asked: Release, *, totals_per_day: int) -> Allowance:
    """Decide whether a state of totals may be shown.

    Parameters
    ----------
    history : iterable of Release
        What was shown so far, of any agreement and receiver, in any order.
    asked : Release
        What would be shown now.
    totals_per_day : int
        The agreement's number; zero or less allows nothing new.

    Raises
    ------
    BadUse
        A moment has no zone, so it can't be compared.
    """
    same = [r for r in history if (r.agreement, r.receiver) == (asked.agreement, asked.receiver)]
    if any(one.at.utcoffset() is None for one in (*same, asked)):
        raise BadUse("A release has no time zone.", mend="Give moments with their zone, as UTC.")
    first: dict[str, datetime] = {}
    for one in sorted(same):
        first.setdefault(one.state, one.at)
    # a release in the future means that a clock went back: it counts, deny on doubt
    recent = sorted(at for at in first.values() if at > asked.at - WINDOW)
    left = max(totals_per_day - len(recent), 0)
    if asked.state in first:
        return Allowance(allowed=True, counts=False, left=left)
    if left:
        return Allowance(allowed=True, counts=True, left=left - 1)
    due = recent[len(recent) - totals_per_day] + WINDOW if totals_per_day > 0 else None
    return Allowance(allowed=False, counts=False, left=0, again_at=due)
