"""Compiled kernel: expected backorders and their variance of one pipeline.

``X`` is the number of units in resupply, with a given mean and variance: Poisson where the
variance does not exceed the mean, otherwise negative binomial with both moments. With
``eps = variance / mean - 1`` and ``p = 1 / (1 + eps)`` both laws share one ratio of neighbours,

    P(X = k + 1) / P(X = k) = p (mean + k eps) / (k + 1),

so one code serves both and nothing jumps where the variance comes down to the mean.

The textbook recursion EBO(s) = EBO(s - 1) - P(X >= s) subtracts nearly equal numbers and has no
digit left deep in the tail. Here only positive terms are added: above the mean the upper tail
is summed outwards from ``s``, below it the lower one. The probability that the sum starts from is
a product for small stocks and otherwise the saddle-point form of Loader (2000, *Fast and accurate
computation of binomial probabilities*), whose exponent is small where the probability is not, so
means of thousands keep their digits. Probabilities below the smallest double are 0.

These functions check nothing: callers see to a finite mean and a whole stock. All arguments are
floats, so that kernels can hold them in float64 arrays. They may be called from other kernels.
"""

import math

from redball.model.compiled import Floats, compiled

_SHORT = 32.0
"""Up to this mean and stock the start is a product of ratios: shorter than a logarithm of gamma."""

_PLENTY = 2e-3
"""Times s^2: backorders above this lose no more than 1e-13 of themselves as a rest of the lower
sums, which are shorter than the upper ones."""

_NEGLIGIBLE = 1e-17
"""A tail ends where the next term, over the mass that may follow it, is below this share."""

_HALF_LOG_TWO_PI = 0.5 * math.log(2.0 * math.pi)


@compiled
def expected_backorders(mean: float, variance: float, stock: float) -> tuple[float, float]:
    """Return EBO = E[(X - s)+] and VBO = Var[(X - s)+] of one pipeline.

    Parameters
    ----------
    mean, variance : float
        Of the units in resupply; a variance up to the mean stands for a Poisson law.
    stock : float
        Whole number ``s``; 0 or less gives ``mean - s`` and the variance.
    """
    if stock <= 0.0 and mean > 0.0:
        return mean - stock, max(variance, mean)
    ebo, vbo, _, _, _ = pipeline(mean, variance, stock)
    return ebo, vbo


@compiled
def service_rates(mean: float, variance: float, stock: float) -> tuple[float, float]:
    """Return the fill rate P(X <= s - 1) and the ready rate P(X <= s) of one pipeline."""
    _, _, below, at, above = pipeline(mean, variance, stock)
    return below, below + at if stock < mean else 1.0 - above


@compiled
def pipeline(
    mean: float, variance: float, stock: float
) -> tuple[float, float, float, float, float]:
    """Return EBO, VBO, P(X < s), P(X = s) and P(X > s) of one pipeline.

    From the mean upwards P(X > s) keeps its relative precision, below it P(X < s) does; the other
    is the rest to 1.
    """
    if not mean > 0.0:
        return (max(-stock, 0.0), 0.0, 1.0 if stock > 0 else 0.0, 1.0 if stock == 0 else 0.0,
                1.0 if stock < 0 else 0.0)  # fmt: skip
    variance = max(variance, mean)
    eps = (variance - mean) / mean
    p = 1.0 / (1.0 + eps)
    if stock <= 0.0:
        at = probability(mean, eps, 0.0) if stock == 0.0 else 0.0
        return mean - stock, variance, 0.0, at, 1.0 - at
    short_way = stock <= _SHORT and mean <= _SHORT
    if short_way:
        at, below, short, square = _sums_from_zero(mean, eps, p, stock)
    else:
        at = probability(mean, eps, stock)
        below = short = square = 0.0
        if stock < mean:
            below, short, square = _lower_sums(mean, eps, p, stock, at)
    over = mean - stock
    ebo = over + short
    if over > 0.0 or (short_way and ebo > _PLENTY * stock * stock):
        vbo = variance - square - short * (2.0 * over + short)
        return ebo, vbo, below, at, max(1.0 - below - at, 0.0)
    above, ebo, square = _upper_sums(mean, eps, p, stock, at)
    return ebo, square - ebo * ebo, max(1.0 - above - at, 0.0), at, above


