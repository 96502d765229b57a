"""Compiled: the best split of one item over the sites below a top, for every price.

Given the stock of a site, its backorders are known, and the subtrees below it no longer depend on
each other. So the curve (cost, loss) of a site with a given own stock is the sum of the convex
curves of its clients, merged by slope; the curve of the site is the lower convex hull over its own
stocks. This is exact for any depth: the hull of a sum is the sum of the hulls. At a leaf the curve
is convex by itself (Sherbrooke 2004, sec. 2.7), and its steps are single units.

A vertex of a hull is kept as (own stock, number of steps taken from the merged clients); that is
enough to find the stock of every site again (:func:`place`).
"""

import math
from typing import NamedTuple

import numpy as np

from redball.model.compiled import Floats, Ints, compiled
from redball.stock.backorders import walk
from redball.stock.curve.losses import (
    at,
    count_uses,
    falling,
    fill_uses,
    loss_at,
    loss_of,
    price,
    room,
    steepest,
)
from redball.stock.curve.network import Net
from redball.stock.sparing import mixed

EQUAL = 1e-12
"""Slopes that differ by less, relatively, count as equal: both vertices stay."""

HULL, ALL_STOCKS, TOTALS = 0, 1, 2
"""What :func:`site_hull` makes."""

_MARGIN = 2.0
"""The search over own stocks ends where all further gain, times this, is worth less than a unit."""


@compiled
def pipeline_of(net: Net, i: int, s: int, ebo: float, vbo: float) -> tuple[float, float]:
    """Mean and variance of a site's pipeline, given backorders of its supplier."""
    f = net.upward[i, s]
    variance = net.local_variance[i, s]
    if net.poisson:
        variance += f * ebo
    else:
        variance += f * (1.0 - f) * ebo + f * f * vbo
    return net.local[i, s] + f * ebo, variance


class Leaves(NamedTuple):
    """What does not change at the clients of a site while its own stock does.

    ``figures`` has a row for each client: share of the supplier's backorders, local mean, local
    variance, price, least, most, batch, number of terms; ``terms`` their terms of the loss.
    """

    figures: Floats
    terms: Floats
    poisson: bool


@compiled
def leaves_of(net: Net, i: int, clients: Ints) -> Leaves:
    """Collect the figures of an item at the clients of a site."""
    most_terms = 0
    for c in clients:
        most_terms = max(most_terms, count_uses(net, i, c))
    figures = np.empty((len(clients), 8))
    terms = np.empty((len(clients), most_terms, 4))
    for k in range(len(clients)):
        c = clients[k]
        figures[k, 0], figures[k, 1] = net.upward[i, c], net.local[i, c]
        figures[k, 2], figures[k, 3] = net.local_variance[i, c], price(net, i, c)
        figures[k, 4], figures[k, 5] = at(net.least, i, c), at(net.most, i, c)
        figures[k, 6], figures[k, 7] = at(net.batch, i, c), fill_uses(net, i, c, terms[k])
    return Leaves(figures, terms, net.poisson)


@compiled
def room_of(leaves: Leaves, mean: float, variance: float) -> int:
    """Length of scratch arrays for all clients, whatever the supplier's stock."""
    need = 0
    # EBO and VBO of the supplier are largest without stock, their ratio below its deviation + 1
    spread = 2.0 + math.sqrt(variance) + variance / max(mean, 1e-300)
    for k in range(len(leaves.figures)):
        f, local = leaves.figures[k, 0], leaves.figures[k, 1]
        ratio = leaves.figures[k, 2] / local if local > 0.0 else 1.0
        most = leaves.figures[k, 2] + f * mean + f * f * variance
        need = max(need, room(local + f * mean, most, ratio + spread))
    return need


@compiled
def leaf_gains(
    leaves: Leaves, k: int, ebo: float, vbo: float, floor: float, gains: Floats, work: Floats,
    spare: Floats,
) -> tuple[int, float, float]:  # fmt: skip
    """Fill the gain of each unit above the least; return their number, loss and EBO at the least.

    ``work`` holds the EBO of stocks above the least, where there are gains. Ends at the most allowed or where a unit gains less than ``floor`` for its price.
    """
    f, mean, variance = leaves.figures[k, 0], leaves.figures[k, 1], leaves.figures[k, 2]
    mean += f * ebo
    variance += f * ebo if leaves.poisson else f * ((1.0 - f) * ebo + f * vbo)
    terms, n_terms = leaves.terms[k], int(leaves.figures[k, 7])
    if n_terms == 0 or mean <= 0.0:
        return 0, 0.0, max(mean, 0.0)
    low = int(leaves.figures[k, 4])
    batch = leaves.figures[k, 6]
    least_gain = floor * leaves.figures[k, 3]
    enough = least_gain / steepest(terms, n_terms, mean)
    if enough > mean + batch:
        count = 0
    else:
        count = falling(mean, variance, batch, enough, work, spare)
    if low >= count:
        ebo_low, _, _ = mixed(mean, variance, float(low), batch)
        return 0, loss_at(terms, n_terms, ebo_low), ebo_low
    start = before = loss_at(terms, n_terms, work[low])
    room_left = leaves.figures[k, 5] - low
    n = 0
    while low + n + 1 < count and n < room_left:
        after = loss_at(terms, n_terms, work[low + n + 1])
        gain = before - after
        if gain < least_gain:
            break
        gains[n] = gain if n == 0 else min(gain, gains[n - 1])
        before = after
        n += 1
    return n, start, work[low]


