"""A plan from end to end on a small network: candidates, choice, rehearsal, explanation."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.planning.portfolio.conftest import plain

from redball.model import BadUse
from redball.planning.plan import Plan, PlanOptions, Risk, decide, make_plan, prepare
from redball.planning.portfolio import Aim, Rehearsal
from redball.planning.targets import Reach, Targets
from redball.planning.treatments.prices import Prices
from redball.simulation.network import Law, Network, NetworkBuilder, PolicyKind

OPTIONS = PlanOptions(
    aim=Aim(730.0), how=Rehearsal(200, 20, 4, 7), replications=12, futures=40, most=10, gap=0.001,
    prices=Prices(source_eur=60.0, source_yearly_eur=0.0, source_days=60.0, lane_eur=50.0,
                  lane_yearly_eur=0.0, capacity_share=0.01),
)  # fmt: skip
SEA = Risk("H1", "The sea is closed", (("lane", "SEA"),), 0.8, 90.0)
NOWHERE_NEAR = Risk("H2", "Something else", (("lane", "LAND"),), 0.5, 60.0)


def named(network: Network) -> Targets:
    lanes = {
        name: Reach(lanes=np.array([row], np.int32)) for row, name in enumerate(network.lane_names)
    }
    return Targets({"lane": lanes})


@pytest.fixture(scope="module")
def plan() -> Plan:
    network, _ = plain()
    return make_plan(network, named(network), [SEA, NOWHERE_NEAR], 150.0, OPTIONS)


def test_a_plan_saves_what_the_twin_confirms(plan: Plan) -> None:
    assert plan.portfolio.cost <= 150.0
    assert plan.portfolio.expected < 0.7 * plan.without.expected
    assert plan.rehearsed.gain.significant
    assert plan.rehearsed.gain.low > 0
    assert plan.agreement == pytest.approx(1.0, abs=0.15)


def test_what_threatens_is_treated_and_what_does_not_is_not_run(plan: Plan) -> None:
    assert plan.ran == (0,)
    lost = plan.without.lost.sum(axis=1)
    assert lost[1] > lost[0]
    assert lost[2] == pytest.approx(lost[0])
    assert {each.kind for each in plan.treatments} >= {"hold", "source", "lane"}


def test_every_treatment_of_the_plan_says_what_it_saves(plan: Plan) -> None:
    assert set(plan.saves) == plan.portfolio.chosen
    for saves, by_hazard in plan.saves.values():
        assert saves >= 0
        assert len(by_hazard) == 3
    assert not set(plan.rejected) & plan.portfolio.chosen


def test_the_frontier_falls(plan: Plan) -> None:
    values = [each.objective for each in plan.frontier]
    assert values == sorted(values, reverse=True)
    assert plan.frontier[0].chosen == frozenset()
    assert plan.portfolio in plan.frontier
    assert [each.budget for each in plan.frontier[-3:]] == [150.0, 225.0, 300.0]


def test_plans_beside_it_are_rehearsed_on_the_same_draws(plan: Plan) -> None:
    assert 1 <= len(plan.neighbours) <= 3
    for each in plan.neighbours:
        assert each.chosen != plan.portfolio.chosen
        mine, its = plan.rehearsed.gain.difference, each.saved.difference
        assert each.ahead.difference == pytest.approx(mine - its)
    assert plan.futures is not None
    assert plan.futures.low > 0  # hazards as drawn, overlapping where they do


def test_what_is_left_is_told_with_its_reason(plan: Plan) -> None:
    names = {(kind, name) for kind, name, *_ in plan.left.measures}
    assert names == {("systems", "LEOPARD of 1 TANK"), ("supply", "supply of NLD")}
    for _, _, without, best, most, nation in plan.left.measures:
        assert nation == "NLD"
        assert most <= best + 1e-6
        assert best <= without + 1e-6
    assert all(place.why for place in plan.left.places)
    assert plan.left.floor <= plan.portfolio.expected + 1e-9
    assert plan.left.worth_of_money >= 0


def test_other_likelihoods_never_make_the_plan_better_than_the_best(plan: Plan) -> None:
    assert plan.sensitivity is not None
    asked = {(doubt.hazard, round(doubt.factor, 3)) for doubt in plan.sensitivity.rows}
    assert asked >= {(0, 0.333), (0, 3.0), (-1, 0.333), (-1, 3.0)}
    assert all(doubt.regret >= 0 for doubt in plan.sensitivity.rows)
    assert plan.sensitivity.robust_regret <= plan.sensitivity.regret


def test_a_pinned_treatment_is_in_and_an_unknown_one_is_told() -> None:
    network, _ = plain()
    quick = replace(OPTIONS, whole_futures=0, sensitivity=False, replications=2)
    found = prepare(network, named(network), [SEA], quick)
    pinned = replace(quick, pin=("lane|The sea is closed",))
    made = decide(found, 150.0, pinned)
    keys = {made.treatments[row].key for row in made.portfolio.chosen}
    assert "lane|The sea is closed" in keys
    with pytest.raises(BadUse, match="There is no treatment 'nothing'"):
        decide(found, 150.0, replace(quick, forbid=("nothing",)))


def test_progress_is_told_and_may_cancel() -> None:
    network, _ = plain()
    heard: list[str] = []

    def stop(what: str, share: float) -> None:
        assert 0 <= share <= 1
        heard.append(what)
        if what == "frontier":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_plan(network, named(network), [SEA], 150.0, OPTIONS, progress=stop)
    assert heard[0] == "candidates"


def test_nothing_to_improve_is_told() -> None:
    b = NetworkBuilder()
    b.node("BASE", "DEU")
    b.item("BOLT", price_eur=1.0)
    cell = b.cell("BASE", "BOLT", on_hand=500, policy=PolicyKind.BASE_STOCK, order_up_to=500)
    b.buy(cell, Law(1.0))
    b.demand(cell, per_day=1.0)
    network = b.build()
    with pytest.raises(BadUse, match="nothing to improve"):
        make_plan(network, named(network), [], 10.0, OPTIONS)
