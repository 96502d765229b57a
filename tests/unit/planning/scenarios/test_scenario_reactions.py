"""What each reaction gives a network, and that runs with it come out as they should."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from redball.model import BadData, BadUse
from redball.planning.scenarios import (
    REACTIONS,
    CompiledScenario,
    Event,
    Expedite,
    MutualSupport,
    Print,
    Reaction,
    ReleaseReserve,
    Reroute,
    Scenario,
    SecondSource,
    Target,
    Time,
    compile_scenario,
)
from redball.simulation.events import run_events
from redball.simulation.network import ArcKind, LawKind, RuleKind

if TYPE_CHECKING:
    from tests.unit.planning.scenarios.conftest import Coast

RING, FUEL = Target("item", "DEU:RING"), Target("item", "DEU:FUEL")
DEPOT = Target("site", "DEU:DEPOT")


def _compiled(coast: "Coast", *reactions: Reaction, events: tuple[Event, ...] = ()) -> Any:
    return compile_scenario(Scenario("s", 300, events, reactions), coast)


def test_every_reaction_keeps_the_protocol() -> None:
    made: list[Reaction] = [Reroute(), SecondSource(), Expedite(below_units=1), ReleaseReserve(),
                            MutualSupport(), Print(at=(RING,))]  # fmt: skip
    assert [each.how for each in made] == list(REACTIONS)
    assert all(isinstance(each, Reaction) for each in made)


@pytest.mark.parametrize(
    ("reaction", "kind", "cells"),
    [
        (Reroute(1, 5), RuleKind.REROUTE, [-1]),
        (SecondSource(1, 5), RuleKind.SECOND_SOURCE, [-1]),
        (SecondSource(1, 5, (RING,)), RuleKind.SECOND_SOURCE, [1]),
        (ReleaseReserve(1, 5), RuleKind.RELEASE_RESERVE, [-1]),
        (ReleaseReserve(1, 5, (RING,)), RuleKind.RELEASE_RESERVE, [2]),
        (MutualSupport(1, 5), RuleKind.SUPPORT, [-1]),
        (MutualSupport(1, 5, (Target("nation", "DEU"),)), RuleKind.SUPPORT, [2]),
        (Expedite(below_units=3, delay_days=1, cost_eur=5), RuleKind.EXPEDITE, [-1]),
    ],
)
def test_rules_carry_delay_cost_and_place(
    coast: "Coast", reaction: Reaction, kind: RuleKind, cells: list[int]
) -> None:
    rules = _compiled(coast, reaction).rules
    assert rules["kind"].tolist() == [kind] * len(cells)
    assert rules["cell"].tolist() == cells
    assert rules["delay_days"].tolist() == [1.0] * len(cells)
    assert rules["cost_eur"].tolist() == [5.0] * len(cells)


def test_expediting_by_share_has_a_level_for_each_stock_that_orders(coast: "Coast") -> None:
    rules = _compiled(coast, Expedite(below_share=0.5, time_factor=0.4, price_factor=2.0)).rules
    # order-up-to levels 6, 2, 20 and 5; the tank orders at 20 to 50; the forge makes to order
    assert dict(zip(rules["cell"].tolist(), rules["threshold"].tolist(), strict=True)) == {
        1: 3, 2: 1, 3: 10, 4: 25, 5: 3}  # fmt: skip
    assert set(rules["factor"]) == {0.4}
    assert set(rules["price_factor"]) == {2.0}


@pytest.mark.parametrize(
    "reaction",
    [
        SecondSource(at=(FUEL,)),
        ReleaseReserve(at=(FUEL,)),
        MutualSupport(at=(FUEL,)),
        Expedite(below_share=0.5, at=(Target("site", "XAG:PORT"),)),
        Print(at=(RING, Target("site", "XAG:PORT"))),
    ],
)
def test_a_reaction_without_effect_is_told(coast: "Coast", reaction: Reaction) -> None:
    compiled = _compiled(coast, reaction)
    assert not len(compiled.rules)
    assert compiled.warnings[0].startswith(f"s, reaction 1 '{reaction.how}': ")


@pytest.mark.parametrize(
    ("kind", "given", "says"),
    [
        (Reroute, {"delay_days": float("inf")}, "'delay_days' is inf"),
        (Reroute, {"cost_eur": -1}, "'cost_eur' is -1"),
        (SecondSource, {"delay_days": float("nan")}, "'delay_days' is nan"),
        (SecondSource, {"at": (Target("lane", "L"),)}, "can't name a lane"),
        (Expedite, {}, "needs a level"),
        (Expedite, {"below_units": 1, "below_share": 0.5}, "needs a level"),
        (Expedite, {"below_share": 1.5}, "'below_share' is 1.5"),
        (Expedite, {"below_units": 1, "time_factor": 0}, "'time_factor' is 0"),
        (Expedite, {"below_units": 1, "price_factor": 0.5}, "'price_factor' is 0.5"),
        (Print, {}, "names no item"),
        (Print, {"at": (RING,), "per_day": 0}, "'per_day' is 0"),
    ],
)
def test_a_reaction_without_sense_is_refused(kind: Any, given: dict[str, Any], says: str) -> None:
    with pytest.raises(BadUse, match=says):
        kind(**given)


def test_a_place_that_is_not_in_the_twin_is_told(coast: "Coast") -> None:
    with pytest.raises(BadData, match="Did you mean 'DEU:RING'"):
        _compiled(coast, Print(at=(Target("item", "DEU:RNIG"),)))


def test_printing_adds_a_standby_way_as_the_last_of_its_stock(coast: "Coast") -> None:
    before = coast.network
    lead = Time(2, "erlang", phases=2)
    compiled = _compiled(
        coast, Print(at=(RING, DEPOT), per_day=0.5, lead=lead, price_eur=9, delay_days=3),
        events=(Event("e", "price", (Target("party", "DEU:TRADER"),), factor=2.0),),
    )  # fmt: skip
    after = compiled.network
    arcs = after.arcs[after.arcs["cell"] == 1]
    assert arcs["kind"].tolist() == [ArcKind.MOVE, ArcKind.BUY, ArcKind.MAKE]
    assert (arcs["standby"][2], arcs["price_eur"][2]) == (1, 9.0)
    recipe = after.recipes[arcs["recipe"][2]]
    law = after.laws[recipe["law"]]
    assert (recipe["cell"], recipe["per_day"]) == (1, 0.5)
    assert (law["kind"], law["mean"], law["phases"]) == (LawKind.ERLANG, 2.0, 2)
    assert compiled.rules["cell"].tolist() == [1]
    # every arc that was there is where a change finds it
    changed = compiled.changes(0, 0)["index"]
    traded = coast.targets.reach["party"]["DEU:TRADER"].arcs
    assert after.arcs[changed].tolist() == before.arcs[traded].tolist()
    kept = after.arcs[after.arcs["recipe"] < len(before.recipes)]
    assert kept.tolist() == before.arcs.tolist()
    assert any("feedstock" in each for each in compiled.assumptions)


def test_the_network_is_the_same_one_where_nothing_is_printed(coast: "Coast") -> None:
    assert _compiled(coast, Reroute()).network is coast.network


def _waiting(compiled: CompiledScenario, replications: int = 12) -> float:
    runs = [
        run_events(compiled.network, horizon_days=compiled.horizon_days, seed=0, replication=r,
                   changes=compiled.changes(0, r), rules=compiled.rules, check=True)
        for r in range(replications)
    ]  # fmt: skip
    return float(np.mean([run.cells["waiting_days"].sum() for run in runs]))


def test_losses_hurt_and_reactions_help_when_they_are_run(coast: "Coast") -> None:
    forge = Event("forge", "loss", (Target("party", "DEU:FORGE"),), from_day=Time(20))
    lost = _waiting(_compiled(coast, events=(forge,)))
    assert lost > 10 * _waiting(_compiled(coast))
    second = SecondSource(delay_days=5)
    printed = Print(at=(RING, DEPOT), per_day=2.0, lead=Time(1), delay_days=5)
    for reaction in (second, printed, MutualSupport(delay_days=2), ReleaseReserve(delay_days=2)):
        assert _waiting(_compiled(coast, reaction, events=(forge,))) < lost
    late = SecondSource(delay_days=200)
    soon = _waiting(_compiled(coast, second, events=(forge,)))
    assert soon < _waiting(_compiled(coast, late, events=(forge,))) < lost
