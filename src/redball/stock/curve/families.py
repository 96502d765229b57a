"""Compiled: trade an item against its parts, at all sites together.

Items that hang together by indenture can't be split into hulls of their own: an SRU shortens the
pipeline of its LRU. For a price the best stock of the family is sought by coordinate descent from
two sides; prices are taken where neighbouring points of the hull meet, until none finds a point
below the hull. Every point is evaluated exactly; that no better one exists is *not* proven for
families. Tests compare with the optimum over all stocks of small cases.
"""

import numpy as np

from redball.model.compiled import Flags, Floats, Ints, compiled
from redball.stock.curve.evaluating import evaluate_site, parts_of
from redball.stock.curve.losses import at, price
from redball.stock.curve.network import Net

_BETTER = 1e-12
"""A change counts only if it improves by more than this share."""

_REACH = 3
"""How far a stock above leaf level is changed at once; the leaves follow."""


@compiled
def _improve_leaf(
    net: Net, family: Ints, parts: tuple[Ints, Ints, Ints], s: int, theta: float,
    stock: Floats, ebo: Floats, vbo: Floats,
) -> float:  # fmt: skip
    """Best stock at a leaf, given all above: single units up and down, and exchanges of two."""
    now = evaluate_site(net, family, parts, s, stock, ebo, vbo)
    members = len(family)
    improved = True
    while improved:
        improved = False
        for f in range(members):
            for g in range(-1, members):
                for sign in (1.0, -1.0):
                    while g != f:
                        cost = _try(net, family, s, f, sign, g, stock)
                        if cost == np.inf:
                            break
                        then = evaluate_site(net, family, parts, s, stock, ebo, vbo)
                        if then + theta * cost < now - _BETTER * (now + theta * abs(cost)):
                            now = then
                            improved = True
                        else:
                            _undo(f, sign, g, s, stock)
                            break
    return evaluate_site(net, family, parts, s, stock, ebo, vbo)


@compiled
def _try(
    net: Net, family: Ints, s: int, f: int, change: float, g: int, stock: Floats
) -> float:  # fmt: skip
    """Change ``f`` by units and ``g``, if any, by one the other way; infinite if not allowed."""
    i = family[f]
    level = stock[f, s] + change
    if level < at(net.least, i, s) or level > at(net.most, i, s):
        return np.inf
    cost = change * price(net, i, s)
    if g >= 0:
        other = -1.0 if change > 0 else 1.0
        j = family[g]
        against = stock[g, s] + other
        if against < at(net.least, j, s) or against > at(net.most, j, s):
            return np.inf
        stock[g, s] = against
        cost += other * price(net, j, s)
    stock[f, s] = level
    return cost


@compiled
def _undo(f: int, change: float, g: int, s: int, stock: Floats) -> None:
    stock[f, s] -= change
    if g >= 0:
        stock[g, s] += 1.0 if change > 0 else -1.0


@compiled
def _settle(
    net: Net, family: Ints, parts: tuple[Ints, Ints, Ints], sites: Ints, theta: float,
    stock: Floats, ebo: Floats, vbo: Floats,
) -> float:  # fmt: skip
    """Loss plus price times cost, after the leaves have found their best stock."""
    value = 0.0
    for s in sites:
        if net.child_start[s + 1] == net.child_start[s]:
            value += _improve_leaf(net, family, parts, s, theta, stock, ebo, vbo)
        else:
            value += evaluate_site(net, family, parts, s, stock, ebo, vbo)
    return value + theta * _cost(net, family, sites, stock)


@compiled
def _cost(net: Net, family: Ints, sites: Ints, stock: Floats) -> float:
    total = 0.0
    for s in sites:
        for f in range(len(family)):
            total += stock[f, s] * price(net, family[f], s)
    return total


