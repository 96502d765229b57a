"""Replenishment: what holds for every demand, cost and level."""

from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redball.stock.policies import (
    DiscreteDemand,
    Kind,
    base_stock,
    dynamic_lots,
    fixed_quantity,
    policies,
    reorder_up_to,
    serial_base_stock,
)

KINDS: tuple[Kind, ...] = ("reorder_up_to", "fixed_quantity", "base_stock")
means = st.floats(0.05, 40.0)
ratios = st.floats(1.0, 8.0)
costs = st.floats(0.05, 50.0)


def law(mean: float, ratio: float) -> DiscreteDemand:
    if ratio == 1.0:
        return DiscreteDemand.poisson(mean)
    return DiscreteDemand.negative_binomial(mean, mean * ratio)


def table(mean: float, ratio: float, horizon_days: float = 12.0) -> pl.DataFrame:
    return pl.DataFrame(
        {"site_ix": [0], "item_ix": [0], "horizon_days": [horizon_days], "mean": [mean],
         "variance": [mean * ratio], "unit_cost": [50.0]}
    )  # fmt: skip


def row(frame: pl.DataFrame, **options: Any) -> dict[str, Any]:
    options = {"holding_rate": 0.2, "order_cost": 10.0, "review_days": 2.0, **options}
    return policies(frame, **options).frame.row(0, named=True)


@settings(max_examples=60)
@given(means, ratios, costs, costs, costs)
def test_money_in_another_currency_changes_no_policy(
    mean: float, ratio: float, order: float, hold: float, short: float
) -> None:
    one = law(mean, ratio)
    given_costs = {"order_cost": order, "holding_cost": hold, "backorder_cost": short}
    other = {name: value * 4.0 for name, value in given_costs.items()}
    first, second = reorder_up_to(one, **given_costs), reorder_up_to(one, **other)  # type: ignore[arg-type]  # costs only
    assert (first.reorder_point, first.order_up_to) == (second.reorder_point, second.order_up_to)
    assert second.cost == pytest.approx(4.0 * first.cost, rel=1e-12)


@settings(max_examples=60)
@given(means, ratios, costs, costs, costs)
def test_every_restriction_costs_something(
    mean: float, ratio: float, order: float, hold: float, short: float
) -> None:
    """Ordering every time is an (s,S) as well, and holding for ever is none at all."""
    one = law(mean, ratio)
    best = reorder_up_to(one, order_cost=order, holding_cost=hold, backorder_cost=short)
    every = base_stock(one, holding_cost=hold, backorder_cost=short)
    active = 1.0 - one.at_most(0)
    assert every.cost <= best.cost * (1 + 1e-12)
    assert best.cost <= every.cost + order * active * (1 + 1e-9)
    assert best.reorder_point < every.order_up_to <= best.order_up_to
    more = reorder_up_to(one, order_cost=order * 2, holding_cost=hold, backorder_cost=short)
    assert more.cost >= best.cost * (1 - 1e-12)
    assert more.reorder_point <= best.reorder_point


@settings(max_examples=60)
@given(means, ratios, costs, costs, costs)
def test_the_window_of_a_fixed_quantity_holds_the_least_rates_of_cost(
    mean: float, ratio: float, order: float, hold: float, short: float
) -> None:
    one = law(mean, ratio)
    best = fixed_quantity(
        one, demand_rate=mean, order_cost=order, holding_cost=hold, backorder_cost=short
    )

    def rate(y: int) -> float:
        gap = y - one.values
        return float((hold * np.maximum(gap, 0) + short * np.maximum(-gap, 0)) @ one.probabilities)

    inside = [rate(best.reorder_point + 1), rate(best.order_up_to)]
    outside = min(rate(best.reorder_point), rate(best.order_up_to + 1))
    assert max(inside) <= outside * (1 + 1e-9)
    assert outside >= best.cost * (1 - 1e-9)


