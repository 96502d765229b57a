"""Measures: by hand, and the stock simulation against a day-book kept in plain Python."""

import numpy as np
import pytest

from redball.forecasting import bias, coverage, pinball, randomised_pit, stock_simulation
from redball.model import BadData, BadUse
from redball.model.compiled import Floats


def test_pinball_by_hand() -> None:
    actual = np.array([[0.0, 4.0], [1.0, 1.0], [9.0, 9.0]])
    quantiles = np.array([[2.0], [1.0], [0.0]])
    # errors -2 and 2 at 0.9: 0.2 and 1.8, mean 1.0, over the scale 2; the third has no scale
    found = pinball(actual, quantiles, (0.9,), np.array([2.0, 1.0, 0.0]))
    assert found.tolist() == pytest.approx([0.25])


def test_coverage_counts_below_and_at_or_below() -> None:
    actual = np.array([[0.0, 1.0, 2.0, 3.0]])
    assert coverage(actual, np.array([[2.0]])).tolist() == [[0.5, 0.75]]


def test_bias_is_relative_to_demand() -> None:
    assert bias(np.array([[1.0, 3.0], [0.0, 0.0]]), np.array([2.0, 1.0])) == pytest.approx(0.5)
    with pytest.raises(BadData, match="No demand"):
        bias(np.zeros((2, 2)), np.ones(2))


@pytest.mark.parametrize("ratio", [1.0, 3.0])
def test_the_randomised_pit_of_the_true_law_is_uniform_and_of_another_is_not(ratio: float) -> None:
    rng = np.random.default_rng(12)
    rows = 20_000
    mean = rng.gamma(1.0, 2.0, rows) + 0.05
    if ratio > 1:
        actual = rng.negative_binomial(mean / (ratio - 1), 1 / ratio).astype(np.float64)
    else:
        actual = rng.poisson(mean).astype(np.float64)
    pit = randomised_pit(actual, mean, ratio * mean, seed=3)
    share = np.histogram(pit, 10, (0.0, 1.0))[0] / rows
    error = np.sqrt(0.1 * 0.9 / rows)
    assert np.abs(share - 0.1).max() < 4 * error
    wrong = randomised_pit(actual, 1.3 * mean, ratio * 1.3 * mean, seed=3)
    assert np.abs(np.histogram(wrong, 10, (0.0, 1.0))[0] / rows - 0.1).max() > 4 * error


def test_shapes_and_numbers_that_do_not_fit_are_refused() -> None:
    with pytest.raises(BadData, match="do not fit"):
        pinball(np.ones((2, 3)), np.ones((3, 1)), (0.9,))
    with pytest.raises(BadUse, match="do not fit"):
        pinball(np.ones((2, 3)), np.ones((2, 2)), (0.9,))
    with pytest.raises(BadData, match="missing or infinite"):
        coverage(np.array([[np.nan]]), np.ones((1, 1)))
    with pytest.raises(BadData, match="scale"):
        pinball(np.ones((1, 1)), np.ones((1, 1)), (0.9,), np.zeros(1))


def day_book(
    demand: Floats, level: Floats, lead: int, review: int, lost: bool
) -> tuple[float, float, float]:
    """Fill rate, cycle service and mean on hand, event by event."""
    asked = met_all = held = cycles = clean_cycles = 0.0
    warm = lead + review
    for row, top in zip(demand, level, strict=True):
        orders: list[tuple[int, float]] = []
        hand, backlog, clean = float(top), 0.0, True
        for t, wanted in enumerate(row):
            for quantity in [q for due, q in orders if due == t]:
                hand += quantity
            orders = [(due, q) for due, q in orders if due > t]
            served = min(hand, backlog)
            hand, backlog = hand - served, backlog - served
            if t % review == 0:
                clean = True
                short = top - (hand - backlog + sum(q for _, q in orders))
                if short > 0 and lead == 0:
                    hand += short
                    served = min(hand, backlog)
                    hand, backlog = hand - served, backlog - served
                elif short > 0:
                    orders.append((t + lead, short))
            met = min(hand, float(wanted))
            hand -= met
            backlog += 0.0 if lost else float(wanted) - met
            clean = clean and met == wanted
            if t >= warm:
                asked, met_all, held = asked + wanted, met_all + met, held + hand
                if t % review == review - 1:
                    cycles, clean_cycles = cycles + 1, clean_cycles + clean
    return met_all / asked, clean_cycles / cycles, held / (demand.shape[1] - warm)


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize(("lead", "review"), [(0, 1), (1, 1), (3, 1), (2, 4), (0, 3)])
def test_the_stock_simulation_equals_a_day_book(lead: int, review: int, lost: bool) -> None:
    rng = np.random.default_rng(21)
    demand = rng.poisson(0.8, (30, 40)).astype(np.float64)
    level = rng.integers(0, 9, 30).astype(np.float64)
    found = stock_simulation(
        demand, level, lead_periods=lead, review_periods=review, lost_sales=lost
    )
    expected = day_book(demand, level, lead, review, lost)
    assert (found.fill_rate, found.cycle_service, found.on_hand) == pytest.approx(expected)


def test_demand_met_at_once_needs_the_demand_over_lead_time_and_review() -> None:
    demand = np.full((1, 20), 2.0)
    enough = stock_simulation(demand, np.array([8.0]), lead_periods=3, review_periods=1)
    short = stock_simulation(demand, np.array([7.0]), lead_periods=3, review_periods=1)
    assert enough.fill_rate == 1.0
    assert enough.orders == 1.0
    assert short.fill_rate < 1.0


def test_value_weighs_the_units_on_hand() -> None:
    demand = np.ones((2, 9))
    found = stock_simulation(
        demand, np.array([4.0, 4.0]), lead_periods=1, unit_value=np.array([10.0, 1.0])
    )
    assert found.value == pytest.approx(found.on_hand / 2 * 11.0)
    assert "Unmet demand is backordered." in found.assumptions


def test_a_simulation_that_would_count_nothing_is_refused() -> None:
    with pytest.raises(BadUse, match="nothing to count"):
        stock_simulation(np.ones((1, 4)), np.ones(1), lead_periods=3)
    with pytest.raises(BadUse, match="nothing to count"):
        stock_simulation(np.ones((1, 4)), np.ones(1), lead_periods=-1)
    with pytest.raises(BadData, match="No demand"):
        stock_simulation(np.zeros((1, 9)), np.ones(1), lead_periods=1)
    with pytest.raises(BadData, match="missing, negative"):
        stock_simulation(-np.ones((1, 9)), np.ones(1), lead_periods=1)
    with pytest.raises(BadData, match="does not fit"):
        stock_simulation(np.ones((2, 9)), np.ones(1), lead_periods=1)
