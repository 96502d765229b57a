"""Laws of lead-time demand against exact formulas, another library, and simulation."""

import numpy as np
import pytest
from scipy.stats import binom, nbinom, poisson

from redball.forecasting import count_probabilities, count_quantiles
from redball.forecasting.laws import (
    Task,
    class_priors,
    fill_bootstrap,
    fill_empirical,
    pooled_outcomes,
    predictive_moments,
)
from redball.forecasting.laws.windows import horizon_point, thinned, window_demand
from redball.model import BadData, BadUse
from redball.model.compiled import Floats

LEVELS = (0.01, 0.5, 0.8, 0.9, 0.95, 0.99, 0.9999)


def moments(rows: int = 400) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(5)
    mean = np.exp(rng.uniform(-7, 8, rows))
    over = np.where(rng.random(rows) < 0.2, 0.0, np.exp(rng.uniform(-12, 4, rows)))
    return mean, mean * (1 + over)


def exact(mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    size = np.where(variance > mean, mean**2 / np.where(variance > mean, variance - mean, 1.0), 1.0)
    return size, mean / variance


def test_count_quantiles_equal_scipy() -> None:
    mean, variance = moments()
    size, p = exact(mean, variance)
    # scipy's own negative binomial loses digits next to the Poisson limit
    clear = (variance == mean) | (variance > mean * 1.0001)
    expected = np.stack(
        [np.where(variance > mean, nbinom.ppf(q, size, p), poisson.ppf(q, mean)) for q in LEVELS],
        axis=1,
    )
    found = count_quantiles(mean, variance, LEVELS)
    narrow = clear & (np.sqrt(variance) < 4000)
    assert (found[narrow] == expected[narrow]).all()
    wide = clear & ~narrow
    spread = np.sqrt(variance[wide])[:, None]
    assert (np.abs(found[wide] - expected[wide]) / spread < 2e-3).all()


def test_count_probabilities_equal_scipy() -> None:
    mean, variance = moments(100)
    demand = np.floor(mean + np.sqrt(variance))
    size, p = exact(mean, variance)
    clear = (variance == mean) | (variance > mean * 1.0001)
    less, most = count_probabilities(mean, variance, demand)
    for found, at in ((less, demand - 1), (most, demand)):
        wanted = np.where(variance > mean, nbinom.cdf(at, size, p), poisson.cdf(at, mean))
        np.testing.assert_allclose(found[clear], wanted[clear], rtol=1e-9)


def test_quantiles_of_nothing_of_too_little_variance_and_of_the_unknown() -> None:
    nan = float("nan")
    found = count_quantiles(np.array([0.0, 4.0, nan]), np.array([0.0, 0.5, 1.0]), (0.5, 0.99))
    assert found[0].tolist() == [0.0, 0.0]
    assert found[1].tolist() == poisson.ppf([0.5, 0.99], 4.0).tolist()  # below Poisson: Poisson
    assert np.isnan(found[2]).all()


def test_demand_that_is_not_counted_in_units_has_a_fine_law() -> None:
    found = count_quantiles(
        np.array([0.5, 7.25]), np.array([0.01, 0.0]), (0.1, 0.5, 0.9), np.array([False, False])
    )
    assert 0.3 < found[0, 0] < found[0, 1] < found[0, 2] < 0.7
    assert found[1].tolist() == [7.25] * 3  # without variance: certain


@pytest.mark.parametrize(("mean", "variance"), [(-1.0, 1.0), (1.0, -1.0), (float("inf"), 1.0)])
def test_moments_without_a_law_are_refused(mean: float, variance: float) -> None:
    with pytest.raises(BadData, match="has no law"):
        count_quantiles(np.array([mean]), np.array([variance]), (0.9,))
    with pytest.raises(BadData, match="finite"):
        count_probabilities(np.array([mean]), np.array([variance]), np.array([1.0]))


@pytest.mark.parametrize("levels", [(), (0.0,), (1.0,), (0.9, 0.8), (0.9, 0.9)])
def test_levels_that_do_not_increase_within_0_and_1_are_refused(levels: tuple[float, ...]) -> None:
    with pytest.raises(BadUse, match="levels"):
        count_quantiles(np.ones(1), np.ones(1), levels)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.8])
@pytest.mark.parametrize("quantity", [1.0, 3.0, 12.0, 400.0])
def test_thinning_has_the_binomial_mean_and_variance(quantity: float, part: float) -> None:
    u = (np.arange(20_000) + 0.5) / 20_000
    drawn = np.array([thinned(quantity, part, one) for one in u])
    assert drawn.mean() == pytest.approx(binom.mean(quantity, part), rel=0.002)
    assert drawn.var() == pytest.approx(binom.var(quantity, part), rel=0.03)
    assert drawn.min() >= 0
    assert drawn.max() <= quantity


