"""The public doors: place safety stock, price a given schedule."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from redball.model import BadData, BadUse
from redball.stock.placement.branch import branch_and_bound
from redball.stock.placement.chain import Chain
from redball.stock.placement.coarse import bracket
from redball.stock.placement.lattice import (
    MOST_CANDIDATES,
    Lattice,
    TooManyTimes,
    build_lattice,
    in_ticks,
)
from redball.stock.placement.milp import solve_one_hot
from redball.stock.placement.result import Placement, make_placement
from redball.stock.placement.schedule import Schedule, from_ticks
from redball.stock.placement.search import is_forest, solve_forest

METHODS = ("auto", "tree", "branch", "milp")
_TREE = "dynamic programming on a tree"
_BRANCH = "message bounds, branch and bound"
_MILP = "integer programme, one-hot net times"
_ROUNDING = 1e-12
_GRID_TICKS = 5_000_000
"""Ticks of a tree up to which a plain grid is faster than exact lists."""
_SHARE_OF_BOUND = 0.8
"""Of the time limit, where a bound and a schedule have to be sought apart."""


@dataclass(frozen=True, eq=False)
class _Found:
    """A schedule, what bounds its cost, and how it was found."""

    schedule: Schedule
    bound: float
    method: str
    nodes: int = 0


def place_on_tree(chain: Chain) -> Placement:
    """Optimal placement where the arcs close no circle (directions aside), forests included.

    Dynamic programming, exact for any stage times: O(N M log^2 M) for N stages with up to M
    candidate times.

    Raises
    ------
    BadUse
        The arcs close a circle: use :func:`place`.
    """
    return place(chain, method="tree")


def place(
    chain: Chain,
    *,
    method: str = "auto",
    time_limit_seconds: float = 60.0,
    gap: float = 1e-9,
    threads: int = 1,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Placement:
    """Place safety stock at least cost, with proof, or say how far off it may be.

    Parameters
    ----------
    chain : Chain
    method : str
        ``auto``: ``tree`` where the arcs close no circle, else ``branch``. ``tree``: dynamic
        programming. ``branch``: bounds by messages and branch and bound, for any chain. ``milp``:
        the one-hot integer programme by a general solver, an independent second opinion for small
        chains.
    time_limit_seconds : float
        Then the best schedule so far is returned, with its bound.
    gap : float
        Relative gap at which a schedule counts as optimal.
    threads : int
        Of the general solver; the own kernels use one.
    seed : int
        Of the random forests that improve schedules. The optimum does not depend on it.
    progress : callable, optional
        Called with a share of 0 to 1, several times a second but for the step of building the
        lists; an exception from it, or an interrupt, stops the work.

    Raises
    ------
    BadUse
        An unknown method, ``tree`` on a chain with circles, or a parameter out of range.
    BadData
        Times too long or too fine to be told apart.
    """
    _check(method, time_limit_seconds, gap)
    clock = _Clock(time_limit_seconds, progress)
    closer = max(0.99 * gap, _ROUNDING)
    tree = method in ("auto", "tree") and is_forest(chain)
    if method == "tree" and not tree:
        raise BadUse(
            "The arcs close a circle, so the chain is not a tree.", mend="Use method 'branch'."
        )
    try:
        lattice = build_lattice(
            chain,
            grid_up_to=_GRID_TICKS if tree else 0,
            most=MOST_CANDIDATES,
            look=clock.look,
        )
    except TooManyTimes:
        found = _bracketed(chain, method, closer, seed, clock)
    else:
        found = _solved(chain, lattice, method, closer, threads, seed, clock, tree=tree)
    cost = found.schedule.cost(chain)
    # the bound and the cost are summed in different orders; a gap below that is none
    bound = found.bound if found.bound < cost * (1 - _ROUNDING) else cost
    reached = (cost - bound) / cost if cost > 0 else 0.0
    if progress is not None:
        progress(1.0)
    return make_placement(
        chain,
        found.schedule,
        bound=bound,
        gap=reached,
        status="optimal" if reached <= max(gap, _ROUNDING) else "feasible",
        method=found.method,
        nodes=found.nodes,
        seconds=clock.spent,
    )


def price_schedule(chain: Chain, outbound_days: Mapping[str, float]) -> Placement:
    """Price a given schedule: the outbound service time of every stage.

    Raises
    ------
    BadData
        A stage is missing or unknown, a time is not a finite number of 0 or more or passes the
        stage's limit, or a stage would quote a time longer than its own plus its suppliers' (a
        negative net replenishment time).
    """
    unknown = sorted(set(outbound_days) - set(chain.names))
    missing = [name for name in chain.names if name not in outbound_days]
    if unknown or missing:
        raise BadData(
            f"Stage '{(unknown + missing)[0]}' is {'not in the chain' if unknown else 'missing'}.",
            where="schedule",
            mend="Give one outbound time for each stage of the chain.",
        )
    out = np.array([float(outbound_days[name]) for name in chain.names])
    bad = ~(np.isfinite(out) & (out >= 0) & (out <= chain.limit_days))
    if bad.any():
        at = int(np.argmax(bad))
        raise BadData(
            f"The outbound time is {out[at]:g} days.",
            where=f"schedule, {chain.names[at]}",
            mend=f"Give a time from 0 to the limit of {chain.limit_days[at]:g}.",
        )
    (ticks, time_ticks, inbound, _), per_day = in_ticks(
        (out, chain.stage_time_days, chain.inbound_time_days, chain.limit_days)
    )
    np.maximum.at(inbound, chain.customer, ticks[chain.supplier])
    net = (inbound + time_ticks - ticks) / per_day
    if (net < 0).any():
        at = int(np.argmin(net))
        most = out[at] + net[at]
        raise BadData(
            f"It quotes {out[at]:g} days, but can't take longer than {most:g}.",
            where=f"schedule, {chain.names[at]}",
            mend=f"Quote at most {most:g} days; the net replenishment time may not be negative.",
        )
    return make_placement(
        chain, Schedule(inbound / per_day, out, net), bound=np.nan, gap=np.nan, status="given",
        method="given schedule", nodes=0, seconds=0.0,
    )  # fmt: skip


class _Clock:
    """Time limit and progress in one."""

    def __init__(self, limit: float, progress: Callable[[float], None] | None) -> None:
        self.limit, self.progress = limit, progress
        self.began = time.perf_counter()
        self.share = 0.0

    @property
    def spent(self) -> float:
        return time.perf_counter() - self.began

    def left(self, share: float = 1.0) -> bool:
        self.look()
        return self.spent < share * self.limit

    def tell(self, closed: float) -> None:
        self.share = max(self.share, min(closed, 1.0))

    def look(self) -> None:
        if self.progress is not None:
            self.share = max(self.share, min(self.spent / self.limit, 1.0))
            self.progress(self.share)


def _check(method: str, limit: float, gap: float) -> None:
    if method not in METHODS:
        raise BadUse(f"There is no method '{method}'.", mend=f"One of: {', '.join(METHODS)}.")
    if not limit > 0:
        raise BadUse(f"The time limit is {limit} s.", mend="Give more than 0.")
    if not 0 <= gap < 1:
        raise BadUse(f"The gap is {gap}.", mend="Give a share from 0 to below 1.")


def _solved(
    chain: Chain,
    lattice: Lattice,
    method: str,
    gap: float,
    threads: int,
    seed: int,
    clock: "_Clock",
    *,
    tree: bool,
) -> _Found:
    """Solve over exact times."""
    per_day = lattice.ticks_per_day
    if tree:
        cost, chosen = solve_forest(lattice)
        return _Found(from_ticks(chain, lattice.value[chosen], per_day), cost, _TREE)
    if method == "milp":
        ticks, bound = solve_one_hot(
            lattice, time_limit_seconds=max(clock.limit - clock.spent, 0.1), gap=gap,
            threads=threads, progress=clock.progress,
        )  # fmt: skip
        return _Found(from_ticks(chain, ticks, per_day), bound, _MILP)
    done = branch_and_bound(lattice, gap=gap, left=clock.left, tell=clock.tell, seed=seed)
    return _Found(from_ticks(chain, done.ticks, per_day), done.bound, _BRANCH, done.nodes)


def _bracketed(chain: Chain, method: str, gap: float, seed: int, clock: _Clock) -> _Found:
    """Solve over rounded times where the exact lists would be too long."""
    if method not in ("auto", "branch"):
        raise BadUse(
            f"The stage times give too many candidate times for method '{method}'.",
            mend="Use method 'branch', or round the stage times.",
        )
    done = bracket(
        chain, gap=gap, left=clock.left, enough=lambda: clock.left(_SHARE_OF_BOUND),
        tell=clock.tell, seed=seed,
    )  # fmt: skip
    method = f"bound over times rounded to {done.width_days:g} days, schedule over exact times"
    return _Found(done.schedule, done.bound, method, done.nodes)
