"""Lots: the square root, the newsvendor, and Wagner-Whitin against every plan."""

from itertools import product

import numpy as np
import pytest
from scipy import optimize, stats

from redball.model import BadData, BadUse
from redball.stock.policies import dynamic_lots, economic_order_quantity, newsvendor_normal


def test_the_economic_lot_is_the_minimum_of_its_cost() -> None:
    lot = economic_order_quantity(100.0, order_cost=7.0, holding_cost=0.3)
    found = optimize.minimize_scalar(lambda q: 7.0 * 100.0 / q + 0.3 * q / 2, bounds=(1, 1000))
    assert lot.cost == pytest.approx(found.fun, rel=1e-9)
    assert lot.quantity == pytest.approx(found.x, rel=1e-4)


def test_the_newsvendor_is_the_minimum_of_its_cost() -> None:
    law = stats.norm(20, 4)

    def cost(s: float) -> float:
        low = float(law.expect(lambda x: s - x, lb=-60, ub=s))
        return 1.5 * low + 8.0 * float(law.expect(lambda x: x - s, lb=s, ub=100))

    lot = newsvendor_normal(20.0, 4.0, holding_cost=1.5, backorder_cost=8.0)
    assert lot.cost == pytest.approx(cost(lot.quantity), rel=1e-6)
    assert all(cost(lot.quantity + step) > lot.cost for step in (-0.3, 0.3))


def plan_cost(need: list[float], starts: tuple[bool, ...], costs: list[np.ndarray]) -> float:
    """Cost of ordering, at each start, what is needed until the next one."""
    order, hold, unit = costs
    stock = total = 0.0
    for t in range(len(need)):
        if starts[t]:
            ahead = next((k for k in range(t + 1, len(need)) if starts[k]), len(need))
            lot = sum(need[t:ahead])
            total += order[t] * (lot > 0) + unit[t] * lot
            stock += lot
        stock -= need[t]
        if stock < -1e-9:
            return np.inf
        total += hold[t] * stock
    return total


@pytest.mark.parametrize("seed", range(12))
def test_no_other_plan_of_lots_is_cheaper(seed: int) -> None:
    rng = np.random.default_rng(seed)
    need = (rng.integers(0, 30, 8) * (rng.random(8) < 0.7)).astype(float).tolist()
    costs = [rng.uniform(5, 60, 8), rng.uniform(0.1, 2, 8), rng.uniform(0, 3, 8)]
    plan = dynamic_lots(need, order_cost=costs[0], holding_cost=costs[1], unit_cost=costs[2])
    least = min(plan_cost(need, starts, costs) for starts in product((False, True), repeat=8))
    assert plan.cost == pytest.approx(least, rel=1e-12)
    assert plan.cost == pytest.approx(plan_cost(need, tuple(plan.quantities > 0), costs), rel=1e-12)
    assert plan.quantities.sum() == pytest.approx(sum(need))


def test_no_demand_needs_no_order() -> None:
    plan = dynamic_lots([0.0, 0.0], order_cost=5.0, holding_cost=1.0)
    assert (plan.cost, plan.quantities.tolist()) == (0.0, [0.0, 0.0])


@pytest.mark.parametrize("need", [[], [1.0, -2.0], [float("nan")], [float("inf")], [[1.0]]])
def test_a_need_that_cannot_be_is_refused(need: list[float]) -> None:
    with pytest.raises(BadData):
        dynamic_lots(need, order_cost=1.0, holding_cost=1.0)


def test_costs_that_cannot_be_are_refused() -> None:
    with pytest.raises(BadUse, match="holding_cost"):
        dynamic_lots([1.0], order_cost=1.0, holding_cost=-1.0)
    with pytest.raises(BadUse, match="the demand has 2 periods"):
        dynamic_lots([1.0, 1.0], order_cost=[1.0, 1.0, 1.0], holding_cost=1.0)
    with pytest.raises(BadUse, match="unit_cost"):
        dynamic_lots([1.0], order_cost=1.0, holding_cost=1.0, unit_cost=[float("nan")])
    for wrong in (0.0, -1.0, float("inf")):
        with pytest.raises(BadUse):
            economic_order_quantity(wrong, order_cost=1.0, holding_cost=1.0)
        with pytest.raises(BadUse):
            newsvendor_normal(1.0, wrong, holding_cost=1.0, backorder_cost=1.0)
    with pytest.raises(BadUse, match="mean"):
        newsvendor_normal(float("nan"), 1.0, holding_cost=1.0, backorder_cost=1.0)
