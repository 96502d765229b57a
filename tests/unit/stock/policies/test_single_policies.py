"""(s,S), (R,Q) and base stock: against every policy tried one by one."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from redball.model import BadUse
from redball.stock.policies import (
    DiscreteDemand,
    Measure,
    base_stock,
    base_stock_for_service,
    fixed_quantity,
    reorder_up_to,
)

LAWS = {
    "poisson": DiscreteDemand.poisson(2.3),
    "lumpy": DiscreteDemand.negative_binomial(3.0, 21.0),
    "seldom": DiscreteDemand.poisson(0.05),
    "history": DiscreteDemand.empirical([0, 0, 0, 7, 0, 2, 0, 0, 11, 1]),
    "always": DiscreteDemand.of_probabilities([0.2, 0.5, 0.3], low=4),
}


def rate(law: DiscreteDemand, y: int, h: float, b: float) -> float:
    gap = y - law.values
    return float((h * np.maximum(gap, 0) + b * np.maximum(-gap, 0)) @ law.probabilities)


def cost_of(
    per_review: DiscreteDemand, cost: Callable[[int], float], s: int, top: int, order: float
) -> float:
    """Cost of (s,S) by the stationary law of the position: a linear system, no renewal."""
    span = top - s
    chance = np.zeros(max(span, per_review.low + len(per_review.probabilities)) + 1)
    chance[per_review.low : per_review.low + len(per_review.probabilities)] = (
        per_review.probabilities
    )
    move = np.zeros((span, span))
    ordered = np.zeros(span)
    for i in range(span):  # position top - i after ordering
        move[i, i:] += chance[: span - i]
        ordered[i] = 1 - chance[: span - i].sum()
    move[:, 0] += ordered
    system = np.vstack([move.T - np.eye(span), np.ones(span)])
    share = np.linalg.lstsq(system, np.append(np.zeros(span), 1.0), rcond=None)[0]
    return float(share @ np.array([cost(top - i) for i in range(span)]) + order * (share @ ordered))


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("order_cost", [0.0, 3.0, 25.0])
@pytest.mark.parametrize("lead", [0, 2])
def test_no_other_reorder_policy_is_cheaper(name: str, order_cost: float, lead: int) -> None:
    law, h, b = LAWS[name], 1.0, 6.0
    horizon = law.times(lead + 1)
    best = reorder_up_to(
        law, over_horizon=horizon, order_cost=order_cost, holding_cost=h, backorder_cost=b
    )
    rates = {y: rate(horizon, y, h, b) for y in range(-80, 130)}
    s, top = best.reorder_point, best.order_up_to
    assert best.cost == pytest.approx(cost_of(law, rates.__getitem__, s, top, order_cost), rel=1e-9)
    for low in range(s - 4, s + 5):
        for high in range(low + 1, top + 9):
            assert cost_of(law, rates.__getitem__, low, high, order_cost) >= best.cost - 1e-9


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("order_cost", [0.0, 5.0, 60.0])
def test_no_other_fixed_quantity_is_cheaper(name: str, order_cost: float) -> None:
    law, h, b, flow = LAWS[name], 2.0, 9.0, 1.7
    best = fixed_quantity(
        law, demand_rate=flow, order_cost=order_cost, holding_cost=h, backorder_cost=b
    )
    rates = {y: rate(law, y, h, b) for y in range(-60, 120)}

    def cost(r: int, q: int) -> float:
        return (order_cost * flow + sum(rates[y] for y in range(r + 1, r + q + 1))) / q

    assert best.cost == pytest.approx(cost(best.reorder_point, best.quantity), rel=1e-12)
    assert best.order_up_to == best.reorder_point + best.quantity
    for r in range(-15, 40):
        for q in range(1, 60):
            assert cost(r, q) >= best.cost - 1e-9


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("b", [0.1, 1.0, 30.0])
def test_no_other_base_stock_is_cheaper(name: str, b: float) -> None:
    law = LAWS[name]
    best = base_stock(law, holding_cost=1.0, backorder_cost=b)
    assert best.cost == pytest.approx(min(rate(law, y, 1.0, b) for y in range(80)), rel=1e-12)
    assert best.cost == pytest.approx(rate(law, best.order_up_to, 1.0, b), rel=1e-12)
    with_orders = base_stock(law, holding_cost=1.0, backorder_cost=b, order_cost=5.0)
    assert with_orders.cost == pytest.approx(best.cost + 5.0)


@pytest.mark.parametrize("level", [0.1, 0.5, 0.9, 0.999999])
@pytest.mark.parametrize("measure", ["fill rate", "ready rate"])
@pytest.mark.parametrize("name", LAWS)
def test_the_base_stock_for_a_level_is_the_least(name: str, level: float, measure: Measure) -> None:
    law = LAWS[name]
    top = base_stock_for_service(law, level, measure=measure).order_up_to
    one = 1 if measure == "fill rate" else 0
    assert law.at_most(top - one) >= level - 1e-12
    assert law.at_most(top - one - 1) < level


def test_a_fill_rate_needs_one_unit_more_than_a_ready_rate() -> None:
    law = DiscreteDemand.poisson(3.0)
    fill = base_stock_for_service(law, 0.95, measure="fill rate")
    ready = base_stock_for_service(law, 0.95, measure="ready rate")
    assert (fill.order_up_to, ready.order_up_to) == (7, 6)
    assert "fill rate" in fill.assumptions[0]
    assert "ready rate" in ready.assumptions[0]


@pytest.mark.parametrize("wrong", [-1.0, float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["order_cost", "holding_cost", "backorder_cost"])
def test_costs_out_of_range_are_refused(name: str, wrong: float) -> None:
    costs: dict[str, Any] = {
        "order_cost": 1.0,
        "holding_cost": 1.0,
        "backorder_cost": 1.0,
        name: wrong,
    }
    law = DiscreteDemand.poisson(1.0)
    with pytest.raises(BadUse, match=name):
        reorder_up_to(law, **costs)
    with pytest.raises(BadUse, match=name):
        fixed_quantity(law, demand_rate=1.0, **costs)
    with pytest.raises(BadUse, match=name):
        base_stock(law, **costs)


def test_other_questions_without_an_answer_are_refused() -> None:
    law = DiscreteDemand.poisson(1.0)
    for level in (0.0, 1.0, float("nan")):
        with pytest.raises(BadUse, match="level"):
            base_stock_for_service(law, level, measure="fill rate")
    with pytest.raises(BadUse, match="not a measure"):
        base_stock_for_service(law, 0.5, measure="cycle service")  # type: ignore[arg-type]  # on purpose
    never = DiscreteDemand.of_probabilities([1.0])
    with pytest.raises(BadUse, match="never any demand"):
        reorder_up_to(never, order_cost=1.0, holding_cost=1.0, backorder_cost=1.0)


def test_lots_too_large_to_search_are_refused() -> None:
    law = DiscreteDemand.poisson(5.0)
    dear: dict[str, float] = {"order_cost": 1e18, "holding_cost": 1.0, "backorder_cost": 1.0}
    with pytest.raises(BadUse, match="search would take"):
        reorder_up_to(law, order_cost=1e18, holding_cost=1.0, backorder_cost=1.0)
    with pytest.raises(BadUse, match="search would take"):
        fixed_quantity(law, demand_rate=5.0, **dear)


def test_backorders_that_cost_next_to_nothing_are_searched_over_their_whole_span() -> None:
    law = DiscreteDemand.poisson(2.0)
    best = reorder_up_to(law, order_cost=50.0, holding_cost=1.0, backorder_cost=0.01)
    # steady demand: lots of sqrt(2 K d (h + b) / (h b)), nearly all of it owed
    assert best.quantity == pytest.approx((2 * 50 * 2 * 1.01 / 0.01) ** 0.5, rel=0.03)
    assert best.reorder_point < -130 < 0 <= best.order_up_to + 5
