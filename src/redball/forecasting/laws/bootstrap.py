"""Bootstrap of intermittent demand: a Markov chain says when, resampled sizes say how much.

Source: T. R. Willemain, C. N. Smart and H. F. Schwarz, "A new approach to forecasting intermittent
demand for service parts inventories", International Journal of Forecasting 20 (2004). From the last
period on, zero and non-zero periods follow a two-state chain with the observed transitions (half a
transition is added to each of the four, so that none is impossible); a size is drawn from the
observed ones and jittered by the nearest whole number of ``z sqrt(x)``, and kept as it was where
the jitter would be as large as the size. The published jitter, ``1 + int(x + z sqrt(x))`` unless
that is below one, raises the mean (by a quarter where sizes are one or two); ours is symmetric.
Sizes that are not whole numbers are not jittered, because the jitter is not free of the unit.
"""

import numpy as np
from numba import prange

from redball.forecasting.laws.windows import (
    fill_order_statistics,
    horizon_point,
    normal_point,
    thinned,
)
from redball.model.compiled import Flags, Floats, Longs, Words, compiled, compiled_parallel

LEAST_SIZES = 3
"""Fewer demands than this leave nothing to resample: the law is then not available."""


@compiled
def _uniform(state: Words) -> float:
    """Next number in (0, 1) of SplitMix64 (G. L. Steele, D. Lea and C. H. Flood, 2014)."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return (float(z >> np.uint64(11)) + 0.5) * 1.1102230246251565e-16


@compiled
def _seeded(series: Floats, first: int, stop: int, seed: int, state: Words) -> None:
    """Seed from the history itself, so that the order of the series does not matter."""
    mixed = np.uint64(seed)
    for t in range(first, stop):
        mixed = mixed * np.uint64(6364136223846793005) + np.uint64(series[t] * 1024.0)
    state[0] = mixed


@compiled
def _chain(series: Floats, first: int, stop: int, sizes: Floats) -> tuple[float, float, int]:
    """Probability of a demand after none and after one, and how many sizes were written."""
    after = np.full((2, 2), 0.5)
    count = 0
    for t in range(first, stop):
        now = 1 if series[t] > 0.0 else 0
        if now:
            sizes[count] = series[t]
            count += 1
        if t > first:
            after[1 if series[t - 1] > 0.0 else 0, now] += 1.0
    return after[0, 1] / after[0].sum(), after[1, 1] / after[1].sum(), count


@compiled
def _one_size(sizes: Floats, count: int, whole: bool, state: Words) -> float:
    size = float(sizes[int(_uniform(state) * count)])
    if whole:
        jitter = np.rint(normal_point(_uniform(state)) * np.sqrt(size))
        if abs(jitter) < size:
            return float(size + jitter)
    return size


@compiled
def _simulated(
    series: Floats, first: int, stop: int, horizon: float, sd: float, whole: bool, seed: int,
    sums: Floats,
) -> bool:  # fmt: skip
    """Write simulated demand over the horizon to ``sums``; False where there is too little."""
    sizes = np.empty(len(series))
    state = np.zeros(1, np.uint64)
    start, again, count = _chain(series, first, stop, sizes)
    if count < LEAST_SIZES:
        return False
    _seeded(series, first, stop, seed, state)
    for r in range(len(sums)):
        left = horizon_point(horizon, sd, _uniform(state)) if sd > 0.0 else horizon
        busy = series[stop - 1] > 0.0
        total = 0.0
        while left > 0.0:
            busy = _uniform(state) < (again if busy else start)
            if busy:
                size = _one_size(sizes, count, whole, state)
                total += size if left >= 1.0 else thinned(size, left, _uniform(state))
            left -= 1.0
        sums[r] = total
    return True


@compiled_parallel
def fill_bootstrap(
    values: Floats, first: Longs, stop: int, horizon: Floats, sd: Floats, whole: Flags,
    levels: Floats, replications: int, seed: int, quantiles: Floats, moments: Floats,
) -> None:  # fmt: skip
    """Quantiles, mean and variance of simulated demand over the horizon; NaN where too few."""
    for i in prange(len(values)):
        sums = np.empty(replications)
        if _simulated(values[i], first[i], stop, horizon[i], sd[i], whole[i], seed, sums):
            fill_order_statistics(sums, levels, quantiles[i], moments[i])
        else:
            quantiles[i] = np.nan
            moments[i] = np.nan
