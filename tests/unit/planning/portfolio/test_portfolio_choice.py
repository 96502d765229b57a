"""The portfolio is the best of all subsets; more money never hurts; contradictions are told."""

from dataclasses import replace
from itertools import chain, combinations

import numpy as np
import pytest
from tests.unit.planning.portfolio.conftest import World
from tests.unit.planning.portfolio.test_portfolio_effects import whole

from redball.model import BadUse
from redball.planning.portfolio.choosing import Goal, Limit, tail_mean
from redball.planning.portfolio.effects import NOTHING
from redball.planning.portfolio.solving import Planner


def subsets(world: World) -> list[frozenset[int]]:
    """Every choice that takes at most one of a group."""
    rows = range(len(world.treatments))
    every = chain.from_iterable(combinations(rows, size) for size in range(len(rows) + 1))
    groups = [each.group for each in world.treatments]

    def allowed(chosen: tuple[int, ...]) -> bool:
        named = [groups[row] for row in chosen if groups[row]]
        return len(named) == len(set(named))

    return [frozenset(chosen) for chosen in every if allowed(chosen)]


@pytest.fixture(scope="module")
def planner(world: World) -> Planner:
    made = world.planner()
    made.screen()
    return made


@pytest.mark.parametrize("budget", [0.0, 25.0, 60.0, 100.0, 170.0, 400.0])
def test_no_subset_is_better(world: World, planner: Planner, budget: float) -> None:
    found = planner.solve(budget)
    assert found.cost <= budget
    values = {
        chosen: planner.measured(chosen)[2]
        for chosen in subsets(world)
        if planner.question.cost(chosen) <= budget
    }
    best = min(values.values())
    assert found.objective == pytest.approx(values[found.chosen])
    assert found.objective <= best + 0.002 * planner.measured(NOTHING)[2]


def test_the_twin_finds_no_better_subset(world: World, planner: Planner) -> None:
    budget, runs = 100.0, 24
    chosen = planner.solve(budget).chosen
    rates = [each.per_year for each in world.hazards]

    def lost(each: frozenset[int]) -> np.ndarray:
        plain, *struck = (whole(world, each, hazard, runs) for hazard in (-1, 0, 1))
        beyond = [rate * (one - plain) for rate, one in zip(rates, struck, strict=True)]
        return np.asarray(plain * 365 / 240 + sum(beyond))

    affordable = [each for each in subsets(world) if planner.question.cost(each) <= budget]
    ranked = sorted(affordable, key=lambda each: planner.measured(each)[2])
    mine = lost(chosen)
    for other in ranked[:12] + ranked[12::9]:
        difference = lost(other) - mine
        half = 2.1 * difference.std(ddof=1) / np.sqrt(runs)
        assert difference.mean() + half > -0.01 * mine.mean()


def test_more_money_is_never_worse_and_fewer_choices_never_better(planner: Planner) -> None:
    line = planner.frontier([0, 20, 40, 60, 90, 130, 200, 300])
    values = [each.objective for each in line]
    assert values == sorted(values, reverse=True)
    assert values[-1] < 0.5 * values[0]
    best = planner.solve(100.0)
    for row in sorted(best.chosen):
        question = replace(planner.question, forbidden=frozenset([row]))
        less = Planner(planner.effects, question)
        less.screen()
        assert less.solve(100.0).objective >= best.objective - 1e-6


def test_the_same_question_has_the_same_answer(world: World) -> None:
    answers = []
    for _ in range(2):
        planner = world.planner()
        planner.screen()
        found = planner.solve(90.0)
        answers.append((sorted(found.chosen), found.objective, found.rounds))
    assert answers[0] == answers[1]


def test_pinned_and_forbidden(world: World, planner: Planner) -> None:
    question = replace(planner.question, pinned=frozenset([9]), forbidden=frozenset([0, 1]))
    found = Planner(planner.effects, question)
    found.screen()
    chosen = found.solve(100.0).chosen
    assert 9 in chosen
    assert not chosen & {0, 1}
    with pytest.raises(BadUse, match="pinned and forbidden"):
        replace(planner.question, pinned=frozenset([2]), forbidden=frozenset([2]))


def test_needs_and_exclusions_hold(world: World) -> None:
    rows = list(world.treatments)
    rows[5] = replace(rows[5], needs=("axle+1",))
    rows[6] = replace(rows[6], excludes=("second forge",))
    planner = replace(world, treatments=tuple(rows)).planner()
    planner.screen()
    for budget in (80.0, 150.0, 400.0):
        chosen = planner.solve(budget).chosen
        assert 5 not in chosen or 0 in chosen
        assert not {5, 6} <= chosen


def test_goals_are_reached_or_the_contradiction_is_told(world: World, planner: Planner) -> None:
    nothing = planner.value(NOTHING)
    least = planner.value({1, 3, 4, 5, 6, 8, 9})
    wanted = float(0.5 * nothing[0, 0] + 0.5 * least[0, 0])
    goal = Goal("the tanks are ready", {0: 1.0}, (0,), wanted)
    reached = Planner(planner.effects, replace(planner.question, goals=(goal,)))
    reached.screen()
    assert reached.solve(300.0).lost[0, 0] <= wanted * 1.005
    limit = Limit("no more than one thing", dict.fromkeys(range(10), 1.0), 1.0)
    never = replace(planner.question, goals=(replace(goal, most=0.0),), limits=(limit,))
    stuck = Planner(planner.effects, never)
    stuck.screen()
    with pytest.raises(BadUse, match="can't be reached together") as told:
        stuck.solve(300.0)
    assert "the tanks are ready" in str(told.value)
    assert "cheapest way out" in str(told.value)


def test_the_tail_is_the_mean_of_the_worst() -> None:
    losses = np.arange(10.0)
    assert tail_mean(losses, 0.2) == pytest.approx(8.5)
    assert tail_mean(losses, 0.25) == pytest.approx((9 + 8 + 0.5 * 7) / 2.5)
    assert tail_mean(losses, 1.0) == pytest.approx(losses.mean())


@pytest.mark.parametrize("budget", [-1.0, np.nan, np.inf])
def test_a_budget_without_sense_is_refused(planner: Planner, budget: float) -> None:
    with pytest.raises(BadUse, match="A budget of"):
        planner.solve(budget)


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_expectation_alone_and_tail_alone(world: World, weight: float) -> None:
    planner = world.planner(tail_weight=weight)
    planner.screen()
    found = planner.solve(100.0)
    assert found.objective == pytest.approx(found.tail if weight else found.expected)
    values = [
        planner.measured(each)[2] for each in subsets(world) if planner.question.cost(each) <= 100.0
    ]
    assert found.objective <= min(values) + 0.002 * planner.measured(NOTHING)[2]
