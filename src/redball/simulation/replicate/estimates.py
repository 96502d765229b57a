"""Estimates with intervals from one figure for each replication."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from redball.model import BadUse
from redball.simulation.replicate.student import binomial_below, check_confidence, t_quantile

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A figure and the interval that holds the truth with the confidence asked for.

    A bound that the replications can't give is infinite: they do not exclude anything there.
    """

    value: float
    low: float
    high: float
    confidence: float
    replications: int

    @property
    def half_width(self) -> float:
        """Half of the interval's width."""
        return (self.high - self.low) / 2


def mean_estimate(values: npt.ArrayLike, confidence: float = 0.95) -> Estimate:
    """Mean with Student's t interval; without bounds for a single replication.

    Source: Law 2015, sec. 4.5 and 9.4.1.

    Raises
    ------
    BadUse
        No values, or one that is not finite; a confidence that is none.
    """
    sample = checked(values, confidence)
    n = len(sample)
    value = float(np.mean(sample))
    if n < 2:
        return Estimate(value, -math.inf, math.inf, confidence, n)
    half = t_quantile(confidence, n - 1) * float(np.std(sample, ddof=1)) / math.sqrt(n)
    if np.all(sample == sample[0]):  # no rounding may make a constant uncertain
        value, half = float(sample[0]), 0.0
    return Estimate(value, value - half, value + half, confidence, n)


def ratio_estimate(
    above: npt.ArrayLike, below: npt.ArrayLike, confidence: float = 0.95
) -> Estimate:
    """Ratio of sums over replications, corrected and with interval by the jackknife.

    Source: Law 2015, sec. 9.4.2 (jackknife of a ratio); Efron and Tibshirani 1993,
    ch. 11.

    Parameters
    ----------
    above, below : array-like, shape (replications,)
        Numerators, such as units filled, and denominators, such as units demanded (0 or more).

    Raises
    ------
    BadUse
        Lengths differ; a negative denominator; denominators that are all 0 when one is left out.
    """
    top, bottom = checked(above, confidence), checked(below, confidence)
    if top.shape != bottom.shape or np.any(bottom < 0):
        raise BadUse("A ratio needs as many denominators as numerators, 0 or more.",
                     mend="Give one of each for every replication.")  # fmt: skip
    n = len(top)
    rest = bottom.sum() - bottom
    if bottom.sum() == 0 or (n > 1 and np.any(rest <= 0)):
        raise BadUse(
            "A ratio has a denominator above 0 in one replication at most.",
            mend="Simulate longer or more replications, so that there is demand in several.",
        )
    whole = float(top.sum() / bottom.sum())
    if n < 2:
        return Estimate(whole, -math.inf, math.inf, confidence, n)
    pseudo = n * whole - (n - 1) * (top.sum() - top) / rest
    return mean_estimate(pseudo, confidence)


def quantile_estimate(
    values: npt.ArrayLike, probability: float, confidence: float = 0.95
) -> Estimate:
    """Quantile with the interval between two order statistics: true for any continuous law.

    The value is the smallest one with at least the share ``probability`` at or below it. The
    bounds are the order statistics of the ranks l < u with P(l <= X < u) >= confidence for X
    binomial, each side with half of the risk. Where no rank does, the bound is infinite: for the
    0.95 quantile at 95 % the upper bound takes 72 replications, the lower one 2.

    Source: David and Nagaraja 2003, *Order Statistics*, 3rd ed., sec. 7.1.

    Raises
    ------
    BadUse
        No values, or one that is not finite; a probability that is none.
    """
    sample = np.sort(checked(values, confidence))
    _check_probability(probability)
    n, risk = len(sample), (1 - confidence) / 2
    value = float(sample[_rank(n, probability) - 1])
    below = [binomial_below(k, n, probability) for k in range(n)]  # P(X <= k)
    low = max((rank for rank in range(1, n + 1) if below[rank - 1] <= risk), default=0)
    high = min((rank for rank in range(1, n + 1) if below[rank - 1] >= 1 - risk), default=n + 1)
    return Estimate(
        value,
        float(sample[low - 1]) if low else -math.inf,
        float(sample[high - 1]) if high <= n else math.inf,
        confidence,
        n,
    )


def shortfall_estimate(
    values: npt.ArrayLike, probability: float, confidence: float = 0.95
) -> Estimate:
    """Expected shortfall: the mean of the worst (largest) share ``1 - probability``.

    The replication in which the tail begins counts with the part that belongs to it (Rockafellar
    and Uryasev 2002, *Journal of Banking and Finance* 26, prop. 8). The interval takes the
    asymptotic variance of Manistre and Hancock 2005, *North American Actuarial Journal* 9(2),
    (Var(tail) + p (ES - q)^2) / (n (1 - p)), with Student's t of one less than the values in the
    tail; with fewer than two in it there are no bounds. From few replications of a heavy tail it
    is too short: see the figures in ``docs/concepts/replications.md``.

    Raises
    ------
    BadUse
        As :func:`quantile_estimate`.
    """
    sample = np.sort(checked(values, confidence))
    _check_probability(probability)
    n = len(sample)
    first = _rank(n, probability)
    quantile = sample[first - 1]
    size = n * (1 - probability)
    excess = sample[first:] - quantile
    over = float(excess.sum() / size)
    value = float(quantile) + over
    tail = len(excess)
    if tail < 2:
        return Estimate(value, -math.inf, math.inf, confidence, n)
    spread = float(np.sum((sample[first:] - value) ** 2) / (tail - 1))
    variance = (spread + probability * over**2) / size
    half = t_quantile(confidence, tail - 1) * math.sqrt(variance)
    return Estimate(value, value - half, value + half, confidence, n)


def _rank(n: int, probability: float) -> int:
    """Number, from 1, of the order statistic that is the quantile."""
    exact = n * probability
    nearest = round(exact)
    # 0.95 * 20 is a little above 19 in binary; it is the 19th all the same
    return nearest if abs(exact - nearest) < 1e-9 * n else math.ceil(exact)


def _check_probability(probability: float) -> None:
    if not 0 < probability < 1:
        raise BadUse(f"The probability is {probability}.", mend="Give a share, such as 0.95.")


def checked(values: npt.ArrayLike, confidence: float) -> Floats:
    """Values of replications as floats.

    Raises
    ------
    BadUse
        None, or one that is not finite; a confidence that is none.
    """
    check_confidence(confidence)
    sample = np.asarray(values, np.float64)
    if sample.ndim != 1 or not len(sample):
        raise BadUse("There is no value to estimate from.", mend="Give one for each replication.")
    wrong = np.flatnonzero(~np.isfinite(sample))
    if len(wrong):
        raise BadUse(
            f"The value is {sample[wrong[0]]}.",
            where=f"replication {wrong[0]}",
            mend="Give finite figures.",
        )
    return sample
