"""The same question as an integer programme, for a second opinion on small chains.

For each stage one binary column says which of its net replenishment times holds; its cost stands
on the column, so no curve is approximated. Service times are continuous. Minimise
``sum c_{j,t} y_{j,t}`` with ``sum_t y_{j,t} = 1``, ``SI_j + T_j - S_j = sum_t t y_{j,t}`` and
``S_i <= SI_j`` on arcs. It shares nothing with the messages but the candidate times, and a general
solver needs far longer for it.
"""

from collections.abc import Callable

import numpy as np

from redball.model import BadUse
from redball.model.compiled import Floats, Longs
from redball.solvers import LinearProblem, Status, solve
from redball.stock.placement.lattice import Lattice

MOST_COLUMNS = 300_000
"""Binary columns; beyond that the general solver gets nowhere."""


def solve_one_hot(
    lattice: Lattice,
    *,
    time_limit_seconds: float,
    gap: float,
    threads: int,
    progress: Callable[[float], None] | None,
) -> tuple[Floats, float]:
    """Service times in ticks, two a stage as in the lattice, and the bound.

    Raises
    ------
    BadUse
        Too many candidate times, or time ran out before any schedule was found.
    """
    stages = lattice.stages
    nets = [_net_times(lattice, p) for p in range(stages)]
    size = np.array([len(net) for net in nets])
    if size.sum() > MOST_COLUMNS:
        raise BadUse(
            f"The integer programme would have {size.sum():,} columns of whole numbers.",
            mend=f"Use method 'branch', or a chain with at most {MOST_COLUMNS:,}.",
        )
    answer = solve(
        _programme(lattice, np.concatenate(nets), size),
        time_limit_seconds=time_limit_seconds,
        gap=gap,
        threads=threads,
        progress=progress,
    )
    if answer.status is Status.NOTHING:
        raise BadUse(
            "Time ran out before any schedule was found.",
            mend="Give more time, or use method 'branch'.",
        )
    first = np.concatenate([[0], np.cumsum(size)])
    hot = answer.x[2 * stages :]
    net = np.array(
        [nets[p][np.argmax(hot[first[p] : first[p + 1]])] for p in range(stages)], dtype=np.float64
    )
    return _schedule(lattice, net), answer.bound


def _net_times(lattice: Lattice, p: int) -> Floats:
    """All net replenishment times that the stage's candidate times allow."""
    a, b, c = lattice.start[2 * p : 2 * p + 3]
    difference = lattice.value[a:b, None] - lattice.value[None, b:c] + lattice.time[p]
    return np.unique(difference[difference >= 0])


def _programme(lattice: Lattice, net: Floats, size: Longs) -> LinearProblem:
    stages, arcs = lattice.stages, len(lattice.tail) - lattice.stages
    times, binaries = 2 * stages, len(net)
    owner = np.repeat(np.arange(stages), size)
    hot = times + np.arange(binaries)
    # rows: one choice a stage; the choice is the net time; arcs
    row = np.concatenate(
        [
            owner,
            stages + owner,
            stages + np.arange(times) // 2,
            2 * stages + np.arange(arcs).repeat(2),
        ]
    )
    ends = np.stack([lattice.tail[stages:], lattice.head[stages:]], axis=1).ravel()
    column = np.concatenate([hot, hot, np.arange(times), ends])
    value = np.concatenate(
        [np.ones(binaries), net, np.tile([-1.0, 1.0], stages), np.tile([1.0, -1.0], arcs)]
    )
    by_row = np.argsort(row, kind="stable")
    first, last = lattice.start[:-1], lattice.start[1:] - 1
    rows = 2 * stages + arcs
    return LinearProblem(
        cost=np.concatenate([np.zeros(times), lattice.factor[owner] * np.sqrt(net)]),
        low=np.concatenate([lattice.value[first], np.zeros(binaries)]),
        high=np.concatenate([lattice.value[last], np.ones(binaries)]),
        row_start=np.concatenate([[0], np.cumsum(np.bincount(row, minlength=rows))]),
        column=column[by_row],
        value=value[by_row],
        row_low=np.concatenate([np.ones(stages), lattice.time, np.full(arcs, -np.inf)]),
        row_high=np.concatenate([np.ones(stages), lattice.time, np.zeros(arcs)]),
        whole=np.arange(times + binaries) >= times,
    )


def _schedule(lattice: Lattice, net: Floats) -> Floats:
    """Least inbound times that go with the net times; shorter net times where 0 is reached."""
    stages = lattice.stages
    ticks = lattice.value[lattice.start[:-1]].copy()
    supplier, customer = lattice.tail[stages:], lattice.head[stages:]
    by_supplier = np.argsort(supplier, kind="stable")
    start = np.searchsorted(supplier[by_supplier], 2 * np.arange(stages + 1) + 1)
    for p in range(stages):
        ticks[2 * p + 1] = max(ticks[2 * p] + lattice.time[p] - net[p], 0.0)
        served = customer[by_supplier[start[p] : start[p + 1]]]
        ticks[served] = np.maximum(ticks[served], ticks[2 * p + 1])
    return ticks
