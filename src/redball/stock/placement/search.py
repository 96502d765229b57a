"""Good schedules fast: an exact optimum over a random forest of arcs, again and again.

Arcs that close a circle are cut. At a cut arc a time between its two ends is chosen, which the
supplier may not pass and the customer may not fall below: then the arc holds whatever the rest
does, and the present schedule stays allowed. Dynamic programming gives the best schedule of that
large neighbourhood, so no round can make it worse.
"""

from collections.abc import Callable

import numpy as np

from redball.model.compiled import Flags, Floats, Longs, compiled
from redball.stock.placement.chain import Chain
from redball.stock.placement.forest import adjacency, forest_optimum, grow_forest, span
from redball.stock.placement.lattice import Lattice

_SAME = 1e-12
"""Costs closer than this, relatively, are equal but for rounding."""


def solve_forest(lattice: Lattice) -> tuple[float, Longs]:
    """Optimum of a chain whose arcs close no circle: cost and positions in ``lattice.value``."""
    near_start, near_edge = adjacency(lattice.variables, lattice.tail, lattice.head)
    used = np.ones(len(lattice.tail), dtype=np.bool_)
    order, parent = grow_forest(lattice.tail, lattice.head, used, near_start, near_edge)
    return forest_optimum(
        lattice.value, lattice.factor, lattice.time, lattice.tail, lattice.head, order, parent,
        lattice.start[:-1], lattice.start[1:],
    )  # fmt: skip


def is_forest(chain: Chain) -> bool:
    """Whether the arcs close no circle, directions aside."""
    arcs = np.arange(len(chain.supplier))
    return bool(span(chain.stages, chain.supplier, chain.customer, arcs).all())


def improve(
    lattice: Lattice,
    chosen: Longs,
    rng: np.random.Generator,
    *,
    rounds: int,
    look: Callable[[], bool],
) -> Longs:
    """Improve a schedule over random forests.

    Parameters
    ----------
    lattice : Lattice
    chosen : int64 array, shape (variables,)
        A schedule that keeps all constraints, as positions in ``lattice.value``.
    rng : numpy.random.Generator
    rounds : int
        Forests in a row without gain after which it ends.
    look : callable
        Called before each round; false ends the search.

    Returns
    -------
    int64 array, shape (variables,)
        A schedule that costs no more.
    """
    best = lattice.cost(chosen)
    stages, edges = lattice.stages, len(lattice.tail)
    near_start, near_edge = adjacency(lattice.variables, lattice.tail, lattice.head)
    idle = 0
    while idle < rounds and look():
        idle += 1
        order = np.concatenate([np.arange(stages), stages + rng.permutation(edges - stages)])
        used = span(lattice.variables, lattice.tail, lattice.head, order)
        at_customer = rng.random(edges) < 0.5
        low, high = _cut(
            lattice.value, lattice.start, lattice.tail, lattice.head, used, chosen, at_customer
        )
        rows, parent = grow_forest(lattice.tail, lattice.head, used, near_start, near_edge)
        _, other = forest_optimum(
            lattice.value, lattice.factor, lattice.time, lattice.tail, lattice.head, rows, parent,
            low, high,
        )  # fmt: skip
        cost = lattice.cost(other)
        if cost <= best:
            if cost < best * (1 - _SAME):
                idle = 0
            best, chosen = cost, other
    return chosen


@compiled
def _cut(
    value: Floats, start: Longs, tail: Longs, head: Longs, used: Flags, chosen: Longs,
    at_customer: Flags,
) -> tuple[Longs, Longs]:  # fmt: skip
    """Limits that make every arc not used hold by itself, with the schedule still allowed."""
    low, high = start[:-1].copy(), start[1:].copy()
    for e in range(len(tail)):
        if used[e]:
            continue
        u, w = tail[e], head[e]
        level = value[chosen[w]] if at_customer[e] else value[chosen[u]]
        first = start[w] + np.searchsorted(value[start[w] : start[w + 1]], level)
        low[w] = max(low[w], first)
        last = start[u] + np.searchsorted(value[start[u] : start[u + 1]], level, side="right")
        high[u] = min(high[u], last)
    return low, high
