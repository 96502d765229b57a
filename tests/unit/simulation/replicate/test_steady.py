"""Long-run means of series whose mean is known."""

import numpy as np
import pytest

from redball.model import BadUse
from redball.simulation.replicate import steady_state, warm_up_days

RNG = np.random.default_rng(7)


def autoregressive(days: int, start: float, phi: float = 0.7, mean: float = 5.0) -> np.ndarray:
    """x' = mean + phi (x - mean) + noise."""
    values = np.empty(days)
    x = start
    for day, noise in enumerate(RNG.normal(0.0, 1.0, days)):
        x = mean + phi * (x - mean) + noise
        values[day] = x
    return values


def test_a_bad_start_is_deleted_and_the_mean_found() -> None:
    series = autoregressive(4000, start=60.0)
    found = steady_state(series)
    assert 5 <= found.warm_up <= 200
    assert found.estimate.low < 5.0 < found.estimate.high
    assert found.batches == 20
    assert found.batches * found.batch_days + found.warm_up == 4000
    assert "MSER-5" in found.assumptions[0]
    assert not found.warnings


def test_batch_means_cover_the_truth_at_the_stated_rate() -> None:
    inside = sum(
        est.low < 5.0 < est.high
        for est in (
            steady_state(autoregressive(1000, 5.0, 0.5), warm_up=0, confidence=0.9).estimate
            for _ in range(400)
        )
    )
    # 99.9 % bounds of a binomial with 400 trials of 0.9, and the slight correlation of batches
    assert 0.84 * 400 <= inside <= 0.95 * 400


def test_mser_agrees_with_trying_every_cut() -> None:
    series = np.concatenate([np.linspace(30, 5, 60), RNG.normal(5, 1, 240)])
    means = series.reshape(-1, 5).mean(axis=1)
    tried = [means[d:].var() / len(means[d:]) for d in range(len(means) // 2 + 1)]
    assert warm_up_days(series) == 5 * int(np.argmin(tried))


def test_a_constant_series_is_sure_and_loses_nothing() -> None:
    found = steady_state(np.full(400, 0.3))
    assert (found.warm_up, found.lag_one) == (0, 0.0)
    assert (found.estimate.low, found.estimate.high) == pytest.approx((0.3, 0.3))


def test_too_short_a_run_warns_of_correlated_batches() -> None:
    found = steady_state(np.cumsum(RNG.normal(0, 1, 400)), warm_up=0)
    assert found.lag_one > 0.3
    assert "too short" in found.warnings[0]


def test_bad_input_is_refused() -> None:
    with pytest.raises(BadUse, match="19 batches"):
        steady_state(np.ones(100), batches=19)
    with pytest.raises(BadUse, match="Simulate longer"):
        steady_state(np.ones(100), warm_up=90)
    with pytest.raises(BadUse, match="leaves"):
        steady_state(np.ones(100), warm_up=-1)
    with pytest.raises(BadUse, match="too short for a warm-up"):
        warm_up_days(np.ones(9))
    with pytest.raises(BadUse, match="value is nan"):
        steady_state([1.0, float("nan")] * 50)
