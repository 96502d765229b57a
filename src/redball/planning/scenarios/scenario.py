"""A scenario: what happens, how people react, and how it is to be run."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from redball.model import BadUse
from redball.model.written.values import (
    MOST_NAME,
    did_you_mean,
    free_text,
    name_text,
    number,
    whole,
)
from redball.planning.scenarios.events import Event
from redball.planning.scenarios.reactions import REACTIONS, Reaction

MOST_EVENTS = 200
MOST_REACTIONS = 100
MOST_HORIZON_DAYS = 36_500
MOST_REPLICATIONS = 1_000_000
MOST_SEED = 2**63 - 1
REPLICATIONS = 100
"""Runs where neither a number of them nor a precision is asked for."""


@dataclass(frozen=True)
class Scenario:
    """A future to rehearse.

    Attributes
    ----------
    name : str
        Name for readers.
    horizon_days : int
        Days that are simulated, 1 to 36,500.
    events : tuple of Event
        What happens, at most 200; none is the undisturbed future.
    reactions : tuple of Reaction
        How people react, at most 100.
    seed : int
        Seed of all draws, 0 to 2**63 - 1.
    replications : int or None
        Number of runs; 100 where neither this nor ``precision`` is given.
    precision : float or None
        Half width of the 95 % interval of readiness, relative to it, at which runs stop; above 0
        and below 1. Not with ``replications``.
    description : str
        What it is for, some lines.

    Raises
    ------
    BadUse
        A value is out of range, two events share a name, or events follow each other in a circle.
    """

    name: str
    horizon_days: int
    events: tuple[Event, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    seed: int = 0
    replications: int | None = None
    precision: float | None = None
    description: str = ""

    def __post_init__(self) -> None:
        name_text(self.name, "name")
        free_text(self.description, "description")
        _set(self, "horizon_days",
             whole(self.horizon_days, "horizon_days", least=1, most=MOST_HORIZON_DAYS))  # fmt: skip
        _set(self, "seed", whole(self.seed, "seed", least=0, most=MOST_SEED))
        _check_runs(self)
        reactions = tuple(REACTIONS.values())
        for name, most, type_ in (
            ("events", MOST_EVENTS, Event),
            ("reactions", MOST_REACTIONS, reactions),
        ):
            values = tuple(getattr(self, name))
            if len(values) > most:
                raise BadUse(f"A scenario with {len(values)} {name}.", mend=f"At most {most}.")
            if not all(isinstance(value, type_) for value in values):
                raise BadUse(f"'{name}' holds something else.", mend=f"Give {name} only.")
            _set(self, name, values)
        _check_order(self.events)


def undisturbed(scenario: Scenario) -> Scenario:
    """The same future in which nothing happens and people react just so.

    Reactions such as expediting help whatever happens. Against a network without them a loss can
    look like a gain; the difference to this future is what the events alone do.
    """
    return replace(scenario, name=_named(scenario, "nothing happens"), events=())


def unanswered(scenario: Scenario) -> Scenario:
    """The same future in which nobody reacts: the difference to it is what reactions bring."""
    return replace(scenario, name=_named(scenario, "nobody reacts"), reactions=())


def _named(scenario: Scenario, words: str) -> str:
    """Name with some words behind it, cut where it would be too long."""
    return f"{scenario.name[: MOST_NAME - len(words) - 2].rstrip()}: {words}"


def _set(scenario: Scenario, name: str, value: object) -> None:
    object.__setattr__(scenario, name, value)


def _check_runs(scenario: Scenario) -> None:
    if scenario.precision is not None:
        if scenario.replications is not None:
            raise BadUse("Both 'replications' and 'precision' are given.", mend="Give one.")
        precision = number(scenario.precision, "precision", most=1.0, above=True)
        if precision == 1.0:
            raise BadUse("'precision' is 1.", mend="It must be below 1, such as 0.01.")
        _set(scenario, "precision", precision)
        return
    count = REPLICATIONS if scenario.replications is None else scenario.replications
    _set(scenario, "replications", whole(count, "replications", least=1, most=MOST_REPLICATIONS))


def _check_order(events: tuple[Event, ...]) -> None:
    names = [event.name for event in events]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadUse(f"Two events are called '{twice[0]}'.", mend="Give each its own name.")
    before = {event.name: event.after.event for event in events if event.after is not None}
    for name, other in before.items():
        if other not in names:
            raise BadUse(
                f"The event '{name}' follows '{other}', which is no event.",
                mend=did_you_mean(other, names),
            )
    for name in before:
        _check_circle(name, before)


def _check_circle(name: str, before: Mapping[str, str]) -> None:
    seen = [name]
    while seen[-1] in before:
        seen.append(before[seen[-1]])
        if seen[-1] in seen[:-1]:
            circle = seen[seen.index(seen[-1]) :]
            raise BadUse(
                f"Events follow each other in a circle: {' after '.join(circle)}.",
                mend="Let one of them begin on a day.",
            )
