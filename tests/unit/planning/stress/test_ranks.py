"""Rank correlation against scipy, and by hand."""

import math

import numpy as np
import pytest
from scipy import stats

from redball.model import BadUse
from redball.planning.stress import kendall_tau_b, mid_ranks


@pytest.mark.parametrize("seed", range(8))
def test_it_is_the_tau_b_of_scipy_with_and_without_ties(seed: int) -> None:
    random = np.random.default_rng(seed)
    size = int(random.integers(5, 200))
    first = random.integers(0, 3 + seed * 30, size).astype(float)
    second = first * random.normal(1, 1, size).round(1)
    expected = float(stats.kendalltau(first, second).statistic)
    assert kendall_tau_b(first, second) == pytest.approx(expected, abs=1e-12)


def test_same_and_opposite_order() -> None:
    assert kendall_tau_b([1, 2, 3], [10, 20, 30]) == 1
    assert kendall_tau_b([1, 2, 3], [30, 20, 10]) == -1


def test_infinite_scores_tie_with_each_other() -> None:
    assert kendall_tau_b([math.inf, math.inf, 1], [5, 5, 2]) == 1


def test_where_there_is_no_order_there_is_no_correlation() -> None:
    assert kendall_tau_b([1, 1, 1], [1, 2, 3]) is None


@pytest.mark.parametrize(
    ("first", "second"), [([1.0], [1.0]), ([1.0, 2.0], [1.0]), ([1.0, math.nan], [1.0, 2.0])]
)
def test_scores_that_can_not_be_compared_are_refused(
    first: list[float], second: list[float]
) -> None:
    with pytest.raises(BadUse):
        kendall_tau_b(first, second)


def test_equal_scores_share_the_middle_of_their_ranks() -> None:
    scores = [5.0, 7.0, 5.0, 1.0]
    assert mid_ranks(scores).tolist() == [2.5, 1.0, 2.5, 4.0]
    assert mid_ranks(scores).tolist() == stats.rankdata([-s for s in scores]).tolist()
