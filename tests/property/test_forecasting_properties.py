"""Invariants of forecasts: scale, silence, order of quantiles and of series."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from redball.forecasting import (
    POINT_METHODS,
    count_quantiles,
    forecast_series,
    net_returns,
    stock_simulation,
    tsb,
)
from redball.model.compiled import Floats

matrices = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, 5), st.integers(1, 30)),
    elements=st.integers(0, 9).map(float) | st.just(0.0),
)


@given(matrices, st.floats(1e-3, 1e3))
def test_scaling_demand_scales_every_point_forecast(matrix: Floats, factor: float) -> None:
    for name, method in POINT_METHODS.items():
        scaled, plain = method(factor * matrix), factor * method(matrix)
        assert scaled == pytest.approx(plain, rel=1e-6, abs=1e-9), name


@given(matrices, st.integers(1, 12))
def test_periods_without_demand_never_raise_tsb(matrix: Floats, more: int) -> None:
    silent = np.concatenate([matrix, np.zeros((len(matrix), more))], axis=1)
    assert (tsb(silent) <= tsb(matrix) + 1e-12).all()


@given(matrices)
def test_a_point_forecast_lies_between_nothing_and_the_largest_demand(matrix: Floats) -> None:
    for name, method in POINT_METHODS.items():
        found = method(matrix)
        assert (found >= 0).all(), name
        assert (found <= matrix.max(axis=1) * (1 + 1e-9)).all(), name


@given(
    st.floats(0.0, 500.0),
    st.floats(0.0, 50.0),
    st.lists(st.floats(0.001, 0.999), min_size=2, max_size=8, unique=True),
)
def test_quantiles_of_a_law_do_not_fall_and_are_whole(
    mean: float, over: float, levels: list[float]
) -> None:
    found = count_quantiles(np.array([mean]), np.array([mean * (1 + over)]), tuple(sorted(levels)))[
        0
    ]
    assert (np.diff(found) >= 0).all()
    assert (found == np.rint(found)).all()


@settings(max_examples=8)
@given(st.integers(0, 2**31), st.floats(0.3, 9.0), st.floats(0.0, 2.0))
def test_selected_quantiles_do_not_fall_and_do_not_depend_on_the_order_of_series(
    seed: int, horizon: float, sd: float
) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.poisson(rng.gamma(0.5, 2.0, (150, 1)), (150, 24)).astype(np.float64)
    matrix[rng.random((150, 24)) < 0.05] = np.nan
    order = rng.permutation(150)
    plain = forecast_series(matrix, horizon=horizon, horizon_sd=sd, origins=2).frame
    mixed = forecast_series(matrix[order], horizon=horizon, horizon_sd=sd, origins=2).frame
    quantiles = np.array(plain["quantiles"].to_list())
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert (quantiles == np.rint(quantiles)).all()
    assert (np.array(mixed["quantiles"].to_list()) == quantiles[order]).all()
    assert mixed["method"].to_list() == plain["method"].gather(order.tolist()).to_list()


@given(
    arrays.arrays(
        np.float64, st.tuples(st.integers(1, 4), st.integers(1, 15)),
        elements=st.integers(-6, 6).map(float) | st.just(float("nan")),
    )
)  # fmt: skip
def test_netting_returns_keeps_the_balance(matrix: Floats) -> None:
    netted, dropped = net_returns(matrix)
    assert (np.isnan(netted) == np.isnan(matrix)).all()
    assert not (netted < 0).any()
    assert np.nansum(netted) - dropped == pytest.approx(np.nansum(matrix))


@given(
    arrays.arrays(np.float64, (3, 20), elements=st.integers(0, 5).map(float)),
    st.integers(0, 4),
    st.integers(1, 3),
    st.integers(0, 9),
)
def test_more_stock_never_lowers_the_fill_rate(
    demand: Floats, lead: int, review: int, level: int
) -> None:
    demand[:, -1] = 1.0  # some demand after the warm-up
    low, high = (
        stock_simulation(demand, np.full(3, float(s)), lead_periods=lead, review_periods=review)
        for s in (level, level + 1)
    )
    assert high.fill_rate >= low.fill_rate - 1e-12
    assert high.on_hand >= low.on_hand - 1e-12
