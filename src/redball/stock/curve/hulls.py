"""Compiled: the best split of one item over a top and its clients, for every price.

Given the stock of the top, its backorders are known, and its clients no longer depend on each
other. At a client the loss is convex in the stock, so with a given top the curve (cost, loss) of
all is their units merged by falling gain per money; the curve of the item is the lower convex hull
over all stocks of the top (Sherbrooke 2004, ch. 3). Which stocks of the top can't be on the hull is
decided by bounds, not by a guess.

A vertex of a hull is kept as (own stock of the top, number of units taken in order by the
clients); that is enough to find the stock of every site again (:func:`place`).
"""

import math

import numpy as np

from redball.model.compiled import Floats, Ints, compiled
from redball.stock.curve.envelopes import (
    below_hull,
    best_totals,
    lower_hull,
    no_points,
    no_use,
    points_of,
    row_of,
)
from redball.stock.curve.leaves import (
    Leaves,
    both,
    curve_of,
    curves_of,
    leaf_gains,
    least_lost,
    leaves_of,
    no_steps,
    room_of,
)
from redball.stock.curve.losses import at, loss_of, price
from redball.stock.curve.network import Net
from redball.stock.sparing import mixed

HULL, ALL_STOCKS, TOTALS = 0, 1, 2
"""What :func:`tree_hull` makes."""

_MARGIN = 2.0
"""Own stocks are looked at until all further gain, times this, is worth less than a unit."""


@compiled
def _starts(
    net: Net, i: int, s: int, leaves: Leaves, mean: float, variance: float, floor: float
) -> tuple[Floats, Floats, Floats]:  # fmt: skip
    """EBO, VBO and total loss for each own stock above the least, the clients at their least.

    Ends with the own stock beyond which all further gain is worth less than a unit at ``floor``.
    """
    low, least_gain = int(at(net.least, i, s)), floor * price(net, i, s)
    high = low
    if net.arrivals[i, s] > 0.0 and mean > 0.0:
        high = int(min(at(net.most, i, s), low + 2e9))
    lost = np.empty(64)
    nothing = 0.0
    for k in range(len(leaves.figures)):
        nothing += least_lost(leaves, k, 0.0, 0.0)
    filled = min(high, low + int(mean + 5.0 * math.sqrt(max(variance, mean))) + 10)
    ebo, vbo = both(mean, variance, at(net.batch, i, s), filled)
    n = 0
    while low + n <= high:
        own = low + n
        if own > filled:
            filled = min(high, 2 * own + 10)
            ebo, vbo = both(mean, variance, at(net.batch, i, s), filled)
        if n == len(lost):
            lost = np.concatenate((lost, np.empty(n)))
        lost[n] = loss_of(net, i, s, ebo[own])
        for k in range(len(leaves.figures)):
            lost[n] += least_lost(leaves, k, ebo[own], vbo[own])
        n += 1
        if _MARGIN * (lost[n - 1] - nothing) < least_gain:
            break
    return ebo[low : low + n].copy(), vbo[low : low + n].copy(), lost[:n].copy()


@compiled
def _alone(net: Net, i: int, s: int, floor: float) -> tuple[Floats, Floats, Ints, Ints, Ints]:
    """Curve of a site that neither supplies another nor is supplied by one."""
    leaf = leaves_of(net, i, np.full(1, s, np.int32))
    size = room_of(leaf, 0.0, 0.0)
    gains = np.empty(size)
    n, start, _ = leaf_gains(leaf, 0, 0.0, 0.0, floor, gains, np.empty(size), np.empty(size))
    cost, loss, units = np.empty(n + 1), np.empty(n + 1), np.empty(n + 1, np.int32)
    for k in range(n + 1):
        units[k] = int(at(net.least, i, s)) + k
        cost[k] = units[k] * price(net, i, s)
        loss[k] = start if k == 0 else loss[k - 1] - gains[k - 1]
    return cost, loss, units, units.copy(), np.zeros(n + 1, np.int32)


