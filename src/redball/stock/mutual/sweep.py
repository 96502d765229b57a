"""The sweep over items, echelons and indentures with mutual support in it.

It is the evaluation of :mod:`redball.stock.sparing` with one step replaced: the sites of one level
of supply that may help each other with an item are solved together instead of one by one.
"""

import numba
import numpy as np
import numpy.typing as npt

from redball.model.compiled import Floats, Ints, compiled, compiled_parallel
from redball.stock.backorders import expected_backorders
from redball.stock.mutual.iteration import MOST_ROUNDS
from redball.stock.mutual.single import best_measures
from redball.stock.mutual.state import Sites
from redball.stock.sparing import mixed

Longs = npt.NDArray[np.int64]

_PASSES = 2
_SHIFT = 1e-3
"""Share of a supplier's demand that must move before its own pipeline is worked out again."""


@compiled_parallel
def sweep(
    items: Ints, sites_down: Ints, level: Ints, supplier: Ints, children_start: Ints,
    children: Ints, child: Ints, rate: Floats, local: Floats, local_variance: Floats,
    upward: Floats, part: Floats, on: Floats, batch: Floats, stock: Floats, days: Floats,
    pattern: Ints, helpers: Ints, keep: Floats, move_days: Floats, ebo: Floats, vbo: Floats,
    moving: Floats, shares: Floats, flow: Floats, pooled: Floats, rounds: Longs,
) -> None:  # fmt: skip
    """Fill the results of items of one level of indenture; their children are done.

    ``on`` (I, S) is the share of failures passed on to the supplier, ``days`` (I, S) the resupply
    time of a site without demand; ``flow`` (len(items), S, S) units per day to the first site from
    the second; ``pooled`` (I, S) backorders were the group one site, shared equally among its
    members; ``rounds`` (I,).
    """
    for place in numba.prange(len(items)):
        i = items[place]
        sites = len(sites_down)
        net = np.zeros(sites)
        for _ in range(_PASSES):
            flow[place] = 0.0
            rounds[i] = 0
            start = 0
            while start < sites:
                end = start
                while end < sites and level[sites_down[end]] == level[sites_down[start]]:
                    end += 1
                peers = sites_down[start:end]
                mean, variance = _pipelines(
                    i, peers, supplier, children_start, children, child, rate, local,
                    local_variance, upward, part, ebo, vbo, moving, net,
                )  # fmt: skip
                _level(
                    i, peers, supplier, rate, mean, variance, batch, stock, days,
                    helpers[pattern[i]], keep[pattern[i]], move_days[pattern[i]], ebo, vbo, moving,
                    shares, flow[place], pooled, rounds,
                )  # fmt: skip
                start = end
            before = net.copy()
            _net(i, sites_down, supplier, on, flow[place], net)
            worst = 0.0
            for s in range(sites):
                if rate[i, s] > 0.0:
                    worst = max(worst, abs(net[s] - before[s]) / rate[i, s])
            if worst < _SHIFT:
                break


@compiled
def _net(i: int, sites_down: Ints, supplier: Ints, on: Floats, flow: Floats, net: Floats) -> None:
    """Orders per day that each site gets more, or less, because others took over demand."""
    sites = len(sites_down)
    net[:] = 0.0
    for back in range(sites):
        s = sites_down[sites - 1 - back]
        if supplier[s] >= 0:
            moved = net[s]
            for other in range(sites):
                moved += flow[other, s] - flow[s, other]
            net[supplier[s]] += on[i, s] * moved


