"""Quantiles of Poisson and negative binomial demand from its mean and variance.

With ``p = mean / variance`` the probabilities follow ``pmf(k + 1) / pmf(k) = (mean p + k (1 - p)) /
(k + 1)``; ``p = 1`` is Poisson. The kernel walks from the mode outward in units of the mode's
probability until the rest is below rounding, so that nothing under- or overflows and no gamma
function is needed; the sum of the walk is the norm. Cost grows with the standard deviation, so a
wide law is counted in lots (``_MOST_STEPS``).

Source of the law: N. L. Johnson, A. W. Kemp and S. Kotz, "Univariate Discrete Distributions"
(2005), ch. 4 and 5; the walk is our own.
"""

from itertools import pairwise

import numpy as np

from redball.model import BadData, BadUse
from redball.model.compiled import Flags, Floats, compiled

_TINY = 1e-18
_MOST_STEPS = 4000.0
"""A standard deviation above this many units is counted in lots, so that it has this many."""

_FINE = 400.0
"""Lots per standard deviation for demand that is not counted in whole units."""


def count_quantiles(
    mean: Floats, variance: Floats, levels: tuple[float, ...], whole: Flags | None = None
) -> Floats:
    """Least demand that is not exceeded with at least the probability of each level.

    Negative binomial where the variance is above the mean, Poisson otherwise.

    Parameters
    ----------
    mean, variance : float64 arrays, shape (series,)
        Of demand over the horizon; a mean of 0 gives 0 at every level. NaN gives NaN.
    levels : tuple of float
        Increasing, within 0 and 1.
    whole : bool array, shape (series,), optional
        Whether demand is counted in whole units (the default). Otherwise the law is that of a
        count in lots of 1/400 standard deviation, in practice a gamma law.

    Returns
    -------
    float64 array, shape (series, levels)
        Not decreasing along each row. Where the standard deviation is above 4,000 units the
        figures are multiples of 1/4,000 of it.

    Raises
    ------
    BadData
        A mean or variance is negative or infinite.
    BadUse
        The levels are not increasing or not within 0 and 1.
    """
    check_levels(levels)
    m, v = (np.ascontiguousarray(a, dtype=np.float64) for a in (mean, variance))
    wrong = (m < 0) | (v < 0) | np.isinf(m) | np.isinf(v)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise BadData(
            f"Demand with mean {m[row]} and variance {v[row]} has no law.",
            where=f"row {row}",
            mend="Give means and variances of 0 or more.",
        )
    every = np.ones(len(m), np.bool_) if whole is None else whole
    out = np.empty((len(m), len(levels)))
    fill_count_quantiles(m, v, every, np.asarray(levels), out)
    return out


def check_levels(levels: tuple[float, ...]) -> None:
    """Refuse service levels that are not increasing within 0 and 1."""
    inside = all(0.0 < q < 1.0 for q in levels)
    if not levels or not inside or any(a >= b for a, b in pairwise(levels)):
        raise BadUse(
            f"Service levels {levels} can't be used.",
            mend="Give increasing levels above 0 and below 1, such as 0.8 0.9 0.95.",
        )


@compiled
def fill_count_quantiles(
    mean: Floats, variance: Floats, whole: Flags, levels: Floats, out: Floats
) -> None:
    """Write the quantiles of each row's law to ``out``; see :func:`count_quantiles`."""
    for i in range(len(mean)):
        if np.isnan(mean[i]) or np.isnan(variance[i]):
            out[i] = np.nan
            continue
        if mean[i] <= 0.0:
            out[i] = 0.0
            continue
        spread = np.sqrt(max(variance[i], mean[i]))
        lot = max(1.0, spread / _MOST_STEPS)
        if not whole[i]:
            spread = np.sqrt(variance[i])
            lot = spread / _FINE
            if lot * 1e6 <= mean[i]:  # as good as certain
                out[i] = mean[i]
                continue
        _walk(mean[i] / lot, variance[i] / lot / lot, levels, out[i])
        out[i] *= lot


@compiled
def _walk(mean: float, variance: float, levels: Floats, row: Floats) -> None:
    over = max(variance, mean)
    p = mean / over
    q = (over - mean) / over
    turn = mean - 1.0 / p
    mode = float(np.floor(turn) + 1.0) if turn >= 0.0 else 0.0
    total = 1.0
    weight, k = 1.0, mode
    while weight > _TINY * total:
        weight *= (mean * p + k * q) / (k + 1.0)
        total += weight
        k += 1.0
    weight, k = 1.0, mode
    while k > 0.0 and weight > _TINY * total:
        k -= 1.0
        weight *= (k + 1.0) / (mean * p + k * q)
        total += weight
    below = weight
    for j in range(len(levels)):
        wanted = levels[j] * total
        while below < wanted and weight > 0.0:
            weight *= (mean * p + k * q) / (k + 1.0)
            k += 1.0
            below += weight
        row[j] = k


def count_probabilities(mean: Floats, variance: Floats, demand: Floats) -> tuple[Floats, Floats]:
    """Probability of less demand than that, and of at most that, shape (series,).

    Laws and errors as for :func:`count_quantiles`, in whole units; ``demand`` may not be NaN.
    Mostly for the randomised probability integral transform of counts.
    """
    m, v, y = (np.ascontiguousarray(a, dtype=np.float64) for a in (mean, variance, demand))
    if not (np.isfinite(m) & np.isfinite(v) & np.isfinite(y) & (m >= 0) & (v >= 0)).all():
        raise BadData("Means, variances and demand must be finite, the first two 0 or more.")
    less, most = np.empty(len(m)), np.empty(len(m))
    _fill_probabilities(m, v, y, less, most)
    return less, most


@compiled
def _fill_probabilities(
    mean: Floats, variance: Floats, demand: Floats, less: Floats, most: Floats
) -> None:
    for i in range(len(mean)):
        if mean[i] <= 0.0:
            less[i] = 1.0 if demand[i] > 0.0 else 0.0
            most[i] = 1.0 if demand[i] >= 0.0 else 0.0
            continue
        over = max(variance[i], mean[i])
        p, q = mean[i] / over, (over - mean[i]) / over
        turn = mean[i] - 1.0 / p
        mode = float(np.floor(turn) + 1.0) if turn >= 0.0 else 0.0
        total = below = upto = 0.0
        weight, k = 1.0, mode
        while weight > _TINY * total:
            total += weight
            below += weight if k < demand[i] else 0.0
            upto += weight if k <= demand[i] else 0.0
            weight *= (mean[i] * p + k * q) / (k + 1.0)
            k += 1.0
        weight, k = 1.0, mode
        while k > 0.0 and weight > _TINY * total:
            k -= 1.0
            weight *= (k + 1.0) / (mean[i] * p + k * q)
            total += weight
            below += weight if k < demand[i] else 0.0
            upto += weight if k <= demand[i] else 0.0
        less[i], most[i] = below / total, upto / total
