"""What a detector says, and what it is told."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from redball.ledger.envelope import Event


class Severity(IntEnum):
    """How bad; numbers are the ``severity_id`` of OCSF 1.x."""

    INFORMATIONAL = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5


class Rule(StrEnum):
    """Detectors by name."""

    ENUMERATION = "enumeration"
    REFUSALS = "refusals"
    NEW_ROLE = "refused-new-role"
    BULK_READ = "bulk-read"
    BULK_EXPORT = "bulk-export"
    WIDENED_EXPORT = "widened-then-exported"
    CANARY = "canary"
    ALARM = "alarm"
    CLOCK = "clock"
    ROLLBACK = "checkpoint-smaller"
    SPLIT = "checkpoint-split"
    EQUIVOCATION = "same-object-other-content"


@dataclass(frozen=True)
class Detection:
    """Something that a person should look at.

    Attributes
    ----------
    rule : Rule
    at : datetime
        Time of the event that completed it.
    actor : str
        Who did that event.
    what : str
        In a sentence.
    evidence : tuple of int
        Leaves that show it, in order; long runs are cut to the last ones.
    severity : Severity
    """

    rule: Rule
    at: datetime
    actor: str
    what: str
    evidence: tuple[int, ...]
    severity: Severity


@dataclass(frozen=True)
class Seen:
    """An event as detectors are told of it.

    Attributes
    ----------
    index : int
        Its leaf.
    event : Event
    at : datetime
        Its time with zone.
    moment_s : float
        Seconds since 1970 by a clock of the log that never goes back, so that windows keep their
        meaning when the clock of the machine does; the clock detector tells of that.
    """

    index: int
    event: Event
    at: datetime
    moment_s: float

    def found(
        self, rule: Rule, severity: Severity, what: str, evidence: tuple[int, ...] = ()
    ) -> Detection:
        """Make a detection of this event."""
        return Detection(rule, self.at, self.event.actor, what, evidence or (self.index,), severity)


def plain(text: str, most: int = 80) -> str:
    """Make text from outside fit for a sentence: printable, on one line, not long."""
    cut = text if len(text) <= most else text[: most - 3] + "..."
    return "".join(c if c.isprintable() else "?" for c in cut)


def words(count: int, one: str, many: str = "") -> str:
    """Count with its noun."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
