"""Compiled: lower convex hulls, and bounds that show what can't be on them.

Points are (cost, loss, units, own stock, steps of the clients), sorted by cost.
"""

import numpy as np

from redball.model.compiled import Floats, Ints, compiled

EQUAL = 1e-12
"""Slopes that differ by less, relatively, count as equal: both vertices stay."""


@compiled
def no_use(
    more: float, free_slope: Floats, free_cost: Floats, slope: Floats, cost: Floats,
    own_price: float, floor: float,
) -> bool:  # fmt: skip
    """Whether no larger own stock can be worth its price, at any price of the objective.

    With clients that are never made to wait (``free_slope``, ``free_cost``) the loss plus price
    times cost is a bound for all larger own stocks. It is compared at every price where either
    changes its direction; between them both are straight. ``more`` is the difference of the losses
    at the least.
    """
    a = b = 0
    gained = spent = free_gained = free_spent = 0.0
    while True:
        mine = slope[a] if a < len(slope) else 0.0
        free = free_slope[b] if b < len(free_slope) else 0.0
        theta = max(mine, free, floor)
        here = more - (gained - theta * spent) + (free_gained - theta * free_spent)
        if here > theta * own_price:
            return False
        if theta <= floor:
            return True
        if mine >= free:
            gained += mine * cost[a]
            spent += cost[a]
            a += 1
        else:
            free_gained += free * free_cost[b]
            free_spent += free_cost[b]
            b += 1


@compiled
def below_hull(
    best: tuple[Floats, Floats, Ints, Ints, Ints], cost: float, loss: float, slope: Floats,
    step_cost: Floats, first: Floats, floor: float,
) -> bool:  # fmt: skip
    """Whether no own stock strictly between two, with stock at the clients, reaches the hull.

    Above the price where the clients get their first unit at the smaller of the two (``first``)
    they get none in between either. Below it, the curve of the larger one (``loss``, ``slope``,
    ``step_cost``), begun at the cost of the smallest one between, is a bound. Loss plus price times
    cost is compared where the hull has a vertex: between prices of two vertices the hull is
    straight and the bound concave.
    """
    if len(first) == 0 or first[0] <= floor:
        return True
    theta = first[0]
    vertex = j = 0
    gained = spent = 0.0
    while True:
        slope_here = 0.0
        while vertex + 1 < len(best[0]):
            slope_here = (best[1][vertex] - best[1][vertex + 1]) / (
                best[0][vertex + 1] - best[0][vertex]
            )
            if slope_here < theta:
                break
            vertex += 1
        while j < len(slope) and slope[j] > theta:
            gained += slope[j] * step_cost[j]
            spent += step_cost[j]
            j += 1
        bound = loss + theta * cost - (gained - theta * spent)
        if bound < best[1][vertex] + theta * best[0][vertex]:
            return False
        if theta <= floor:
            return True
        theta = max(slope_here, floor) if vertex + 1 < len(best[0]) else floor


@compiled
def row_of(
    low: int, own_price: float, fixed: float, held: int, lost: Floats
) -> tuple[Floats, Floats, Ints, Ints, Ints]:
    """Points of all own stocks, the clients at their least."""
    n = len(lost)
    cost, units, own = np.empty(n), np.empty(n, np.int32), np.empty(n, np.int32)
    for k in range(n):
        cost[k], units[k], own[k] = fixed + own_price * k, held + k, low + k
    return cost, lost.copy(), units, own, np.zeros(n, np.int32)


@compiled
def no_points() -> tuple[Floats, Floats, Ints, Ints, Ints]:
    """Return an empty curve."""
    return (np.empty(0), np.empty(0), np.empty(0, np.int32), np.empty(0, np.int32),
            np.empty(0, np.int32))  # fmt: skip


@compiled
def points_of(
    own: int, fixed: float, start: float, held: int, slope: Floats, step_cost: Floats
) -> tuple[Floats, Floats, Ints, Ints, Ints]:
    """Curve of a top with a given own stock."""
    n = len(slope)
    cost, loss = np.empty(n + 1), np.empty(n + 1)
    units, mine = np.empty(n + 1, np.int32), np.empty(n + 1, np.int32)
    taken = np.empty(n + 1, np.int32)
    cost[0], loss[0], units[0], mine[0], taken[0] = fixed, start, held, own, 0
    for k in range(n):
        cost[k + 1] = cost[k] + step_cost[k]
        loss[k + 1] = loss[k] - slope[k] * step_cost[k]
        units[k + 1] = held + k + 1
        mine[k + 1] = own
        taken[k + 1] = k + 1
    return cost, loss, units, mine, taken


@compiled
def lower_hull(
    one: tuple[Floats, Floats, Ints, Ints, Ints],
    two: tuple[Floats, Floats, Ints, Ints, Ints],
    floor: float,
) -> tuple[Floats, Floats, Ints, Ints, Ints]:
    """Lower convex hull of two curves, falling, down to the slope ``floor``."""
    room_for = len(one[0]) + len(two[0])
    cost, loss = np.empty(room_for), np.empty(room_for)
    units, own, taken = (
        np.empty(room_for, np.int32), np.empty(room_for, np.int32), np.empty(room_for, np.int32)
    )  # fmt: skip
    a = b = n = 0
    for _ in range(room_for):
        first = b >= len(two[0]) or (a < len(one[0]) and one[0][a] <= two[0][b])
        if first:
            x, y, u, o, t = one[0][a], one[1][a], one[2][a], one[3][a], one[4][a]
            a += 1
        else:
            x, y, u, o, t = two[0][b], two[1][b], two[2][b], two[3][b], two[4][b]
            b += 1
        if n > 0 and y >= loss[n - 1]:
            continue
        while n > 0 and x <= cost[n - 1]:
            n -= 1
        while n > 1 and (loss[n - 1] - y) * (cost[n - 1] - cost[n - 2]) > (1.0 + EQUAL) * (
            loss[n - 2] - loss[n - 1]
        ) * (x - cost[n - 1]):
            n -= 1
        cost[n], loss[n], units[n], own[n], taken[n] = x, y, u, o, t
        n += 1
    while n > 1 and loss[n - 2] - loss[n - 1] < floor * (cost[n - 1] - cost[n - 2]):
        n -= 1
    return cost[:n].copy(), loss[:n].copy(), units[:n].copy(), own[:n].copy(), taken[:n].copy()


@compiled
def best_totals(
    one: tuple[Floats, Floats, Ints, Ints, Ints], two: tuple[Floats, Floats, Ints, Ints, Ints]
) -> tuple[Floats, Floats, Ints, Ints, Ints]:
    """Best of two curves for every cost; both are sorted by it."""
    n = len(one[0]) + len(two[0])
    cost = np.concatenate((one[0], two[0]))
    loss = np.concatenate((one[1], two[1]))
    units = np.concatenate((one[2], two[2]))
    own = np.concatenate((one[3], two[3]))
    taken = np.concatenate((one[4], two[4]))
    order = np.argsort(cost, kind="mergesort")
    keep = np.empty(n, np.int64)
    kept = 0
    for j in order:
        if kept > 0 and loss[j] >= loss[keep[kept - 1]]:
            continue
        if kept > 0 and cost[j] <= cost[keep[kept - 1]]:
            kept -= 1
        keep[kept] = j
        kept += 1
    keep = keep[:kept]
    return cost[keep], loss[keep], units[keep], own[keep], taken[keep]
