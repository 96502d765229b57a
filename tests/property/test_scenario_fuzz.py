"""Whatever is read is a scenario or a clear error; what is written reads back as it was."""

import json
import math
import string
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from redball.model import RedballError
from redball.planning.scenarios import (
    EVENTS,
    After,
    Event,
    Expedite,
    MutualSupport,
    Print,
    Reaction,
    Recovery,
    ReleaseReserve,
    Reroute,
    Scenario,
    SecondSource,
    Target,
    Time,
    compile_scenario,
    read_scenario,
    write_scenario,
)
from redball.planning.scenarios.naming import WHERE_KINDS
from redball.planning.targets import KINDS, Reach, Targets
from redball.simulation.network import Law, NetworkBuilder, What

NAMES = st.text(min_size=1, max_size=200).filter(
    lambda t: t == t.strip() and t.isprintable()
) | st.text(string.ascii_letters + ".:\"'\\|#= ", min_size=1, max_size=30).filter(
    lambda t: t == t.strip()
)
DAYS = st.floats(0, 36_500) | st.integers(0, 36_500)
SHARE = st.floats(0.01, 1)
ABOVE = st.floats(0, 36_500, exclude_min=True)


@st.composite
def times(draw: st.DrawFn) -> Time:
    law = draw(
        st.sampled_from(("fixed", "exponential", "gamma", "erlang", "uniform", "triangular"))
    )
    if law in ("uniform", "triangular"):
        ends = sorted(draw(st.lists(st.floats(0, 36_500), min_size=3, max_size=3, unique=True)))
        mode = ends[1] if law == "triangular" else None
        return Time(law=law, low_days=ends[0], high_days=ends[2], mode_days=mode)
    if law == "fixed":
        return Time(draw(DAYS))
    more: dict[str, Any] = {}
    if law == "gamma":
        more = {"sd_days": draw(ABOVE)}
    elif law == "erlang":
        more = {"phases": draw(st.integers(1, 1000))}
    return Time(draw(ABOVE), law, **more)


@st.composite
def recoveries(draw: st.DrawFn) -> Recovery:
    shape = draw(st.sampled_from(("at once", "linear", "steps")))
    if shape == "linear":
        return Recovery(shape, draw(times().filter(lambda time: time != Time(0))))
    if shape == "steps":
        days = sorted(draw(st.sets(st.floats(0, 36_500), min_size=1, max_size=8)))
        return Recovery(shape, steps=tuple((day, draw(st.floats(0, 1))) for day in days))
    return Recovery()


def named(kinds: tuple[str, ...], least: int) -> st.SearchStrategy[tuple[Target, ...]]:
    one = st.builds(Target, st.sampled_from(kinds), NAMES)
    return st.lists(one, min_size=least, max_size=5, unique=True).map(tuple)


@st.composite
def events(draw: st.DrawFn, names: list[str], number: int) -> Event:
    what = draw(st.sampled_from(tuple(EVENTS)))
    kind = EVENTS[what]
    more: dict[str, Any] = {}
    if kind.by == "factor":
        more["factor"] = draw(st.floats(0.001, 1000))
    elif kind.by != "all":
        more["lost"] = draw(st.none() | st.floats(0, 1, exclude_min=True))
    if kind.by != "moment":
        more["for_days"] = draw(st.none() | times())
    if kind.by in ("lost", "factor") and more["for_days"] is not None:
        more["recovery"] = draw(recoveries())
    if what == "cyber":
        more["frozen"] = draw(st.sampled_from(((), ("orders",), ("reports",))))
    if number and draw(st.booleans()):
        cause = draw(st.sampled_from(names[:number]))
        more["after"] = After(cause, draw(st.sampled_from(("begin", "end"))), draw(times()))
    else:
        more["from_day"] = draw(times())
    return Event(
        names[number], what, draw(named(kind.targets, 1)), where=draw(named(WHERE_KINDS, 0)),
        chance=draw(st.floats(0, 1)), draw=draw(st.sampled_from(("together", "each"))), **more,
    )  # fmt: skip


@st.composite
def reactions(draw: st.DrawFn) -> Reaction:
    common: dict[str, Any] = {"delay_days": draw(DAYS), "cost_eur": draw(st.floats(0, 1e15))}
    at = draw(named(WHERE_KINDS, 0))
    printed = Target("item", draw(NAMES))
    made: list[Reaction] = [
        Reroute(**common), SecondSource(at=at, **common), ReleaseReserve(at=at, **common),
        MutualSupport(at=at, **common),
        Expedite(below_units=draw(ABOVE), time_factor=draw(SHARE), at=at, **common),
        Expedite(below_share=draw(SHARE), price_factor=draw(st.floats(1, 9)), **common),
        Print(at=(printed, *(t for t in at if t != printed)), per_day=draw(ABOVE),
              lead=draw(times()), **common),
    ]  # fmt: skip
    return draw(st.sampled_from(made))


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    names = draw(st.lists(NAMES, max_size=4, unique=True))
    asked: tuple[dict[str, Any], ...] = ({}, {"precision": 0.013}, {"replications": 77})
    runs = draw(st.sampled_from(asked))
    lines = st.text(st.characters(exclude_categories=("C", "Z")) | st.sampled_from(" \n\t."),
                    max_size=1500)  # fmt: skip
    return Scenario(
        draw(NAMES), draw(st.integers(1, 36_500)),
        tuple(draw(events(names, number)) for number in range(len(names))),
        tuple(draw(st.lists(reactions(), max_size=3))),
        seed=draw(st.integers(0, 2**63 - 1)), description=draw(lines), **runs,
    )  # fmt: skip