@compiled
def _descend(
    net: Net, family: Ints, parts: tuple[Ints, Ints, Ints], sites: Ints, theta: float,
    stock: Floats, ebo: Floats, vbo: Floats,
) -> float:  # fmt: skip
    """Coordinate descent at a price; ``stock`` is the start and the result. Returns the loss."""
    now = _settle(net, family, parts, sites, theta, stock, ebo, vbo)
    kept = stock.copy()
    improved = True
    while improved:
        improved = False
        for s in sites:
            if net.child_start[s + 1] == net.child_start[s]:
                continue
            for f in range(len(family)):
                for g in range(-1, len(family)):
                    reach = _REACH if g < 0 else 1
                    for change in range(-reach, reach + 1):
                        if change == 0 or g == f:
                            continue
                        if _try(net, family, s, f, float(change), g, stock) == np.inf:
                            continue
                        then = _settle(net, family, parts, sites, theta, stock, ebo, vbo)
                        if then < now - _BETTER * abs(now):
                            now = then
                            kept[:] = stock
                            improved = True
                        else:
                            stock[:] = kept
    loss = 0.0
    for s in sites:
        loss += evaluate_site(net, family, parts, s, stock, ebo, vbo)
    return loss


@compiled
def family_hull(net: Net, family: Ints, sites: Ints, floor: float) -> tuple[Floats, Floats, Floats]:
    """Lower hull of a family below one top, down to the slope ``floor``.

    Returns
    -------
    (cost, loss, stock)
        Shapes (V,), (V,), (V, members, S).
    """
    parts = parts_of(net, family)
    shape = (len(family), len(net.supplier))
    ebo, vbo = np.zeros(shape), np.zeros(shape)
    low = np.zeros(shape)
    for s in sites:
        for f in range(len(family)):
            low[f, s] = at(net.least, family[f], s)
    loss = 0.0
    for s in sites:
        loss += evaluate_site(net, family, parts, s, low, ebo, vbo)
    high = low.copy()
    high_loss = _descend(net, family, parts, sites, floor, high, ebo, vbo)
    cost = np.array([_cost(net, family, sites, low), _cost(net, family, sites, high)])
    losses = np.array([loss, high_loss])
    stocks = np.stack((low, high))
    done = np.zeros(2, np.bool_)
    if cost[1] <= cost[0]:
        return cost[:1], losses[:1], stocks[:1]
    k = 0
    while k < len(cost) - 1:
        if done[k]:
            k += 1
            continue
        theta = (losses[k] - losses[k + 1]) / (cost[k + 1] - cost[k])
        chord = losses[k] + theta * cost[k]
        found = False
        for side in range(2):
            start = stocks[k + side].copy()
            value = _descend(net, family, parts, sites, theta, start, ebo, vbo)
            spent = _cost(net, family, sites, start)
            if value + theta * spent < chord - 1e-10 * abs(chord):
                cost, losses, stocks, done = _insert(
                    cost, losses, stocks, done, spent, value, start
                )
                found = True
                break
        if found:
            k = 0
        else:
            done[k] = True
    return cost, losses, stocks


@compiled
def _insert(
    cost: Floats, loss: Floats, stock: Floats, done: Flags, x: float, y: float, new: Floats
) -> tuple[Floats, Floats, Floats, Flags]:
    """Hull with one point more; ``done`` marks edges that no point was found below."""
    n = len(cost)
    at_place = np.searchsorted(cost, x)
    order = np.empty(n + 1, np.int64)
    for k in range(n + 1):
        order[k] = k if k < at_place else (n if k == at_place else k - 1)
    xs, ys = np.append(cost, x), np.append(loss, y)
    flags = np.append(done, False)
    keep = np.empty(n + 1, np.int64)
    m = 0
    for j in order:
        if m > 0 and ys[j] >= ys[keep[m - 1]]:
            continue
        while m > 0 and xs[j] <= xs[keep[m - 1]]:
            m -= 1
        while m > 1:
            a, b = keep[m - 2], keep[m - 1]
            if (ys[b] - ys[j]) * (xs[b] - xs[a]) < (ys[a] - ys[b]) * (xs[j] - xs[b]):
                break
            m -= 1
        keep[m] = j
        m += 1
    keep = keep[:m]
    stocks = np.empty((m, stock.shape[1], stock.shape[2]))
    marks = np.zeros(m, np.bool_)
    for k in range(m):
        stocks[k] = new if keep[k] == n else stock[keep[k]]
        whole = k + 1 < m and keep[k] != n and keep[k + 1] == keep[k] + 1
        marks[k] = whole and flags[keep[k]]
    return xs[keep], ys[keep], stocks, marks