@compiled
def _least_lost(leaves: Leaves, k: int, ebo: float, vbo: float) -> float:
    """Loss at a leaf that holds its least."""
    f, mean, variance = leaves.figures[k, 0], leaves.figures[k, 1], leaves.figures[k, 2]
    mean += f * ebo
    variance += f * ebo if leaves.poisson else f * ((1.0 - f) * ebo + f * vbo)
    if leaves.figures[k, 4] > 0.0 or leaves.figures[k, 6] > 1.0:
        mean, _, _ = mixed(mean, variance, leaves.figures[k, 4], leaves.figures[k, 6])
    return loss_at(leaves.terms[k], int(leaves.figures[k, 7]), mean)


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
        nothing += _least_lost(leaves, k, 0.0, 0.0)
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
            lost[n] += _least_lost(leaves, k, ebo[own], vbo[own])
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
    units = (at(net.least, i, s) + np.arange(n + 1)).astype(np.int32)
    loss = np.empty(n + 1)
    loss[0] = start
    for k in range(n):
        loss[k + 1] = loss[k] - gains[k]
    return units * price(net, i, s), loss, units, units.copy(), np.zeros(n + 1, np.int32)


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
    best = _row_of(low, own_price, fixed, held, lost)
    if mode != TOTALS:
        best = _lower_hull(best, _no_points(), floor)
    steps, free_slope, free_cost = _curve(leaves, 0.0, 0.0, floor, scratch, _no_steps())
    nothing = 0.0
    for k in range(len(clients)):
        nothing += _least_lost(leaves, k, 0.0, 0.0)
    slopes = [free_slope for _ in range(len(lost))]
    costs = [free_cost for _ in range(len(lost))]
    last = len(lost) - 1
    middle = 0 if mode == TOTALS else min(int(mean), last)
    intervals = np.empty((64, 2), np.int64)
    waiting = 0
    above = middle
    upwards = True
    while True:
        steps, slopes[above], costs[above] = _curve(
            leaves, ebo[above], vbo[above], floor, scratch, steps
        )
        points = _points(
            low + above, fixed + own_price * above, lost[above], held + above,
            slopes[above], costs[above],
        )  # fmt: skip
        best = _best_totals(best, points) if mode == TOTALS else _lower_hull(best, points, floor)
        if upwards:
            if above < last and (mode != HULL or not _no_use(
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
            if end - first > 1 and (mode != HULL or not _below_hull(
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
def _below_hull(
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
def _curve(
    leaves: Leaves, ebo: float, vbo: float, floor: float, scratch: Floats,
    steps: tuple[Floats, Floats, Ints],
) -> tuple[tuple[Floats, Floats, Ints], Floats, Floats]:  # fmt: skip
    """Steps of all clients by falling slope: the buffer, slopes and costs."""
    run = np.empty(len(leaves.figures) + 1, np.int32)
    n = _collect(leaves, ebo, vbo, floor, scratch, steps, run)
    if n > len(steps[0]):
        steps = _grown(steps, n)
        _collect(leaves, ebo, vbo, floor, scratch, steps, run)
    order = in_order(steps[0], run, n)
    return steps, steps[0][order], steps[1][order]


@compiled
def _collect(
    leaves: Leaves, ebo: float, vbo: float, floor: float, scratch: Floats,
    steps: tuple[Floats, Floats, Ints], run: Ints,
) -> int:  # fmt: skip
    """Collect the steps of all clients; return how many there are.

    Where ``steps`` is too short it is filled as far as it goes. ``run`` says where each client's
    begin.
    """
    n = 0
    for k in range(len(leaves.figures)):
        run[k] = n
        count, _, _ = leaf_gains(
            leaves, k, ebo, vbo, floor, scratch[0], scratch[1], scratch[2]
        )
        if n + count <= len(steps[0]):
            _append(steps, n, count, scratch[0], leaves.figures[k, 3], k)
        n += count
    run[len(leaves.figures)] = n
    return n


@compiled
def _no_use(
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
def _row_of(
    low: int, own_price: float, fixed: float, held: int, lost: Floats
) -> tuple[Floats, Floats, Ints, Ints, Ints]:
    """Points of all own stocks, the clients at their least."""
    n = len(lost)
    units = np.arange(n)
    return (
        fixed + own_price * units, lost.copy(), (held + units).astype(np.int32),
        (low + units).astype(np.int32), np.zeros(n, np.int32),
    )  # fmt: skip


@compiled
def _no_points() -> tuple[Floats, Floats, Ints, Ints, Ints]:
    return (np.empty(0), np.empty(0), np.empty(0, np.int32), np.empty(0, np.int32),
            np.empty(0, np.int32))  # fmt: skip


@compiled
def _no_steps() -> tuple[Floats, Floats, Ints]:
    """Slope, cost and client of each unit that a client may get."""
    return np.empty(64), np.empty(64), np.empty(64, np.int32)


@compiled
def _grown(steps: tuple[Floats, Floats, Ints], n: int) -> tuple[Floats, Floats, Ints]:
    """Return the arrays, with room for ``n`` steps."""
    slope, cost, client = steps
    if n <= len(slope):
        return steps
    longer = np.empty((2, 2 * n))
    longer[0, : len(slope)], longer[1, : len(slope)] = slope, cost
    clients = np.empty(2 * n, np.int32)
    clients[: len(slope)] = client
    return longer[0], longer[1], clients


@compiled
def _append(
    steps: tuple[Floats, Floats, Ints], n: int, count: int, gains: Floats, each: float, k: int
) -> None:
    """Units of a client."""
    slope, cost, client = steps
    for j in range(count):
        slope[n + j] = gains[j] / each
        cost[n + j] = each
        client[n + j] = k


@compiled
def in_order(slope: Floats, run: Ints, n: int) -> Ints:
    """Positions of the steps by falling slope; ``run`` says where each client's begin.

    A merge of sorted runs, two by two; equal slopes stay in the order of clients.
    """
    order, other = np.arange(n).astype(np.int32), np.empty(n, np.int32)
    ends = run.copy()
    runs = len(run) - 1
    while runs > 1:
        made = 0
        for r in range(0, runs, 2):
            a, middle = ends[r], ends[r + 1]
            b = middle
            end = ends[r + 2] if r + 1 < runs else middle
            for k in range(a, end):
                if b >= end or (a < middle and slope[order[a]] >= slope[order[b]]):
                    other[k] = order[a]
                    a += 1
                else:
                    other[k] = order[b]
                    b += 1
            made += 1
            ends[made] = end
        runs = made
        order, other = other, order
    return order


@compiled
def _points(
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
def _lower_hull(
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
def _best_totals(
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


@compiled
def both(mean: float, variance: float, batch: float, top: int) -> tuple[Floats, Floats]:
    """EBO and VBO for the stocks 0 to ``top``, averaged over the positions of a batch."""
    count = int(batch)
    ebo, vbo = np.empty(top + count), np.empty(top + count)
    walk(mean, variance, top + count - 1, ebo, vbo)
    if count > 1:
        for s in range(top + 1):
            first = second = 0.0
            for k in range(s, s + count):
                first += ebo[k]
                second += vbo[k] + ebo[k] * ebo[k]
            ebo[s] = first / count
            vbo[s] = second / count - ebo[s] * ebo[s]
    return ebo, vbo


class Curves(NamedTuple):
    """EBO of each client from its least upwards, one after the other, and where each begins."""

    start: Ints
    ebo: Floats


@compiled
def curves_of(
    leaves: Leaves, ebo: float, vbo: float, floor: float, scratch: Floats
) -> tuple[Ints, Curves]:
    """Clients in the order of their steps, and their backorders at every stock."""
    clients = len(leaves.figures)
    run = np.empty(clients + 1, np.int32)
    start = np.empty(clients + 1, np.int32)
    steps = _no_steps()
    waiting = np.empty(64)
    n = 0
    for k in range(clients):
        run[k], start[k] = n, n + k
        count, _, least = leaf_gains(
            leaves, k, ebo, vbo, floor, scratch[0], scratch[1], scratch[2]
        )
        steps = _grown(steps, n + count)
        _append(steps, n, count, scratch[0], leaves.figures[k, 3], k)
        if n + k + count + 1 > len(waiting):
            longer = np.empty(2 * (n + k + count + 1))
            longer[: len(waiting)] = waiting
            waiting = longer
        waiting[n + k] = least
        low = int(leaves.figures[k, 4])
        for j in range(count):
            waiting[n + k + 1 + j] = scratch[1, low + 1 + j]
        n += count
    run[clients], start[clients] = n, n + clients
    return steps[2][in_order(steps[0], run, n)], Curves(start, waiting)


@compiled
def place(
    net: Net, i: int, s: int, floor: float, own: int, taken: int, stock: Floats
) -> None:
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
