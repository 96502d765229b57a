"""What does not depend on the stock: how many failures arrive where, and how long they take.

Failures of item ``i`` arriving at site ``s`` per day (Sherbrooke 2004, ch. 3 and 5)::

    m(i, s) = demand(i, s)
            + sum over sites c supplied by s:  m(i, c) (1 - r(i, c))
            + sum over parents p of i:         m(p, s) r(p, s) q(p, i, s)

with the share ``r`` repaired at the site and the share ``q`` of the parent's repairs traced to
the child. Parents come before children and lower echelons before upper ones, so one sweep is
enough. The local pipeline is ``m (r T + (1 - r) O)`` with repair turnaround T and order and ship
time O; at a site without supplier the rest ``1 - r`` is condemned and O is the procurement lead
time, so a consumable is an item that is repaired nowhere.
"""

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from redball.model import NOWHERE
from redball.model.compiled import compiled_parallel
from redball.model.errors import BadData
from redball.stock.sparing.checks import cell_of, check_problem, columns, two_axes
from redball.stock.sparing.problem import SparingProblem

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

LARGEST_PIPELINE = 1e6
LARGEST_RATIO = 1e4
"""Bounds of a pipeline mean and of variance to mean: sums over single units end there."""


@dataclass(frozen=True)
class Flows:
    """Arrivals, local pipelines and shares of a checked problem. I items, S sites, E edges.

    Attributes
    ----------
    rate : float64 array, shape (I, S)
        Failures arriving per day, from own demand, lower echelons and repairs of parents.
    local : float64 array, shape (I, S)
        Mean units in repair at the site and under way to it, without waiting for stock elsewhere.
    local_variance : float64 array, shape (I, S)
        ``variance_to_mean`` times ``local``; the same array where the ratio is 1 throughout.
    upward : float64 array, shape (I, S)
        Share of the demand on the supplier that comes from this site; 0 without a supplier.
    part : float64 array, shape (E, S)
        Share of the child's demand at the site that comes from repairs of this parent.
    sites_down : int32 array, shape (S,)
        Sites, suppliers before the sites they supply.
    items_down, level_start : int32 array
        Items, parents before children, and where each level of indenture starts; items of one
        level don't depend on each other.
    children_start, children : int32 array
        Edges of the structure sorted by parent, and where those of each item start.
    """

    rate: Floats
    local: Floats
    local_variance: Floats
    upward: Floats
    part: Floats
    sites_down: Ints
    items_down: Ints
    level_start: Ints
    children_start: Ints
    children: Ints


def flows(problem: SparingProblem) -> Flows:
    """Check a problem and work out what any stock of it will be evaluated with.

    Raises
    ------
    BadUse, BadData
        As :func:`check_problem`; a share repaired without a repair time where failures arrive; a
        share bought anew at a top without a lead time; a pipeline of more than 1e6 units.
    """
    check_problem(problem)
    items, sites = problem.items, problem.sites
    supplier = np.ascontiguousarray(problem.supplier, dtype=np.int32)
    parent = np.ascontiguousarray(problem.structure.parent, dtype=np.int32)
    child = np.ascontiguousarray(problem.structure.child, dtype=np.int32)
    isolation = columns(problem.structure.isolation)
    isolation = np.array(np.broadcast_to(isolation, (len(parent), sites)), order="C")
    site_depth = _depths(sites, supplier[supplier != NOWHERE], np.flatnonzero(supplier != NOWHERE))
    item_depth = _depths(items, parent, child)
    sites_down = np.argsort(site_depth, kind="stable").astype(np.int32)
    items_down = np.argsort(item_depth, kind="stable").astype(np.int32)
    level_start = _starts(item_depth[items_down], int(item_depth.max()) + 1)
    repaired, repair_days = two_axes(problem, "repaired"), two_axes(problem, "repair_days")
    ship_days, ratio = two_axes(problem, "ship_days"), two_axes(problem, "variance_to_mean")
    rate, local, upward = (np.empty((items, sites)) for _ in range(3))
    part = np.zeros((len(parent), sites))
    by_child = np.argsort(child, kind="stable").astype(np.int32)
    child_start = _starts(child[by_child], items)
    wrong = np.zeros(items, dtype=np.int8)
    for level in range(len(level_start) - 1):
        _arrivals(
            items_down[level_start[level] : level_start[level + 1]], sites_down, supplier,
            child_start, by_child, parent, isolation, two_axes(problem, "demand"), repaired,
            repair_days, ship_days, rate, local, upward, part, wrong,
        )  # fmt: skip
    if wrong.any():
        _explain(problem, rate)
    return Flows(
        rate, local, _spread(problem, local, ratio), upward, part, sites_down, items_down,
        level_start, *_by_parent(items, parent),
    )  # fmt: skip


def _by_parent(items: int, parent: Ints) -> tuple[Ints, Ints]:
    order = np.argsort(parent, kind="stable").astype(np.int32)
    return _starts(parent[order], items), order