@settings(max_examples=40)
@given(means, ratios, st.sampled_from(KINDS), st.sampled_from([0.0, 2.0]))
def test_a_higher_level_never_holds_less(
    mean: float, ratio: float, kind: Kind, review_days: float
) -> None:
    frame = table(mean, ratio)
    made = [
        row(frame, kind=kind, service_level=level, review_days=review_days)
        for level in (0.6, 0.8, 0.95, 0.999)
    ]
    for lower, higher in pairwise(made):
        assert higher["reorder_point"] >= lower["reorder_point"]
        assert higher["mean_on_hand"] >= lower["mean_on_hand"] - 1e-9
        assert higher["fill_rate"] >= lower["fill_rate"] - 1e-12
        assert higher["mean_backorders"] <= lower["mean_backorders"] + 1e-9
    for found in made:
        assert 0 <= found["fill_rate"] <= 1
        assert 0 <= found["ready_rate"] <= 1


@settings(max_examples=40)
@given(means, ratios, costs, st.sampled_from(KINDS), st.sampled_from([0.0, 2.0]))
def test_stock_on_hand_less_backorders_is_the_mean_net_stock(
    mean: float, ratio: float, short: float, kind: Kind, review_days: float
) -> None:
    """Balance: what is held, less what is owed, is the mean position less the mean demand."""
    found = row(table(mean, ratio), kind=kind, backorder_cost=short, review_days=review_days)
    net = found["mean_on_hand"] - found["mean_backorders"]
    low, high = found["reorder_point"] + 1, found["order_up_to"]
    high = found["reorder_point"] + found["quantity"] if high is None else high
    assert low - mean - 1e-6 <= net <= high - mean + 1e-6
    units = found["orders_per_year"] * (1 if high == low else high - low + 1)
    # no order brings less than the lot it stands for
    if kind == "fixed_quantity" or review_days > 0:
        assert units <= mean / 12.0 * 365 * (high - low + 1) + 1e-6


@settings(max_examples=30)
@given(means, ratios, costs, st.sampled_from(KINDS))
def test_no_unit_more_or_less_is_cheaper(
    mean: float, ratio: float, short: float, kind: Kind
) -> None:
    """The policy for a cost of backorders costs no more than any that reaches a level."""
    frame = table(mean, ratio)
    best = row(frame, kind=kind, backorder_cost=short)
    for level in (0.3, 0.7, 0.9, 0.99):
        other = row(frame, kind=kind, service_level=level)
        whole = other["cost_per_year"] + 365 * short * other["mean_backorders"]
        assert best["cost_per_year"] <= whole * (1 + 1e-9)


@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=15),
    st.floats(0.0, 80.0),
    st.floats(0.0, 4.0),
)
def test_dynamic_lots_meet_every_demand_at_no_more_than_simple_plans_cost(
    need: list[int], order: float, hold: float
) -> None:
    plan = dynamic_lots([float(n) for n in need], order_cost=order, holding_cost=hold)
    stock = np.cumsum(plan.quantities) - np.cumsum(need)
    assert (stock >= -1e-9).all()
    assert abs(stock[-1]) < 1e-9
    assert plan.cost == pytest.approx(
        order * (plan.quantities > 0).sum() + hold * stock.sum(), abs=1e-6
    )
    each = order * sum(n > 0 for n in need)
    first = next((i for i, n in enumerate(need) if n), None)
    once = 0.0
    if first is not None:
        left = sum(need) - np.cumsum(need)
        once = order + hold * float(left[first:].sum())
    assert plan.cost <= min(each, once) + 1e-6


@settings(max_examples=25)
@given(
    st.lists(st.floats(0.1, 3.0), min_size=1, max_size=3),
    st.lists(st.floats(0.1, 2.0), min_size=3, max_size=3),
    st.floats(1.0, 40.0),
    st.floats(0.5, 9.0),
)
def test_a_dearer_backorder_never_lowers_a_serial_chain(
    holding: list[float], leads: list[float], short: float, mean: float
) -> None:
    times = leads[: len(holding)]
    low, high = (
        serial_base_stock(
            echelon_holding_cost=holding, lead_time=times, backorder_cost=b, demand_mean=mean
        )
        for b in (short, short * 3)
    )
    assert low.cost <= high.cost * (1 + 1e-9)
    assert all(a <= b for a, b in zip(low.levels, high.levels, strict=True))