def test_a_window_takes_whole_periods_and_a_share_of_one_more() -> None:
    series = np.array([1.0, 2.0, 4.5, 8.0])
    assert window_demand(series, 0, 2.0, 0.5) == 3.0
    assert window_demand(series, 1, 1.5, 0.5) == 2.0 + 2.25  # not in whole units: in proportion
    assert window_demand(series, 3, 1.0, 0.5) == 8.0


def test_a_random_horizon_has_the_mean_and_spread_asked_for() -> None:
    u = (np.arange(1024) + 0.5) / 1024
    drawn = np.array([horizon_point(4.0, 1.5, one) for one in u])
    assert drawn.mean() == pytest.approx(4.0, rel=0.002)
    assert drawn.std() == pytest.approx(1.5, rel=0.01)
    assert horizon_point(4.0, 0.0, 0.9) == 4.0


def law(values: Floats, horizon: float, sd: float = 0.0) -> tuple[Floats, Floats]:
    rows = len(values)
    quantiles, spread = np.empty((rows, 3)), np.empty((rows, 2))
    fill_empirical(
        values, np.zeros(rows, np.int64), values.shape[1], np.full(rows, horizon),
        np.full(rows, sd), np.array([0.5, 0.8, 0.95]), quantiles, spread,
    )  # fmt: skip
    return quantiles, spread


def test_the_empirical_law_is_that_of_the_overlapping_sums() -> None:
    rng = np.random.default_rng(2)
    values = rng.poisson(2.0, (5, 30)).astype(np.float64)
    quantiles, spread = law(values, 3.0)
    sums = np.stack([values[:, k : k + 28] for k in range(3)]).sum(axis=0)
    expected = np.quantile(sums, [0.5, 0.8, 0.95], axis=1, method="higher").T
    assert (quantiles == expected).all()
    np.testing.assert_allclose(spread[:, 0], sums.mean(axis=1))
    np.testing.assert_allclose(spread[:, 1], sums.var(axis=1, ddof=1))


def test_a_history_shorter_than_the_horizon_has_no_empirical_law() -> None:
    values = np.ones((1, 8))
    assert np.isnan(law(values, 5.0)[0]).all()  # four windows
    assert not np.isnan(law(values, 4.0)[0]).any()  # five
    assert np.isnan(law(values, 4.0, 3.0)[0]).all()  # some drawn horizons do not fit


def test_fractional_and_random_horizons_keep_the_mean_and_add_their_variance() -> None:
    rng = np.random.default_rng(3)
    values = rng.poisson(3.0, (400, 120)).astype(np.float64)
    _, plain = law(values, 2.5)
    assert plain[:, 0].mean() == pytest.approx(7.5, rel=0.01)
    assert plain[:, 1].mean() == pytest.approx(7.5, rel=0.05)  # Poisson stays Poisson
    _, spread = law(values, 2.5, 1.0)
    assert spread[:, 0].mean() == pytest.approx(7.5, rel=0.02)
    assert spread[:, 1].mean() == pytest.approx(7.5 + 9.0 * 1.0, rel=0.08)


def bootstrap(values: Floats, horizon: float, seed: int = 1) -> tuple[Floats, Floats]:
    rows = len(values)
    quantiles, spread = np.empty((rows, 3)), np.empty((rows, 2))
    fill_bootstrap(
        values, np.zeros(rows, np.int64), values.shape[1], np.full(rows, horizon), np.zeros(rows),
        np.ones(rows, np.bool_), np.array([0.5, 0.8, 0.95]), 4000, seed, quantiles, spread,
    )  # fmt: skip
    return quantiles, spread


def test_the_bootstrap_agrees_with_a_plain_simulation_of_its_chain() -> None:
    history = np.array([0, 0, 2, 3, 0, 0, 0, 9, 0, 4, 4, 0, 0, 0, 1, 0], dtype=np.float64)
    some = history > 0
    counts = np.full((2, 2), 0.5)
    np.add.at(counts, (some[:-1].astype(int), some[1:].astype(int)), 1.0)
    go = counts[:, 1] / counts.sum(axis=1)
    rng = np.random.default_rng(17)
    runs, horizon = 40_000, 4
    state, total = np.zeros(runs, np.int64), np.zeros(runs)
    for _ in range(horizon):
        state = (rng.random(runs) < go[state]).astype(np.int64)
        size = rng.choice(history[some], runs)
        jitter = np.rint(rng.standard_normal(runs) * np.sqrt(size))
        total += state * np.where(np.abs(jitter) < size, size + jitter, size)
    _, spread = bootstrap(np.tile(history, (1, 1)), horizon)
    error = total.std() * np.sqrt(1 / runs + 1 / 4000)
    assert abs(spread[0, 0] - total.mean()) < 3.3 * error
    assert spread[0, 1] == pytest.approx(total.var(), rel=0.12)


