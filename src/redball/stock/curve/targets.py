"""The cheapest stock that reaches availabilities by system, site and nation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from redball.model import BadData, BadUse
from redball.model.compiled import Floats
from redball.stock.curve.batches import values
from redball.stock.curve.best import Assortment, assess, fill_budget
from redball.stock.curve.curve import Start
from redball.stock.curve.network import Model, Network, Objective, build_network, named
from redball.stock.curve.steps import PLENTY, Steps, find_steps, least_loss, losses
from redball.stock.curve.threads import Progress
from redball.stock.curve.trimming import trim
from redball.stock.sparing import SparingProblem

_ROUNDS = 40
"""Rounds in which the worth of each target is adjusted."""

_HALVINGS = 20
"""Budgets between two points of the curve that are tried for a single target."""

_LOWEST = 80


@dataclass(frozen=True)
class Target:
    """An availability that a group of systems has to reach.

    Attributes
    ----------
    availability : float
        Above 0 and below 1. Meant is the geometric mean over the group, weighted by number of
        systems; the plain mean is never below it.
    system : int or None
        Kind of system; None for all.
    sites : tuple of int
        Sites of a unit or nation; empty for all.
    name : str
        For messages.
    """

    availability: float
    system: int | None = None
    sites: tuple[int, ...] = ()
    name: str = ""

    def __str__(self) -> str:
        return self.name or f"availability {self.availability:g}"


def cheapest_stock(
    problem: SparingProblem,
    targets: Sequence[Target],
    *,
    start: Start = "least",
    model: Model = "vari-metric",
    progress: Progress | None = None,
) -> Assortment:
    """Find the cheapest stock that reaches every target.

    One target: the point of the curve that reaches it, then a knapsack for the rest. Several: each
    gets a worth in money (Lagrange multiplier), adjusted until all are met; single units that no
    target needs are then taken out. ``bound`` of the result is in money: no stock that meets the
    targets costs less.

    Raises
    ------
    BadUse
        No target, one out of range or without systems.
    BadData
        A target that the bounds ``most`` keep out of reach: the error names the items that cap it
        and what it would cost without their bounds.
    """
    network = build_network(problem, Objective(), model=model)
    groups = _groups(problem, targets)
    limits = np.array([-np.log(target.availability) for target in targets])
    _refuse_unreachable(network, targets, groups, limits)
    if len(targets) == 1:
        stock, bound, proven = _single(_weighted(network, groups[0]), float(limits[0]))
    else:
        stock, bound, proven = _several(network, groups, limits, progress)
    result = assess(network, stock, start)
    free = float(stock.sum(axis=1) @ network.net.unit_cost) - result.cost
    notes = tuple(
        f"{target}: {np.exp(-float((group * _finite(result)).sum())):.6f} reached."
        for target, group in zip(targets, groups, strict=True)
    )
    if progress is not None:
        progress(1.0)
    limit = min(max(bound - free, 0.0), result.cost)
    return replace(
        result, bound=limit, gap=result.cost - limit, notes=notes,
        proven=proven and not network.deep().any(),
    )  # fmt: skip


def _finite(result: Assortment) -> Floats:
    """Loss of each system at each site, 0 where there is none."""
    up = result.availability
    return np.where(np.isnan(up), 0.0, -np.log(np.where(np.isnan(up) | (up <= 0), 1.0, up)))


def _groups(problem: SparingProblem, targets: Sequence[Target]) -> Floats:
    """Weights of systems in each target's group, shape (G, Y, S), each summing to 1."""
    if not targets:
        raise BadUse("There is no target.", mend="Give at least one.")
    systems = np.asarray(problem.systems, dtype=np.float64)
    groups = np.zeros((len(targets), *systems.shape))
    for target, group in zip(targets, groups, strict=True):
        if not 0.0 < target.availability < 1.0:
            raise BadUse(
                f"{target.availability} can't be a target.", where=str(target),
                mend="Give more than 0 and less than 1: no finite stock reaches 1.",
            )  # fmt: skip
        rows = range(len(systems)) if target.system is None else [target.system]
        sites = target.sites or tuple(range(problem.sites))
        try:
            chosen = systems[np.ix_(list(rows), list(sites))]
        except IndexError as error:
            raise BadUse(
                "The target names a system or site that is not there.", where=str(target),
                mend=f"There are {len(systems)} systems and {problem.sites} sites.",
            ) from error  # fmt: skip
        if not chosen.sum() > 0:
            raise BadUse(
                "The target has no systems.", where=str(target),
                mend="Name a site that keeps up systems of the kind.",
            )  # fmt: skip
        group[np.ix_(list(rows), list(sites))] = chosen / chosen.sum()
    return groups


def _weighted(network: Network, weight: Floats) -> Network:
    """Return the same network with other weights of systems."""
    return replace(network, net=network.net._replace(weight=np.ascontiguousarray(weight)))


