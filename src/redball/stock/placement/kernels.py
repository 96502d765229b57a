"""Messages along the edges of a placement problem: for each time at one end, the least cost.

A chain has two variables for each stage: its inbound service time ``SI`` and its outbound service
time ``S``. Two kinds of edge join them:

* a *stage* edge from ``SI`` to ``S`` of one stage, with cost ``k sqrt(SI + T - S)`` where the
  root's argument is not negative, else forbidden;
* an *arc* edge from ``S`` of a supplier to ``SI`` of its customer: ``S <= SI``, no cost.

Every algorithm here (dynamic programming, bounds, search) sends messages over these edges, and
only these. Times are ticks: whole numbers in float64, exact up to 2^53.

The cost is concave in ``SI - S``, so the matrix of costs over a rectangle of allowed pairs is
inverse Monge: the best ``SI`` falls as ``S`` rises, and divide and conquer finds all row minima in
n log n steps (Aggarwal, Klawe, Moran, Shor and Wilber, Algorithmica 2 (1987) 195-208). The allowed
pairs form a staircase; it is cut into rectangles by halving, at one more logarithm.
"""

import numpy as np

from redball.model.compiled import Floats, Longs, compiled

_SMALL = 24
"""Rows up to which a plain double loop is faster than dividing."""


@compiled
def _rectangle(
    row_value: Floats, column_value: Floats, column_cost: Floats, factor: float, shift: float,
    first: int, last: int, left: int, right: int, out: Floats, stack: Longs,
) -> None:  # fmt: skip
    """Lower ``out`` to the minima of rows ``first..last-1`` over columns ``left..right-1``.

    All pairs are allowed. Rows and columns rise in value; the best column falls.
    """
    if right <= left:
        return
    top = 0
    stack[0], stack[1], stack[2], stack[3] = first, last, left, right
    while top >= 0:
        base = 4 * top
        r0, r1, c0, c1 = stack[base], stack[base + 1], stack[base + 2], stack[base + 3]
        top -= 1
        if r1 <= r0:
            continue
        row = (r0 + r1) // 2
        offset = shift - row_value[row]
        best = np.inf
        at = c0
        for c in range(c0, c1):
            cost = column_cost[c] + factor * np.sqrt(column_value[c] + offset)
            if cost < best:
                best = cost
                at = c
        out[row] = min(out[row], best)
        # rows below hold larger columns, rows above smaller ones
        stack[4 * top + 4], stack[4 * top + 5] = r0, row
        stack[4 * top + 6], stack[4 * top + 7] = at, c1
        stack[4 * top + 8], stack[4 * top + 9] = row + 1, r1
        stack[4 * top + 10], stack[4 * top + 11] = c0, at + 1
        top += 2


@compiled
def lower_stage(
    row_value: Floats, column_value: Floats, column_cost: Floats, factor: float, time: float,
    out: Floats,
) -> None:  # fmt: skip
    """Fill ``out[r]`` with the least ``column_cost[c] + factor sqrt(column[c] - row[r] + time)``.

    Only columns with a root of a non-negative number count; a row without any gets infinity.
    ``row_value`` and ``column_value`` rise.
    """
    rows, columns = len(row_value), len(column_value)
    start = np.empty(rows, dtype=np.int64)
    c = 0
    for r in range(rows):
        out[r] = np.inf
        while c < columns and column_value[c] < row_value[r] - time:
            c += 1
        start[r] = c
    if rows == 0:
        return
    inner = np.empty(4 * 140, dtype=np.int64)
    outer = np.empty(3 * 140, dtype=np.int64)
    outer[0], outer[1], outer[2] = 0, rows, columns
    top = 0
    while top >= 0:
        r0, r1, end = outer[3 * top], outer[3 * top + 1], outer[3 * top + 2]
        top -= 1
        if r1 <= r0:
            continue
        if r1 - r0 <= _SMALL:
            for r in range(r0, r1):
                offset = time - row_value[r]
                best = out[r]
                for k in range(start[r], end):
                    best = min(best, column_cost[k] + factor * np.sqrt(column_value[k] + offset))
                out[r] = best
            continue
        middle = (r0 + r1) // 2
        _rectangle(
            row_value, column_value, column_cost, factor, time,
            r0, middle + 1, start[middle], end, out, inner,
        )  # fmt: skip
        outer[3 * top + 3], outer[3 * top + 4], outer[3 * top + 5] = r0, middle, start[middle]
        outer[3 * top + 6], outer[3 * top + 7], outer[3 * top + 8] = middle + 1, r1, end
        top += 2


@compiled
def send_out(
    inbound: Floats, outbound: Floats, cost: Floats, factor: float, time: float, out: Floats
) -> None:
    """Message over a stage from ``SI`` to ``S``: for each ``S`` the least cost over ``SI``."""
    lower_stage(outbound, inbound, cost, factor, time, out)


@compiled
def send_in(
    inbound: Floats, outbound: Floats, cost: Floats, factor: float, time: float, out: Floats
) -> None:
    """Message over a stage from ``S`` to ``SI``: for each ``SI`` the least cost over ``S``.

    With both ends negated and read backwards it is the other direction.
    """
    turned = np.empty(len(inbound))
    lower_stage(-inbound[::-1], -outbound[::-1], cost[::-1].copy(), factor, time, turned)
    out[:] = turned[::-1]


@compiled
def send_up(supplier: Floats, customer: Floats, cost: Floats, out: Floats) -> None:
    """Message over an arc from ``S`` to ``SI``: the least cost over all ``S <= SI``."""
    best = np.inf
    s = 0
    for c in range(len(customer)):
        while s < len(supplier) and supplier[s] <= customer[c]:
            best = min(best, cost[s])
            s += 1
        out[c] = best


@compiled
def send_down(supplier: Floats, customer: Floats, cost: Floats, out: Floats) -> None:
    """Message over an arc from ``SI`` to ``S``: the least cost over all ``SI >= S``."""
    best = np.inf
    c = len(customer) - 1
    for s in range(len(supplier) - 1, -1, -1):
        while c >= 0 and customer[c] >= supplier[s]:
            best = min(best, cost[c])
            c -= 1
        out[s] = best
