"""Probability tables of demand, against scipy and against their definitions."""

import numpy as np
import pytest
from scipy import stats

from redball.model import BadData, BadUse
from redball.stock.policies import DiscreteDemand
from redball.stock.policies.pmf import (
    demand_pmf,
    expected_loss,
    lattice_pmf,
    loss_at,
    order_sizes,
    smooth_pmf,
    unfilled_at_once,
)


@pytest.mark.parametrize("mean", [1e-6, 0.1, 1.0, 37.5, 900.0, 40_000.0])
def test_poisson_probabilities_are_those_of_scipy(mean: float) -> None:
    low, table = demand_pmf(mean, mean)
    values = low + np.arange(len(table))
    likely = table > 1e-13
    assert table[likely] == pytest.approx(stats.poisson(mean).pmf(values[likely]), rel=1e-9)
    assert table.sum() == pytest.approx(1.0, abs=1e-14)


@pytest.mark.parametrize(("mean", "ratio"), [(0.01, 1.5), (0.5, 40.0), (12.0, 1.01), (300.0, 9.0)])
def test_negative_binomial_probabilities_are_those_of_scipy(mean: float, ratio: float) -> None:
    low, table = demand_pmf(mean, mean * ratio)
    law = stats.nbinom(mean / (ratio - 1), 1 / ratio)
    values = low + np.arange(len(table))
    likely = table > 1e-13
    assert table[likely] == pytest.approx(law.pmf(values[likely]), rel=1e-9)


def test_the_negative_binomial_law_runs_smoothly_into_poisson() -> None:
    _, near = demand_pmf(7.0, 7.0 * (1 + 1e-11))
    _, poisson = demand_pmf(7.0, 7.0)
    size = min(len(near), len(poisson))
    assert near[:size] == pytest.approx(poisson[:size], rel=1e-8)


def test_the_smooth_law_has_the_three_moments_asked_for() -> None:
    low, table = smooth_pmf(400.0, 2500.0, 0.2)
    values = low + np.arange(len(table))
    mean = float(values @ table)
    assert mean == pytest.approx(400.0, abs=1e-6)
    assert float((values - mean) ** 2 @ table) == pytest.approx(2500.0, rel=1e-6)
    assert float((values - mean) ** 3 @ table) == pytest.approx(0.2 * 50.0**3, rel=1e-5)


@pytest.mark.parametrize(("mean", "variance"), [(40_000.0, 4e6), (2e6, 2e6), (9000.0, 8e6)])
def test_demand_in_steps_has_the_quantiles_of_demand_in_units(mean: float, variance: float) -> None:
    step = float(np.floor(np.sqrt(variance) / 10))
    low, table = lattice_pmf(mean / step, variance / step**2, step)
    fine_low, fine = demand_pmf(mean, variance)
    for level in (0.01, 0.1, 0.5, 0.9, 0.99, 0.999):
        coarse = (low + np.searchsorted(table.cumsum(), level)) * step
        exact = fine_low + np.searchsorted(fine.cumsum(), level)
        assert abs(coarse - exact) <= 1.0 * step + 0.01 * np.sqrt(variance)


def test_the_expected_loss_is_the_sum_over_the_tail_and_linear_below_it() -> None:
    low, table = demand_pmf(6.0, 15.0)
    values = low + np.arange(len(table))
    loss = expected_loss(table)
    for y in (0, 3, 11, 40):
        direct = float(np.maximum(values - y, 0) @ table)
        assert loss_at(y, low, 6.0, loss) == pytest.approx(direct, rel=1e-11)
    assert loss_at(-4, low, 6.0, loss) == 10.0
    assert loss_at(low + len(table) + 5, low, 6.0, loss) == 0.0


@pytest.mark.parametrize(("mean", "variance"), [(3.0, 3.0), (3.0, 9.0), (60.0, 240.0)])
def test_orders_of_random_size_add_up_to_the_demand(mean: float, variance: float) -> None:
    number, sizes = order_sizes(mean, variance)
    values = np.arange(len(sizes))
    assert number * float(values @ sizes) == pytest.approx(mean, rel=1e-10)
    assert number * float(values**2 @ sizes) == pytest.approx(variance, rel=1e-10)


@pytest.mark.parametrize(("mean", "variance"), [(3.0, 3.0), (4.0, 14.0), (500.0, 900.0)])
def test_the_share_without_stock_is_the_sum_over_all_orders(mean: float, variance: float) -> None:
    low, table = demand_pmf(mean, variance)
    share = unfilled_at_once(mean, variance, low, table)
    number, sizes = order_sizes(mean, variance)
    size = np.arange(len(sizes))
    for i in range(0, len(table) - 30, max(len(table) // 7, 1)):
        stock = np.maximum(low + i - (low + np.arange(len(table))), 0)
        short = np.maximum(size[None, :] - stock[:, None], 0) @ sizes
        assert share[i] == pytest.approx(number * float(short @ table) / mean, abs=1e-10)


def test_an_empirical_law_counts_what_was_seen() -> None:
    law = DiscreteDemand.empirical([2, 0, 2, 5])
    assert law.probabilities.tolist() == [0.25, 0, 0.5, 0, 0, 0.25]
    assert (law.low, law.mean, law.law) == (0, 2.25, "empirical")
    assert law.variance == pytest.approx(np.var([2, 0, 2, 5]))
    assert (law.at_most(1.9), law.at_most(2), law.at_most(-1), law.at_most(99)) == (
        0.25,
        0.75,
        0,
        1,
    )


def test_demand_over_several_periods_is_the_convolution() -> None:
    one = DiscreteDemand.of_probabilities([0.5, 0.5], low=1)
    three = one.times(3)
    assert three.low == 3
    assert three.probabilities == pytest.approx([0.125, 0.375, 0.375, 0.125])
    assert DiscreteDemand.poisson(2.0).times(4).mean == pytest.approx(8.0)


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_a_mean_must_be_finite_and_above_zero(value: float) -> None:
    with pytest.raises(BadUse, match="mean of demand"):
        DiscreteDemand.poisson(value)


def test_laws_that_cannot_be_are_refused() -> None:
    with pytest.raises(BadUse, match=r"variance 2\.0 is below the mean"):
        DiscreteDemand.negative_binomial(3.0, 2.0)
    with pytest.raises(BadUse, match="larger unit"):
        DiscreteDemand.negative_binomial(1.0, 1e9)
    with pytest.raises(BadUse, match="larger unit"):
        DiscreteDemand.poisson(1e3).times(10**6)
    with pytest.raises(BadUse, match="0 periods"):
        DiscreteDemand.poisson(1.0).times(0)


@pytest.mark.parametrize("seen", [[], [1, -2], [1.5], [float("nan")], [float("inf")]])
def test_a_history_with_returns_or_parts_of_units_is_refused(seen: list[float]) -> None:
    with pytest.raises(BadData):
        DiscreteDemand.empirical(seen)


@pytest.mark.parametrize("table", [[], [0.4, 0.4], [1.2, -0.2], [float("nan"), 1.0]])
def test_probabilities_must_be_probabilities(table: list[float]) -> None:
    with pytest.raises(BadData):
        DiscreteDemand.of_probabilities(table)


def test_demand_below_zero_is_refused() -> None:
    with pytest.raises(BadData, match="returns are no demand"):
        DiscreteDemand.of_probabilities([1.0], low=-1)