@settings(max_examples=80)
@given(scenarios())
def test_what_is_written_reads_back_as_it_was(scenario: Scenario) -> None:
    text = write_scenario(scenario)
    assert read_scenario(text) == scenario
    assert write_scenario(read_scenario(text)) == text


@settings(max_examples=200)
@given(st.text(max_size=2000))
def test_any_text_is_a_scenario_or_a_clear_error(text: str) -> None:
    _read(text)


PIECES = st.sampled_from((
    'name = "s"', "horizon_days = 9", "[[event]]", "[[reaction]]", 'what = "loss"', "[event]",
    'target = { site = "A" }', "for_days = ", "{ law = 'gamma', ", "mean_days = 3", "sd_days = -1",
    "}", "[", "]", "chance = nan", "seed = 0xffffffffffffffffffff", "a.b.c = 1", "1979-05-27",
    "recovery = { shape = 'steps', steps = [[1, 0.5], [0, 2]] }", "after = { event = 'e' }", '"""',
    'how = "print"', "at = { item = 'x' }", "delay_days = inf", "lost = 1e999", "\n", "\n", " = ",
))  # fmt: skip


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=25), st.booleans())
def test_pieces_of_scenarios_in_any_order(pieces: list[str], lines: bool) -> None:
    _read(("\n" if lines else "").join(pieces))


KEYS = st.sampled_from((
    "name", "horizon_days", "event", "reaction", "what", "target", "from_day", "for_days", "lost",
    "chance", "recovery", "after", "where", "draw", "frozen", "how", "at", "below_units", "law",
    "mean_days", "shape", "steps", "site", "seed", "replications", "precision", "description", "x",
))  # fmt: skip
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(("loss", "print", "gamma", "steps", "each", "s"))
)  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=25,
)


@settings(max_examples=90)
@given(st.dictionaries(KEYS, TREES, max_size=8), TREES, TREES)
def test_any_tree_of_values_is_a_scenario_or_a_clear_error(
    tree: dict[str, Any], event: Any, reaction: Any
) -> None:
    head = {"name": "s", "horizon_days": 30}
    loss = {"what": "loss", "target": {"site": "A"}, **_dict(event)}
    printed = {"how": "print", **_dict(reaction)}
    for more in (
        {**head, **tree},
        {**head, "event": [event], "reaction": [reaction]},
        {**head, "event": [loss]},
        {**head, "reaction": [printed]},
    ):
        _read("\n".join(f"{key} = {_toml(value)}" for key, value in more.items()))


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _toml(value: Any) -> str:
    """Write a tree as TOML; what TOML does not know becomes a day."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(v)}" for key, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return "1979-05-27" if value is None else json.dumps(value)


def _read(text: str) -> None:
    try:
        found = read_scenario(text)
    except RedballError as error:
        assert error.what and len(str(error)) < 2_500  # noqa: PT017, PT018 - no error is as good as one
        return
    assert read_scenario(write_scenario(found)) == found


def _line(count: int) -> tuple[Any, Targets]:
    """Nodes in a row, each with a name of each kind."""
    made = NetworkBuilder()
    made.item("x")
    for node in range(count):
        made.node(str(node))
    for node in range(count):
        cell = made.cell(str(node), "x", on_hand=3)
        made.buy(cell, Law(1.0))
    reach = {kind: {str(n): Reach(nodes=np.array([n])) for n in range(count)} for kind in KINDS}
    return made.build(), Targets(reach)


class _Case:
    network, targets = _line(4)


SHORT = st.integers(0, 40).map(Time)


@st.composite
def losses(draw: st.DrawFn, name: str) -> Event:
    span = draw(st.none() | SHORT)
    more: dict[str, Any] = {}
    if span is not None and draw(st.booleans()):
        steps = tuple((d, draw(st.sampled_from((0.0, 0.5)))) for d in sorted(draw(
            st.sets(st.integers(0, 20), min_size=1, max_size=3))))  # fmt: skip
        more["recovery"] = Recovery("steps", steps=steps)
    sites = draw(st.sets(st.integers(0, 3), min_size=1))
    return Event(
        name, "loss", tuple(Target("site", str(n)) for n in sites), from_day=draw(SHORT),
        for_days=span, lost=draw(st.sampled_from((0.25, 0.5, 1.0))),
        draw=draw(st.sampled_from(("together", "each"))), **more,
    )  # fmt: skip


@settings(max_examples=80)
@given(st.data(), st.integers(1, 4))
def test_changes_are_the_product_of_what_lasts_on_each_day(data: st.DataObject, count: int) -> None:
    happens = tuple(data.draw(losses(f"e{n}")) for n in range(count))
    compiled = compile_scenario(Scenario("s", 50, happens), _Case())
    rows = compiled.changes(0, 0)
    assert (np.diff(rows["day"]) >= 0).all()
    assert set(rows["what"]) <= {What.NODE}
    for node in range(4):
        own = rows[rows["index"] == node]
        for day in range(50):
            said = own["value"][own["day"] <= day]
            expected = math.prod(1 - _lost(event, node, day) for event in happens)
            assert (said[-1] if len(said) else 1.0) == expected


def _lost(event: Event, node: int, day: int) -> float:
    """Share of a node that an event takes on a day, worked out day by day."""
    begin = event.from_day.mean
    if Target("site", str(node)) not in event.targets or day < begin:
        return 0.0
    lost = event.lost or 0.0
    if event.for_days is None or day < begin + event.for_days.mean:
        return lost
    since = day - begin - event.for_days.mean
    if event.recovery.shape == "at once":
        return 0.0
    return lost * ([1.0] + [left for at, left in event.recovery.steps if at <= since])[-1]
