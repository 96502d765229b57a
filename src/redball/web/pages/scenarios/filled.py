"""The form of the builder: fields to a scenario, and a scenario to fields where they can say it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from starlette.datastructures import FormData

from redball.model import BadUse
from redball.planning.scenarios import (
    EVENTS,
    REACTIONS,
    Event,
    Expedite,
    Reaction,
    Recovery,
    Scenario,
    Target,
    Time,
)

REACT = ("reroute", "second_source", "expedite", "release_reserve", "mutual_support")
"""Reactions that the form offers; the others are written in the text."""
_BELOW = 0.3
"""Share of its highest level below which stock is expedited, by the form."""
_FIELDS = ("event", "what", "about", "from_day", "for_days", "lost", "factor", "back", "chance")


@dataclass(frozen=True)
class Row:
    """One event as its fields say it; all texts, as they were typed."""

    event: str = ""
    what: str = "loss"
    about: str = ""
    from_day: str = "0"
    for_days: str = ""
    lost: str = "100"
    factor: str = "1.5"
    back: str = ""
    chance: str = "100"

    @property
    def by(self) -> str:
        """What decides how strong it is."""
        return EVENTS[self.what].by if self.what in EVENTS else "lost"


@dataclass(frozen=True)
class Filled:
    """The whole form."""

    name: str = ""
    description: str = ""
    days: str = "180"
    seed: str = "1944"
    replications: str = "20"
    rows: tuple[Row, ...] = ()
    reactions: tuple[tuple[str, str], ...] = ()

    def delay(self, how: str) -> str | None:
        """Days until a reaction works; None where it is not chosen."""
        return dict(self.reactions).get(how)


def filled_form(form: FormData) -> Filled:
    """Read the fields."""

    def one(name: str, usual: str = "") -> str:
        value = form.get(name)
        return value.strip() if isinstance(value, str) else usual

    columns = [[str(value).strip() for value in form.getlist(name)] for name in _FIELDS]
    rows = tuple(Row(*values) for values in zip(*columns, strict=False))
    chosen = [str(how) for how in form.getlist("react") if how in REACT]
    reactions = tuple((how, one(f"delay_{how}", "0") or "0") for how in chosen)
    return Filled(
        one("name"), one("description"), one("days"), one("seed"), one("replications"), rows,
        reactions,
    )  # fmt: skip


def scenario_filled(filled: Filled) -> Scenario:
    """The scenario that the fields say.

    Raises
    ------
    BadUse
        A field can't be used; says which, and of which event.
    """
    events = tuple(_event(row, place) for place, row in enumerate(filled.rows, 1))
    return Scenario(
        name=filled.name or _named(filled.rows),
        horizon_days=_whole(filled.days, "Days to look ahead"),
        events=events,
        reactions=tuple(_reaction(how, delay) for how, delay in filled.reactions),
        seed=_whole(filled.seed, "Seed"),
        replications=_whole(filled.replications, "Runs"),
        description=filled.description.replace("\r\n", "\n"),
    )


def form_of(scenario: Scenario) -> Filled | None:
    """The fields that say a scenario; None where it says more than they can."""
    if any(event.after or event.from_day.random for event in scenario.events):
        return None
    made = Filled(
        name=scenario.name,
        description=scenario.description,
        days=str(scenario.horizon_days),
        seed=str(scenario.seed),
        replications=str(scenario.replications),
        rows=tuple(_row(event) for event in scenario.events),
        reactions=tuple((one.how, f"{one.delay_days:g}") for one in scenario.reactions),
    )
    try:
        return made if scenario_filled(made) == scenario else None
    except (BadUse, KeyError):
        return None


def asked_row(lose: str, from_day: str = "", for_days: str = "") -> Row:
    """The loss that a link from another page asks for: ``site:OWNER:KEY``."""
    kind, _, name = lose.partition(":")
    days = {"from_day": from_day or "6", "for_days": for_days or "14"}
    return Row(event=f"{name.rpartition(':')[2] or 'it'} lost", about=f"{kind} {name}", **days)


def struck_row(name: str, targets: Sequence[str], from_day: str, for_days: str) -> Row:
    """The loss of everything that a hazard strikes."""
    days = {"from_day": from_day or "6", "for_days": for_days or "14"}
    return Row(event=name, about="; ".join(targets), **days)


def with_row(filled: Filled) -> Filled:
    """One more event."""
    row = Row(event=f"event {len(filled.rows) + 1}", from_day="6", for_days="14")
    return replace(filled, rows=(*filled.rows, row))


def without_row(filled: Filled, place: int) -> Filled:
    """One event less."""
    return replace(filled, rows=filled.rows[:place] + filled.rows[place + 1 :])


def _named(rows: Sequence[Row]) -> str:
    return rows[0].event if rows and rows[0].event else "What if"


def _event(row: Row, place: int) -> Event:
    name = row.event or f"event {place}"
    try:
        by = EVENTS[row.what].by if row.what in EVENTS else ""
        timed = by != "moment"
        return Event(
            name=name,
            what=row.what,
            targets=tuple(_target(text) for text in row.about.split(";") if text.strip()),
            from_day=Time(_number(row.from_day or "0", "From day")),
            for_days=Time(_number(row.for_days, "For days")) if timed and row.for_days else None,
            lost=_number(row.lost, "Lost") / 100 if by in ("lost", "moment") else None,
            factor=_number(row.factor, "Times") if by == "factor" else None,
            recovery=_recovery(row.back) if timed and by != "all" else Recovery(),
            chance=_number(row.chance or "100", "Chance") / 100,
        )
    except BadUse as error:
        raise BadUse(error.what, where=f"event {place}, '{name}'", mend=error.mend) from None


def _target(text: str) -> Target:
    kind, _, name = text.strip().partition(" ")
    return Target(kind, name.strip())


def _recovery(days: str) -> Recovery:
    mean = _number(days, "Comes back over") if days else 0.0
    return Recovery("linear", Time(mean)) if mean else Recovery()


def _reaction(how: str, delay: str) -> Reaction:
    days = _number(delay or "0", "Days until people react")
    if how == "expedite":
        return Expedite(below_share=_BELOW, delay_days=days)
    if how not in REACT:
        raise BadUse(f"The form has no reaction '{how}'.", mend=f"Use {', '.join(REACT)}.")
    made: type[Reaction] = REACTIONS[how]
    return made(delay_days=days)  # type: ignore[call-arg]  # the protocol has no constructor


def _row(event: Event) -> Row:
    return Row(
        event=event.name,
        what=event.what,
        about="; ".join(f"{target.kind} {target.name}" for target in event.targets),
        from_day=f"{event.from_day.mean!r}".removesuffix(".0"),
        for_days="" if event.for_days is None else f"{event.for_days.mean!r}".removesuffix(".0"),
        lost=f"{100 * (1.0 if event.lost is None else event.lost):.10g}",
        factor="1.5" if event.factor is None else f"{event.factor!r}".removesuffix(".0"),
        back=f"{event.recovery.days.mean:.10g}" if event.recovery.shape == "linear" else "",
        chance=f"{100 * event.chance:.10g}",
    )


def _number(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadUse(f"'{name}' is '{text[:40]}'.", mend="Give a number.") from None


def _whole(text: str, name: str) -> int:
    number = _number(text, name)
    if not number.is_integer():
        raise BadUse(f"'{name}' is '{text[:40]}'.", mend="Give a whole number.")
    return int(number)
