"""Point methods: equal to statsforecast at the same parameters, and the rule for gaps."""

from collections.abc import Callable

import numpy as np
import pytest
from statsforecast import models as peer

from redball.forecasting import (
    POINT_METHODS,
    adida,
    croston,
    imapa,
    moving_average,
    plain_mean,
    sba,
    ses,
    tsb,
)
from redball.forecasting.points.aggregation import best_weight
from redball.model import BadData, BadUse
from redball.model.compiled import Floats

NAN = float("nan")


def demand(series: int = 300, periods: int = 48) -> Floats:
    """Intermittent demand of many kinds, the awkward cases first."""
    rng = np.random.default_rng(7)
    size = rng.integers(1, 6, (series, periods))
    some = rng.random((series, periods)) < rng.random((series, 1))
    matrix = (size * some).astype(np.float64)
    matrix[:6] = 0.0
    matrix[1, 20] = 3.0  # one demand
    matrix[2, 0] = 5.0  # one demand, in the first period
    matrix[3, -1] = 2.0  # one demand, in the last period
    matrix[4, [0, 1]] = 1.0
    matrix[5] = 4.0  # no period without demand
    return matrix


Peer = Callable[[Floats], dict[str, Floats]]

PAIRS: list[tuple[str, Callable[[Floats], Floats], Peer]] = [
    ("croston", croston, lambda y: peer._croston_classic(y, 1, False)),
    ("sba", sba, lambda y: peer._croston_sba(y, 1, False)),
    ("tsb", tsb, lambda y: peer._tsb(y, 1, False, 0.1, 0.1)),
    (
        "tsb with other weights",
        lambda m: tsb(m, alpha_size=0.3, alpha_probability=0.05),
        lambda y: peer._tsb(y, 1, False, 0.3, 0.05),
    ),
    ("ses", ses, lambda y: peer._ses(y, 1, False, 0.1)),
    (
        "moving average",
        lambda m: moving_average(m, window=7),
        lambda y: peer._window_average(y, 1, False, 7),
    ),
    ("mean", plain_mean, lambda y: peer._historic_average(y, 1, False)),
]


@pytest.mark.parametrize(("name", "ours", "theirs"), PAIRS, ids=[p[0] for p in PAIRS])
def test_a_point_method_equals_statsforecast(
    name: str, ours: Callable[[Floats], Floats], theirs: Peer
) -> None:
    matrix = demand()
    expected = np.array([theirs(y)["mean"][0] for y in matrix])
    np.testing.assert_allclose(ours(matrix), expected, rtol=0, atol=1e-9)


def squared_error(sums: Floats, alpha: float) -> float:
    level, error = sums[0], 0.0
    for y in sums[1:]:
        error += (y - level) ** 2
        level += alpha * (y - level)
    return float(error)


@pytest.mark.parametrize(("low", "high"), [(0.1, 0.3), (0.01, 0.99)])
def test_the_optimised_weight_is_never_worse_than_that_of_statsforecast(
    low: float, high: float
) -> None:
    rng = np.random.default_rng(11)
    equal = 0
    for _ in range(200):
        sums = rng.poisson(rng.gamma(1.0, 3.0), rng.integers(2, 40)).astype(np.float64)
        ours = best_weight(sums, len(sums), low, high)
        theirs = peer._optimized_ses_forecast(sums, (low, high))[2]
        assert low <= ours <= high
        mine, other = squared_error(sums, ours), squared_error(sums, theirs)
        assert mine <= other * (1 + 1e-12) + 1e-12
        equal += abs(mine - other) <= 1e-9 * max(other, 1.0)
    assert equal > 100  # the others are minima that golden section missed


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (adida, lambda y: peer._adida(y, 1, False)),
        (imapa, lambda y: peer._imapa(y, 1, False)),
    ],
)
def test_aggregation_equals_statsforecast_but_for_other_minima(
    ours: Callable[[Floats], Floats], theirs: Peer
) -> None:
    matrix = demand()
    apart = np.abs(ours(matrix) - np.array([theirs(y)["mean"][0] for y in matrix]))
    assert np.median(apart) < 1e-9
    assert (apart < 1e-6).mean() > 0.95
    assert apart.max() < 0.1


def test_all_zero_series_are_forecast_as_zero_by_every_point_method() -> None:
    for name, method in POINT_METHODS.items():
        assert method(np.zeros((2, 9))).tolist() == [0.0, 0.0], name


def test_a_gap_is_left_out_and_is_not_a_zero() -> None:
    with_gaps = np.array([[NAN, 2.0, NAN, 0.0, NAN, NAN, 0.0, 3.0, NAN]])
    closed = np.array([[2.0, 0.0, 0.0, 3.0]])
    for name, method in POINT_METHODS.items():
        assert method(with_gaps) == pytest.approx(method(closed), abs=1e-15), name
    zeros = np.nan_to_num(with_gaps)
    assert croston(with_gaps)[0] != pytest.approx(croston(zeros)[0])


def test_a_series_of_gaps_only_and_no_series_at_all_have_a_stated_answer() -> None:
    for method in POINT_METHODS.values():
        assert method(np.full((1, 4), NAN)).tolist() == [0.0]
        assert method(np.zeros((0, 4))).shape == (0,)


def test_one_period_is_enough_and_none_is_refused() -> None:
    for method in POINT_METHODS.values():
        assert method(np.array([[3.0]])) == pytest.approx([3.0 if method is not sba else 2.85])
    with pytest.raises(BadData, match="shape"):
        tsb(np.zeros((3, 0)))
    with pytest.raises(BadData, match="shape"):
        tsb(np.zeros(3))


@pytest.mark.parametrize("wrong", [-1.0, float("inf"), -float("inf")])
def test_negative_and_infinite_demand_is_refused_with_its_place(wrong: float) -> None:
    matrix = np.ones((3, 4))
    matrix[1, 2] = wrong
    with pytest.raises(BadData, match="series 1, period 2"):
        tsb(matrix)


@pytest.mark.parametrize("weight", [0.0, -0.1, 1.1, NAN])
def test_weights_outside_their_range_are_refused(weight: float) -> None:
    with pytest.raises(BadUse, match="weight"):
        croston(np.ones((1, 3)), alpha=weight)
    with pytest.raises(BadUse, match="weight"):
        ses(np.ones((1, 3)), alpha=weight)
    with pytest.raises(BadUse, match="weight"):
        tsb(np.ones((1, 3)), alpha_probability=weight)
    with pytest.raises(BadUse, match="moving average"):
        moving_average(np.ones((1, 3)), window=0)
