"""Kernels of temporal aggregation: smoothing with an optimised weight over blocks of periods.

ADIDA smooths the sums over blocks as long as the mean interval between demands; IMAPA takes the
mean over all block lengths up to that. Sources: K. Nikolopoulos et al., "An aggregate-disaggregate
intermittent demand approach", Journal of the Operational Research Society 62 (2011);
F. Petropoulos and N. Kourentzes, "Forecast combinations for intermittent demand", same journal 66
(2015). The weight minimises the squared one-step error within [0.1, 0.3] to rounding.
"""

import numpy as np

from redball.model.compiled import Floats, Longs, compiled

LOW_WEIGHT, HIGH_WEIGHT = 0.1, 0.3
_GRID = 5
"""Weights tried first: the squared error can have more than one minimum."""

_STEPS = 40
"""Most steps of the root search; it ends earlier, at rounding."""


@compiled
def _slope(sums: Floats, blocks: int, alpha: float) -> float:
    """Half the derivative of the squared one-step error by the weight, sign turned."""
    level = sums[0]
    growth = slope = 0.0
    for k in range(1, blocks):
        miss = sums[k] - level
        slope += miss * growth
        growth = (1.0 - alpha) * growth + miss
        level += alpha * miss
    return slope


@compiled
def _best_on_grid(sums: Floats, blocks: int, low: float, high: float) -> float:
    """Best of five weights; five chains side by side cost little more than one."""
    step = (high - low) / (_GRID - 1)
    alpha = (low, low + step, low + 2 * step, low + 3 * step, high)
    a = b = c = d = e = sums[0]
    ea = eb = ec = ed = ee = 0.0
    for k in range(1, blocks):
        y = sums[k]
        ea += (y - a) * (y - a)
        a += alpha[0] * (y - a)
        eb += (y - b) * (y - b)
        b += alpha[1] * (y - b)
        ec += (y - c) * (y - c)
        c += alpha[2] * (y - c)
        ed += (y - d) * (y - d)
        d += alpha[3] * (y - d)
        ee += (y - e) * (y - e)
        e += alpha[4] * (y - e)
    best, weight = ea, alpha[0]
    for error, one in ((eb, alpha[1]), (ec, alpha[2]), (ed, alpha[3]), (ee, alpha[4])):
        if error < best:
            best, weight = error, one
    return weight


@compiled
def best_weight(sums: Floats, blocks: int, low: float, high: float) -> float:
    """Smoothing weight with the least squared one-step error.

    The best of a grid, then the root of the derivative between it and its neighbour downhill
    (regula falsi, Illinois form). A minimum at a bound is that bound exactly. Two blocks have one
    error, which no weight changes: the middle of the range is taken.
    """
    if blocks < 3:
        return 0.5 * (low + high)
    start = _best_on_grid(sums, blocks, low, high)
    step = (high - low) / (_GRID - 1)
    at_start = _slope(sums, blocks, start)
    other = min(max(start + (step if at_start > 0.0 else -step), low), high)
    at_other = _slope(sums, blocks, other)
    if at_start * at_other >= 0.0:
        return start
    a, fa, b, fb = start, at_start, other, at_other
    for _ in range(_STEPS):
        middle = b - fb * (b - a) / (fb - fa)
        at_middle = _slope(sums, blocks, middle)
        if at_middle * fb < 0.0:
            a, fa = b, fb
        else:
            fa *= 0.5
        if at_middle == 0.0 or abs(middle - b) < 1e-15:
            return middle
        b, fb = middle, at_middle
    return b


@compiled
def _smoothed_blocks(
    series: Floats, first: int, stop: int, length: int, low: float, high: float, sums: Floats
) -> float:
    """Smoothed sum over blocks of ``length`` periods; the oldest periods that fill none drop."""
    blocks = (stop - first) // length
    begin = stop - blocks * length
    for k in range(blocks):
        total = 0.0
        for t in range(begin + k * length, begin + (k + 1) * length):
            total += series[t]
        sums[k] = total
    level = float(sums[0])
    if blocks == 1:
        return level
    alpha = best_weight(sums, blocks, low, high)
    for k in range(1, blocks):
        level += alpha * (sums[k] - level)
    return level


@compiled
def _mean_interval(series: Floats, first: int, stop: int) -> int:
    """Mean interval between demands in whole periods, half to even; 0 without demand."""
    count = 0
    last = 0
    for t in range(first, stop):
        if series[t] > 0.0:
            count += 1
            last = t - first + 1
    return round(last / count) if count else 0


@compiled
def adida_rates(values: Floats, first: Longs, stop: int) -> Floats:
    """Forecast per period from blocks as long as the mean interval between demands."""
    out = np.zeros(len(values))
    sums = np.empty(values.shape[1])
    for i in range(len(values)):
        length = _mean_interval(values[i], first[i], stop)
        if length:
            smoothed = _smoothed_blocks(
                values[i], first[i], stop, length, LOW_WEIGHT, HIGH_WEIGHT, sums
            )
            out[i] = smoothed / length
    return out


@compiled
def imapa_rates(values: Floats, first: Longs, stop: int) -> Floats:
    """Mean forecast per period over all block lengths up to the mean interval."""
    out = np.zeros(len(values))
    sums = np.empty(values.shape[1])
    for i in range(len(values)):
        longest = _mean_interval(values[i], first[i], stop)
        for length in range(1, longest + 1):
            smoothed = _smoothed_blocks(
                values[i], first[i], stop, length, LOW_WEIGHT, HIGH_WEIGHT, sums
            )
            out[i] += smoothed / length / longest
    return out


@compiled
def best_ses_levels(values: Floats, first: Longs, stop: int, low: float, high: float) -> Floats:
    """Exponential smoothing of the periods themselves with the weight optimised."""
    out = np.zeros(len(values))
    sums = np.empty(values.shape[1])
    for i in range(len(values)):
        if first[i] < stop:
            out[i] = _smoothed_blocks(values[i], first[i], stop, 1, low, high, sums)
    return out