@compiled
def _sums_from_zero(
    mean: float, eps: float, p: float, stock: float
) -> tuple[float, float, float, float]:
    """Return p_s and the sums over k < s of p_k, (s - k) p_k, (s - k)^2 p_k, from 0 upwards."""
    term = math.exp(-mean * _log_share(eps))
    mass = first = second = 0.0
    k = 0.0
    while k < stock:
        short = stock - k
        mass += term
        first += short * term
        second += short * short * term
        k += 1.0
        term *= p * (mean + (k - 1.0) * eps) / k
    return term, mass, first, second


@compiled
def _upper_sums(
    mean: float, eps: float, p: float, stock: float, at: float
) -> tuple[float, float, float]:
    """Sums over k > s of p_k, (k - s) p_k and (k - s)^2 p_k, outwards from ``at`` = p_s."""
    mass = first = second = 0.0
    term, over = at, 0.0
    enough = _NEGLIGIBLE * p
    while True:
        term *= p * (mean + (stock + over) * eps) / (stock + over + 1.0)
        over += 1.0
        mass += term
        first += over * term
        square = over * over * term
        second += square
        if square <= enough * second:
            return mass, first, second


@compiled
def _lower_sums(
    mean: float, eps: float, p: float, stock: float, at: float
) -> tuple[float, float, float]:
    """Sums over k < s of p_k, (s - k) p_k and (s - k)^2 p_k, outwards from ``at`` = p_s."""
    mass = first = second = 0.0
    term, k = at, stock
    while k > 0.0:
        term *= k / (p * (mean + (k - 1.0) * eps))
        k -= 1.0
        short = stock - k
        mass += term
        first += short * term
        square = short * short * term
        second += square
        # what is left holds k terms at most; below the mode they only get smaller
        if square * k <= _NEGLIGIBLE * second and term < at:
            break
    return mass, first, second


@compiled
def probability(mean: float, eps: float, k: float) -> float:
    """P(X = k) for a whole ``k`` >= 0, ``eps`` = variance / mean - 1 >= 0."""
    if not mean > 0.0:
        return 1.0 if k == 0.0 else 0.0
    if k == 0.0:
        return math.exp(-mean * _log_share(eps))
    if k <= _SHORT and mean <= _SHORT:
        p = 1.0 / (1.0 + eps)
        term = math.exp(-mean * _log_share(eps))
        j = 0.0
        while j < k:
            term *= p * (mean + j * eps) / (j + 1.0)
            j += 1.0
        return term
    if eps > 0.0:
        return _saddle_point(mean, eps, k)
    exponent = -_stirling_error(k) - _deviance(k, mean, k - mean)
    return math.exp(exponent - _HALF_LOG_TWO_PI) / math.sqrt(k)


@compiled
def _log_share(eps: float) -> float:
    """Return ``log(1 + eps) / eps``: by its series where that is shorter, 1 at 0."""
    if eps > 1e-3:
        return math.log1p(eps) / eps
    series = 1 / 3 - eps * (1 / 4 - eps * (1 / 5 - eps * (1 / 6)))
    return 1.0 - eps * (1 / 2 - eps * series)


@compiled
def _saddle_point(mean: float, eps: float, k: float) -> float:
    """Negative binomial probability of ``k`` > 0; both deviances rest on ``k - mean`` alone."""
    p = 1.0 / (1.0 + eps)
    n = mean / eps
    off = p * (k - mean)
    exponent = (
        _stirling_error(n + k)
        - _stirling_error(n)
        - _stirling_error(k)
        - _deviance(k, p * (mean + k * eps), off)
        - _deviance(n, p * (n + k), -off)
    )
    return math.exp(exponent - _HALF_LOG_TWO_PI) * math.sqrt(n / (n + k) / k)


