"""Compiled: clients of a top, what each unit more is worth there, and all units in order."""

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
    price,
    room,
    steepest,
)
from redball.stock.curve.network import Net
from redball.stock.sparing import mixed


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

    ``work`` holds the EBO of stocks above the least, where there are gains. Ends at the most
    allowed or where a unit gains less than ``floor`` for its price.
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
    count = 0 if enough > mean else falling(mean, variance, batch, enough, work, spare)
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
def least_lost(leaves: Leaves, k: int, ebo: float, vbo: float) -> float:
    """Loss at a leaf that holds its least."""
    f, mean, variance = leaves.figures[k, 0], leaves.figures[k, 1], leaves.figures[k, 2]
    mean += f * ebo
    variance += f * ebo if leaves.poisson else f * ((1.0 - f) * ebo + f * vbo)
    if leaves.figures[k, 4] > 0.0 or leaves.figures[k, 6] > 1.0:
        mean, _, _ = mixed(mean, variance, leaves.figures[k, 4], leaves.figures[k, 6])
    return loss_at(leaves.terms[k], int(leaves.figures[k, 7]), mean)


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
    steps = no_steps()
    waiting = np.empty(64)
    n = 0
    for k in range(clients):
        run[k], start[k] = n, n + k
        count, _, least = leaf_gains(leaves, k, ebo, vbo, floor, scratch[0], scratch[1], scratch[2])
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
def curve_of(
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
        count, _, _ = leaf_gains(leaves, k, ebo, vbo, floor, scratch[0], scratch[1], scratch[2])
        if n + count <= len(steps[0]):
            _append(steps, n, count, scratch[0], leaves.figures[k, 3], k)
        n += count
    run[len(leaves.figures)] = n
    return n


@compiled
def no_steps() -> tuple[Floats, Floats, Ints]:
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