def test_the_bootstrap_repeats_with_its_seed_and_needs_three_demands() -> None:
    values = np.array([[0.0, 2, 0, 3, 0, 5, 0, 0], [0.0, 2, 0, 3, 0, 0, 0, 0]])
    first, again, other = bootstrap(values, 3.0), bootstrap(values, 3.0), bootstrap(values, 3.0, 2)
    assert (first[0][0] == again[0][0]).all()
    assert first[1][0, 0] != other[1][0, 0]
    assert np.isnan(first[0][1]).all()


def test_the_gamma_prior_recovers_the_law_that_rates_were_drawn_from() -> None:
    rng = np.random.default_rng(8)
    shape, exposure, periods = 2.0, 4.0, 36
    rates = rng.gamma(shape, 1 / exposure, 20_000)
    values = rng.poisson(rates[:, None], (20_000, periods)).astype(np.float64)
    group = np.zeros(len(rates), np.int64)
    priors = class_priors(
        values.sum(axis=1),
        np.full(len(rates), float(periods)),
        values.var(axis=1, ddof=1),
        group,
        1,
    )
    assert priors.shape[0] == pytest.approx(shape, rel=0.05)
    assert priors.exposure[0] == pytest.approx(exposure, rel=0.05)
    assert priors.dispersion[0] == pytest.approx(1.0, abs=0.02)


def test_the_predictive_law_is_the_exact_negative_binomial_of_a_poisson_class() -> None:
    group = np.zeros(4, np.int64)
    total, periods = np.array([0.0, 3.0, 12.0, 5.0]), np.full(4, 10.0)
    priors = class_priors(total, periods, np.full(4, np.nan), group, 1)
    assert priors.dispersion.tolist() == [1.0]
    horizon = np.full(4, 2.0)
    mean, variance = predictive_moments(priors, group, total, periods, horizon, np.zeros(4))
    a, b = priors.shape[0] + total, priors.exposure[0] + periods
    np.testing.assert_allclose(mean, nbinom.mean(a, b / (b + 2.0)))
    np.testing.assert_allclose(variance, nbinom.var(a, b / (b + 2.0)))


def test_a_small_class_and_one_without_demand_lend_jeffreys_prior_only() -> None:
    total, periods = np.array([4.0, 0.0, 0.0, 0.0]), np.array([8.0, 8.0, 8.0, 0.0])
    group = np.array([0, 1, 1, 1])
    priors = class_priors(total, periods, np.full(4, np.nan), group, 2)
    assert priors.known.tolist() == [False, False]
    mean, _ = predictive_moments(priors, group, total, periods, np.ones(4), np.zeros(4))
    assert mean[:3].tolist() == [4.5 / 8.0, 0.5 / 8.0, 0.5 / 8.0]
    assert np.isnan(mean[3])  # neither class nor history


def test_similar_series_give_the_quantiles_of_their_common_law() -> None:
    rng = np.random.default_rng(4)
    values = rng.poisson(1.5, (3000, 40)).astype(np.float64)
    quantiles, spread = pooled_outcomes(
        values, np.zeros(3000, np.int64), 40, Task(2.0, 0.0), np.array([0.8, 0.95])
    )
    assert np.abs(quantiles[:, 0] - poisson.ppf(0.8, 3.0)).mean() < 0.25
    assert np.abs(quantiles[:, 1] - poisson.ppf(0.95, 3.0)).mean() < 0.35
    assert spread[:, 0].mean() == pytest.approx(3.0, rel=0.03)


def test_too_few_series_or_too_short_a_past_have_no_pool() -> None:
    levels = np.array([0.9])
    few = np.ones((3, 40))
    assert np.isnan(
        pooled_outcomes(few, np.zeros(3, np.int64), 40, Task(1.0, 0.0), levels)[0]
    ).all()
    short = np.ones((3000, 6))
    start = np.zeros(3000, np.int64)
    assert np.isnan(pooled_outcomes(short, start, 6, Task(1.0, 0.0), levels)[0]).all()
