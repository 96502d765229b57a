"""Compiled: from the backorders of each day to systems that work, with and without cannibalisation.

Sherbrooke 2004, ch. 2 and 5, as in :mod:`redball.stock.sparing`; on logarithms, item after item.
"""

import math

import numba
import numpy as np
import numpy.typing as npt

from redball.model.compiled import Floats, Ints, compiled, compiled_parallel
from redball.stock.backorders import pipeline
from redball.stock.sparing import up_share

Longs = npt.NDArray[np.int64]

LOWEST = -700.0
"""Logarithm that stands for availability 0."""


@compiled_parallel
def add_logs(
    rows: Longs, item: Ints, system: Ints, per_system: Floats, needed: Floats, own: Floats,
    piece: Longs, place: Longs, systems: Floats, ebo: Floats, out: Floats,
) -> None:  # fmt: skip
    """Add the logarithm of each item's share of systems that it lets work to ``out`` (Y, S, T).

    ``rows`` are applications whose items lie at ``place`` in ``ebo`` (n, S, T); ``own`` (K, A, S)
    is the share of the backorders owed to systems here.
    """
    for s in numba.prange(ebo.shape[1]):
        for a in rows:
            n, y = place[item[a]], system[a]
            if systems[y, s] <= 0.0:
                continue
            for t in range(ebo.shape[2]):
                out[y, s, t] += log_up(
                    ebo[n, s, t] * own[piece[t], a, s], systems[y, s], per_system[a], needed[a]
                )


@compiled_parallel
def each_log(
    rows: Longs, item: Ints, system: Ints, per_system: Floats, needed: Floats, own: Floats,
    piece: Longs, place: Longs, systems: Floats, ebo: Floats, out: Floats,
) -> None:  # fmt: skip
    """Like :func:`add_logs`, but each application on its own: ``out`` (len(rows), S, T)."""
    for r in numba.prange(len(rows)):
        row_logs(
            r, rows, item, system, per_system, needed, own, piece, place, systems, ebo, out
        )  # fmt: skip


@compiled
def row_logs(
    r: int, rows: Longs, item: Ints, system: Ints, per_system: Floats, needed: Floats, own: Floats,
    piece: Longs, place: Longs, systems: Floats, ebo: Floats, out: Floats,
) -> None:  # fmt: skip
    """One row of :func:`each_log`, on one core."""
    a = rows[r]
    n, y = place[item[a]], system[a]
    for s in range(ebo.shape[1]):
        for t in range(ebo.shape[2]):
            out[r, s, t] = 0.0
            if systems[y, s] > 0.0:
                out[r, s, t] = log_up(
                    ebo[n, s, t] * own[piece[t], a, s], systems[y, s], per_system[a], needed[a]
                )


@compiled
def log_up(holes: float, systems: float, per_system: float, needed: float) -> float:
    """Logarithm of the share of systems that some holes leave whole.

    Where none is left it is ``LOWEST`` less the holes, so that fewer holes still count as better.
    """
    if holes <= 0.0:
        return 0.0
    share = up_share(holes, systems, per_system, needed)
    return math.log(share) if share > 1e-300 else LOWEST - holes


@compiled_parallel
def add_cannibalised(
    rows: Longs, item: Ints, system: Ints, per_system: Floats, needed: Floats, own: Floats,
    piece: Longs, place: Longs, systems: Floats, stock: Floats, batch: Floats, mean: Floats,
    variance: Floats, out: Floats,
) -> None:  # fmt: skip
    """Add log P(holes leave at most k systems down) to ``out`` (Y, S, T, k), k below the systems.

    All backorders of an item that systems here are owed any part of count as holes.
    """
    for s in numba.prange(mean.shape[1]):
        for a in rows:
            i, y = item[a], system[a]
            n = place[i]
            if systems[y, s] <= 0.0:
                continue
            # the middle of the positions between two orders
            level = stock[i, s] + np.floor(0.5 * (batch[i, s] - 1.0))
            for t in range(mean.shape[2]):
                if own[piece[t], a, s] > 0.0:
                    _add_tail(
                        mean[n, s, t], variance[n, s, t], level, systems[y, s], per_system[a],
                        needed[a], out[y, s, t],
                    )  # fmt: skip


@compiled
def _add_tail(
    mean: float, variance: float, stock: float, systems: float, per_system: float, needed: float,
    out: Floats,
) -> None:  # fmt: skip
    """Walk up the law of the pipeline from the stock and add log P(X <= stock + holes allowed)."""
    _, _, below, at, above = pipeline(mean, variance, stock)
    total = below + at if stock < mean else 1.0 - above
    eps = max(variance / mean - 1.0, 0.0) if mean > 0.0 else 0.0
    x = stock
    for k in range(int(systems)):
        allowed = systems * per_system - (systems - k) * needed
        while x < stock + allowed and total < 1.0 - 1e-16:
            at *= (mean + x * eps) / (1.0 + eps) / (x + 1.0)
            total += at
            x += 1.0
        out[k] += math.log(min(total, 1.0)) if total > 1e-300 else LOWEST
        if total >= 1.0 - 1e-16:
            break