def _starts(keys: Ints, count: int) -> Ints:
    """Where each key starts in a sorted array, and its end."""
    return np.searchsorted(keys, np.arange(count + 1)).astype(np.int32)


def _depths(count: int, above: npt.NDArray[np.int32], below: npt.NDArray[np.intp] | Ints) -> Ints:
    """Longest chain of edges that leads down to each node; the graph has no circle."""
    depth = np.zeros(count, dtype=np.int32)
    while len(above):
        deeper = depth.copy()
        np.maximum.at(deeper, below, depth[above] + 1)
        if np.array_equal(deeper, depth):
            break
        depth = deeper
    return depth


def _spread(problem: SparingProblem, local: Floats, ratio: Floats) -> Floats:
    """Variance of the local pipelines, within the range that the kernel sums over."""
    if (ratio > LARGEST_RATIO).any():
        item, site = (int(i) for i in np.argwhere(ratio > LARGEST_RATIO)[0])
        raise BadData(
            f"variance_to_mean is {ratio[item, site]:g}.",
            where=cell_of(problem, item, site),
            mend=f"Give at most {LARGEST_RATIO:,.0f}.",
        )
    return local if (ratio == 1.0).all() else local * ratio


def _explain(problem: SparingProblem, rate: Floats) -> None:
    """Raise for the first cell that the compiled sweep marked."""
    shape = rate.shape
    repaired, repair_days, ship_days = (
        np.broadcast_to(two_axes(problem, name), shape)
        for name in ("repaired", "repair_days", "ship_days")
    )
    top = np.asarray(problem.supplier) == NOWHERE
    rules = (
        (
            (rate > 0) & (repaired > 0) & (repair_days == 0),
            "A share of the failures is repaired in 0 days.",
            "Give the mean repair time, or 0 as the share repaired there.",
        ),
        (
            (rate > 0) & (repaired < 1) & (ship_days == 0) & top,
            "What is not repaired is bought anew in 0 days.",
            "Give the procurement lead time as ship_days.",
        ),
    )
    for marked, what, mend in rules:
        if marked.any():
            item, site = (int(i) for i in np.argwhere(marked)[0])
            raise BadData(what, where=cell_of(problem, item, site), mend=mend)
    mean = rate * (repaired * repair_days + (1 - repaired) * ship_days)
    item, site = (int(i) for i in np.argwhere(~(mean <= LARGEST_PIPELINE))[0])
    raise BadData(
        f"The pipeline would hold {mean[item, site]:g} units.",
        where=cell_of(problem, item, site),
        mend=f"Count in larger units of issue: at most {LARGEST_PIPELINE:,.0f}.",
    )


@compiled_parallel
def _arrivals(
    level: Ints, sites_down: Ints, supplier: Ints, child_start: Ints, by_child: Ints, parent: Ints,
    isolation: Floats, demand: Floats, repaired: Floats, repair_days: Floats, ship_days: Floats,
    rate: Floats, local: Floats, upward: Floats, part: Floats, wrong: npt.NDArray[np.int8],
) -> None:  # fmt: skip
    """Rates, local pipelines and shares of the items of one level; their parents are done."""
    sites = len(sites_down)
    # 0 where an axis has length 1: the same figure for all
    di, ds = min(demand.shape[0] - 1, 1), min(demand.shape[1] - 1, 1)
    ri, rs = min(repaired.shape[0] - 1, 1), min(repaired.shape[1] - 1, 1)
    ti, ts = min(repair_days.shape[0] - 1, 1), min(repair_days.shape[1] - 1, 1)
    oi, os = min(ship_days.shape[0] - 1, 1), min(ship_days.shape[1] - 1, 1)
    for place in numba.prange(len(level)):
        i = level[place]
        for s in range(sites):
            rate[i, s] = demand[i * di, s * ds]
            for k in range(child_start[i], child_start[i + 1]):
                e = by_child[k]
                part[e, s] = rate[parent[e], s] * repaired[parent[e] * ri, s * rs] * isolation[e, s]
                rate[i, s] += part[e, s]
        for back in range(sites):
            s = sites_down[sites - 1 - back]
            r = repaired[i * ri, s * rs]
            on = rate[i, s] * (1.0 - r)
            upward[i, s] = 0.0
            if supplier[s] >= 0:
                rate[i, supplier[s]] += on
                upward[i, s] = on
            repair, ship = repair_days[i * ti, s * ts], ship_days[i * oi, s * os]
            local[i, s] = rate[i, s] * r * repair + on * ship
            if rate[i, s] > 0.0 and (
                (r > 0.0 and repair == 0.0) or (r < 1.0 and ship == 0.0 and supplier[s] < 0)
            ):
                wrong[i] = 1
            if not local[i, s] <= LARGEST_PIPELINE:
                wrong[i] = 1
        for s in range(sites):
            if upward[i, s] > 0.0:
                upward[i, s] /= rate[i, supplier[s]]
            if rate[i, s] > 0.0:
                for k in range(child_start[i], child_start[i + 1]):
                    part[by_child[k], s] /= rate[i, s]
