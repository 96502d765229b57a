"""What a scenario means in a network: rows, values over time, draws, and what a reader is told."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from redball.model import BadData, BadUse
from redball.planning.scenarios import (
    After,
    CompiledScenario,
    Event,
    Recovery,
    Reroute,
    Scenario,
    Target,
    Time,
    compile_scenario,
)
from redball.simulation.network import What

if TYPE_CHECKING:
    from tests.unit.planning.scenarios.conftest import Coast

PORT = Target("site", "XAG:PORT")
BASE = Target("site", "DEU:BASE")
FORGE = Target("party", "DEU:FORGE")


def _compiled(coast: "Coast", *events: Event, **more: Any) -> CompiledScenario:
    return compile_scenario(Scenario("s", more.pop("horizon_days", 100), events, **more), coast)


def _changes(compiled: CompiledScenario, replication: int = 0) -> list[tuple[float, str, int, Any]]:
    rows = compiled.changes(0, replication)
    return [(r["day"], What(r["what"]).name, int(r["index"]), r["value"]) for r in rows]


def _at_start(coast: "Coast", event: Event) -> set[tuple[str, int]]:
    return {(what, row) for _, what, row, _ in _changes(_compiled(coast, event))}


def _event(what: str, *targets: Target, name: str = "e", **more: Any) -> Event:
    return Event(name, what, targets, **more)


def test_a_lost_place_leaves_its_own_lanes_and_ways_to_the_kernel(coast: "Coast") -> None:
    assert _at_start(coast, _event("loss", PORT)) == {("NODE", 1)}
    assert _at_start(coast, _event("loss", FORGE)) == {("NODE", 0)}


def test_a_lost_trader_without_a_place_closes_its_ways(coast: "Coast") -> None:
    trader = Target("party", "DEU:TRADER")
    arcs = coast.targets.reach["party"]["DEU:TRADER"].arcs
    assert _at_start(coast, _event("loss", trader)) == {("ARC", int(row)) for row in arcs}
    partly = _compiled(coast, _event("loss", trader, lost=0.5))
    assert not len(partly.changes(0, 0))
    assert any("leaves 2 ways of supply open" in each for each in partly.warnings)


def test_a_lost_item_is_neither_bought_nor_made_and_still_moved(coast: "Coast") -> None:
    found = _at_start(coast, _event("loss", Target("item", "DEU:RING")))
    arcs = coast.network.arcs
    bought = {("ARC", row) for row in np.flatnonzero(arcs["kind"] == 0) if arcs["cell"][row] < 4}
    assert found == {("RECIPE", 0), *bought}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (_event("loss", Target("lane", "XAG:SEA")), {("LANE", 0)}),
        (_event("loss", Target("mode", "rail"), Target("mode", "sea")), {("LANE", 0), ("LANE", 1)}),
        (_event("demand", Target("class", "NATO:III"), factor=2), {("STREAM", 1)}),
        (_event("demand", Target("unit", "DEU:UNIT"), factor=2), {("STREAM", 0), ("STREAM", 1)}),
        (_event("demand", Target("nation", "DEU"), factor=2, where=(Target("item", "DEU:RING"),)),
         {("STREAM", 0)}),
        (_event("tempo", Target("system", "DEU:IFV"), factor=2), {("FLEET", 0)}),
        (_event("lead_time", Target("mode", "sea"), factor=2), {("LANE_TIME", 0)}),
        (_event("lead_time", FORGE, factor=2),
         {("LANE_TIME", 0), ("ARC_TIME", 1), ("RECIPE_TIME", 0)}),
        (_event("stock_lost", BASE, lost=0.3), {("NODE_STOCK", 3)}),
        (_event("cyber", BASE), {("NODE_ORDERS", 3), ("CELL_REPORT", 2), ("CELL_REPORT", 5)}),
        (_event("cyber", BASE, frozen=("orders",)), {("NODE_ORDERS", 3)}),
        (_event("blocked", Target("class", "NATO:III")), {("CELL", 4), ("CELL", 5)}),
        (_event("blocked", Target("class", "NATO:III"), where=(BASE,)), {("CELL", 5)}),
    ],
)  # fmt: skip
def test_each_kind_of_event_changes_its_rows(
    coast: "Coast", event: Event, expected: set[tuple[str, int]]
) -> None:
    assert _at_start(coast, event) == expected


def test_an_export_ban_closes_what_leaves_the_country_and_nothing_else(coast: "Coast") -> None:
    arcs, cells = coast.network.arcs, coast.network.cells
    into = {(int(arcs["cell"][row]), int(arcs["kind"][row])): row for row in range(len(arcs))}
    norway = _at_start(coast, _event("export_ban", Target("country", "NOR")))
    assert norway == {("ARC", into[1, 1])}
    # the base lies in another country than the depot; the tank buys at the port, within
    germany = _at_start(coast, _event("export_ban", Target("country", "DEU")))
    assert germany == {("ARC", into[2, 1]), ("ARC", into[5, 1])}
    of_fuel = _event("export_ban", Target("country", "DEU"), where=(Target("item", "DEU:FUEL"),))
    assert _at_start(coast, of_fuel) == {("ARC", into[5, 1])}
    assert cells["node"][5] == 3


def test_prices_follow_the_seller(coast: "Coast") -> None:
    found = _changes(_compiled(coast, _event("price", FORGE, factor=3, for_days=Time(9))))
    arcs = coast.targets.reach["party"]["DEU:FORGE"].arcs
    assert found == [(0.0, "PRICE", int(arcs[0]), 3.0), (9.0, "PRICE", int(arcs[0]), 1.0)]


def test_one_outage_has_a_begin_a_recovery_and_an_end(coast: "Coast") -> None:
    event = _event("loss", PORT, from_day=Time(10), for_days=Time(5), lost=0.8,
                   recovery=Recovery("linear", Time(4)))  # fmt: skip
    days, values = zip(*[(d, v) for d, _, _, v in _changes(_compiled(coast, event))], strict=True)
    assert days == (10.0, 15.0, 16.0, 17.0, 18.0, 19.0)
    assert values == pytest.approx((0.2, 0.3, 0.5, 0.7, 0.9, 1.0))
    stays = _event("loss", PORT, for_days=Time(5), recovery=Recovery("steps", steps=((7, 0.25),)))
    assert _changes(_compiled(coast, stays)) == [
        (0.0, "NODE", 1, 0.0), (12.0, "NODE", 1, 0.75)]  # fmt: skip


def test_what_overlaps_multiplies_and_a_closed_way_opens_when_all_let_it(coast: "Coast") -> None:
    half = _event("loss", PORT, for_days=Time(10), lost=0.5, name="a")
    more = _event("loss", PORT, from_day=Time(5), for_days=Time(10), lost=0.5, name="b")
    assert _changes(_compiled(coast, half, more)) == [
        (0.0, "NODE", 1, 0.5), (5.0, "NODE", 1, 0.25), (10.0, "NODE", 1, 0.5),
        (15.0, "NODE", 1, 1.0)]  # fmt: skip
    ban = _event("export_ban", Target("country", "NOR"), for_days=Time(10), name="a")
    longer = _event("export_ban", Target("country", "NOR"), for_days=Time(20), name="b")
    days = [(day, value) for day, _, _, value in _changes(_compiled(coast, ban, longer))]
    assert days == [(0.0, 0.0), (20.0, 1.0)]


def test_stock_is_lost_once_for_each_event(coast: "Coast") -> None:
    first = _event("stock_lost", BASE, lost=0.3, from_day=Time(4), name="a")
    second = _event("stock_lost", BASE, lost=0.5, from_day=Time(2), name="b")
    assert _changes(_compiled(coast, first, second)) == [
        (2.0, "NODE_STOCK", 3, 0.5), (4.0, "NODE_STOCK", 3, 0.3)]  # fmt: skip


def test_nothing_changes_at_or_after_the_horizon(coast: "Coast") -> None:
    event = _event("loss", PORT, from_day=Time(10), for_days=Time(5))
    assert [day for day, *_ in _changes(_compiled(coast, event, horizon_days=15))] == [10.0]
    late = _compiled(coast, event, horizon_days=10)
    assert not len(late.changes(0, 0))
    assert any("begins on day 10 at the earliest, after the horizon" in w for w in late.warnings)


def test_an_event_follows_another_and_falls_away_with_it(coast: "Coast") -> None:
    first = _event("loss", PORT, from_day=Time(3), for_days=Time(4), chance=0.5, name="a")
    begin = _event("blocked", BASE, after=After("a", "begin", Time(2)), name="b")
    end = _event("cyber", BASE, after=After("a", "end", Time(2)), name="c")
    compiled = _compiled(coast, begin, end, first)
    seen = set()
    for replication in range(40):
        days = {o.event: o.begin_day for o in compiled.outages(0, replication)}
        assert days in ({}, {"a": 3.0, "b": 5.0, "c": 9.0})
        seen.add(len(days))
    assert seen == {0, 3}


def test_what_follows_the_end_of_an_endless_event_never_happens(coast: "Coast") -> None:
    compiled = _compiled(coast, _event("loss", PORT, name="a"),
                         _event("cyber", BASE, after=After("a", "end"), name="b"))  # fmt: skip
    assert [o.event for o in compiled.outages(0, 0)] == ["a"]
    assert any("'b' follows the end of an event that does not end" in w for w in compiled.warnings)


def test_chances_and_times_come_out_as_stated(coast: "Coast") -> None:
    event = _event("loss", PORT, chance=0.3, for_days=Time(20, "exponential"))
    compiled = _compiled(coast, event)
    outages = [o for r in range(3000) for o in compiled.outages(1, r)]
    spans = np.array([o.end_day - o.begin_day for o in outages])
    share, half = len(outages) / 3000, 3.3 * math.sqrt(0.3 * 0.7 / 3000)
    assert abs(share - 0.3) < half
    assert abs(spans.mean() - 20) < 3.3 * spans.std(ddof=1) / math.sqrt(len(spans))


def test_targets_fall_together_by_one_draw_or_each_by_its_own(coast: "Coast") -> None:
    wait = Time(30, "exponential")
    sites = (PORT, BASE, Target("site", "POL:ALLY"))
    together = _compiled(coast, _event("loss", *sites, from_day=wait))
    assert [o.about for o in together.outages(0, 0)] == [""]
    each = _compiled(coast, _event("loss", *sites, from_day=wait, draw="each"))
    first = each.outages(0, 0)
    assert [o.about for o in first] == ["site DEU:BASE", "site POL:ALLY", "site XAG:PORT"]
    assert len({o.begin_day for o in first}) == 3
    begins = np.array([[o.begin_day for o in each.outages(0, r)] for r in range(800)])
    correlation = np.corrcoef(begins.T)[np.triu_indices(3, 1)]
    assert np.abs(correlation).max() < 3.5 / math.sqrt(800)


def test_draws_hang_on_seed_replication_and_event_and_on_nothing_else(coast: "Coast") -> None:
    port = _event("loss", PORT, from_day=Time(30, "gamma", sd_days=9), name="port")
    other = _event("loss", BASE, from_day=Time(30, "gamma", sd_days=9), name="other")
    alone, pair = _compiled(coast, port), _compiled(coast, other, port, reactions=(Reroute(),))
    for replication in (5, 0, 9):
        assert alone.outages(3, replication)[0] in pair.outages(3, replication)
        again = _compiled(coast, port).changes(3, replication)
        assert again.tobytes() == alone.changes(3, replication).tobytes()
    days = {pair.outages(seed, r)[n].begin_day for seed in (3, 4) for r in (0, 1) for n in (0, 1)}
    assert len(days) == 8
    by_key = _compiled(coast, _event("loss", Target("site", "port"), name="port", draw="each",
                                     from_day=port.from_day))  # fmt: skip
    full = _compiled(coast, _event("loss", PORT, name="port", draw="each", from_day=port.from_day))
    assert by_key.changes(3, 0).tobytes() == full.changes(3, 0).tobytes()


@pytest.mark.parametrize(
    ("target", "says"),
    [
        (Target("site", "XAG:PRT"), "Did you mean 'XAG:PORT' (Harbour)?"),
        (Target("site", "Harbor"), "Did you mean 'XAG:PORT' (Harbour)?"),
        (Target("country", "NRO"), "Did you mean 'NOR'?"),
        (Target("item", "bolt"), "It holds 2, such as DEU:FUEL, DEU:RING."),
        (Target("party", "forge"), "Name one of them with its owner"),
        (Target("site", "DEU:FORGE"), "It is the name of a party"),
        (Target("input", "steel"), "It holds no input at all."),
    ],
)
def test_a_name_that_is_not_in_the_twin_is_told_with_the_nearest(
    coast: "Coast", target: Target, says: str
) -> None:
    with pytest.raises(BadData) as caught:
        _compiled(coast, _event("loss", target))
    assert says in caught.value.mend
    assert caught.value.where == "s, event 'e', target"


def test_what_has_no_effect_is_told(coast: "Coast") -> None:
    fuel = Target("item", "DEU:FUEL")
    idle = _compiled(coast, _event("loss", PORT, where=(fuel,)), horizon_days=500)
    assert any("'e' changes nothing" in w for w in idle.warnings)
    never = _compiled(coast, _event("loss", PORT, chance=0.0))
    assert any("chance 0" in w for w in never.warnings)
    partly = _compiled(coast, _event("demand", fuel, BASE, Target("country", "NOR"), factor=2))
    assert any("does not reach country 'NOR'" in w for w in partly.warnings)


def test_one_thing_under_two_names_is_told(coast: "Coast") -> None:
    with pytest.raises(BadData, match="site 'XAG:PORT' and site 'port' are the same"):
        _compiled(coast, _event("loss", PORT, Target("site", "port")))
    sea = Target("mode", "sea"), Target("lane", "XAG:SEA")
    each = _compiled(coast, _event("loss", *sea, draw="each"))
    assert any("draws lane XAG:SEA and mode sea each for itself" in w for w in each.warnings)
    together = _compiled(coast, _event("loss", *sea))
    assert not any("each for itself" in w for w in together.warnings)


def test_a_horizon_before_a_lead_time_is_told(coast: "Coast") -> None:
    short = _compiled(coast, horizon_days=20)
    assert any("ends before 2 lead times, the longest 30 days for ring at DEPOT" in w
               for w in short.warnings)  # fmt: skip
    assert not any("lead times" in w for w in _compiled(coast, horizon_days=31).warnings)
    reaction = _compiled(coast, horizon_days=31, reactions=(Reroute(delay_days=31),))
    assert any("it never comes" in w for w in reaction.warnings)


def test_numbers_out_of_range_are_refused(coast: "Coast") -> None:
    compiled = _compiled(coast, _event("loss", PORT))
    for seed, replication in ((-1, 0), (0, -1), (2**63, 0)):
        with pytest.raises(BadUse):
            compiled.changes(seed, replication)


def test_changes_that_would_not_fit_are_refused(
    coast: "Coast", monkeypatch: pytest.MonkeyPatch
) -> None:
    module = "redball.planning.scenarios.compiling.overlapping.MOST_CHANGES"
    event = _event("loss", PORT, for_days=Time(9), recovery=Recovery("linear", Time(9)))
    monkeypatch.setattr(module, 61)
    with pytest.raises(BadUse, match="may change 62 rows"):
        _compiled(coast, event)
    monkeypatch.setattr(module, 62)
    assert len(_compiled(coast, event).changes(0, 0))