@compiled
def _pipelines(
    i: int, peers: Ints, supplier: Ints, children_start: Ints, children: Ints, child: Ints,
    rate: Floats, local: Floats, local_variance: Floats, upward: Floats, part: Floats, ebo: Floats,
    vbo: Floats, moving: Floats, net: Floats,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Mean and variance of the units in resupply, as in VARI-METRIC.

    Units on the move count as backorders of the site they go to.
    """
    mean, variance = np.zeros(len(rate[i])), np.zeros(len(rate[i]))
    for s in peers:
        grown = 1.0
        if rate[i, s] > 0.0:
            grown = max(0.0, 1.0 + net[s] / rate[i, s])
        m, v = local[i, s] * grown, local_variance[i, s] * grown
        u = supplier[s]
        if u >= 0 and rate[i, u] > 0.0:
            f = upward[i, s] / max(1.0 + net[u] / rate[i, u], 1e-9)
            f = min(f, 1.0)
            e, w = ebo[i, u] + moving[i, u], vbo[i, u] + moving[i, u]
            m += f * e
            v += f * ((1.0 - f) * e + f * w)
        for k in range(children_start[i], children_start[i + 1]):
            g, c = part[children[k], s], child[children[k]]
            e, w = ebo[c, s] + moving[c, s], vbo[c, s] + moving[c, s]
            m += g * e
            v += g * ((1.0 - g) * e + g * w)
        mean[s], variance[s] = m, v
    return mean, variance


@compiled
def _level(
    i: int, peers: Ints, supplier: Ints, rate: Floats, mean: Floats, variance: Floats,
    batch: Floats, stock: Floats, days: Floats, helpers: Ints, keep: Floats, move_days: Floats,
    ebo: Floats, vbo: Floats, moving: Floats, shares: Floats, flow: Floats, pooled: Floats,
    rounds: Longs,
) -> None:  # fmt: skip
    """Sites of one level: alone where nobody helps, in groups that hang together otherwise."""
    sites = len(supplier)
    bi, bs = min(batch.shape[0] - 1, 1), min(batch.shape[1] - 1, 1)
    time = np.zeros(sites)
    takes_part = np.zeros(sites, np.bool_)
    for s in peers:
        time[s] = mean[s] / rate[i, s] if rate[i, s] > 0.0 else days[i, s]
        takes_part[s] = time[s] > 0.0 and batch[i * bi, s * bs] == 1.0
        e, w, below = mixed(mean[s], variance[s], stock[i, s], batch[i * bi, s * bs])
        ebo[i, s], vbo[i, s], moving[i, s], pooled[i, s] = e, w, 0.0, e
        shares[i, s, 0], shares[i, s, 1], shares[i, s, 2] = below, 0.0, 1.0 - below
    group = _groups(i, peers, rate, stock, keep, time, takes_part, helpers, move_days)
    for s in peers:
        if group[s] == s:
            members = np.flatnonzero(group == s)
            _together(
                i, members, rate, mean, variance, stock, time, keep, helpers, move_days, ebo,
                vbo, moving, shares, flow, pooled, rounds,
            )  # fmt: skip


@compiled
def _may(
    i: int, s: int, j: int, rate: Floats, stock: Floats, keep: Floats, time: Floats,
    takes_part: npt.NDArray[np.bool_], move_days: Floats,
) -> bool:  # fmt: skip
    """Whether site s ever asks j: j holds more than it keeps, and its unit comes sooner."""
    return bool(
        takes_part[s] and takes_part[j] and rate[i, s] > 0.0 and stock[i, j] > keep[j]
        and move_days[s, j] < time[s]
    )  # fmt: skip


@compiled
def _groups(
    i: int, peers: Ints, rate: Floats, stock: Floats, keep: Floats, time: Floats,
    takes_part: npt.NDArray[np.bool_], helpers: Ints, move_days: Floats,
) -> Longs:  # fmt: skip
    """First site of the group that each site hangs together with; -1 for a site on its own."""
    group = np.full(len(time), -1, np.int64)
    for s in peers:
        for j in helpers[s]:
            if j >= 0 and _may(i, s, j, rate, stock, keep, time, takes_part, move_days):
                if group[s] < 0:
                    group[s] = s
                if group[j] < 0:
                    group[j] = j
                old, new = max(group[s], group[j]), min(group[s], group[j])
                for k in range(len(group)):
                    if group[k] == old:
                        group[k] = new
    return group


@compiled
def _together(
    i: int, members: Longs, rate: Floats, mean: Floats, variance: Floats, stock: Floats,
    time: Floats, keep: Floats, helpers: Ints, move_days: Floats, ebo: Floats,
    vbo: Floats, moving: Floats, shares: Floats, flow: Floats, pooled: Floats, rounds: Longs,
) -> None:  # fmt: skip
    """Solve one group and write what it gives."""
    count = len(members)
    place_of = np.full(len(time), -1, np.int64)
    for a in range(count):
        place_of[members[a]] = a
    inside = np.full((count, count), -1, np.int32)
    own = np.empty((5, count))
    for a in range(count):
        s = members[a]
        own[0, a], own[1, a], own[2, a] = rate[i, s], mean[s], 0.0
        if mean[s] > 0.0:
            own[2, a] = max(variance[s] / mean[s] - 1.0, 0.0)
        own[3, a], own[4, a] = stock[i, s], max(stock[i, s] - keep[s], 0.0)
        slot = 0
        for j in helpers[s]:
            wanted = j >= 0 and place_of[j] >= 0 and rate[i, s] > 0.0
            if wanted and stock[i, j] > keep[j] and move_days[s, j] < time[s]:
                inside[a, slot] = place_of[j]
                slot += 1
    found = Sites(own[0], own[1], own[2], time[members], own[3], own[4], inside)
    part, e, w, moved, took = best_measures(found)
    rounds[i] = max(rounds[i], took)
    together, _ = expected_backorders(
        mean[members].sum(), variance[members].sum(), stock[i][members].sum()
    )
    for a in range(count):
        s = members[a]
        ebo[i, s], vbo[i, s] = e[a], max(w[a], 0.0)
        shares[i, s] = part[a]
        pooled[i, s] = together / count
        for b in range(count):
            j = members[b]
            flow[s, j] = moved[a, b]
            moving[i, s] += moved[a, b] * move_days[s, j]


def unsettled(rounds: Longs) -> int:
    """Count the items whose iteration did not come to rest."""
    return int((rounds >= MOST_ROUNDS).sum())
