"""What the next money buys: the step of the curve that follows each of its points."""

from dataclasses import dataclass

import numpy as np

from redball.model.compiled import Floats, Ints
from redball.stock.curve.batches import place_all
from redball.stock.curve.curve import Curve, mean_availability
from redball.stock.curve.steps import Steps


@dataclass(frozen=True)
class Ahead:
    """The step that follows a point: of all that can be bought it gives most for its money.

    Attributes
    ----------
    item, site : int32 array, shape (C,)
        Where stock changes, positions on the axes of the problem.
    units : float64 array, shape (C,)
        Units more; fewer where a unit does more at another site.
    money : float
        What it costs.
    price : float
        Gain of the objective per money.
    readiness : float
        Mean availability after it.
    """

    item: Ints
    site: Ints
    units: Floats
    money: float
    price: float
    readiness: float


def ahead(curve: Curve) -> list[Ahead]:
    """The step after each point, in the order of the points.

    A last point at which nothing is left to buy has none: the list is then one shorter.
    """
    steps = curve.steps
    positions = [int(p) for p in curve.positions if p < len(steps.order)]
    if not positions:
        return []
    levels = np.stack([steps.levels(p + 1) for p in positions], axis=1)
    after = mean_availability(steps.network, steps.along(levels)[0])
    return [
        _at(steps, position, float(readiness))
        for position, readiness in zip(positions, after, strict=True)
    ]


def _at(steps: Steps, position: int, readiness: float) -> Ahead:
    step = int(steps.order[position])
    cell = int(np.searchsorted(steps.first, step, side="right")) - 1
    level = step - int(steps.first[cell])
    items, before = _of_cell(steps, cell, level)
    change = _of_cell(steps, cell, level + 1)[1] - before
    member, site = np.nonzero(change)
    return Ahead(
        items[member].astype(np.int32),
        site.astype(np.int32),
        change[member, site],
        float(steps.money[step]),
        float(steps.slope[step]),
        readiness,
    )


def _of_cell(steps: Steps, cell: int, level: int) -> tuple[Ints, Floats]:
    """Items of one cell and their stock after so many of its steps, shape (members, S)."""
    problem = steps.network.problem
    last = int(steps.first[cell]) + level - 1
    taken = np.array([steps.taken[last] if level else 0], np.int32)
    if cell in steps.families:
        hull = steps.families[cell]
        held = np.zeros((len(hull.items), problem.sites))
        held[:, hull.sites] = hull.stock[taken[0]]
        return hull.items, held
    own = np.array([steps.own[last] if level else steps.start_own[cell]], np.int32)
    item, top = (axis[cell : cell + 1] for axis in steps.places())
    stock = np.zeros((problem.items, problem.sites))  # pages that are not written cost nothing
    place_all(steps.network.net, item, top, own, taken, steps.floor, stock)
    return item, stock[item]
