"""What holds for every curve: falling gains, more is never worse, nothing depends on the order."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redball.stock.curve import best_stock, readiness_curve
from redball.stock.sparing import Applications, SparingProblem, Structure

seeds = st.integers(0, 10_000)


def random_problem(seed: int, *, items: int = 5, bases: int = 4) -> SparingProblem:
    """A depot and bases; prices without ties."""
    rng = np.random.default_rng(seed)
    sites = bases + 1
    depot = np.arange(sites) == 0
    none = np.zeros(0, np.int32)
    number = rng.integers(1, 4, items).astype(float)
    return SparingProblem(
        np.where(depot, -1, 0).astype(np.int32),
        np.where(depot, 0.0, rng.uniform(0.0, 0.1, (items, sites))),
        np.where(depot, 1.0, rng.uniform(0, 1, (items, 1))),
        np.where(depot, rng.uniform(5, 60, (items, 1)), 4.0), rng.uniform(1, 20, (items, sites)),
        rng.uniform(1, 2, (items, 1)), rng.integers(1, 3, (items, 1)).astype(float),
        np.exp(rng.normal(3, 1, items)), np.ones(items), np.ones(items),
        Structure(none, none, np.zeros(0)),
        Applications(
            np.arange(items, dtype=np.int32), np.zeros(items, np.int32), number,
            np.maximum(number - rng.integers(0, 2, items), 1), np.ones(items),
        ),
        np.where(depot, 0.0, rng.integers(3, 30, (1, sites))),
        rng.integers(0, 2, (items, sites)).astype(float), np.full((items, sites), np.inf),
    )  # fmt: skip


@settings(max_examples=25)
@given(seeds)
def test_gain_per_money_falls_along_the_curve(seed: int) -> None:
    curve = readiness_curve(random_problem(seed), points=500)
    assert (np.diff(curve.cost) > 0).all()
    usable = curve.value > 0
    slopes = np.diff(np.log(curve.value[usable])) / np.diff(curve.cost[usable])
    assert (np.diff(slopes) <= 1e-6 * slopes[:-1] + 1e-15).all()
    assert (np.diff(curve.price) <= 1e-12).all()


@settings(max_examples=25)
@given(seeds)
def test_more_money_is_never_worse(seed: int) -> None:
    curve = readiness_curve(random_problem(seed), points=60)
    for figure in (curve.readiness, curve.value, -curve.backorders):
        assert (np.diff(figure) >= -1e-9).all()
    assert (curve.readiness >= curve.value - 1e-12).all()
    assert (curve.bound >= curve.value * (1 - 1e-9)).all()


@settings(max_examples=20)
@given(seeds, st.floats(0, 400))
def test_a_budget_is_never_exceeded_and_the_bound_holds(seed: int, budget: float) -> None:
    problem = random_problem(seed)
    found = best_stock(problem, budget=budget)
    extra = (found.stock - problem.least).sum(axis=1) @ problem.unit_cost
    assert extra <= budget * (1 + 1e-9)
    assert (found.stock >= problem.least).all()
    assert found.value <= found.bound * (1 + 1e-12)
    curve = readiness_curve(problem, budget=budget, points=400)
    assert found.value >= curve.value[-1] * (1 - 1e-9)


@settings(max_examples=20)
@given(seeds)
def test_the_order_of_items_and_bases_does_not_matter(seed: int) -> None:
    problem = random_problem(seed)
    rng = np.random.default_rng(seed)
    items, bases = rng.permutation(problem.items), np.append(0, 1 + rng.permutation(4))
    uses = problem.applications

    def mixed(values: np.ndarray) -> np.ndarray:
        rows = values[items] if len(values) > 1 else values
        return rows[:, bases] if values.shape[1] > 1 else rows

    other = replace(
        problem, demand=mixed(problem.demand), repaired=mixed(problem.repaired),
        repair_days=mixed(problem.repair_days), ship_days=mixed(problem.ship_days),
        variance_to_mean=mixed(problem.variance_to_mean), batch=mixed(problem.batch),
        unit_cost=problem.unit_cost[items], least=mixed(problem.least), most=mixed(problem.most),
        systems=problem.systems[:, bases],
        applications=replace(
            uses, per_system=uses.per_system[items], needed=uses.needed[items],
        ),
    )  # fmt: skip
    one, two = readiness_curve(problem, points=30), readiness_curve(other, points=30)
    assert two.cost == pytest.approx(one.cost)
    assert two.value == pytest.approx(one.value, rel=1e-9)
    at = len(one.cost) // 2
    assert (two.stock(at) == one.stock(at)[items][:, bases]).all()


@settings(max_examples=20)
@given(seeds, st.integers(-6, 6))
def test_another_currency_changes_no_stock(seed: int, power: int) -> None:
    problem = random_problem(seed)
    rate = 2.0**power
    dearer = replace(problem, unit_cost=problem.unit_cost * rate)
    one = best_stock(problem, budget=200.0)
    two = best_stock(dearer, budget=200.0 * rate)
    assert (one.stock == two.stock).all()
    assert two.value == pytest.approx(one.value, rel=1e-12)


@settings(max_examples=15)
@given(seeds)
def test_stock_that_is_there_is_never_worth_less(seed: int) -> None:
    problem = random_problem(seed)
    more = replace(problem, least=problem.least + 1)
    one, two = best_stock(problem, budget=100.0), best_stock(more, budget=100.0)
    assert two.value >= one.value * (1 - 1e-12)
