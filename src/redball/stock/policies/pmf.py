r"""Probability tables of discrete demand, and the expected shortage that follows from them.

Demand over a time with mean :math:`m` and variance :math:`v` is negative binomial, or Poisson where
:math:`v \le m`. With :math:`\epsilon = v/m - 1` neighbouring probabilities have the ratio

.. math:: p_{k+1} / p_k = (m + k\epsilon) / ((1 + \epsilon)(k + 1)),

which holds for the Poisson law as well (:math:`\epsilon = 0`), so that no switch, no gamma function
and no underflow is needed: start at the mode, go outward, normalise.

The negative binomial law over every time is a compound Poisson process whose orders have
logarithmic sizes (Quenouille, Biometrics 5, 1949). That gives the flow of demand that finds no
stock, the *exact* fill rate under continuous review. Let :math:`H_k` be the flow into *k* from
below times the length of the time. Differentiating :math:`-\log(1 - qz) P(z)` gives, for its ratio
to the probability,

.. math:: H_k = p_k r_k, \quad r_{k+1} = r_k + m / (m + k\epsilon), \quad r_0 = 0,

so that :math:`H_k = k p_k` for the Poisson law.
"""

import math

import numpy as np

from redball.model.compiled import Floats, compiled

_LEAST = 1e-15
"""Probabilities below this share of the largest are left out; the rest is normalised."""


@compiled
def demand_pmf(mean: float, variance: float) -> tuple[int, Floats]:
    """Smallest value and probabilities of demand; Poisson where the variance is not larger."""
    if mean <= 0.0:
        return 0, np.ones(1)
    excess = max(variance / mean - 1.0, 0.0)
    mode = int(max(math.floor((mean - excess) if excess > 0.0 else mean), 0.0))
    up, value, k = [1.0], 1.0, mode
    while value > _LEAST:
        value *= (mean + k * excess) / ((1.0 + excess) * (k + 1.0))
        up.append(value)
        k += 1
    down, value, k = [0.0], 1.0, mode
    while k > 0 and value > _LEAST:
        k -= 1
        value /= (mean + k * excess) / ((1.0 + excess) * (k + 1.0))
        down.append(value)
    low = mode - (len(down) - 1)
    table = np.empty(len(up) + len(down) - 1)
    for i in range(1, len(down)):
        table[len(down) - 1 - i] = down[i]
    for i in range(len(up)):
        table[len(down) - 1 + i] = up[i]
    return low, table / table.sum()


@compiled
def smooth_pmf(mean: float, variance: float, skewness: float) -> tuple[int, Floats]:
    """Shifted gamma density of three moments, taken at whole numbers and normalised.

    Meant for a standard deviation of ten steps or more, where sums over the lattice have the
    moments of the density to many digits, and at most a third of the mean.
    """
    sd = math.sqrt(variance)
    power, scale = 4.0 / skewness**2 - 1.0, sd * skewness / 2.0
    shift = mean - 2.0 * sd / skewness
    mode = int(max(math.floor(shift + power * scale), 1.0))
    up, value, k = [1.0], 1.0, mode
    while value > _LEAST:
        value *= math.exp(power * math.log1p(1.0 / (k - shift)) - 1.0 / scale)
        up.append(value)
        k += 1
    down, value, k = [0.0], 1.0, mode
    while k > 1 and value > _LEAST:
        k -= 1
        value /= math.exp(power * math.log1p(1.0 / (k - shift)) - 1.0 / scale)
        down.append(value)
    low = mode - (len(down) - 1)
    table = np.empty(len(up) + len(down) - 1)
    for i in range(1, len(down)):
        table[len(down) - 1 - i] = down[i]
    for i in range(len(up)):
        table[len(down) - 1 + i] = up[i]
    return low, table / table.sum()


@compiled
def lattice_pmf(mean: float, variance: float, step: float) -> tuple[int, Floats]:
    """Demand counted in steps of ``step`` units; mean and variance in steps.

    Counted in single units it is the law itself. In steps it is the smooth density with the same
    three moments (the skewness of the negative binomial law is ``(2 - m/v)`` times the coefficient
    of variation), or where demand is too lumpy for that a negative binomial law of the steps.
    """
    if mean <= 0.0 or step <= 1.0 or 9.0 * variance > mean * mean:
        return demand_pmf(mean, variance)
    skewness = (2.0 - mean / (variance * step)) * math.sqrt(variance) / mean
    return smooth_pmf(mean, variance, skewness)


@compiled
def expected_loss(table: Floats) -> Floats:
    """E[(D - y)+] at every value y of the table, summed from the tail: nothing cancels."""
    loss = np.zeros(len(table))
    tail = 0.0
    for i in range(len(table) - 1, 0, -1):
        tail += table[i]
        loss[i - 1] = loss[i] + tail
    return loss


@compiled
def loss_at(y: int, low: int, mean: float, loss: Floats) -> float:
    """E[(D - y)+] anywhere: linear below the table, nothing above it."""
    if y < low:
        return mean - y
    if y - low >= len(loss):
        return 0.0
    return float(loss[y - low])


@compiled
def mean_of(low: int, table: Floats) -> float:
    """Mean of a table; the one that its losses belong to."""
    total = 0.0
    for i in range(len(table)):
        total += (low + i) * table[i]
    return total


@compiled
def order_sizes(mean: float, variance: float) -> tuple[float, Floats]:
    """Orders that make up demand: their number over the time, and the law of their size from 0.

    One unit each for Poisson demand, logarithmic for the negative binomial law.
    """
    excess = variance / mean - 1.0
    if excess <= 1e-12:
        return mean, np.array([0.0, 1.0])
    ratio = excess / (1.0 + excess)
    sizes, value, k = [0.0], 1.0, 1
    while value > _LEAST:
        sizes.append(value)
        value *= ratio * k / (k + 1.0)
        k += 1
    table = np.array(sizes)
    return mean / excess * math.log1p(excess), table / table.sum()


@compiled
def unfilled_at_once(mean: float, variance: float, low: int, table: Floats) -> Floats:
    """Share of demand that finds no stock at position y = low.., under continuous review.

    ``U(y) = sum over k >= y of [A(k) - N P(D > k)]``, with ``A`` the flow from at most any level to
    above *k* and ``N`` the number of orders over the time; 1 at or below zero.
    """
    excess = variance / mean - 1.0
    share = np.zeros(len(table))
    if excess <= 1e-12:
        tail = 0.0
        for i in range(len(table) - 1, -1, -1):
            tail += table[i]
            share[i] = tail
        return share
    number = mean / excess * math.log1p(excess)
    into, ratio = np.zeros(len(table)), 0.0
    for k in range(low + len(table)):
        if k >= low:
            into[k - low] = table[k - low] * ratio
        ratio += mean / (mean + k * excess)
    flow = tail = sum_above = 0.0
    for i in range(len(table) - 1, -1, -1):
        sum_above += max(flow - number * tail, 0.0)
        share[i] = min(sum_above / mean, 1.0)
        flow += into[i]
        tail += table[i]
    return share
