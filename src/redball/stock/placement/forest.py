"""Exact placement on a forest by dynamic programming over lists of candidate times.

The variables of a chain (two a stage, see :mod:`redball.stock.placement.kernels`) and the chosen
edges form a forest. Messages run from its leaves to its roots; the choice is read off on the way
back. This is the dynamic programme of Graves and Willems (MSOM 2 (2000) 68-83) with messages in
n log^2 n steps instead of n^2, and with lists of times that need not be whole numbers or equal for
all stages.
"""

import numpy as np

from redball.model.compiled import Flags, Floats, Longs, compiled
from redball.stock.placement.kernels import send_down, send_in, send_out, send_up


@compiled
def adjacency(variables: int, tail: Longs, head: Longs) -> tuple[Longs, Longs]:
    """Edges of each variable in compressed rows: ``start`` and edge numbers, rising by variable."""
    start = np.zeros(variables + 1, dtype=np.int64)
    for e in range(len(tail)):
        start[tail[e] + 1] += 1
        start[head[e] + 1] += 1
    for v in range(variables):
        start[v + 1] += start[v]
    at = start[:-1].copy()
    edge = np.empty(start[variables], dtype=np.int64)
    for e in range(len(tail)):
        edge[at[tail[e]]] = e
        at[tail[e]] += 1
        edge[at[head[e]]] = e
        at[head[e]] += 1
    return start, edge


@compiled
def grow_forest(
    tail: Longs, head: Longs, used: Flags, near_start: Longs, near_edge: Longs
) -> tuple[Longs, Longs]:
    """Variables in an order from roots to leaves, and the edge to the parent (-1 at roots)."""
    variables = len(near_start) - 1
    order = np.empty(variables, dtype=np.int64)
    parent = np.full(variables, -2, dtype=np.int64)
    filled = 0
    for root in range(variables):
        if parent[root] != -2:
            continue
        parent[root] = -1
        order[filled] = root
        reading = filled
        filled += 1
        while reading < filled:
            v = order[reading]
            reading += 1
            for slot in range(near_start[v], near_start[v + 1]):
                e = near_edge[slot]
                other = tail[e] + head[e] - v
                if used[e] and parent[other] == -2:
                    parent[other] = e
                    order[filled] = other
                    filled += 1
    return order, parent


@compiled
def span(variables: int, tail: Longs, head: Longs, order: Longs) -> Flags:
    """Take edges in the given order where they close no circle; a spanning forest (Kruskal)."""
    root = np.arange(variables)
    used = np.zeros(len(tail), dtype=np.bool_)
    for e in order:
        a, b = tail[e], head[e]
        while root[a] != a:
            root[a] = root[root[a]]
            a = root[a]
        while root[b] != b:
            root[b] = root[root[b]]
            b = root[b]
        if a != b:
            root[a] = b
            used[e] = True
    return used


@compiled
def forest_optimum(
    value: Floats, factor: Floats, time: Floats, tail: Longs, head: Longs,
    order: Longs, parent: Longs, low: Longs, high: Longs,
) -> tuple[float, Longs]:  # fmt: skip
    """Least cost over a forest and the positions in ``value`` that reach it.

    Parameters
    ----------
    value : float64 array
        Candidate times of all variables, one list after another, each rising.
    factor, time : float64 arrays, shape (stages,)
        Of edge ``e < stages``, which joins the two variables of a stage; later edges are arcs.
    tail, head : int64 arrays, shape (edges,)
    order, parent : int64 arrays, shape (variables,)
        From :func:`grow_forest`.
    low, high : int64 arrays, shape (variables,)
        The list of a variable is ``value[low:high]``.

    Returns
    -------
    float
        Infinity when there is no allowed choice.
    int64 array, shape (variables,)
    """
    start, cost = _gathered(value, factor, time, tail, head, order, parent, low, high)
    total = 0.0
    for v in order:
        if parent[v] < 0:
            roots = cost[start[v] : start[v + 1]]
            total += roots.min() if len(roots) else np.inf
    chosen = low.copy()
    if total < np.inf:
        for v in order:
            chosen[v] += _best(
                value, factor, time, tail, head, v, parent[v], low, high, chosen,
                cost[start[v] : start[v + 1]],
            )  # fmt: skip
    return total, chosen


@compiled
def _gathered(
    value: Floats, factor: Floats, time: Floats, tail: Longs, head: Longs,
    order: Longs, parent: Longs, low: Longs, high: Longs,
) -> tuple[Longs, Floats]:  # fmt: skip
    """Least cost of all that hangs below each variable, by its time; lists begin at ``start``."""
    stages, variables = len(factor), len(order)
    start = np.zeros(variables + 1, dtype=np.int64)
    widest = 1
    for v in range(variables):
        size = max(high[v] - low[v], 0)
        start[v + 1] = start[v] + size
        widest = max(widest, size)
    cost = np.zeros(start[variables])
    message = np.empty(widest)
    for v in order[::-1]:
        e = parent[v]
        if e < 0:
            continue
        mine = cost[start[v] : start[v + 1]]
        other = tail[e] + head[e] - v
        theirs = cost[start[other] : start[other + 1]]
        out = message[: len(theirs)]
        here, there = value[low[v] : high[v]], value[low[other] : high[other]]
        if e < stages:
            if v == tail[e]:
                send_out(here, there, mine, factor[e], time[e], out)
            else:
                send_in(there, here, mine, factor[e], time[e], out)
        elif v == tail[e]:
            send_up(here, there, mine, out)
        else:
            send_down(there, here, mine, out)
        theirs += out
    return start, cost


@compiled
def _best(
    value: Floats, factor: Floats, time: Floats, tail: Longs, head: Longs, v: int, e: int,
    low: Longs, high: Longs, chosen: Longs, cost: Floats,
) -> int:  # fmt: skip
    """Place in its list of the best time of ``v``, given that of its parent over edge ``e``."""
    fixed = value[chosen[tail[e] + head[e] - v]] if e >= 0 else 0.0
    best, at = np.inf, 0
    for k in range(high[v] - low[v]):
        total = cost[k]
        if e >= 0:
            here = value[low[v] + k]
            ahead = here - fixed if v == tail[e] else fixed - here
            if e < len(factor):
                root = ahead + time[e]
                total = np.inf if root < 0 else total + factor[e] * np.sqrt(root)
            elif ahead > 0:
                total = np.inf
        if total < best:
            best = total
            at = k
    return at
