"""TOML to a scenario. Every value is checked; an error says which event, which key, how to mend."""

from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any, cast

from redball.model import BadData, UnsafeFile
from redball.model.written.toml import MOST_BYTES, Fields, located, parse, read_text
from redball.model.written.values import did_you_mean, number, shown
from redball.planning.scenarios.events import After, Event
from redball.planning.scenarios.naming import Target
from redball.planning.scenarios.reactions import REACTIONS, Reaction
from redball.planning.scenarios.recovery import AT_ONCE, Recovery
from redball.planning.scenarios.scenario import MOST_EVENTS, MOST_REACTIONS, Scenario
from redball.planning.scenarios.times import Time


def read_scenario(source: str | Path) -> Scenario:
    """Read a scenario.

    Parameters
    ----------
    source : str or pathlib.Path
        TOML text, or the path of a file of it.

    Raises
    ------
    BadUse
        There is no such file, or it can't be read.
    BadData
        It is not TOML in UTF-8, or a key or value is wrong; says in which event or reaction.
    UnsafeFile
        It is too large or nested too deep.
    """
    if isinstance(source, Path):
        return _scenario(read_text(source, "scenario"), source.name)
    return _scenario(source, "scenario")


def _scenario(text: str, where: str) -> Scenario:
    table = Fields(parse(text, where), where)
    name = table.text("name")
    horizon = table.whole("horizon_days")
    if horizon is None:
        raise BadData("'horizon_days' is missing.", where=where, mend="Give the days to simulate.")
    events = table.list_of("event")
    reactions = table.list_of("reaction")
    for what, found, most in (("event", events, MOST_EVENTS),
                              ("reaction", reactions, MOST_REACTIONS)):  # fmt: skip
        if len(found) > most:
            raise UnsafeFile(f"{len(found)} of [[{what}]].", where=where, mend=f"At most {most}.")
    seed, replications = table.whole("seed"), table.whole("replications")
    precision, description = table.maybe("precision"), table.text("description", "")
    table.rest()
    made = tuple(_event(each, n, where) for n, each in enumerate(events, 1))
    react = tuple(_reaction(each, n, where) for n, each in enumerate(reactions, 1))
    with located(where):
        return Scenario(
            name=name, horizon_days=horizon, events=made, reactions=react,
            seed=0 if seed is None else seed, replications=replications, precision=precision,
            description=description,
        )  # fmt: skip


def _event(value: object, count: int, where: str) -> Event:
    table = Fields(value, f"{where}, event {count}")
    name = table.text("name", f"event {count}")
    table.where = f"{table.where} '{shown(name)}'"
    what = table.text("what")
    targets = _targets(table.needed("target"), f"{table.where}, target")
    span = table.take("for_days")
    after, recovery = table.take("after"), table.take("recovery")
    begin = _time(table.take("from_day", 0), f"{table.where}, from_day")
    lost, factor, chance = table.maybe("lost"), table.maybe("factor"), table.maybe("chance")
    limits = table.take("where")
    draw, frozen = table.text("draw", "together"), table.list_of("frozen")
    table.rest()
    with located(table.where):
        return Event(
            name=name, what=what, targets=targets, from_day=begin,
            for_days=None if span is None else _time(span, f"{table.where}, for_days"),
            lost=lost, factor=factor, chance=1.0 if chance is None else chance,
            recovery=AT_ONCE if recovery is None else _recovery(recovery, table.where),
            after=None if after is None else _after(after, table.where),
            where=() if limits is None else _targets(limits, f"{table.where}, where"),
            draw=draw, frozen=tuple(cast("list[str]", frozen)),  # Event checks each word
        )  # fmt: skip


def _targets(value: object, where: str) -> tuple[Target, ...]:
    """``{ kind = name }`` or ``{ kind = [names] }``, several kinds in one table."""
    if not isinstance(value, dict):
        raise BadData(
            f"Names are written by kind, not '{shown(value)}'.",
            where=where,
            mend='Write, for example, { site = "XAG:PORT-GDANSK" }.',
        )
    found: list[Target] = []
    for kind, names in value.items():
        for name in names if isinstance(names, list) else [names]:
            with located(where):
                found.append(Target(kind, name))
    return tuple(found)


def _time(value: object, where: str) -> Time:
    """Read a number of days, or a table with a law."""
    if isinstance(value, dict):
        table = Fields(value, where)
        law = table.text("law")
        days = {n: table.maybe(n) for n in
                ("mean_days", "sd_days", "low_days", "mode_days", "high_days")}  # fmt: skip
        phases = table.whole("phases")
        table.rest()
        with located(where):
            return Time(law=law, phases=phases, **days)
    with located(where):
        return Time(number(value, where.rpartition(", ")[2], least=0.0))


def _recovery(value: object, where: str) -> Recovery:
    table = Fields(value, f"{where}, recovery")
    shape, days, steps = table.text("shape"), table.take("days", 0), table.list_of("steps")
    table.rest()
    pairs = []
    for step in steps:
        if not isinstance(step, list) or len(step) != 2:
            raise BadData(
                f"'{shown(step)}' is not a step.", where=table.where,
                mend="Write [days after the end, share still lost].",
            )  # fmt: skip
        pairs.append((step[0], step[1]))
    with located(table.where):
        return Recovery(shape, _time(days, f"{table.where}, days"), tuple(pairs))


def _after(value: object, where: str) -> After:
    table = Fields(value, f"{where}, after")
    event, since = table.text("event"), table.text("since", "begin")
    lag = _time(table.take("lag_days", 0), f"{table.where}, lag_days")
    table.rest()
    with located(table.where):
        return After(event, since, lag)


def _reaction(value: object, count: int, where: str) -> Reaction:
    """Read a reaction by the fields of its class."""
    table = Fields(value, f"{where}, reaction {count}")
    how = table.text("how")
    table.where = f"{table.where} '{shown(how)}'"
    kind = REACTIONS.get(how)
    if kind is None:
        raise BadData(
            f"'{shown(how)}' is not a reaction.",
            where=table.where,
            mend=did_you_mean(shown(how), tuple(REACTIONS)),
        )
    # every class of REACTIONS is a dataclass; the protocol can't say so
    values = {each.name: _field(table, each) for each in fields(cast("Any", kind))}
    table.rest()
    with located(table.where):
        return kind(**{name: value for name, value in values.items() if value is not MISSING})


def _field(table: Fields, each: "Field[Any]") -> object:
    """Value of a field of a reaction; MISSING where the file does not give it."""
    if each.type is Time:
        key = f"{each.name}_days"
        value = table.take(key, MISSING)
        return value if value is MISSING else _time(value, f"{table.where}, {key}")
    if each.type == tuple[Target, ...]:
        value = table.take(each.name, MISSING)
        return value if value is MISSING else _targets(value, f"{table.where}, {each.name}")
    found = table.maybe(each.name)
    return MISSING if found is None else found


__all__ = ["MOST_BYTES", "read_scenario"]
