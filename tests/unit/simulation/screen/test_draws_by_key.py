"""Draws: exact laws, and the same for the same key."""

import math

import numpy as np
import pytest
from scipy import stats

from redball.simulation.screen.draws import (
    binomial,
    geometric,
    key_of,
    key_of_replication,
    poisson_from,
    poisson_row,
    poisson_start,
    uniform,
)


@pytest.mark.parametrize("mean", [1e-6, 0.3, 4.0, 20.0, 20.1, 77.7, 3_000.0, 250_000.0])
def test_poisson_is_the_inverse_of_the_distribution_far_into_both_tails(mean: float) -> None:
    tails = [1e-12, 1e-6, 1e-3, 1 - 1e-3, 1 - 1e-6, 1 - 1e-12]
    u = np.sort(np.array([*tails, *np.linspace(0.01, 0.99, 99)]))
    found = np.zeros(len(u), np.int64)
    poisson_row(mean, u, found)
    wanted = stats.poisson.ppf(u, mean)
    # where u stands nearer to a step than either side's rounding, one count either way is right
    near = np.abs(stats.poisson.cdf(np.minimum(found, wanted), mean) - u) < 1e-9
    assert ((found == wanted) | (near & (np.abs(found - wanted) <= 1))).all()
    one_by_one = [poisson_from(mean, *poisson_start(mean), value) for value in u]
    assert (found == one_by_one).all()


def test_poisson_ends_where_numbers_end() -> None:
    for mean in (0.5, 30.0):
        highest = poisson_from(mean, *poisson_start(mean), 1.0)
        assert stats.poisson.sf(highest - 1, mean) < 1e-13
        assert highest < mean + 15 * math.sqrt(mean) + 30


def test_numbers_are_uniform_and_independent_over_replications_days_and_entities() -> None:
    replications = [np.uint64(key_of_replication(7, r)) for r in range(40)]
    draws = np.array(
        [
            [uniform(np.uint64(key_of(1, entity, day, 0)), key) for key in replications]
            for entity in range(25)
            for day in range(20)
        ]
    )
    assert draws.min() > 0.0
    assert draws.max() < 1.0
    assert stats.kstest(draws.ravel(), "uniform").pvalue > 0.001
    corr = np.corrcoef(draws.T)[np.triu_indices(40, 1)]
    assert np.abs(corr).max() < 5 / math.sqrt(len(draws))
    assert stats.chisquare(np.histogram(draws[:-1] - draws[1:], 2, (-1, 1))[0]).pvalue > 0.001


def test_geometric_and_binomial_have_their_means() -> None:
    keys = [np.uint64(key_of_replication(3, r)) for r in range(20_000)]
    sizes = np.array([geometric(3.5, uniform(np.uint64(key_of(2, 0, 0, 0)), key)) for key in keys])
    assert sizes.min() == 1
    assert abs(sizes.mean() - 3.5) < 4 * sizes.std() / math.sqrt(len(sizes))
    assert geometric(1.0, 0.3) == 1
    hits = np.array([binomial(6, 0.3, 4, 0, 0, key) for key in keys])
    assert abs(hits.mean() - 1.8) < 4 * hits.std() / math.sqrt(len(hits))
    assert binomial(6, 1.0, 4, 0, 0, keys[0]) == 6
    assert binomial(6, 0.0, 4, 0, 0, keys[0]) == 0
