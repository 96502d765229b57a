"""The sparing problem laid out for the kernels: flows, families, cells and weights.

A *family* is a set of items that hang together by indenture; most have one item. A *cell* is a
family below one top of the supply tree. Nothing passes between cells, so each is optimised alone
and only the budget joins them.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from redball.model import NOWHERE, BadData, BadUse
from redball.model.compiled import Floats, Ints
from redball.stock.sparing import Flows, SparingProblem, flows
from redball.stock.sparing.checks import columns

Kind = Literal["availability", "backorders"]
Model = Literal["vari-metric", "metric"]


@dataclass(frozen=True)
class Objective:
    """What the stock is to be good for.

    Attributes
    ----------
    kind : str
        ``availability``: the mean of log A over systems, weighted by their number, which is the
        geometric mean of availabilities (without cannibalisation). ``backorders``: expected
        backorders of the demand that does not come from repairs of a parent or from other sites.
    weights : float64 array or None
        Importance that multiplies the number of systems, shape (Y, S), (Y, 1) or (1, S); for
        ``backorders`` of each site, shape (S,). None for 1.
    """

    kind: Kind = "availability"
    weights: Floats | None = None


class Net(NamedTuple):
    """Arrays of the kernels; two-dimensional ones may have length 1 on an axis."""

    supplier: Ints
    child_start: Ints
    child: Ints
    arrivals: Floats
    local: Floats
    local_variance: Floats
    upward: Floats
    demand: Floats
    batch: Floats
    least: Floats
    most: Floats
    unit_cost: Floats
    mass: Floats
    volume: Floats
    per_kg: Floats
    per_m3: Floats
    part_start: Ints
    part: Ints
    part_share: Floats
    use_start: Ints
    use_system: Ints
    use_number: Floats
    use_spare: Floats
    use_share: Floats
    systems: Floats
    weight: Floats
    site_weight: Floats
    by_backorders: bool
    poisson: bool


@dataclass(frozen=True)
class Network:
    """Everything that stays the same while stock varies.

    Attributes
    ----------
    net : Net
        Arrays of the kernels.
    flows : Flows
        Rates and pipelines, as they are evaluated.
    top : int32 array, shape (S,)
        Top of the tree of each site.
    members, member_start : int32 arrays
        Items of each family, children before parents.
    cell_family, cell_top : int32 arrays, shape (C,)
    objective : Objective
    model : str
        ``vari-metric`` or ``metric``.
    """

    problem: SparingProblem
    net: Net
    flows: Flows
    top: Ints
    members: Ints
    member_start: Ints
    cell_family: Ints
    cell_top: Ints
    objective: Objective
    model: Model

    def deep(self) -> npt.NDArray[np.bool_]:
        """Cells with more than one item, or more than two echelons; shape (C,)."""
        supplier = self.net.supplier
        far = (supplier != NOWHERE) & (supplier[supplier] != NOWHERE)
        several = np.diff(self.member_start) > 1
        return several[self.cell_family] | np.isin(self.cell_top, self.top[far])

    @property
    def cells(self) -> int:
        """Number of cells."""
        return len(self.cell_family)

    def sites_of(self, top: int) -> Ints:
        """Sites below a top, suppliers first."""
        down = self.flows.sites_down
        return np.asarray(down[self.top[down] == top], dtype=np.int32)

    def family(self, number: int) -> Ints:
        """Items of a family, children first."""
        return self.members[self.member_start[number] : self.member_start[number + 1]]


def build_network(
    problem: SparingProblem, objective: Objective, *, model: Model = "vari-metric"
) -> Network:
    """Lay a problem out for the kernels.

    Raises
    ------
    BadData, BadUse
        As :func:`redball.stock.sparing.flows`; prices that are not positive, bounds that cross or
        are not whole, weights that don't fit, nothing to keep up.
    """
    if model not in get_args(Model):
        raise BadUse(f"There is no model '{model}'.", mend="Use vari-metric or metric.")
    known = flows(problem)
    _refuse_bounds(problem)
    structure, uses = problem.structure, problem.applications
    start, child = _lists(problem.supplier, problem.sites)
    item_order = known.items_down[::-1].copy()
    family = _families(problem)
    by_parent = known.children
    use_start, by_item = _lists(uses.item, problem.items)
    weight, site_weight = _weights(problem, objective)
    net = Net(
        supplier=np.array(problem.supplier, dtype=np.int32), child_start=start, child=child,
        arrivals=known.rate, local=known.local, local_variance=known.local_variance,
        upward=known.upward, demand=_plane(problem.demand), batch=_plane(problem.batch),
        least=_plane(problem.least), most=_plane(problem.most),
        unit_cost=_line(problem.unit_cost), mass=_line(problem.mass_kg),
        volume=_line(problem.volume_m3), per_kg=np.zeros(problem.sites),
        per_m3=np.zeros(problem.sites), part_start=known.children_start,
        part=np.array(structure.child[by_parent], dtype=np.int32),
        part_share=_plane(known.part[by_parent]), use_start=use_start,
        use_system=np.array(uses.system[by_item], dtype=np.int32),
        use_number=_line(uses.per_system[by_item]),
        use_spare=_line(uses.per_system[by_item] - uses.needed[by_item]),
        use_share=_plane(columns(uses.share)[by_item]),
        systems=np.array(problem.systems, dtype=np.float64), weight=weight,
        site_weight=site_weight, by_backorders=objective.kind == "backorders",
        poisson=model == "metric",
    )  # fmt: skip
    members = item_order[np.argsort(family[item_order], kind="stable")]
    sizes = np.bincount(family)
    families = np.arange(len(sizes), dtype=np.int32)
    tops = problem.tops
    return Network(
        problem, net, known, _tops(problem, known.sites_down), members,
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32),
        np.repeat(families, len(tops)), np.tile(tops, len(families)), objective, model,
    )  # fmt: skip


def named(names: tuple[str, ...], index: int, kind: str) -> str:
    """Name of an item, site or system, or its number where names are not given."""
    return names[index] if names else f"{kind} {index}"


def _plane(values: npt.NDArray[np.float64]) -> Floats:
    """Writable two-dimensional C array: one type for the kernels."""
    return np.require(np.asarray(values, dtype=np.float64), requirements=["C", "W"])


def _line(values: npt.NDArray[np.float64]) -> Floats:
    return np.require(np.asarray(values, dtype=np.float64), requirements=["C", "W"])


def _lists(key: Ints, groups: int) -> tuple[Ints, Ints]:
    """Start of each group and the rows in it, sorted by ``key``; negative keys are left out."""
    rows = np.argsort(key, kind="stable").astype(np.int32)
    rows = rows[np.asarray(key)[rows] >= 0]
    start = np.searchsorted(np.asarray(key)[rows], np.arange(groups + 1)).astype(np.int32)
    return start, rows


def _tops(problem: SparingProblem, sites_down: Ints) -> Ints:
    """Top of the tree that each site belongs to."""
    top = np.arange(problem.sites, dtype=np.int32)
    for s in sites_down:
        if problem.supplier[s] != NOWHERE:
            top[s] = top[problem.supplier[s]]
    return top


def _families(problem: SparingProblem) -> Ints:
    """Family of each item: the connected parts of the structure."""
    parent, child = problem.structure.parent, problem.structure.child
    family = np.arange(problem.items, dtype=np.int32)
    while True:
        joined = family.copy()
        np.minimum.at(joined, parent, family[child])
        np.minimum.at(joined, child, joined[parent])
        if (joined == family).all():
            break
        family = joined
    return np.unique(family, return_inverse=True)[1].astype(np.int32)


def _weights(problem: SparingProblem, objective: Objective) -> tuple[Floats, Floats]:
    """Weights of systems that sum to 1, and weights of sites."""
    given = objective.weights
    systems = np.broadcast_to(problem.systems, (len(problem.systems), problem.sites))
    if given is not None and not (np.isfinite(given).all() and (given >= 0).all()):
        raise BadUse("A weight is missing, infinite or negative.", mend="Give weights from 0 up.")
    if objective.kind == "backorders":
        sites = np.ones(problem.sites) if given is None else np.asarray(given)
        if sites.shape != (problem.sites,):
            raise BadUse(
                f"Weights have the shape {sites.shape}.",
                mend=f"For backorders give one weight for each of {problem.sites} sites.",
            )
        return np.zeros(systems.shape), _line(sites)
    if objective.kind != "availability":
        raise BadUse(
            f"'{objective.kind}' is not an objective.", mend="Use availability or backorders."
        )
    try:
        weight = systems * (1.0 if given is None else given)
    except ValueError as error:
        raise BadUse(
            f"Weights of shape {np.asarray(given).shape} don't fit {systems.shape}.",
            mend="Give shape (systems, sites), with length 1 where nothing varies.",
        ) from error
    if weight.shape != systems.shape or not weight.sum() > 0:
        raise BadUse(
            "No system has a weight, so no stock is better than another.",
            where="systems",
            mend="Give systems at sites, or use the objective 'backorders'.",
        )
    return weight / weight.sum(), np.ones(problem.sites)


def _refuse_bounds(problem: SparingProblem) -> None:
    """Bounds and prices that would make an optimum meaningless."""
    shape = np.broadcast_shapes(problem.least.shape, problem.most.shape)
    least, most = np.broadcast_to(problem.least, shape), np.broadcast_to(problem.most, shape)
    free = (problem.unit_cost[:, None] <= 0) & (most > least)
    rules = (
        ((np.floor(least) != least) | (np.floor(most) != most),
         "A bound of the stock is not a whole number.", "Give whole units."),
        (free, "The unit cost is 0, so any number of units would be free.",
         "Give the price, or fix the stock of the item (least equal to most)."),
    )  # fmt: skip
    for wrong, what, mend in rules:
        if wrong.any():
            row, column = (int(x) for x in np.argwhere(wrong)[0])
            where = named(problem.item_names, row, "item") if len(wrong) > 1 else "every item"
            if wrong.shape[1] > 1:
                where += f", {named(problem.site_names, column, 'site')}"
            raise BadData(what, where=where, mend=mend)
