"""What estimates from replications must always hold, and how often they hold the truth."""

import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redball.runtime import InProcess
from redball.simulation.replicate import (
    Estimate,
    Precision,
    mean_estimate,
    quantile_estimate,
    ratio_estimate,
    shortfall_estimate,
)
from redball.simulation.replicate.moments import Moments

values = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60)
EXPONENTIAL_SHORTFALL = math.log(10) + 1  # of the worst tenth


def covered(estimates: list[Estimate], truth: float) -> float:
    return float(np.mean([found.low <= truth <= found.high for found in estimates]))


def band(rate: float, trials: int) -> float:
    """Half-width of a 99.9 % interval of a share that is ``rate``."""
    return 3.3 * math.sqrt(rate * (1 - rate) / trials)


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("n", [3, 10, 30])
def test_means_of_normal_figures_are_covered_at_the_stated_rate(confidence: float, n: int) -> None:
    sample = np.random.default_rng(n).normal(3.0, 2.0, (3000, n))
    rate = covered([mean_estimate(row, confidence) for row in sample], 3.0)
    assert abs(rate - confidence) <= band(confidence, 3000)


@pytest.mark.parametrize(("n", "lowest"), [(10, 0.88), (30, 0.92), (100, 0.935)])
def test_means_of_exponential_figures_are_covered_nearly_so(n: int, lowest: float) -> None:
    """The figures of the table in docs/concepts/replications.md."""
    sample = np.random.default_rng(n).exponential(1.0, (3000, n))
    assert lowest <= covered([mean_estimate(row) for row in sample], 1.0) <= 0.95 + band(0.95, 3000)


@pytest.mark.parametrize(("n", "p"), [(20, 0.5), (60, 0.9), (100, 0.95)])
def test_quantiles_are_covered_at_the_stated_rate_or_more(n: int, p: float) -> None:
    sample = np.random.default_rng(n).exponential(1.0, (1000, n))
    rate = covered([quantile_estimate(row, p, 0.9) for row in sample], -math.log(1 - p))
    assert rate >= 0.9 - band(0.9, 1000)


@pytest.mark.parametrize(("n", "lowest"), [(50, 0.88), (200, 0.91), (1000, 0.92)])
def test_shortfall_is_covered_nearly_so_with_replications_enough(n: int, lowest: float) -> None:
    """The figures of the table in docs/concepts/replications.md."""
    sample = np.random.default_rng(n).exponential(1.0, (1500, n))
    rate = covered([shortfall_estimate(row, 0.9) for row in sample], EXPONENTIAL_SHORTFALL)
    assert lowest <= rate <= 0.99


def test_ratios_are_covered_nearly_so() -> None:
    rng = np.random.default_rng(3)
    below = rng.poisson(20, (1500, 30)) + 1
    above = rng.binomial(below, 0.8)
    rate = covered([ratio_estimate(a, b) for a, b in zip(above, below, strict=True)], 0.8)
    assert abs(rate - 0.95) <= 0.02 + band(0.95, 1500)


def test_stopping_by_the_interval_costs_little_coverage() -> None:
    """The figure in docs/concepts/replications.md."""
    rng = np.random.default_rng(11)
    asked = Precision("x", 0.05, at_least=10, at_most=5000)
    inside, trials = 0, 1000
    for _ in range(trials):
        sample = rng.normal(10.0, 3.0, 10)
        found = mean_estimate(sample)
        while not asked.reached(found, found.value):
            more = asked.next_count(found, found.value) - len(sample)
            sample = np.append(sample, rng.normal(10.0, 3.0, more))
            found = mean_estimate(sample)
        inside += found.low <= 10.0 <= found.high
    assert 0.90 <= inside / trials <= 0.97


@given(values, st.floats(0.5, 0.999))
def test_bounds_hold_the_value_and_widen_with_confidence(sample: list[float], level: float) -> None:
    narrow, wide = mean_estimate(sample, level / 2), mean_estimate(sample, level)
    assert wide.low <= narrow.low <= narrow.value <= narrow.high <= wide.high


@given(values, st.floats(0.01, 0.99))
def test_quantile_bounds_are_values_in_order(sample: list[float], p: float) -> None:
    found = quantile_estimate(sample, p)
    assert found.low <= found.value <= found.high
    assert found.value in sample
    assert sum(x <= found.value for x in sample) >= p * len(sample) - 1e-6


@given(values, st.floats(0.01, 0.99))
def test_shortfall_is_between_quantile_and_worst(sample: list[float], p: float) -> None:
    found = shortfall_estimate(sample, p)
    scale = 1e-9 * max(1.0, max(map(abs, sample)))
    assert quantile_estimate(sample, p).value - scale <= found.value <= max(sample) + scale


@given(values, st.randoms(use_true_random=False))
def test_running_moments_are_those_of_all_at_once(sample: list[float], random: object) -> None:
    moments = Moments(())
    for value in sample:
        moments.add(value)
    scale = max(1.0, max(map(abs, sample)))
    assert float(moments.mean) == pytest.approx(np.mean(sample), abs=1e-9 * scale)
    assert float(moments.variance()) == pytest.approx(np.var(sample, ddof=1), abs=1e-9 * scale**2)


@given(st.floats(0.001, 10.0), st.floats(0.0, 1e6), st.integers(2, 400), st.floats(-1e3, 1e3))
def test_the_stop_rule_always_advances_and_never_passes_the_cap(
    width: float, half: float, n: int, scale: float
) -> None:
    asked = Precision("x", width, at_least=2, at_most=500)
    found = Estimate(0.0, -half, half, 0.95, n)
    if not asked.reached(found, scale):
        following = asked.next_count(found, scale)
        assert following == min(max(following, n + 1), 2 * n, 500)


@settings(max_examples=25)
@given(st.lists(st.integers(-1000, 1000), max_size=30), st.integers(1, 7))
def test_workers_change_neither_results_nor_order(tasks: list[int], workers: int) -> None:
    assert list(InProcess(workers).map(partial(pow, exp=2), tasks)) == [t**2 for t in tasks]
