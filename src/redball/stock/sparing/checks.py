"""Refuse a sparing problem that can't be evaluated, naming the first item, site and figure."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from redball.model import NOWHERE
from redball.model.compiled import compiled
from redball.model.errors import BadData, BadUse
from redball.stock.sparing.problem import SparingProblem

Floats = npt.NDArray[np.float64]

SLACK = 1e-9
"""Shares that are added up may exceed 1 by the rounding of a few hundred terms."""


def check_problem(problem: SparingProblem) -> None:
    """Raise a clear error for anything that would give a silent number.

    Raises
    ------
    BadUse
        Arrays whose shapes don't fit, indices out of range.
    BadData
        Values that are missing, infinite, negative or out of range; shares above 1; cycles in the
        supply of sites or in the structure of items, named link by link.
    """
    _check_axes(problem)
    _check_figures(problem)
    _check_sites(problem)
    _check_structure(problem)
    _check_applications(problem)


def name_of(names: Sequence[str], index: int, kind: str) -> str:
    """Name of an item, site or system; its number where the problem holds no names."""
    return f"{kind} {names[index] if names else index}"


def cell_of(problem: SparingProblem, item: int, site: int) -> str:
    """An item at a site, for messages."""
    return (
        f"{name_of(problem.item_names, item, 'item')}, {name_of(problem.site_names, site, 'site')}"
    )


def two_axes(problem: SparingProblem, name: str) -> Floats:
    """Return an item and site array as C-ordered float64, of its own shape."""
    return np.ascontiguousarray(getattr(problem, name), dtype=np.float64)


def columns(values: npt.ArrayLike) -> Floats:
    """Figures of edges or applications as rows, with one column or one for each site."""
    array = np.asarray(values, dtype=np.float64)
    return np.ascontiguousarray(array[:, None] if array.ndim == 1 else array)


def require_range(
    problem: SparingProblem, name: str, low: float, high: float, mend: str, *, whole: bool = False
) -> None:
    """Refuse an item and site array with a value that is missing or outside ``low`` to ``high``."""
    values = two_axes(problem, name)
    at = _first_outside(values, low, high, whole)
    if at >= 0:
        item, site = divmod(at, values.shape[1])
        raise BadData(
            f"{name} is {values[item, site]:g}.", where=cell_of(problem, item, site), mend=mend
        )


def _check_axes(problem: SparingProblem) -> None:
    items, sites, kinds = problem.items, problem.sites, len(problem.systems)
    if items == 0 or sites == 0:
        raise BadUse("The problem has no items or no sites.", mend="Give at least one of each.")
    for name in ("unit_cost", "mass_kg", "volume_m3"):
        _shape(name, np.shape(getattr(problem, name)), (items,))
    _shape("supplier", np.shape(problem.supplier), (sites,))
    _shape("systems", np.shape(problem.systems), (kinds, sites))
    for name in (
        "demand", "repaired", "repair_days", "ship_days", "variance_to_mean", "batch", "least",
        "most",
    ):  # fmt: skip
        _shape(name, np.shape(getattr(problem, name)), (items, sites), one_is_enough=True)
    for kind, count in (("item", items), ("site", sites), ("system", kinds)):
        given = len(getattr(problem, f"{kind}_names"))
        if given not in (0, count):
            raise BadUse(
                f"{kind}_names has {given} names for {count}.", mend="Give one name each, or none."
            )
    edges, uses = problem.structure, problem.applications
    count = len(edges.parent)
    _shape("structure.child", np.shape(edges.child), (count,))
    _edge_shape("structure.isolation", np.shape(edges.isolation), count, sites)
    count = len(uses.item)
    for name in ("system", "per_system", "needed"):
        _shape(f"applications.{name}", np.shape(getattr(uses, name)), (count,))
    _edge_shape("applications.share", np.shape(uses.share), count, sites)
    _indices("supplier", problem.supplier, sites, outside=True)
    _indices("structure.parent", edges.parent, items)
    _indices("structure.child", edges.child, items)
    _indices("applications.item", uses.item, items)
    _indices("applications.system", uses.system, kinds)


def _shape(
    name: str, shape: tuple[int, ...], wanted: tuple[int, ...], *, one_is_enough: bool = False
) -> None:
    fits = len(shape) == len(wanted) and all(
        a == b or (one_is_enough and a == 1) for a, b in zip(shape, wanted, strict=True)
    )
    if not fits:
        also = "; an axis on which nothing varies may have length 1" if one_is_enough else ""
        raise BadUse(f"{name} has shape {shape}.", mend=f"Give it the shape {wanted}{also}.")


def _edge_shape(name: str, shape: tuple[int, ...], count: int, sites: int) -> None:
    if shape not in ((count,), (count, sites)):
        raise BadUse(
            f"{name} has shape {shape}.", mend=f"Give it the shape {(count,)} or {(count, sites)}."
        )


def _indices(name: str, values: npt.ArrayLike, count: int, *, outside: bool = False) -> None:
    given = np.asarray(values)
    if given.dtype.kind not in "iu":
        raise BadUse(f"{name} holds {given.dtype} values.", mend="Give whole numbers as int32.")
    wrong = np.flatnonzero((given < (NOWHERE if outside else 0)) | (given >= count))
    if len(wrong):
        raise BadUse(
            f"{name}[{wrong[0]}] is {given[wrong[0]]}.",
            mend=f"Give positions from 0 to {count - 1}.",
        )


def _check_figures(problem: SparingProblem) -> None:
    never = float(np.finfo(np.float64).max)
    require_range(
        problem, "demand", 0.0, never,
        "Give removals per day, 0 or more; take returns out of the demand before.",
    )  # fmt: skip
    require_range(problem, "repaired", 0.0, 1.0, "Give the share repaired there, 0 to 1.")
    require_range(problem, "repair_days", 0.0, never, "Give the mean turnaround in days.")
    require_range(problem, "ship_days", 0.0, never, "Give the mean order and ship time in days.")
    require_range(
        problem, "variance_to_mean", float(np.finfo(np.float64).tiny), never,
        "Give a ratio above 0; 1 stands for Poisson demand.",
    )  # fmt: skip
    require_range(
        problem, "batch", 1.0, 1e6, "Give whole units, 1 for one for one.", whole=True
    )  # fmt: skip
    require_range(problem, "least", 0.0, never, "Give whole units, 0 or more.", whole=True)
    require_range(
        problem, "most", 0.0, float("inf"), "Give whole units, or infinity for no bound.",
        whole=True,
    )  # fmt: skip
    least, most = np.broadcast_arrays(two_axes(problem, "least"), two_axes(problem, "most"))
    if (least > most).any():
        item, site = (int(i) for i in np.argwhere(least > most)[0])
        raise BadData(
            f"least is {least[item, site]:g} and most is {most[item, site]:g}.",
            where=cell_of(problem, item, site),
            mend="Give bounds with least not above most.",
        )
    for name in ("unit_cost", "mass_kg", "volume_m3"):
        values = np.asarray(getattr(problem, name), dtype=np.float64)
        wrong = np.flatnonzero(~((values >= 0) & np.isfinite(values)))
        if len(wrong):
            raise BadData(
                f"{name} is {values[wrong[0]]:g}.",
                where=name_of(problem.item_names, int(wrong[0]), "item"),
                mend="Give a finite figure, 0 or more.",
            )


def _check_sites(problem: SparingProblem) -> None:
    supplier = np.asarray(problem.supplier)
    own = np.arange(len(supplier), dtype=np.int32)
    linked = supplier != NOWHERE
    loop = cycle_in(len(supplier), own[linked], supplier[linked].astype(np.int32))
    if loop:
        raise BadData(
            "Sites supply each other in a circle: " + _chain(problem.site_names, loop, "site"),
            mend="Let every chain of suppliers end at a source outside (-1).",
        )
    systems = np.asarray(problem.systems, dtype=np.float64)
    wrong = np.argwhere(~((systems >= 0) & np.isfinite(systems)))
    if len(wrong):
        kind, site = (int(i) for i in wrong[0])
        raise BadData(
            f"systems is {systems[kind, site]:g}.",
            where=f"{name_of(problem.system_names, kind, 'system')}, "
            f"{name_of(problem.site_names, site, 'site')}",
            mend="Give how many there are, 0 or more.",
        )


def _check_structure(problem: SparingProblem) -> None:
    edges = problem.structure
    parent, child = np.asarray(edges.parent), np.asarray(edges.child)
    if not len(parent):
        return
    loop = cycle_in(problem.items, parent.astype(np.int32), child.astype(np.int32))
    if loop:
        raise BadData(
            "Items contain each other in a circle: " + _chain(problem.item_names, loop, "item"),
            mend="Remove one of these rows of the structure.",
        )
    code = parent.astype(np.int64) * problem.items + child
    values, counts = np.unique(code, return_counts=True)
    if (counts > 1).any():
        above, below = divmod(int(values[counts > 1][0]), problem.items)
        raise BadData(
            "The structure holds the same child twice.",
            where=f"{name_of(problem.item_names, above, 'parent')}, "
            f"{name_of(problem.item_names, below, 'child')}",
            mend="Add the isolation shares and give one row.",
        )
    isolation = columns(edges.isolation)
    _shares(problem, "isolation", isolation, child)
    total = np.zeros((problem.items, isolation.shape[1]))
    np.add.at(total, parent, isolation)
    _at_most_one(
        problem, total, "The isolation shares of the children",
        "A repair is traced to one child at most; scale the shares.",
    )  # fmt: skip


def _check_applications(problem: SparingProblem) -> None:
    uses = problem.applications
    if not len(uses.item):
        return
    each = np.asarray(uses.per_system, dtype=np.float64)
    needed = np.asarray(uses.needed, dtype=np.float64)
    redundant = needed < each
    rules = (
        (~((each > 0) & np.isfinite(each)), each, "per_system", "Give more than 0 units."),
        (
            ~((needed > 0) & (needed <= each)), needed, "needed",
            "Give more than 0 and at most per_system.",
        ),
        (
            redundant & ((needed != np.floor(needed)) | (each != np.floor(each))), needed, "needed",
            "Give whole units, of per_system too, where fewer than all must work.",
        ),
    )  # fmt: skip
    for wrong, values, name, mend in rules:
        if wrong.any():
            at = int(np.flatnonzero(wrong)[0])
            raise BadData(
                f"{name} is {values[at]:g}.",
                where=f"{name_of(problem.item_names, int(uses.item[at]), 'item')}, "
                f"{name_of(problem.system_names, int(uses.system[at]), 'system')}",
                mend=mend,
            )
    share = columns(uses.share)
    _shares(problem, "share", share, np.asarray(uses.item))
    total = np.zeros((problem.items, share.shape[1]))
    np.add.at(total, np.asarray(uses.item), share)
    _at_most_one(
        problem, total, "The shares of the systems that use it",
        "Give shares of the demand of the item that add up to 1.",
    )  # fmt: skip


def _shares(
    problem: SparingProblem, name: str, values: Floats, item: npt.NDArray[np.int32]
) -> None:
    wrong = np.argwhere(~((values >= 0) & (values <= 1)))
    if len(wrong):
        row, column = (int(i) for i in wrong[0])
        raise BadData(
            f"{name} is {values[row, column]:g}.",
            where=name_of(problem.item_names, int(item[row]), "item"),
            mend="Give a share from 0 to 1.",
        )


def _at_most_one(problem: SparingProblem, total: Floats, what: str, mend: str) -> None:
    wrong = np.argwhere(total > 1 + SLACK)
    if len(wrong):
        item, site = (int(i) for i in wrong[0])
        where = name_of(problem.item_names, item, "item")
        if total.shape[1] > 1:
            where = cell_of(problem, item, site)
        raise BadData(f"{what} add up to {total[item, site]:g}.", where=where, mend=mend)


def _chain(names: Sequence[str], loop: Sequence[int], kind: str) -> str:
    """The links of a circle; the middle of a long one is left out."""
    words = [name_of(names, i, kind) for i in [*loop, loop[0]]]
    return " > ".join(words if len(words) <= 12 else [*words[:6], "...", *words[-5:]]) + "."


def cycle_in(count: int, tail: npt.NDArray[np.int32], head: npt.NDArray[np.int32]) -> list[int]:
    """Return the nodes of one circle in a directed graph, in order; empty where there is none."""
    left = np.bincount(head, minlength=count)
    start, edge = _outgoing(count, tail)
    ready: list[int] = np.flatnonzero(left == 0).tolist()
    done = 0
    while ready:
        node = ready.pop()
        done += 1
        for other in head[edge[start[node] : start[node + 1]]].tolist():
            left[other] -= 1
            if left[other] == 0:
                ready.append(other)
    if done == count:
        return []
    # every node that is left has a predecessor that is left: walk back until one comes again
    before = np.full(count, NOWHERE)
    inside = (left[tail] > 0) & (left[head] > 0)
    before[head[inside]] = tail[inside]
    seen: dict[int, int] = {}
    path: list[int] = []
    node = int(np.flatnonzero(left > 0)[0])
    while node not in seen:
        seen[node] = len(path)
        path.append(node)
        node = int(before[node])
    return path[seen[node] :][::-1]


def _outgoing(
    count: int, tail: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Edges sorted by their tail, and where those of each node start."""
    edge = np.argsort(tail, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=count))])
    return start.astype(np.int64), edge.astype(np.int64)


@compiled
def _first_outside(values: Floats, low: float, high: float, whole: bool) -> int:
    """Position, counted row by row, of the first value that is NaN or out of range; -1 if none."""
    rows, columns = values.shape
    for i in range(rows):
        for j in range(columns):
            value = values[i, j]
            if not low <= value <= high or (whole and value != np.floor(value)):
                return int(i * columns + j)
    return -1
