"""Demand over a horizon cut out of a history: whole periods and a part of one more.

A horizon of ``h`` periods from a start takes ``floor(h)`` whole periods. Of the next one each unit
is taken with the probability of the part left over, as if its time within the period were uniform
(binomial thinning): Poisson demand stays Poisson, whole units stay whole. Demand that is not in
whole units is taken in proportion. A random lead time is a lognormal horizon with the given mean
and standard deviation, drawn anew for each window.

In place of random numbers the kernels that promise the same answer each time use the additive
recurrence of M. Roberts with the plastic number (R2), which fills the square evenly.
"""

from statistics import NormalDist

import numpy as np

from redball.model.compiled import Flags, Floats, Longs, compiled

LEAST_WINDOWS = 5
"""Fewer windows than this say nothing about a high quantile: the law is then not available."""

_SPREAD = 4
"""Windows drawn for each start when the horizon is random."""

_R1, _R2 = 0.7548776662466927, 0.5698402909980532
_NORMAL_ENOUGH = 25.0
_NORMAL = np.array([NormalDist().inv_cdf((k + 0.5) / 1024.0) for k in range(1024)])


@compiled
def normal_point(u: float) -> float:
    """Standard normal quantile of the nearest of 1,024 even steps of ``u`` in [0, 1)."""
    return float(_NORMAL[int(u * 1024.0)])


@compiled
def thinned(quantity: float, part: float, u: float) -> float:
    """Units of ``quantity`` that fall into a part of the period; ``u`` picks the outcome."""
    if part <= 0.0 or quantity <= 0.0:
        return 0.0
    if quantity != np.floor(quantity):
        return quantity * part
    spread = quantity * part * (1.0 - part)
    if spread > _NORMAL_ENOUGH:
        drawn = np.floor(quantity * part + np.sqrt(spread) * normal_point(u) + 0.5)
        return float(min(max(drawn, 0.0), quantity))
    # walk the binomial pmf from whichever end it starts at with the larger probability
    few = min(part, 1.0 - part)
    weight = (1.0 - few) ** quantity
    below, k = weight, 0.0
    aim = u if part <= 0.5 else 1.0 - u
    while below < aim and k < quantity:
        weight *= (quantity - k) / (k + 1.0) * few / (1.0 - few)
        k += 1.0
        below += weight
    return k if part <= 0.5 else quantity - k


@compiled
def horizon_point(mean: float, sd: float, u: float) -> float:
    """Point ``u`` of a lognormal horizon."""
    if sd <= 0.0 or mean <= 0.0:
        return mean
    s2 = np.log1p((sd / mean) ** 2)
    return float(mean * np.exp(np.sqrt(s2) * normal_point(u) - 0.5 * s2))


@compiled
def window_demand(series: Floats, start: int, horizon: float, u: float) -> float:
    """Demand over ``horizon`` periods from column ``start``; they must lie in the history."""
    full = int(horizon)
    total = 0.0
    for t in range(start, start + full):
        total += series[t]
    part = horizon - full
    if part > 0.0:
        total += thinned(series[start + full], part, u)
    return total


@compiled
def overlapping(
    series: Floats, first: int, stop: int, horizon: float, sd: float, sums: Floats
) -> int:
    """Write the demand of all overlapping windows to ``sums``; return how many, 0 for too few.

    ``sums`` must have room for four times the periods. With a random horizon a history too short
    for one of the drawn horizons gives 0 windows: leaving out only the long ones would flatter.
    """
    repeat = _SPREAD if sd > 0.0 else 1
    starts = stop - first - int(np.ceil(horizon)) + 1
    if starts < LEAST_WINDOWS or horizon <= 0.0:
        return 0
    count = repeat * starts
    for k in range(count):
        u = (0.5 + (k + 1) * _R1) % 1.0
        h = horizon_point(horizon, sd, (0.5 + (k + 1) * _R2) % 1.0)
        room = stop - first - int(np.ceil(h)) + 1
        if room < 1:
            return 0
        sums[k] = window_demand(series, first + (k // repeat) % room, h, u)
    return count


@compiled
def fill_empirical(
    values: Floats, first: Longs, stop: int, horizon: Floats, sd: Floats, levels: Floats,
    quantiles: Floats, moments: Floats,
) -> None:  # fmt: skip
    """Quantiles of the overlapping sums, the upper order statistic; NaN where there are too few.

    ``moments`` gets mean and variance of the sums.
    """
    sums = np.empty(_SPREAD * values.shape[1])
    for i in range(len(values)):
        count = overlapping(values[i], first[i], stop, horizon[i], sd[i], sums)
        if count == 0:
            quantiles[i] = np.nan
            moments[i] = np.nan
            continue
        fill_order_statistics(sums[:count], levels, quantiles[i], moments[i])


@compiled
def fill_order_statistics(sums: Floats, levels: Floats, row: Floats, moments: Floats) -> None:
    """Upper order statistics, mean and variance of a sample; sorts it."""
    count = len(sums)
    mean = 0.0
    for k in range(count):
        mean += sums[k]
    mean /= count
    spread = 0.0
    for k in range(count):
        spread += (sums[k] - mean) ** 2
    moments[0] = mean
    moments[1] = spread / max(count - 1, 1)
    sums.sort()
    for j in range(len(levels)):
        row[j] = sums[int(np.ceil(levels[j] * (count - 1) - 1e-9))]


@compiled
def in_whole_units(values: Floats, first: Longs) -> Flags:
    """Whether each series holds whole numbers only."""
    out = np.ones(len(values), np.bool_)
    for i in range(len(values)):
        for t in range(first[i], values.shape[1]):
            if values[i, t] != np.floor(values[i, t]):
                out[i] = False
                break
    return out
