"""Shadow prices of budget and storage: the Lagrangian bound of a reserve plan.

For prices ``p >= 0`` per unit of each limited resource, ``L(p) = sum_i min_x [f_i(x) + p.a_i x] -
p.b`` never exceeds the best feasible shortage. L is concave. Its maximum is the value of the plan
with fractions of units allowed, hence a bound for whole units (Everett 1963; Geoffrion 1974).
With one resource it is found by halving; with several by the ellipsoid method (Shor 1977), in a
box of which each side is the price of that resource as if it were the only one. A price raises no
other resource's use, so the optimum lies in the box.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from redball.model.compiled import Floats
from redball.stock.reserves.shortage import Shortage

_HALVINGS = 80
_DIGITS = 1e-8


@dataclass(frozen=True)
class Limits:
    """Resources that a purchase needs and what is left of them.

    Attributes
    ----------
    use : float64 array, shape (resources, n)
        Per unit bought, 0 or more.
    left : float64 array, shape (resources,)
    """

    use: Floats
    left: Floats

    def hold(self, buy: Floats) -> bool:
        """Whether a purchase stays within every limit, but for rounding."""
        return bool(np.all(self.use @ buy <= self.left * (1 + 1e-12) + 1e-12))


@dataclass(frozen=True)
class Priced:
    """The best shadow prices found.

    Attributes
    ----------
    prices : float64 array, shape (resources,)
    bound : float
        No feasible purchase has a lower weighted shortage.
    buy : float64 array, shape (n,)
        A feasible purchase, near the optimum.
    """

    prices: Floats
    bound: float
    buy: Floats


def shadow_prices(shortage: Shortage, limits: Limits, tell: Callable[[float], None]) -> Priced:
    """Find prices with the highest bound and a feasible purchase beside them.

    ``tell`` is called between steps with the share that is done.
    """
    count = len(limits.left)
    free = np.zeros(count)
    if limits.hold(shortage.most):
        return Priced(free, float(shortage.weighted(shortage.most).sum()), shortage.most)
    alone = np.array([_alone(shortage, limits, k) for k in range(count)])
    tried = [free] + [np.where(np.arange(count) == k, alone, 0.0) for k in range(count)]
    best, bound = free, -np.inf
    for prices in tried:
        found, _ = _bound(shortage, limits, prices)
        if found > bound:
            best, bound = prices, found
    binding = np.flatnonzero(alone > 0)
    if len(binding) > 1 and not limits.hold(shortage.best(best @ limits.use)):
        best, bound = _ellipsoid(shortage, limits, alone, (best, bound), tell)
    return Priced(best, bound, _feasible(shortage, limits, best, alone))


def _bound(shortage: Shortage, limits: Limits, prices: Floats) -> tuple[float, Floats]:
    """L(prices) and its slope: use less what is left."""
    unit = prices @ limits.use
    buy = shortage.best(unit)
    value = float((shortage.weighted(buy) + unit * buy).sum() - prices @ limits.left)
    return value, limits.use @ buy - limits.left


def _alone(shortage: Shortage, limits: Limits, k: int) -> float:
    """Least price at which the resource suffices, as if it were the only one."""
    use, left = limits.use[k], limits.left[k] * (1 + 1e-12) + 1e-12

    def enough(price: float) -> bool:
        return bool(use @ shortage.best(price * use) <= left)

    if enough(0.0):
        return 0.0
    needs = use > 0
    # nothing that needs the resource is bought at this price
    high = float((shortage.weight[needs] / use[needs]).max()) * (1 + 1e-9)
    low = high * 1e-24
    if enough(low):
        return low
    for _ in range(_HALVINGS):
        middle = float(np.sqrt(low * high))
        if not low < middle < high:
            break
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _ellipsoid(
    shortage: Shortage,
    limits: Limits,
    alone: Floats,
    known: tuple[Floats, float],
    tell: Callable[[float], None],
) -> tuple[Floats, float]:
    """Raise the bound from known prices and their bound."""
    best, bound = known
    at = np.flatnonzero(alone > 0)
    n = len(at)
    centre, shape = np.full(n, 0.5), np.eye(n) * n / 4  # of the unit box
    steps = int(2 * n * (n + 1) * -np.log(_DIGITS))
    for done in range(steps):
        tell(done / steps)
        outside = np.where(centre < 0, 1.0, 0.0) - np.where(centre > 1, 1.0, 0.0)
        slope = outside
        if not outside.any():
            prices = np.zeros(len(alone))
            prices[at] = centre * alone[at]
            value, rise = _bound(shortage, limits, prices)
            if value > bound:
                best, bound = prices, value
            slope = rise[at] * alone[at]
        square = float(slope @ shape @ slope)
        if not square > 0:  # the ellipsoid is as thin as rounding
            break
        length = math.sqrt(square)
        step = shape @ slope / length
        centre = centre + step / (n + 1)
        shape = n * n / (n * n - 1.0) * (shape - 2.0 / (n + 1) * np.outer(step, step))
    return best, bound


def _feasible(shortage: Shortage, limits: Limits, prices: Floats, alone: Floats) -> Floats:
    """Purchase at the prices, raised towards those that suffice alone until every limit holds."""
    low, high = 0.0, 1.0
    buy = shortage.best(prices @ limits.use)
    if limits.hold(buy):
        return buy
    far = np.maximum(prices, alone)
    buy = shortage.best(far @ limits.use)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if not low < middle < high:
            break
        tried = shortage.best((prices + middle * (far - prices)) @ limits.use)
        if limits.hold(tried):
            high, buy = middle, tried
        else:
            low = middle
    return buy