@compiled
def _deviance(x: float, centre: float, difference: float) -> float:
    """Return ``x log(x / centre) + centre - x`` where ``difference`` = x - centre is known well."""
    v = difference / (x + centre)
    if abs(v) > 0.1:
        return x * math.log(x / centre) - difference
    total = difference * v
    power = 2.0 * x * v
    divisor = 1.0
    while True:
        power *= v * v
        divisor += 2.0
        term = power / divisor
        if total + term == total:
            return total
        total += term


@compiled
def _stirling_error(x: float) -> float:
    """Return log gamma(x + 1) less its Stirling approximation, ``x`` > 0."""
    if x <= 15.0:
        return math.lgamma(x + 1.0) - (x + 0.5) * math.log(x) + x - _HALF_LOG_TWO_PI
    y = 1.0 / (x * x)
    return (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y * (1 / 1188))))) / x


@compiled
def walk(mean: float, variance: float, top: int, ebo_out: Floats, vbo_out: Floats) -> None:
    """Fill EBO and VBO for every stock 0, 1, ..., ``top``; the arrays hold ``top + 1`` or more.

    Above the mean the walk goes down from ``top``, EBO(s - 1) = EBO(s) + P(X >= s) and
    VBO(s - 1) = VBO(s) + P(X < s) (EBO(s) + EBO(s - 1)); below it up from 0, where the same steps
    are taken with the sums of the lower tail. On either side only positive terms meet.
    """
    if not mean > 0.0:
        ebo_out[: top + 1] = 0.0
        vbo_out[: top + 1] = 0.0
        return
    variance = max(variance, mean)
    eps = (variance - mean) / mean
    p = 1.0 / (1.0 + eps)
    middle = min(int(min(mean, 1e15)), top)
    # the probabilities first, in the room of the answer
    ebo_out[middle] = probability(mean, eps, float(middle))
    for k in range(middle, 0, -1):
        ebo_out[k - 1] = ebo_out[k] * k / (p * (mean + (k - 1.0) * eps))
    for k in range(middle, top):
        ebo_out[k + 1] = ebo_out[k] * p * (mean + k * eps) / (k + 1.0)
    _walk_up(mean, variance, middle, ebo_out, vbo_out)
    if top > middle:
        _walk_down(mean, variance, middle, top, ebo_out, vbo_out)


@compiled
def _walk_up(mean: float, variance: float, end: int, ebo: Floats, vbo: Floats) -> None:
    """Stocks 0 to ``end``, none above the mean; ``ebo`` holds the probabilities at the start."""
    below = short = 0.0
    left = variance
    for s in range(end + 1):
        at = ebo[s]
        ebo[s] = mean - s + short
        vbo[s] = left
        below += at
        left -= below * (2.0 * (mean - s + short) - (1.0 - below))
        short += below


@compiled
def _walk_down(mean: float, variance: float, end: int, top: int, ebo: Floats, vbo: Floats) -> None:
    """Stocks ``top`` down to ``end + 1``; ``ebo`` holds the probabilities at the start."""
    expected, spread, _, _, reached = pipeline(mean, variance, float(top))
    for s in range(top, end, -1):
        reached += ebo[s]
        ebo[s] = expected
        vbo[s] = spread
        spread += (1.0 - reached) * (2.0 * expected + reached)
        expected += reached


@compiled
def stock_for_rate(mean: float, variance: float, rate: float) -> float:
    """Smallest stock with P(X <= s) >= ``rate``, 0 <= rate < 1, by bisection on exact tails."""
    if not mean > 0.0:
        return 0.0
    low, high = -1.0, max(math.ceil(mean), 1.0)
    while not _reaches(mean, variance, high, rate):
        low, high = high, 2.0 * high
    while high - low > 1.0:
        middle = math.floor(0.5 * (low + high))
        if _reaches(mean, variance, middle, rate):
            high = middle
        else:
            low = middle
    return high


@compiled
def _reaches(mean: float, variance: float, stock: float, rate: float) -> bool:
    """Whether P(X <= s) >= ``rate``, compared on the side that keeps its digits."""
    _, _, below, at, above = pipeline(mean, variance, stock)
    return below + at >= rate if stock < mean else above <= 1.0 - rate
