"""A lower bound for any chain: trees share the stages' costs, and messages even the shares out.

A general network is cut into monotone chains of edges, each of which dynamic programming solves
exactly; the sum of their least costs can't exceed the cost of any schedule. Sequential
tree-reweighted message passing (TRW-S; Kolmogorov, IEEE PAMI 28 (2006) 1568-1583) moves cost among
them so that the bound never falls. On a tree it reaches the optimum. What it converges to is close
to the linear relaxation with one column for each *pair* of times of a stage, far tighter than one
column for each net replenishment time, and never written out.

Messages only move cost from one place to another. So whatever messages a pass starts from, its
bound holds, also for a part of the times (``low`` and ``high``): branching needs no copies.
"""

import numpy as np

from redball.model.compiled import Floats, Longs, compiled
from redball.stock.placement.kernels import send_down, send_in, send_out, send_up


@compiled
def message_starts(start: Longs, end: Longs) -> Longs:
    """Where the message to ``end[e]`` begins, less ``start[end[e]]``, and last the full length.

    So position ``k`` of the flat list of times has its message from edge ``e`` at ``out[e] + k``.
    """
    out = np.zeros(len(end) + 1, dtype=np.int64)
    filled = 0
    for e in range(len(end)):
        out[e] = filled - start[end[e]]
        filled += start[end[e] + 1] - start[end[e]]
    out[len(end)] = filled
    return out


@compiled
def tighten(
    value: Floats, time: Floats, tail: Longs, head: Longs, near_start: Longs, near_edge: Longs,
    low: Longs, high: Longs,
) -> bool:  # fmt: skip
    """Raise ``low`` and lower ``high`` until the ends of all lists agree; false when one is empty.

    An edge asks that the tail's time is at most the head's time, plus the stage's time when it is
    read from ``S`` to ``SI``. So only the ends of the lists matter.
    """
    stages, variables = len(time), len(low)
    changed = True
    while changed:
        changed = False
        for turn in range(2 * variables):
            v = turn if turn < variables else 2 * variables - 1 - turn
            if high[v] <= low[v]:
                return False
            for slot in range(near_start[v], near_start[v + 1]):
                e = near_edge[slot]
                # lesser <= greater + slack
                if e < stages:
                    lesser, greater, slack = head[e], tail[e], time[e]
                else:
                    lesser, greater, slack = tail[e], head[e], 0.0
                if v == lesser:
                    other = greater
                    while high[v] > low[v] and value[high[v] - 1] > value[high[other] - 1] + slack:
                        high[v] -= 1
                        changed = True
                else:
                    other = lesser
                    while high[v] > low[v] and value[low[v]] < value[low[other]] - slack:
                        low[v] += 1
                        changed = True
                if high[v] <= low[v]:
                    return False
    return True


@compiled
def shrink(marginal: Floats, allowance: float, low: Longs, high: Longs) -> bool:
    """Take off the ends of all lists what costs more than the allowance; false when one empties."""
    for v in range(len(low)):
        while low[v] < high[v] and marginal[low[v]] > allowance:
            low[v] += 1
        while low[v] < high[v] and marginal[high[v] - 1] > allowance:
            high[v] -= 1
        if low[v] == high[v]:
            return False
    return True


@compiled
def sweep(
    value: Floats, factor: Floats, time: Floats, tail: Longs, head: Longs,
    near_start: Longs, near_edge: Longs, up: Floats, up_start: Longs, down: Floats,
    down_start: Longs, low: Longs, high: Longs, backward: bool, marginal: Floats,
) -> float:  # fmt: skip
    """One pass over all variables, in rising order or, with ``backward``, in falling order.

    Parameters
    ----------
    up, down : float64 arrays
        Messages to the tail and to the head of each edge, changed in place; see
        :func:`message_starts`.
    low, high : int64 arrays, shape (variables,)
        The times allowed, ``value[low:high]``; made consistent by :func:`tighten`.
    marginal : float64 array, shape (labels,)
        Set to how much the bound would rise, at least, if the variable had that time; see notes.

    Returns
    -------
    float
        A bound on every schedule of the times allowed.

    Notes
    -----
    The marginal of a variable stands on the bound reached when the pass came to it. That is at
    least the bound of the pass before, over the same times, but not that of the pass itself.
    """
    stages, variables = len(factor), len(low)
    widest = 0
    for v in range(variables):
        widest = max(widest, high[v] - low[v])
    space = np.empty(widest)
    bound = 0.0
    for turn in range(variables):
        v = variables - 1 - turn if backward else turn
        a, b = low[v], high[v]
        mine = marginal[a:b]
        mine[:] = 0.0
        before = after = 0
        for slot in range(near_start[v], near_start[v + 1]):
            e = near_edge[slot]
            if head[e] == v:
                before += 1
                mine += down[down_start[e] + a : down_start[e] + b]
            else:
                after += 1
                mine += up[up_start[e] + a : up_start[e] + b]
        least = mine.min()
        bound += least
        mine -= least
        weight = 1.0 / max(before, after, 1)
        share = space[: b - a]
        here = value[a:b]
        for slot in range(near_start[v], near_start[v + 1]):
            e = near_edge[slot]
            if (tail[e] == v) == backward:
                continue
            w = head[e] if tail[e] == v else tail[e]
            c, d = low[w], high[w]
            there = value[c:d]
            if tail[e] == v:
                share[:] = weight * mine - up[up_start[e] + a : up_start[e] + b]
                out = down[down_start[e] + c : down_start[e] + d]
                if e < stages:
                    send_out(here, there, share, factor[e], time[e], out)
                else:
                    send_up(here, there, share, out)
            else:
                share[:] = weight * mine - down[down_start[e] + a : down_start[e] + b]
                out = up[up_start[e] + c : up_start[e] + d]
                if e < stages:
                    send_in(there, here, share, factor[e], time[e], out)
                else:
                    send_down(there, here, share, out)
            least = out.min()
            bound += least
            out -= least
    return bound


@compiled
def round_off(
    value: Floats, factor: Floats, time: Floats, tail: Longs, head: Longs,
    near_start: Longs, near_edge: Longs, up: Floats, up_start: Longs, low: Longs, high: Longs,
) -> Longs:  # fmt: skip
    """Read a schedule off the messages: variable by variable, given what was chosen before.

    Returns
    -------
    int64 array, shape (variables,)
        Positions in ``value``. The lists' ends agree, so some time is always left.
    """
    stages, variables = len(factor), len(low)
    chosen = low.copy()
    for v in range(variables):
        floor = value[low[v]]
        best = np.inf
        inbound = -1
        for slot in range(near_start[v], near_start[v + 1]):
            e = near_edge[slot]
            if head[e] == v:
                if e < stages:
                    inbound = e
                else:
                    floor = max(floor, value[chosen[tail[e]]])
        for k in range(low[v], high[v]):
            if inbound >= 0:
                root = value[chosen[tail[inbound]]] - value[k] + time[inbound]
                if root < 0:
                    break
                cost = factor[inbound] * np.sqrt(root)
            else:
                if value[k] < floor:
                    continue
                cost = 0.0
            for slot in range(near_start[v], near_start[v + 1]):
                e = near_edge[slot]
                if tail[e] == v:
                    cost += up[up_start[e] + k]
            if cost < best:
                best = cost
                chosen[v] = k
    return chosen
