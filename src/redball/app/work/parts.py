"""Who hears of progress, how work ends early, and what a piece of it is called."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Protocol

from redball.app.work.kinds import WorkKind
from redball.desk.work import Work
from redball.model import BadUse


class Cancelled(Exception):
    """The work is to end: it was cancelled, or the server ends."""


class NoSuchWork(BadUse):
    """There is none of that key, or it is another's: the answer is the same."""

    status = 404

    def __init__(self) -> None:
        super().__init__("There is no such work.", mend="See your own with: redball work list")


class Tells(Protocol):
    """Where progress is told: the live pages of whoever asked."""

    def tell(
        self, topic: str, *, who: str, key: str = "", data: Mapping[str, object] | None = None
    ) -> None:
        """Tell one person something."""

    def look(self) -> None:
        """Look for changes at once."""


def title_of(kind: WorkKind, parameters: Mapping[str, object]) -> str:
    """What the list of work calls it."""
    said = [
        f"{name} {value}"
        for name, value in sorted(parameters.items())
        if isinstance(value, str | int | float) and value not in ("", None) and len(str(value)) < 40
    ]
    return kind.words + (f": {', '.join(said)}" if said else "")


def same_name(work: Work) -> str:
    """Name for everything that decides what a piece of work finds, but the data."""
    words = "\n".join((work.subject, work.kind, work.parameters, work.as_of))
    return sha256(words.encode()).hexdigest()[:32]