@compiled
def tree_hull(
    net: Net, i: int, s: int, floor: float, mode: int
) -> tuple[Floats, Floats, Ints, Ints, Ints]:
    """Lower convex hull of an item at a top and its clients, down to the slope ``floor``.

    ``mode`` is HULL; ALL_STOCKS for the same without leaving own stocks out; TOTALS for the best
    point of every total number of units instead, on the hull or not.

    Returns
    -------
    (cost, loss, units, own, steps)
        One entry for each vertex: cost with what places cost, loss, units in total, stock of the
        top itself, steps taken from its clients.
    """
    clients = net.child[net.child_start[s] : net.child_start[s + 1]]
    if len(clients) == 0:
        return _alone(net, i, s, floor)
    mean, variance = net.local[i, s], net.local_variance[i, s]
    leaves = leaves_of(net, i, clients)
    scratch = np.empty((3, room_of(leaves, mean, variance)))
    ebo, vbo, lost = _starts(net, i, s, leaves, mean, variance, floor)
    low, own_price = int(at(net.least, i, s)), price(net, i, s)
    held, fixed = low, low * own_price
    for k in range(len(clients)):
        held += int(leaves.figures[k, 4])
        fixed += leaves.figures[k, 4] * leaves.figures[k, 3]
    best = row_of(low, own_price, fixed, held, lost)
    if mode != TOTALS:
        best = lower_hull(best, no_points(), floor)
    steps, free_slope, free_cost = curve_of(leaves, 0.0, 0.0, floor, scratch, no_steps())
    nothing = 0.0
    for k in range(len(clients)):
        nothing += least_lost(leaves, k, 0.0, 0.0)
    slopes = [free_slope for _ in range(len(lost))]
    costs = [free_cost for _ in range(len(lost))]
    last = len(lost) - 1
    middle = 0 if mode == TOTALS else min(int(mean), last)
    intervals = np.empty((64, 2), np.int64)
    waiting = 0
    above = middle
    upwards = True
    while True:
        steps, slopes[above], costs[above] = curve_of(
            leaves, ebo[above], vbo[above], floor, scratch, steps
        )
        points = points_of(
            low + above, fixed + own_price * above, lost[above], held + above,
            slopes[above], costs[above],
        )  # fmt: skip
        best = best_totals(best, points) if mode == TOTALS else lower_hull(best, points, floor)
        if upwards:
            if above < last and (mode != HULL or not no_use(
                lost[above] - nothing, free_slope, free_cost, slopes[above], costs[above],
                own_price, floor,
            )):  # fmt: skip
                above += 1
                continue
            upwards = False
            if middle == 0:
                return best
            above = 0
            intervals[0] = 0, middle
            waiting = 1
            continue
        while waiting > 0:
            waiting -= 1
            first, end = intervals[waiting]
            if end - first > 1 and (mode != HULL or not below_hull(
                best, fixed + own_price * (first + 1), lost[end], slopes[end], costs[end],
                slopes[first], floor,
            )):  # fmt: skip
                above = (first + end) // 2
                intervals[waiting] = first, above
                intervals[waiting + 1] = above, end
                waiting += 2
                break
        else:
            return best


@compiled
def place(net: Net, i: int, s: int, floor: float, own: int, taken: int, stock: Floats) -> None:
    """Write the stock of a top and its clients at a vertex of :func:`tree_hull`; shape (S,)."""
    clients = net.child[net.child_start[s] : net.child_start[s + 1]]
    stock[s] = own
    if len(clients) == 0:
        return
    mean, variance = net.local[i, s], net.local_variance[i, s]
    ebo, vbo, _ = mixed(mean, variance, float(own), at(net.batch, i, s))
    leaves = leaves_of(net, i, clients)
    scratch = np.empty((3, room_of(leaves, mean, variance)))
    order, _ = curves_of(leaves, ebo, vbo, floor, scratch)
    for k in range(len(clients)):
        stock[clients[k]] = leaves.figures[k, 4]
    for j in range(min(taken, len(order))):
        stock[clients[order[j]]] += 1.0
