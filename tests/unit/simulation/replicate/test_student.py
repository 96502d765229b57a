"""Laws from the incomplete beta function, against scipy."""

import math

import pytest
from scipy import special, stats

from redball.model import BadUse
from redball.simulation.replicate import t_quantile
from redball.simulation.replicate.student import binomial_below, incomplete_beta, t_tail


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.999999])
@pytest.mark.parametrize("degrees", [1, 2, 3, 5, 9, 19, 49, 99, 499, 5000])
def test_t_quantile_agrees_with_scipy(confidence: float, degrees: int) -> None:
    expected = stats.t.isf((1 - confidence) / 2, degrees)
    assert t_quantile(confidence, degrees) == pytest.approx(expected, rel=1e-10)


def test_t_quantile_comes_to_the_normal_one_for_many_degrees() -> None:
    assert t_quantile(0.95, 10**6) == pytest.approx(1.959966, abs=1e-6)


@pytest.mark.parametrize("a", [0.1, 0.5, 1.0, 7.5, 300.0, 5000.0])
@pytest.mark.parametrize("b", [0.2, 0.5, 3.0, 80.0, 4000.0])
@pytest.mark.parametrize("x", [0.0, 1e-9, 0.03, 0.4, 0.5, 0.77, 0.999, 1.0])
def test_incomplete_beta_agrees_with_scipy(a: float, b: float, x: float) -> None:
    expected = special.betainc(a, b, x)
    assert incomplete_beta(a, b, x) == pytest.approx(expected, rel=1e-9, abs=1e-13)


@pytest.mark.parametrize("n", [1, 20, 72, 500])
@pytest.mark.parametrize("p", [0.05, 0.5, 0.95])
def test_binomial_agrees_with_plain_sums(n: int, p: float) -> None:
    total = 0.0
    for k in range(n + 1):
        total += math.comb(n, k) * p**k * (1 - p) ** (n - k)
        assert binomial_below(k, n, p) == pytest.approx(total, abs=1e-10)
    assert binomial_below(-1, n, p) == 0.0


def test_the_tail_of_one_degree_is_that_of_cauchy() -> None:
    for t in (0.0, 0.3, 1.0, 12.7):
        assert t_tail(t, 1) == pytest.approx(0.5 - math.atan(t) / math.pi, abs=1e-14)


@pytest.mark.parametrize("confidence", [0.0, 1.0, -1.0, math.nan])
def test_a_confidence_that_is_none_is_refused(confidence: float) -> None:
    with pytest.raises(BadUse, match="confidence is"):
        t_quantile(confidence, 5)


def test_no_degree_of_freedom_and_bad_arguments_are_refused() -> None:
    with pytest.raises(BadUse, match="0 degrees"):
        t_quantile(0.95, 0)
    with pytest.raises(BadUse, match="a = 0"):
        incomplete_beta(0, 1, 0.5)