def _refuse_unreachable(
    network: Network, targets: Sequence[Target], groups: Floats, limits: Floats
) -> None:
    """Raise for the first target that the bounds keep out of reach, naming what caps it."""
    best = least_loss(network).of_systems
    for target, group, limit in zip(targets, groups, limits, strict=True):
        used = group > 0
        lost = float((group[used] * best[used]).sum())
        if lost < limit or not np.isfinite(network.net.most).any():
            continue
        weighted = _weighted(network, group)
        most = np.broadcast_to(network.net.most, network.net.local.shape)
        stock = np.array(np.minimum(most, PLENTY))
        each = np.concatenate(
            [
                values(
                    weighted.net, weighted.cell_family[weighted.cell_top == top],
                    weighted.members, weighted.member_start, weighted.sites_of(int(top)), stock,
                )[:, None]
                for top in np.unique(weighted.cell_top)
            ],
            axis=1,
        ).sum(axis=1)  # fmt: skip
        order = np.argsort(-each, kind="stable")
        count = int(np.searchsorted(np.cumsum(each[order]), each.sum() - limit)) + 1
        capping = order[:count]
        items = np.concatenate([network.family(int(f)) for f in capping])
        raise BadData(
            f"The target of {target.availability:g} can't be reached: with all the stock that "
            f"'most' allows the availability is {np.exp(-lost):.6f}.",
            where=str(target),
            mend=_way_out(network, items, weighted, limit),
        )


def _way_out(network: Network, items: np.ndarray, weighted: Network, limit: float) -> str:
    """Say which items cap a target and what it costs without their bounds."""
    problem = network.problem
    names = [named(problem.item_names, int(i), "item") for i in items[:5]]
    more = f" and {len(items) - 5} more" if len(items) > 5 else ""
    most = np.array(np.broadcast_to(network.net.most, network.net.local.shape))
    most[items] = np.inf
    freed = replace(weighted, net=weighted.net._replace(most=most))
    stock, _, _ = _single(freed, limit)
    cost = float(stock.sum(axis=1) @ network.net.unit_cost)
    return (
        f"It is capped by {', '.join(names)}{more}. Without their bound 'most' the cheapest stock "
        f"that reaches it costs {cost:,.2f} in all; raise 'most' there or lower the target."
    )


def _single(network: Network, limit: float) -> tuple[Floats, float, bool]:
    """Cheapest stock with a loss up to ``limit``, a bound of its cost, and whether it is proven."""
    cells = np.arange(network.cells, dtype=np.int32)
    floor = 1.0 / float(network.net.unit_cost.max())
    steps = find_steps(network, cells, floor)
    for _ in range(_LOWEST):
        if steps.loss[-1] <= limit:
            break
        floor /= 4.0
        steps = find_steps(network, cells, floor)
    reached = int(np.argmax(steps.loss <= limit))
    stock = steps.stock(steps.levels(reached))
    if reached == 0:
        return stock, float(steps.cost[0]), True
    slope = float(steps.slope[steps.order[reached - 1]])
    bound = float(steps.cost[reached - 1] + (steps.loss[reached - 1] - limit) / slope)
    return _between(steps, stock, bound, float(steps.cost[reached]), limit)


def _between(
    steps: Steps, stock: Floats, low: float, high: float, limit: float
) -> tuple[Floats, float, bool]:
    """Halve between the bound and a cost that reaches the limit."""
    bound, proven = low, False
    cheapest = float(steps.network.net.unit_cost.min())
    for _ in range(_HALVINGS):
        if high - low <= 1e-9 * high:
            break
        middle = 0.5 * (low + high)
        trial, _, _, exact = fill_budget(steps, middle)
        value = losses(steps.network, trial).value
        if value <= limit:
            stock = trial
            high = float(trial.sum(axis=1) @ steps.network.net.unit_cost)
        else:
            low = middle
            bound = middle if exact else bound
        proven = high - bound < min(1e-6 * high, cheapest)
    return stock, bound, proven


def _several(
    network: Network, groups: Floats, limits: Floats, progress: Progress | None
) -> tuple[Floats, float, bool]:
    """Adjust the worth of every target until all are met at about the least cost."""
    cells = np.arange(network.cells, dtype=np.int32)
    unit_cost = network.net.unit_cost
    worth = np.full(len(limits), float(unit_cost.sum()))
    best: tuple[float, Floats] | None = None
    bound = 0.0
    for number in range(3 * _ROUNDS):
        weight = np.tensordot(worth, groups, axes=1)
        steps = find_steps(_weighted(network, weight), cells, 1.0)
        stock = steps.stock(steps.levels(len(steps.order)))
        found = losses(network, stock).of_systems
        lost = np.array([(g[g > 0] * found[g > 0]).sum() for g in groups])
        bound = max(bound, float(steps.cost[-1] + steps.loss[-1] - worth @ limits))
        if (lost <= limits).all() and (best is None or steps.cost[-1] < best[0]):
            best = float(steps.cost[-1]), stock
        if best is not None and (best[0] <= bound * (1 + 1e-9) or number >= _ROUNDS):
            break
        # late rounds move less; a target that is not met always gains
        power = 1.0 / (1.0 + number / 8.0)
        factor = np.clip(np.maximum(lost, 1e-300) / limits, 0.2, 5.0) ** power
        worth *= np.where(lost > limits, np.maximum(factor, 1.0 + 0.02 * (number + 1)), factor)
        if progress is not None:
            progress(0.9 * min((number + 1) / _ROUNDS, 1.0))
    if best is None:
        raise BadData(
            "No stock that meets all targets together was found.", where="targets",
            mend="Lower the target that is hardest, or raise 'most'.",
        )  # fmt: skip
    stock = trim(network, best[1], groups, limits)
    cost = float(stock.sum(axis=1) @ unit_cost)
    return stock, bound, cost <= bound * (1 + 1e-9)
