"""Student's t and the binomial law by the regularised incomplete beta function, exactly enough.

Source: Press et al., *Numerical Recipes*, 3rd ed. 2007, sec. 6.4 (continued fraction, evaluated by
the modified Lentz method) and 6.14 (how both laws follow); Abramowitz and Stegun 26.5, 26.7.
"""

import math
from functools import lru_cache

from redball.model import BadUse

_TINY = 1e-300
_STEPS = 10_000


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Regularised incomplete beta function I_x(a, b), for a, b > 0 and x in 0 to 1."""
    if not (a > 0 and b > 0 and 0 <= x <= 1):
        raise BadUse(f"I_x(a, b) is asked for a = {a}, b = {b}, x = {x}.",
                     mend="Give a and b above 0 and x from 0 to 1.")  # fmt: skip
    if x in (0.0, 1.0):
        return x
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
        + a * math.log(x) + b * math.log1p(-x)
    )  # fmt: skip
    if x < (a + 1) / (a + b + 2):  # where the fraction converges fast
        return front * _fraction(a, b, x) / a
    return 1 - front * _fraction(b, a, 1 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    """Continued fraction of the incomplete beta function, by the modified Lentz method."""
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _away(1 + term * d)
            c = _away(1 + term / c)
            step = c * d
            value *= step
        if abs(step - 1) < 1e-16:
            return value
    return value  # a and b far above what replications give; the error is below 1e-12 still


def _away(value: float) -> float:
    """Keep a denominator away from 0."""
    return value if abs(value) > _TINY else _TINY


def t_tail(t: float, degrees: float) -> float:
    """P(T > t) for t >= 0 and Student's law with ``degrees`` of freedom."""
    return incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t)) / 2


@lru_cache(maxsize=4096)
def t_quantile(confidence: float, degrees: int) -> float:
    """Half-width factor of a two-sided interval: P(|T| <= t) = ``confidence``.

    Parameters
    ----------
    confidence : float
        Above 0 and below 1.
    degrees : int
        Degrees of freedom, 1 or more.

    Raises
    ------
    BadUse
        One is out of range.
    """
    check_confidence(confidence)
    if degrees < 1:
        raise BadUse(f"Student's t has {degrees} degrees of freedom.", mend="Give 1 or more.")
    tail = (1 - confidence) / 2
    low, high = 0.0, 1.0
    while t_tail(high, degrees) > tail:
        low, high = high, 2 * high
    while True:  # halves until no number lies between: exact to the last bits of t_tail
        middle = (low + high) / 2
        if not low < middle < high:
            return middle
        if t_tail(middle, degrees) > tail:
            low = middle
        else:
            high = middle


def binomial_below(k: int, n: int, p: float) -> float:
    """P(X <= k) for X binomial with n trials of probability p."""
    if k < 0:
        return 0.0
    return 1.0 if k >= n else incomplete_beta(n - k, k + 1, 1 - p)


def check_confidence(confidence: float) -> None:
    """Refuse a confidence that is none.

    Raises
    ------
    BadUse
        Not above 0 and below 1.
    """
    if not 0 < confidence < 1:
        raise BadUse(f"The confidence is {confidence}.", mend="Give a share, such as 0.95.")
