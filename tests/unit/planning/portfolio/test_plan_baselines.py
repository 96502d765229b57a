"""Baselines keep their rules and the plan's limits, and none of them is better than the plan."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.planning.portfolio.conftest import HOW, World, plain
from tests.unit.planning.portfolio.random_worlds import OPTIONS, random_world

from redball.planning.plan import Plan, make_plan
from redball.planning.portfolio import Baseline, Compared, Twin, compared, usual
from redball.planning.portfolio.baselines import (
    SOURCES,
    SPARES,
    at_random,
    critical_first,
    dependents,
    greedy,
    proportional,
    sources_only,
    spares_only,
)
from redball.planning.portfolio.choosing import Limit
from redball.planning.portfolio.effects import NOTHING
from redball.planning.portfolio.solving import Planner
from redball.planning.portfolio.worth import worth_of

EVERY = usual(draws=6)


@pytest.fixture(scope="module")
def planner(world: World) -> Planner:
    made = world.planner()
    made.screen()
    return made


def keys(planner: Planner, chosen: frozenset[int]) -> set[str]:
    return {planner.question.treatments[row].key for row in chosen}


@pytest.mark.parametrize("budget", [0.0, 9.0, 35.0, 80.0, 170.0, 1000.0])
def test_every_rule_keeps_what_a_plan_must_keep(
    world: World, planner: Planner, budget: float
) -> None:
    rows = list(world.treatments)
    rows[5] = replace(rows[5], needs=("axle+1",))
    rows[6] = replace(rows[6], excludes=("second forge",))
    rows[8] = replace(rows[8], needs=("something that nobody offers",))
    question = replace(
        planner.question,
        treatments=tuple(rows),
        limits=(Limit("two of a kind", {4: 1.0, 7: 1.0, 9: 1.0}, 2.0),),
        forbidden=frozenset([2]),
        pinned=frozenset([0]) if budget >= 10 else NOTHING,
    )
    limited = Planner(planner.effects, question)
    limited.screen()
    for rule in [rule for each in EVERY for rule in each.rules]:
        chosen = rule(limited, budget)
        assert question.cost(chosen) <= budget
        assert question.pinned <= chosen
        assert 2 not in chosen
        assert 8 not in chosen
        groups = [rows[row].group for row in chosen if rows[row].group]
        assert len(groups) == len(set(groups))
        assert 5 not in chosen or 0 in chosen
        assert not {5, 6} <= chosen
        assert len(chosen & {4, 7, 9}) <= 2


def test_dependents_are_counted_along_supply() -> None:
    network, at = plain()
    count = dependents(network)
    assert count([at["AXLE@FORGE"]]) == 12  # through the depot to the tanks
    assert count([at["AXLE@NORTH"], at["GEAR@NORTH"]]) == 12  # the same tanks
    assert count([at["FOOD@NORTH"]]) == 1  # one article that a unit asks for
    assert count([at["FOOD@NORTH"], at["GEAR@MILL"]]) == 13
    assert count([]) == 0


def test_the_most_critical_come_first_in_the_order_of_candidates(planner: Planner) -> None:
    # all but food stand behind twelve systems; food behind one article
    assert keys(planner, critical_first(planner, 30.0)) == {"axle+1", "gear+1"}
    bought = {"axle+1", "gear+1", "depot axle+4", "forge faster"}  # 95; a larger size is 20 more
    assert keys(planner, critical_first(planner, 100.0)) == bought
    assert keys(planner, critical_first(planner, 115.0)) == bought ^ {"axle+1", "axle+3"}
    assert "food+30" in keys(planner, critical_first(planner, 1000.0))


def test_shares_follow_loss_and_request(world: World, planner: Planner) -> None:
    rows = [
        replace(each, nation="NLD" if each.kind in ("hold", "reserve") else "DEU")
        for each in world.treatments
    ]
    question = replace(planner.question, treatments=tuple(rows))
    shared = Planner(planner.effects, question)
    shared.screen()
    # all readiness lost is that of the Dutch, who ask for 130 of stock and 30 of food: of 160 those
    # are their shares; stock takes 70 in the order of candidates, food 30, and 60 are left for all
    wanted = {"axle+1", "gear+1", "depot axle+4", "food+30", "forge faster", "by land"}
    assert {rows[row].key for row in proportional(shared, 160.0)} == wanted
    # 52: 30 of a share of 42.25, and of the 22 that are left no new thing, but a larger size
    assert {rows[row].key for row in proportional(shared, 52.0)} == {"axle+3", "gear+1"}


def test_stock_alone_and_sources_alone(planner: Planner) -> None:
    for budget in (50.0, 150.0, 500.0):
        for rule, kinds in ((spares_only, SPARES), (sources_only, SOURCES)):
            chosen = rule(planner, budget)
            assert {planner.question.treatments[row].kind for row in chosen} <= kinds
    # where the sea is cut a second forge does not help: who makes axles is up
    assert keys(planner, sources_only(planner, 500.0)) == {"second mill"}
    assert sources_only(planner, 69.0) == NOTHING


def test_greedy_takes_what_saves_most_for_a_euro(planner: Planner) -> None:
    question = planner.question

    def worth(row: int) -> float:
        saved = planner.steady(NOTHING) - planner.steady(frozenset([row]))
        return float(saved * question.treatments[row].works_for(730.0) / question.costs[row])

    best = max(range(10), key=worth)
    cheapest = float(question.costs[best])
    assert greedy(planner, cheapest) == frozenset([best])
    grown = greedy(planner, 170.0)
    for row in grown:  # it buys nothing that brings nothing
        assert planner.steady(grown - {row}) >= planner.steady(grown)


def test_chance_is_a_matter_of_the_seed(planner: Planner) -> None:
    drawn = [at_random(planner, 100.0, seed) for seed in range(20)]
    assert drawn == [at_random(planner, 100.0, seed) for seed in range(20)]
    assert len(set(drawn)) > 10


def test_a_comparison_can_go_against_the_plan(world: World, planner: Planner) -> None:
    budget = 170.0
    twin = Twin(
        world.network, worth_of(world.network), world.hazards, replace(HOW, replications=12)
    )
    best = planner.solve(budget).chosen
    ways = (
        Baseline("nothing", "nothing", (lambda _p, _b: NOTHING,)),
        Baseline("best", "the plan itself", (lambda _p, _b: best,)),
        Baseline("both", "drawn", (lambda _p, _b: NOTHING, lambda _p, _b: best)),
    )
    lost, same, both = compared(twin, planner, best, budget, baselines=ways)
    assert (lost.verdict, lost.verdict_aim) == ("plan better", "plan better")
    assert lost.saved.difference == pytest.approx(0.0)
    assert lost.cost == 0.0
    assert (same.verdict, same.ahead.difference) == ("no significant difference", 0.0)
    assert same.objective == pytest.approx(planner.measured(best)[2])
    assert (both.better, both.worse, len(both.portfolios)) == (1, 0, 2)
    assert both.ahead.difference == pytest.approx(lost.ahead.difference / 2)
    worse = compared(twin, planner, NOTHING, budget, baselines=ways[1:2])[0]
    assert (worse.verdict, worse.verdict_aim) == ("baseline better", "baseline better")
    assert worse.worse == 1
    assert worse.ahead.difference == pytest.approx(-lost.ahead.difference)


@pytest.fixture(scope="module", params=[1, 5])
def beside(request: pytest.FixtureRequest) -> tuple[Plan, dict[str, Compared]]:
    network, targets, risks = random_world(request.param)
    everything = Baseline("greedy", "everything, best first", (greedy,))
    options = replace(OPTIONS, baselines=(*EVERY, everything))
    plan = make_plan(network, targets, risks, 1000.0, options)
    return plan, {each.name: each for each in plan.baselines}


def test_no_baseline_is_better_than_the_plan(beside: tuple[Plan, dict[str, Compared]]) -> None:
    plan, found = beside
    assert plan.rehearsed.gain.significant
    for each in found.values():
        assert each.cost <= 1000.0
        # by what it makes small, up to the gap that was asked for
        assert plan.portfolio.objective <= each.objective + 0.01 * plan.without.objective
        assert each.verdict != "baseline better"
        assert each.verdict_aim != "baseline better"
        assert each.worse == 0
        assert each.saved.difference + each.ahead.difference == pytest.approx(
            plan.rehearsed.gain.difference
        )


def test_most_of_the_usual_ways_are_beaten(beside: tuple[Plan, dict[str, Compared]]) -> None:
    _, found = beside
    assert found["random"].verdict == found["sources"].verdict == "plan better"
    assert found["random"].better >= 4  # of six
    beaten = [each.name for each in found.values() if each.verdict_aim == "plan better"]
    assert len(set(beaten) & {each.name for each in EVERY}) >= 4
    assert np.mean([each.ahead.difference for each in found.values()]) > 0
