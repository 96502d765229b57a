"""Estimates against scipy and plain loops."""

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from redball.model import BadUse
from redball.simulation.replicate import (
    mean_estimate,
    quantile_estimate,
    ratio_estimate,
    shortfall_estimate,
)
from redball.simulation.replicate.moments import Moments, RatioMoments

RNG = np.random.default_rng(1944)
SAMPLE = RNG.gamma(2.0, 3.0, 40)


def test_mean_agrees_with_scipy() -> None:
    found = mean_estimate(SAMPLE, 0.99)
    low, high = stats.t.interval(0.99, len(SAMPLE) - 1, SAMPLE.mean(), stats.sem(SAMPLE))
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-12)
    assert found.half_width == pytest.approx((high - low) / 2, rel=1e-12)


def test_one_replication_excludes_nothing_and_a_constant_is_sure() -> None:
    assert (mean_estimate([3.0]).low, mean_estimate([3.0]).high) == (-math.inf, math.inf)
    constant = mean_estimate([0.1] * 7)
    assert (constant.value, constant.low, constant.high) == (0.1, 0.1, 0.1)


def test_running_moments_agree_with_numpy() -> None:
    rows = RNG.normal(1e6, 1.0, (30, 3, 2))
    moments = Moments((3, 2))
    for row in rows:
        moments.add(row)
    np.testing.assert_allclose(moments.mean, rows.mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(moments.variance(), rows.var(axis=0, ddof=1), rtol=1e-9)
    half = [[mean_estimate(rows[:, i, j]).half_width for j in range(2)] for i in range(3)]
    np.testing.assert_allclose(moments.half_width(0.95), half, rtol=1e-9)


def test_moments_of_fewer_than_two_have_no_interval() -> None:
    moments = Moments((1,))
    moments.add([5.0])
    assert moments.mean[0] == 5.0
    assert np.isnan(moments.variance()[0])
    assert np.isnan(moments.half_width(0.95)[0])


def test_delta_method_of_a_ratio_follows_its_formula() -> None:
    below = RNG.integers(1, 30, 25).astype(float)
    above = below * RNG.random(25)
    moments = RatioMoments((2,))
    for a, b in zip(above, below, strict=True):
        moments.add(np.array([a, 0.0]), np.array([b, 0.0]))
    ratio = above.sum() / below.sum()
    residual = above - ratio * below  # the textbook form of the same variance
    error = math.sqrt(residual @ residual / (25 - 1) / 25) / below.mean()
    assert moments.ratio()[0] == pytest.approx(ratio, rel=1e-12)
    assert moments.half_width(0.9)[0] == pytest.approx(stats.t.ppf(0.95, 24) * error, rel=1e-9)
    assert np.isnan(moments.ratio()[1])  # nothing was demanded
    assert np.isnan(moments.half_width(0.9)[1])


def test_jackknife_of_a_ratio_leaves_one_out_at_a_time() -> None:
    above, below = [3.0, 0.0, 5.0, 4.0], [4.0, 1.0, 5.0, 9.0]
    whole = Fraction(12, 19)
    pseudo = [
        4 * whole - 3 * (12 - Fraction(int(a))) / (19 - Fraction(int(b)))
        for a, b in zip(above, below, strict=True)
    ]
    found = ratio_estimate(above, below)
    assert found.value == pytest.approx(float(sum(pseudo) / 4), rel=1e-12)
    assert found.half_width == pytest.approx(
        mean_estimate([float(p) for p in pseudo]).half_width, rel=1e-12
    )


def test_jackknife_and_delta_method_agree_on_many_replications() -> None:
    below = RNG.poisson(50, 400).astype(float)
    above = RNG.binomial(below.astype(int), 0.8).astype(float)
    moments = RatioMoments((1,))
    for a, b in zip(above, below, strict=True):
        moments.add(np.array([a]), np.array([b]))
    found = ratio_estimate(above, below)
    assert found.value == pytest.approx(moments.ratio()[0], rel=1e-4)
    assert found.half_width == pytest.approx(moments.half_width(0.95)[0], rel=1e-2)


@pytest.mark.parametrize(("n", "p"), [(10, 0.5), (40, 0.5), (40, 0.9), (200, 0.95), (500, 0.99)])
def test_quantile_bounds_are_the_ranks_that_the_binomial_law_gives(n: int, p: float) -> None:
    found = quantile_estimate(np.arange(1.0, n + 1), p, 0.95)
    assert found.value == math.ceil(n * p - 1e-9)
    # P(X_(l) <= q) = P(X >= l) and P(X_(u) > q) = P(X < u), each at least 97.5 %
    assert stats.binom.sf(found.low - 1, n, p) >= 0.975 > stats.binom.sf(found.low, n, p)
    if math.isfinite(found.high):
        assert (
            stats.binom.cdf(found.high - 1, n, p) >= 0.975 > stats.binom.cdf(found.high - 2, n, p)
        )
    else:
        assert stats.binom.cdf(n - 1, n, p) < 0.975


def test_a_high_quantile_has_an_upper_bound_from_72_replications_on() -> None:
    assert quantile_estimate(np.arange(71.0), 0.95).high == math.inf
    assert quantile_estimate(np.arange(72.0), 0.95).high == 71.0
    assert quantile_estimate([1.0], 0.95).low == -math.inf


def test_shortfall_is_the_mean_of_the_worst_share() -> None:
    values = np.arange(1.0, 101)
    assert shortfall_estimate(RNG.permutation(values), 0.9).value == pytest.approx(95.5)
    # 12.5 of 100: the twelve largest, and half of the thirteenth
    expected = (sum(range(89, 101)) + 0.5 * 88) / 12.5
    assert shortfall_estimate(values, 0.875).value == pytest.approx(expected)


def test_shortfall_interval_follows_manistre_and_hancock() -> None:
    values = np.sort(RNG.exponential(1.0, 200))
    found = shortfall_estimate(values, 0.9)
    tail, quantile = values[180:], values[179]
    variance = (tail.var(ddof=1) + 0.9 * (tail.mean() - quantile) ** 2) / 20
    assert found.half_width == pytest.approx(stats.t.ppf(0.975, 19) * math.sqrt(variance), rel=1e-9)
    assert shortfall_estimate(values[:10], 0.9).high == math.inf


@pytest.mark.parametrize("estimate", [mean_estimate, lambda v: quantile_estimate(v, 0.5)])
@pytest.mark.parametrize("values", [[], [1.0, math.nan], [math.inf], [[1.0]]])
def test_bad_values_are_refused(estimate: object, values: list[float]) -> None:
    assert callable(estimate)
    with pytest.raises(BadUse, match="value"):
        estimate(values)


def test_ratios_without_denominator_and_bad_probabilities_are_refused() -> None:
    with pytest.raises(BadUse, match="one replication at most"):
        ratio_estimate([1.0, 0.0], [2.0, 0.0])
    with pytest.raises(BadUse, match="0 or more"):
        ratio_estimate([1.0, 0.0], [2.0, -1.0])
    with pytest.raises(BadUse, match="as many"):
        ratio_estimate([1.0], [2.0, 1.0])
    for probability in (0.0, 1.0, math.nan):
        with pytest.raises(BadUse, match="probability is"):
            quantile_estimate([1.0, 2.0], probability)
        with pytest.raises(BadUse, match="probability is"):
            shortfall_estimate([1.0, 2.0], probability)
