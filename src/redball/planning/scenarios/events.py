"""What happens: events, what each changes, and what they may name."""

from dataclasses import dataclass
from types import MappingProxyType

from redball.model import BadUse
from redball.model.written.values import name_text, number, one_of
from redball.planning.scenarios.naming import WHERE_KINDS, Target, in_order
from redball.planning.scenarios.recovery import AT_ONCE, Recovery
from redball.planning.scenarios.times import NO_TIME, Time

MOST_FACTOR = 1_000.0
DRAWS = ("together", "each")
SINCE = ("begin", "end")
FROZEN = ("orders", "reports")


@dataclass(frozen=True)
class Kind:
    """A kind of event.

    Attributes
    ----------
    by : str
        How strong it is: ``lost`` (a share), ``factor`` (a multiplier), ``all`` (nothing between),
        ``moment`` (a share, at once and for good).
    targets : tuple of str
        Kinds of names it can be about.
    says : str
        What it does, for readers.
    """

    by: str
    targets: tuple[str, ...]
    says: str


_SUPPLY = ("site", "party", "parent", "country", "item", "class", "nation", "input")
_PLACES = ("site", "country", "nation")

EVENTS = MappingProxyType({
    "loss": Kind("lost", (*_SUPPLY, "lane", "mode"), "does not work, or only in part"),
    "demand": Kind("factor", (*_PLACES, "item", "class", "unit"), "is asked for more, or less"),
    "tempo": Kind("factor", (*_PLACES, "unit", "system", "fleet"), "operates more, or less"),
    "lead_time": Kind("factor", (*_SUPPLY, "lane", "mode"), "takes longer, or shorter"),
    "price": Kind("factor", _SUPPLY, "costs more, or less"),
    "export_ban": Kind("all", ("country", "nation"), "sends nothing abroad"),
    "cyber": Kind("all", (*_PLACES, "party"), "places no orders, or decides on stale reports"),
    "stock_lost": Kind("moment", _PLACES, "loses stock"),
    "blocked": Kind("all", (*_PLACES, "item", "class", "party"), "may not issue its stock"),
})  # fmt: skip
"""Kinds of events by the word for ``what``."""


@dataclass(frozen=True)
class After:
    """Another event that an event follows.

    Attributes
    ----------
    event : str
        Its name. When it does not happen, what follows does not either.
    since : str
        ``begin`` or ``end`` of it (the end of the outage, before recovery).
    lag : Time
        How long after it.
    """

    event: str
    since: str = "begin"
    lag: Time = NO_TIME

    def __post_init__(self) -> None:
        name_text(self.event, "after")
        one_of(self.since, "since", SINCE)


@dataclass(frozen=True)
class Event:
    """Something that happens, to what, when and how badly.

    Attributes
    ----------
    name : str
        Unique in the scenario; its random draws are keyed by it.
    what : str
        One of :data:`EVENTS`.
    targets : tuple of Target
        What it happens to; kept in order of kind and name.
    from_day : Time
        When it begins, days from the start of the run. Not with ``after``.
    for_days : Time or None
        How long it lasts before recovery; None to the end of the run.
    lost : float or None
        Share lost, above 0 to 1, for kinds that have one; None is 1.
    factor : float or None
        Multiplier, for kinds that need one, 0 to 1,000.
    recovery : Recovery
        How it goes back to normal.
    chance : float
        Probability that it happens, 0 to 1, drawn once in each replication.
    after : After or None
        The event it follows.
    where : tuple of Target
        Narrows the targets: any name of a kind, and all kinds.
    draw : str
        ``together``: one draw of chance and times for all targets, so that they fall together;
        ``each``: one for each target.
    frozen : tuple of str
        For ``cyber``: ``orders`` (none are placed), ``reports`` (decisions on stale positions).

    Raises
    ------
    BadUse
        A value is out of range, missing, or does not belong to the kind of event.
    """

    name: str
    what: str
    targets: tuple[Target, ...]
    from_day: Time = NO_TIME
    for_days: Time | None = None
    lost: float | None = None
    factor: float | None = None
    recovery: Recovery = AT_ONCE
    chance: float = 1.0
    after: After | None = None
    where: tuple[Target, ...] = ()
    draw: str = "together"
    frozen: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        name_text(self.name, "name")
        kind = EVENTS[one_of(self.what, "what", tuple(EVENTS))]
        _set(self, "targets", in_order(self.targets, "target", kind.targets))
        if not self.targets:
            raise BadUse(
                "The event is about nothing.", mend=f"Name a target: {', '.join(kind.targets)}."
            )
        _set(self, "where", in_order(self.where, "where", WHERE_KINDS))
        _set(self, "chance", number(self.chance, "chance", most=1.0))
        one_of(self.draw, "draw", DRAWS)
        _check_strength(self, kind)
        _check_times(self, kind)
        _check_frozen(self)

    @property
    def share_left(self) -> float:
        """What the event multiplies while it lasts."""
        return self.factor if self.factor is not None else 1.0 - (self.lost or 0.0)


def _set(event: Event, name: str, value: object) -> None:
    object.__setattr__(event, name, value)


def _check_strength(event: Event, kind: Kind) -> None:
    if kind.by == "factor":
        if event.factor is None:
            raise BadUse(f"A '{event.what}' event without 'factor'.", mend="Give a multiplier.")
        _set(event, "factor", number(event.factor, "factor", most=MOST_FACTOR))
        if event.what == "lead_time" and event.factor == 0:
            raise BadUse("A lead time with factor 0.", mend="Give a factor above 0.")
    elif event.factor is not None:
        raise BadUse(f"A '{event.what}' event takes no 'factor'.", mend="Leave it out.")
    if kind.by == "factor":
        if event.lost is not None:
            raise BadUse(f"A '{event.what}' event takes no 'lost'.", mend="Give 'factor'.")
        return
    lost = 1.0 if event.lost is None else number(event.lost, "lost", most=1.0, above=True)
    if kind.by == "all" and lost != 1.0:
        raise BadUse(
            f"A '{event.what}' event is whole or not at all.", mend="Leave 'lost' out, or give 1."
        )
    _set(event, "lost", lost)


def _check_times(event: Event, kind: Kind) -> None:
    if event.after is not None and event.from_day != NO_TIME:
        raise BadUse(
            "An event with both 'from_day' and 'after'.",
            mend="Give the lag in 'after', or leave 'after' out.",
        )
    if kind.by == "moment" and (event.for_days is not None or event.recovery != AT_ONCE):
        raise BadUse(
            f"A '{event.what}' event happens at once and for good.",
            mend="Leave 'for_days' and 'recovery' out.",
        )
    if event.recovery == AT_ONCE:
        return
    if kind.by == "all":
        raise BadUse(
            f"A '{event.what}' event is whole or not at all.", mend="Leave 'recovery' out."
        )
    if event.for_days is None:
        raise BadUse(
            "An event recovers and has no end.", mend="Give 'for_days', the days before recovery."
        )


def _check_frozen(event: Event) -> None:
    if event.what != "cyber":
        if event.frozen:
            raise BadUse(f"A '{event.what}' event takes no 'frozen'.", mend="Leave it out.")
        return
    given = event.frozen or FROZEN
    for word in given:
        one_of(word, "frozen", FROZEN)
    _set(event, "frozen", tuple(word for word in FROZEN if word in given))
