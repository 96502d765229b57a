"""Two compiled chains that mutual support is put together from.

Both have levels, from which single steps lead up and down, and two phases. The site chain counts
units of one site in resupply; its phase says whether some other site could help (1) or none (0).
The pool chain counts units missing from all sites that may help it; its phase says whether the site
itself could help others (1) or not (0). Each supplies the rates of the other.

The stationary law is found by eliminating levels from the top (Gaver, Jacobs and Latouche 1984,
for birth-death processes in a random environment). What is left of a phase change after each
elimination is a sum of positive terms, in the manner of Grassmann, Taksar and Heyman 1985: no
digits cancel.
"""

from redball.model.compiled import Floats, compiled

_HUGE = 1e200
_TINY = 1e-300


@compiled
def births(
    rate: float, eps: float, mean: float, k: float, give: float, stock: float,
    inflow_none: float, inflow_some: float,
) -> tuple[float, float]:  # fmt: skip
    """Rates of a further unit going into resupply at level ``k``, in phase 0 and in phase 1.

    Own demand comes at ``rate`` times a factor linear in ``k``: without support the law is then
    exactly the negative binomial with ``mean`` and variance ``mean (1 + eps)``. Below ``give``
    units the site also serves others; from ``stock`` on others serve it while they can.
    """
    own = rate * (mean + k * eps) / (mean * (1.0 + eps)) if mean > 0.0 else rate
    if k < give:
        return own + inflow_none, own + inflow_some
    return (own, own) if k < stock else (own, 0.0)


@compiled
def site_chain(
    rate: float, eps: float, mean: float, per_unit: float, low: int, high: int, give: float,
    stock: float, inflow_none: float, inflow_some: float, lost: Floats, found: Floats, law: Floats,
) -> None:  # fmt: skip
    """Fill ``law[k - low, phase]``, the stationary law of units in resupply at one site.

    Parameters
    ----------
    per_unit : float
        1 / resupply time: each unit in resupply comes back at this rate.
    low, high : int
        Levels outside have no mass worth counting.
    lost, found : float64 array, shape (3,)
        Rates of phase 1 to 0 and of 0 to 1 while the site can give, holds only what it keeps, is
        empty.
    """
    count = high - low + 1
    up, down = law[:count, 0], law[:count, 1]  # the room of the answer: read once, then overwritten
    for place in range(count - 1, -1, -1):
        k = float(low + place)
        zone = 0 if k < give else (1 if k < stock else 2)
        to_some, to_none = found[zone], lost[zone]
        if place < count - 1:
            none, some = births(rate, eps, mean, k, give, stock, inflow_none, inflow_some)
            left = up[place + 1] + down[place + 1] + per_unit * (k + 1.0)
            to_some += none * up[place + 1] / left
            to_none += some * down[place + 1] / left
        up[place], down[place] = to_some, to_none
    a, b = down[0], up[0]
    if a + b <= 0.0:
        a, b = 1.0, 0.0
    a, b = a / (a + b), b / (a + b)
    total = 1.0
    law[0, 0], law[0, 1] = a, b
    for place in range(1, count):
        k = float(low + place)
        none, some = births(rate, eps, mean, k - 1.0, give, stock, inflow_none, inflow_some)
        x, y = a * none, b * some
        death = per_unit * k
        to_some, to_none = up[place], down[place]
        det = death * (to_some + to_none + death)
        a = (x * (to_none + death) + y * to_none) / det
        b = (x * to_some + y * (to_some + death)) / det
        law[place, 0], law[place, 1] = a, b
        total += a + b
        if total > _HUGE:
            law[: place + 1] /= total
            a, b, total = a / total, b / total, 1.0
    law[:count] /= total


@compiled
def pool_chain(
    size: int, low: int, drain_cannot: float, drain_can: float, per_unit: float, blocked: Floats,
    refill_cannot: float, refill_can: float, turns: Floats, room: Floats,
) -> tuple[float, float]:  # fmt: skip
    """P(one unit left, given some) in the pool of a site's helpers, while it cannot and can give.

    Parameters
    ----------
    size : int
        Units the pool holds when nothing is missing.
    low : int
        Fewest units missing that are worth counting.
    drain_cannot, drain_can : float
        Units taken per day while there are some, by the phase of the site.
    per_unit : float
        1 / mean resupply time of a missing unit.
    blocked : float64 array
        Units per day that come back to fill a backorder instead, by units in the pool (from 1 on;
        none beyond the end of the array).
    refill_cannot, refill_can : float
        Rate at which an empty pool gets a unit.
    turns : float64 array, shape (2, 2)
        Rates of the site's phase 0 to 1 and 1 to 0 (columns) while the pool is empty and not
        (rows).
    room : float64 array, shape (size - low + 1, 2) or more
        Room to work in.
    """
    count = size - low + 1
    for place in range(count - 1, -1, -1):
        row = 0 if place == count - 1 else 1
        up, down = turns[row, 0], turns[row, 1]
        if place < count - 1:
            d0, d1 = _back(size, low + place + 1, per_unit, blocked, refill_cannot, refill_can)
            above_up, above_down = room[place + 1, 0], room[place + 1, 1]
            det = d0 * d1 + d0 * above_down + d1 * above_up
            up += drain_cannot * above_up * d1 / det
            down += drain_can * above_down * d0 / det
        room[place, 0], room[place, 1] = up, down
    a, b = room[0, 1], room[0, 0]
    if a + b <= 0.0:
        a, b = 1.0, 1.0
    sum_a, sum_b = a, b
    for place in range(1, count - 1):
        d0, d1 = _back(size, low + place, per_unit, blocked, refill_cannot, refill_can)
        up, down = room[place, 0], room[place, 1]
        x, y = a * drain_cannot, b * drain_can
        det = d0 * d1 + d0 * down + d1 * up
        a, b = (x * (down + d1) + y * down) / det, (x * up + y * (up + d0)) / det
        sum_a, sum_b = sum_a + a, sum_b + b
        if sum_a + sum_b > _HUGE:
            a, b, sum_a, sum_b = a / _HUGE, b / _HUGE, sum_a / _HUGE, sum_b / _HUGE
    return a / max(sum_a, _TINY), b / max(sum_b, _TINY)


@compiled
def _back(
    size: int, missing: int, per_unit: float, blocked: Floats, refill_cannot: float,
    refill_can: float,
) -> tuple[float, float]:  # fmt: skip
    """Rates at which the pool gets a unit, while the site cannot and can give."""
    left = size - missing
    if left == 0:
        return max(refill_cannot, _TINY), max(refill_can, _TINY)
    rate = per_unit * missing
    if left < len(blocked):
        rate -= blocked[left]
    # at least one of the missing units comes back to a shelf
    rate = max(rate, 0.5 * per_unit)
    return rate, rate
