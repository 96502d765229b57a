"""When detectors speak."""

from dataclasses import dataclass, fields

from redball.model.errors import BadUse


@dataclass(frozen=True)
class Settings:
    """Parameters of the detectors; what each means for false alarms stands in the concept page.

    Attributes
    ----------
    window_minutes : int
        Window of the three counts that follow.
    enumerated : int
        Different objects that one actor was refused, or looked for in vain.
    refused : int
        Refusals of one actor, whatever it asked for.
    refused_nation : int
        Refusals of one nation, all of its actors together.
    learned_events : int
        Events after which a role that was only ever refused is told of.
    bulk_rows : int
        Rows within 24 hours that are never bulk; what does not say its rows counts as so many.
    bulk_factor : float
        Times the personal daily mean beyond which rows within 24 hours are bulk.
    bulk_days : int
        Days with reads that make a personal mean.
    bulk_rows_new : int
        Limit for whoever has none yet.
    bulk_rows_ever : int
        Limit for everybody: a mean that was raised slowly lifts nobody over it.
    widened_hours : int
        Hours after an agreement was widened in which an export that rests on it is told of.
    clock_back_seconds : int
        Steps back that are not told of.
    clock_ahead_days : int
        Days without an event beyond which a step forward is told of.
    most_remembered : int
        Actors and objects that each detector remembers; those longest without an event go first.
    most_evidence : int
        Leaves named by one detection.
    """

    window_minutes: int = 10
    enumerated: int = 10
    refused: int = 30
    refused_nation: int = 100
    learned_events: int = 50
    bulk_rows: int = 10_000
    bulk_factor: float = 5.0
    bulk_days: int = 5
    bulk_rows_new: int = 1_000_000
    bulk_rows_ever: int = 50_000_000
    widened_hours: int = 24
    clock_back_seconds: int = 0
    clock_ahead_days: int = 30
    most_remembered: int = 100_000
    most_evidence: int = 20

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            least = 0 if one.name in ("clock_back_seconds", "learned_events") else 1
            if not least <= value <= _MOST:  # not a number compares false
                raise BadUse(
                    f"{one.name} is {value}.",
                    where=one.name,
                    mend=f"Give a number from {least} to {_MOST}.",
                )


_MOST = 10**12
