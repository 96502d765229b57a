"""How a finding stands, from what a viewer may know of what was written about it.

A viewer knows an entry when they are cleared for the marking that the finding had for its author,
and read under every agreement that the author read it under. What a viewer doesn't know of changes
nothing for them: a decision is as classified as what it was made about.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from redball.access import Subject
from redball.app.answers import cleared
from redball.desk.worklist import Entry
from redball.model import Level, ResultLabel


class State(StrEnum):
    """How a finding stands."""

    OPEN = "open"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    GONE = "gone"


@dataclass(frozen=True)
class Standing:
    """How a finding stands for a viewer.

    Attributes
    ----------
    state : State
    assignee : str
        Who looks after it; empty for nobody.
    until : date or None
        Of an accepted finding, or one that was.
    returned : str
        Why an accepted finding is open again, in a sentence; empty where it is not.
    entries : tuple of Entry
        What the viewer may know, oldest first.
    """

    state: State = State.OPEN
    assignee: str = ""
    until: date | None = None
    returned: str = ""
    entries: tuple[Entry, ...] = ()

    @property
    def version(self) -> str:
        """The last entry that the viewer knows: what a change is made on top of."""
        return self.entries[-1].id if self.entries else ""

    @property
    def comments(self) -> int:
        """How many comments the viewer may read."""
        return sum(entry.verb == "comment" for entry in self.entries)


NOTHING_WRITTEN = Standing()


def readable(entries: Iterable[Entry], subject: Subject, agreements: Iterable[str]) -> list[Entry]:
    """Entries that a subject may know, who reads under these agreements now."""
    under = set(agreements)
    labels: dict[ResultLabel, bool] = {}
    found = []
    for entry in entries:
        label = entry.label
        if label not in labels:
            labels[label] = cleared(label.text, subject) and under.issuperset(label.agreements)
        if labels[label]:
            found.append(entry)
    return found


def standing(entries: Sequence[Entry], level: Level, today: date) -> Standing:
    """How a finding of a level stands on a day, by what was written."""
    assignee, accepted = "", None
    for entry in entries:
        if entry.verb == "assign":
            assignee = entry.assignee
        elif entry.verb in ("accept", "reopen"):
            accepted = entry if entry.verb == "accept" else None
    state = State.ASSIGNED if assignee else State.OPEN
    if accepted is None or accepted.until is None:
        return Standing(state, assignee, entries=tuple(entries))
    returned = _returned(accepted, accepted.until, level, today)
    if not returned:
        state = State.ACCEPTED
    return Standing(state, assignee, accepted.until, returned, tuple(entries))


def _returned(accepted: Entry, until: date, level: Level, today: date) -> str:
    if level.rank > Level(accepted.level).rank:
        return f"It was accepted while {accepted.level} and is {level.value} now."
    if today > until:
        return f"It was accepted until {until.isoformat()}, which has passed."
    return ""
