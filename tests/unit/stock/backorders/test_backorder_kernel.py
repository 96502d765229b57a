"""The kernel against exact arithmetic: every term of the law in 80-digit decimals."""

from collections.abc import Iterator
from decimal import Decimal, localcontext
from itertools import pairwise

import numpy as np
import pytest

from redball.stock.backorders import (
    expected_backorders,
    pipeline,
    probability,
    service_rates,
    stock_for_rate,
    walk,
)


def law(mean: Decimal, variance: Decimal) -> Iterator[Decimal]:
    """P(X = 0), P(X = 1), ...: Poisson, or negative binomial written with n and p."""
    if variance <= mean:
        term, k = (-mean).exp(), 0
        while True:
            yield term
            k += 1
            term *= mean / k
    p = mean / variance
    n = mean * mean / (variance - mean)
    term, k = (n * p.ln()).exp(), 0
    while True:
        yield term
        term *= (n + k) * (1 - p) / (k + 1)
        k += 1


def exact(mean: float, variance: float, stock: int) -> tuple[float, float, float, float]:
    """EBO, VBO, fill and ready rate by summing the law far into its tail."""
    with localcontext() as context:
        context.prec = 80
        m, v = Decimal(mean), Decimal(variance)
        first = second = below = Decimal(0)
        for k, term in enumerate(law(m, v)):
            if k < stock:
                below += term
            elif k == stock:
                ready = below + term
            else:
                first += (k - stock) * term
                square = (k - stock) ** 2 * term
                second += square
                if k > m and square < second * Decimal("1e-30"):
                    break
        return float(first), float(second - first * first), float(below), float(ready)


CASES = [
    (mean, ratio, stock)
    for mean in (1e-9, 0.003, 0.26, 1.0, 7.3, 31.9, 32.1, 130.0)
    for ratio in (0.5, 1.0, 1.0 + 1e-12, 1.0 + 1e-7, 1.3, 4.0, 60.0)
    for stock in (0, 1, 2, 3, 8, 32, 33, 90)
]


@pytest.mark.parametrize(("mean", "ratio", "stock"), CASES)
def test_every_figure_keeps_its_relative_precision(mean: float, ratio: float, stock: int) -> None:
    variance = mean * ratio
    found = (
        *expected_backorders(mean, variance, float(stock)),
        *service_rates(mean, variance, float(stock)),
    )
    assert found == pytest.approx(exact(mean, variance, stock), rel=1e-12, abs=1e-300)


@pytest.mark.parametrize("ratio", [1.0, 1.0 + 1e-9, 2.0, 30.0])
@pytest.mark.parametrize("mean", [700.0, 800.0, 3000.0, 5000.0])
@pytest.mark.parametrize("away", [-9, -1, 0, 1, 5, 9])
def test_pipelines_of_thousands_keep_theirs(mean: float, ratio: float, away: int) -> None:
    variance = mean * ratio
    stock = max(int(mean + away * variance**0.5), 0)
    found = expected_backorders(mean, variance, float(stock))
    assert found == pytest.approx(exact(mean, variance, stock)[:2], rel=2e-12)


def test_deep_in_the_tail_the_textbook_recursion_fails_and_this_does_not() -> None:
    mean, stock = 0.1, 9
    textbook = mean
    for s in range(stock):
        textbook -= 1.0 - sum(probability(mean, 0.0, float(k)) for k in range(s + 1))
    truth = exact(mean, mean, stock)[0]
    assert truth < 1e-16
    assert abs(textbook / truth - 1) > 0.01
    assert expected_backorders(mean, mean, float(stock))[0] == pytest.approx(truth, rel=1e-14)


def test_near_a_trillionth_both_moments_hold() -> None:
    for mean, variance, stock in ((0.4, 0.6, 22), (5000.0, 5000.0, 5507), (2000.0, 9000.0, 2800)):
        ebo, vbo, _, _ = exact(mean, variance, stock)
        assert 1e-14 < ebo < 1e-9
        assert expected_backorders(mean, variance, float(stock)) == pytest.approx(
            (ebo, vbo), rel=1e-12
        )


@pytest.mark.parametrize(
    ("mean", "variance", "top"),
    [(0.0, 0.0, 5), (0.3, 0.3, 30), (4.0, 4.0, 2), (50.0, 180.0, 160), (1500.0, 2000.0, 2200)],
)
def test_the_walk_gives_what_single_calls_give(mean: float, variance: float, top: int) -> None:
    ebo, vbo = np.empty(top + 3), np.empty(top + 3)
    ebo[top + 1 :] = vbo[top + 1 :] = -1.0
    walk(mean, variance, top, ebo, vbo)
    single = np.array([expected_backorders(mean, variance, float(s)) for s in range(top + 1)])
    assert ebo[: top + 1] == pytest.approx(single[:, 0], rel=2e-12, abs=1e-300)
    assert vbo[: top + 1] == pytest.approx(single[:, 1], rel=2e-12, abs=1e-300)
    assert (ebo[top + 1 :] == -1).all()
    assert (vbo[top + 1 :] == -1).all()


def test_nothing_jumps_where_the_short_sums_end() -> None:
    for stock in (1.0, 2.0, 3.0, 10.0):
        means = np.geomspace(1e-3, 33.0, 4000)
        ebo = np.array([expected_backorders(m, 1.2 * m, stock)[0] for m in means])
        assert (np.diff(ebo) > 0).all()


def test_the_parts_of_a_law_add_up_to_one() -> None:
    for stock in (-1.0, 0.0, 1.0, 4.0, 40.0):
        for mean in (0.0, 0.5, 4.0, 40.0):
            _, _, below, at, above = pipeline(mean, 1.5 * mean, stock)
            assert below + at + above == pytest.approx(1.0, abs=1e-15)


def test_owing_more_than_nothing_adds_to_the_mean() -> None:
    assert expected_backorders(3.0, 4.0, -2.0) == (5.0, 4.0)
    assert expected_backorders(0.0, 0.0, -2.0) == (2.0, 0.0)


def test_the_least_stock_is_the_quantile() -> None:
    for mean, variance in ((0.2, 0.2), (3.0, 8.0), (400.0, 400.0), (400.0, 4000.0)):
        for rate in (0.0, 1e-6, 0.3, 0.5, 0.9, 0.999, 1 - 1e-13):
            s = stock_for_rate(mean, variance, rate)
            assert s == int(s)
            below, ready = service_rates(mean, variance, s)
            assert below < rate or s == 0
            assert ready >= rate or pytest.approx(ready, abs=1e-15) == rate


def test_more_stock_shortens_the_tail_by_exactly_the_chance_to_need_it() -> None:
    for mean, variance in ((2.0, 3.0), (60.0, 60.0)):
        ebo = [expected_backorders(mean, variance, float(s))[0] for s in range(80)]
        for s, (before, after) in enumerate(pairwise(ebo)):
            _, _, _, at, above = pipeline(mean, variance, float(s))
            assert before - after == pytest.approx(above, rel=1e-9, abs=1e-14 * mean)
            assert 0.0 <= at <= 1.0
