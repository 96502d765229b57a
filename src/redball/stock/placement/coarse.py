"""A bracket for chains whose exact lists of times would be too long.

**Lower.** Stage and inbound times rounded down to a grid, limits rounded up. The optimal cost can
only fall: take an optimal schedule of the true chain and, from suppliers to customers, lower each
outbound time to what the shorter times allow; every net replenishment time falls or is 0. So a
bound of the rounded chain is a bound of the true one.

**Upper.** Its schedule, raised and cut to what the true times allow, is a schedule of the true
chain; it is then improved over exact times near it. The gap between the two is stated, not hidden.

While time is left, the next finer grid follows.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from redball.model.compiled import Floats
from redball.stock.placement.branch import branch_and_bound
from redball.stock.placement.chain import Chain
from redball.stock.placement.lattice import MOST_CANDIDATES, TooManyTimes, Window, build_lattice
from redball.stock.placement.schedule import Schedule, from_ticks, repaired

_WIDTHS = (1000.0, 100.0, 20.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01)
"""Widths of the grid in days, coarsest first."""
_FIRST_TIMES = 400_000
"""Times in all lists of the first rounded chain."""


@dataclass(frozen=True, eq=False)
class Bracket:
    """A schedule of the true chain, a bound below it, and the width of the grid behind that."""

    schedule: Schedule
    bound: float
    width_days: float
    nodes: int


def bracket(
    chain: Chain,
    *,
    gap: float,
    left: Callable[[], bool],
    enough: Callable[[], bool],
    tell: Callable[[float], None],
    seed: int,
) -> Bracket:
    """Bound by rounded times, schedule by exact ones.

    Parameters
    ----------
    chain : Chain
    gap : float
        Relative gap at which the rounded chain counts as solved.
    left, tell, seed
        See :func:`redball.stock.placement.branch.branch_and_bound`.
    enough : callable
        False when the share of time for the bound is used up.
    """
    grids = [w for w in _WIDTHS if _fits(chain, w, _FIRST_TIMES, enough)] or [_WIDTHS[0]]
    first = _WIDTHS.index(grids[-1])
    best: Bracket | None = None
    for width in _WIDTHS[first:]:
        if best is not None and not (enough() and _fits(chain, width, MOST_CANDIDATES, enough)):
            break
        lattice = build_lattice(_easier(chain, width))
        outcome = branch_and_bound(lattice, gap=gap, left=enough, tell=tell, seed=seed)
        rough = from_ticks(chain, outcome.ticks, lattice.ticks_per_day)
        schedule, nodes = _polished(chain, repaired(chain, rough.outbound_days), width, left, seed)
        if best is not None and best.schedule.cost(chain) < schedule.cost(chain):
            schedule = best.schedule
        bound = outcome.bound if best is None else max(outcome.bound, best.bound)
        nodes += outcome.nodes + (best.nodes if best is not None else 0)
        best = Bracket(schedule, bound, width, nodes)
        if bound >= schedule.cost(chain) * (1 - gap):
            break
    if best is None:  # pragma: no cover  # the first width is always tried
        raise AssertionError
    return best


def _polished(
    chain: Chain, schedule: Schedule, width: float, left: Callable[[], bool], seed: int
) -> tuple[Schedule, int]:
    """Best schedule over exact times near one, and the parts looked at."""
    near = Window(schedule.inbound_days, schedule.outbound_days, 2.0 * width)
    try:
        exact = build_lattice(chain, within=near, most=_FIRST_TIMES)
    except TooManyTimes:
        return schedule, 0
    finer = branch_and_bound(exact, gap=0.0, left=left, tell=lambda _: None, seed=seed)
    other = from_ticks(chain, finer.ticks, exact.ticks_per_day)
    return (other if other.cost(chain) < schedule.cost(chain) else schedule), finer.nodes


def _fits(chain: Chain, width: float, most: int, look: Callable[[], object]) -> bool:
    try:
        build_lattice(_easier(chain, width), most=most, look=lambda: (look(), None)[1])
    except TooManyTimes:
        return False
    return True


def _easier(chain: Chain, width: float) -> Chain:
    """Times on a grid, rounded so that the chain can't cost more."""
    return replace(
        chain,
        stage_time_days=_multiples(np.floor, chain.stage_time_days, width),
        inbound_time_days=_multiples(np.floor, chain.inbound_time_days, width),
        limit_days=_multiples(np.ceil, chain.limit_days, width),
    )


def _multiples(way: Callable[[Floats], Floats], days: Floats, width: float) -> Floats:
    # nine decimals first: 0.3 / 0.1 is a little less than 3
    return way(np.round(days / width, 9)) * width
