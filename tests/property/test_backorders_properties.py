"""What must hold for every pipeline: order, convexity, bounds, pooling."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from redball.stock.backorders import backorders, least_stock, service_rates, walk

means = st.floats(1e-6, 2000.0)
ratios = st.one_of(
    st.just(1.0), st.floats(0.1, 20.0), st.floats(1e-15, 1e-6).map(lambda x: 1.0 + x)
)
stocks = st.integers(0, 2500)


@given(means, ratios, st.integers(0, 400))
def test_more_stock_means_fewer_backorders_by_ever_less(mean: float, ratio: float, s: int) -> None:
    found = backorders(mean, mean * ratio, [s, s + 1, s + 2])
    e = found.ebo
    slack = 1e-11 * max(float(e[0]), 1e-300)
    assert e[0] >= e[1] >= e[2] >= 0
    assert e[0] - e[1] >= e[1] - e[2] - slack
    assert (np.diff(found.vbo) <= slack + 1e-11 * found.vbo[0]).all()
    assert (np.diff(found.fill_rate) >= -1e-14).all()
    assert (np.diff(found.ready_rate) >= -1e-14).all()


@given(means, ratios, stocks)
def test_backorders_stay_within_their_bounds(mean: float, ratio: float, stock: int) -> None:
    variance = mean * ratio
    found = backorders(mean, variance, stock)
    ebo, vbo = float(found.ebo), float(found.vbo)
    assert max(mean - stock, 0.0) * (1 - 1e-14) <= ebo <= mean * (1 + 1e-14)
    assert 0.0 <= vbo <= max(variance, mean) * (1 + 1e-12)
    # a whole number of backorders: its variance is at least m (1 - m) below one
    assert vbo >= ebo * (1 - ebo) * (1 - 1e-10)
    assert 0.0 <= found.fill_rate <= found.ready_rate <= 1.0
    # any law with these moments (Scarf)
    spread = max(variance, mean) + (mean - stock) ** 2
    assert ebo <= 0.5 * (spread**0.5 + mean - stock) * (1 + 1e-9) + 1e-12 * mean


@given(means, st.floats(1.0, 20.0), st.floats(1.0, 3.0), stocks)
def test_a_wider_pipeline_leaves_more_open(
    mean: float, ratio: float, wider: float, stock: int
) -> None:
    found = backorders(mean, [mean * ratio, mean * ratio * wider], stock)
    assert found.ebo[1] >= found.ebo[0] * (1 - 1e-10)


@given(st.floats(0.01, 200.0), st.floats(0.01, 200.0), st.integers(0, 60), st.integers(0, 60))
def test_pooling_two_poisson_pipelines_never_hurts(a: float, b: float, s: int, t: int) -> None:
    apart = backorders([a, b], None, [s, t]).ebo.sum()
    assert backorders(a + b, None, s + t).ebo <= apart * (1 + 1e-11)


@given(st.floats(1e-4, 300.0), ratios, st.integers(0, 500))
def test_the_walk_agrees_with_single_calls(mean: float, ratio: float, top: int) -> None:
    ebo, vbo = np.empty(top + 1), np.empty(top + 1)
    walk(mean, mean * ratio, top, ebo, vbo)
    found = backorders(mean, mean * ratio, np.arange(top + 1))
    np.testing.assert_allclose(ebo, found.ebo, rtol=1e-11, atol=1e-290)
    np.testing.assert_allclose(vbo, found.vbo, rtol=1e-10, atol=1e-290)


@given(means, ratios, st.floats(0.0, 1.0 - 1e-9))
def test_the_least_stock_reaches_its_rate_and_one_less_does_not(
    mean: float, ratio: float, rate: float
) -> None:
    stock = float(least_stock(mean, mean * ratio, rate))
    below, ready = service_rates(mean, mean * ratio, stock)
    assert ready >= rate - 1e-14
    assert stock == 0 or below < rate + 1e-14
