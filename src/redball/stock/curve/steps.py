"""All hulls merged: in what order to buy, at falling gain per money."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from redball.model.compiled import Floats, Ints, Longs
from redball.stock.curve.batches import add_family, hulls_of, place_all, tally, trace
from redball.stock.curve.families import family_hull
from redball.stock.curve.network import Network
from redball.stock.curve.threads import Progress, in_pieces

_PIECE = 128
"""Cells in one piece of work: well under a second also for long hulls."""

_SAMPLE = 500
"""Cells from which the price is estimated that the hulls must reach down to."""

ENDS = 1e-3
"""Without a budget the curve ends where unlimited stock would take off no more than this share."""

_LOWEST = 60
"""Prices are lowered at most this often, each time to a quarter."""

PLENTY = 1e7
"""Stock that stands for no bound."""


@dataclass(frozen=True)
class FamilyHull:
    """Vertices of a family's hull: stock of shape (V, members, sites below the top)."""

    items: Ints
    sites: Ints
    stock: npt.NDArray[np.int32]


@dataclass(frozen=True)
class Steps:
    """Hull steps of all cells down to a price; cells are as in the network, or some of them.

    Attributes
    ----------
    cells : int32 array, shape (C,)
        Numbers of the cells.
    first : int64 array, shape (C + 1,)
        Where the steps of each cell begin.
    slope, gain, money : float64 array, shape (T,)
        Gain of the objective per money (with what places cost), in all, and the price paid.
    own, taken : int32 array, shape (T,)
        Vertex after the step, see :func:`redball.stock.curve.hulls.place`; for a family ``own``
        is -1 and ``taken`` the number of the vertex.
    start_money, start_loss : float64 array, shape (C,)
    start_own : int32 array, shape (C,)
    floor : float
        Every step of a slope of at least this is there.
    families : dict
        Hulls of cells with more than one item, by position in ``cells``.
    """

    network: Network
    cells: Ints
    first: Longs
    slope: Floats
    gain: Floats
    money: Floats
    own: Ints
    taken: Ints
    start_money: Floats
    start_loss: Floats
    start_own: Ints
    floor: float
    families: dict[int, FamilyHull]

    @cached_property
    def order(self) -> Longs:
        """Steps by falling slope; those of a cell in their order."""
        return np.asarray(np.argsort(-self.slope, kind="stable"))

    @cached_property
    def cost(self) -> Floats:
        """Money spent after each of the ordered steps, the start first; shape (T + 1,)."""
        spent = np.concatenate([[0.0], np.cumsum(self.money[self.order])])
        return np.asarray(spent + self.start_money.sum())

    @cached_property
    def loss(self) -> Floats:
        """Loss after each of the ordered steps, the start first; shape (T + 1,)."""
        # from the end, so that a small loss is not the rest of two large ones
        gains = self.gain[self.order]
        total = float(self.start_loss.sum())
        rest = total - float(gains.sum())
        back = np.concatenate([[0.0], np.cumsum(gains[::-1])])[::-1]
        return np.asarray(max(rest, 0.0) + back)

    def levels(self, position: int) -> Longs:
        """How many steps of each cell are among the first of the order; shape (C,)."""
        chosen = np.sort(self.order[:position])
        return np.searchsorted(chosen, self.first[1:]) - np.searchsorted(chosen, self.first[:-1])

    def vertices(self, levels: Longs) -> tuple[Ints, Ints]:
        """Own stock and steps of the clients after so many steps of each cell; same shape."""
        last = np.maximum(self.first[:-1] + levels.T - 1, 0).T
        start = np.broadcast_to(self.start_own, levels.T.shape).T
        if not len(self.own):
            return start.copy(), np.zeros(levels.shape, np.int32)
        moved = levels > 0
        own = np.where(moved, self.own[last], start)
        return own.astype(np.int32), np.where(moved, self.taken[last], 0).astype(np.int32)

    def stock(self, levels: Longs, progress: Progress | None = None) -> Floats:
        """Stock after so many steps of each cell, shape (I, S)."""
        network = self.network
        stock = np.zeros((network.problem.items, network.problem.sites))
        own, taken = self.vertices(levels)
        item, top = self.places()

        def some(piece: npt.NDArray[np.intp]) -> None:
            place_all(
                network.net, item[piece], top[piece], own[piece], taken[piece], self.floor, stock
            )

        in_pieces(some, pieces_of(np.flatnonzero(own >= 0), 8 * _PIECE), progress)
        for number, hull in self.families.items():
            stock[np.ix_(hull.items, hull.sites)] = hull.stock[taken[number]]
        return stock

    def along(self, levels: Longs, progress: Progress | None = None) -> tuple[Floats, Floats]:
        """Losses and backorders at several points of the curve, without their stocks.

        Parameters
        ----------
        levels : int64 array, shape (C, P)

        Returns
        -------
        (loss, waiting)
            Shapes (P, Y, S) and (P,); see :func:`losses`.
        """
        net = self.network.net
        own, taken = self.vertices(levels)
        item, top = self.places()
        shape = (levels.shape[1], *net.systems.shape)

        def some(piece: npt.NDArray[np.intp]) -> tuple[Floats, Floats]:
            loss, waiting = np.zeros(shape), np.zeros(shape[0])
            if len(piece) == 1 and int(piece[0]) in self.families:
                for p in range(shape[0]):
                    waiting[p] = self._of_family(int(piece[0]), taken[piece[0], p], loss[p])
            else:
                trace(
                    net, item[piece], top[piece], self.floor, own[piece], taken[piece], loss,
                    waiting,
                )  # fmt: skip
            return loss, waiting

        single = np.ones(len(item), dtype=np.bool_)
        single[list(self.families)] = False
        pieces = [np.array([number]) for number in self.families]
        pieces += pieces_of(np.flatnonzero(single), _PIECE)
        total, waiting = np.zeros(shape), np.zeros(shape[0])
        for loss, more in in_pieces(some, pieces, progress):
            total += loss
            waiting += more
        return total, waiting

    def _of_family(self, number: int, vertex: int, loss: Floats) -> float:
        """Add the losses of a family at a vertex; return its weighted backorders."""
        network, hull = self.network, self.families[number]
        held = np.zeros((len(hull.items), network.problem.sites))
        held[:, hull.sites] = hull.stock[vertex]
        return add_family(network.net, hull.items, hull.sites, held, loss)[0]

    def places(self) -> tuple[Ints, Ints]:
        """First item and top of each cell."""
        network = self.network
        family = network.cell_family[self.cells]
        return network.members[network.member_start[family]], network.cell_top[self.cells]

    def place_of(self, cell: int) -> tuple[int, int]:
        """Item and top of a cell."""
        item, top = self.places()
        return int(item[cell]), int(top[cell])

    def at(self, cell: int, level: int) -> tuple[float, float]:
        """Money and loss of a cell after so many of its steps."""
        rows = slice(int(self.first[cell]), int(self.first[cell]) + level)
        return (
            float(self.start_money[cell] + self.money[rows].sum()),
            float(self.start_loss[cell] - self.gain[rows].sum()),
        )


def pieces_of(rows: npt.NDArray[np.intp], size: int) -> list[npt.NDArray[np.intp]]:
    """Cut rows into pieces."""
    return [rows[k : k + size] for k in range(0, len(rows), size)]


def find_steps(
    network: Network, cells: Ints, floor: float, progress: Progress | None = None
) -> Steps:
    """Hulls of the given cells down to a slope."""
    deep = network.deep()[cells]
    item = network.members[network.member_start[network.cell_family[cells]]]
    top = network.cell_top[cells]
    net = network.net
    # families first: they take longest
    pieces = pieces_of(np.flatnonzero(deep), 1)
    families: dict[int, FamilyHull] = {}

    def some(piece: npt.NDArray[np.intp]) -> Hulls:
        if deep[piece[0]]:
            row = int(piece[0])
            hulls, families[row] = _family_hull(network, int(cells[row]), floor)
            return hulls
        found = hulls_of(net, item[piece], top[piece], floor)
        money = np.repeat(net.unit_cost[item[piece]], found[0]) * found[6].astype(np.float64)
        least = found[9] * net.unit_cost[item[piece]]
        return Hulls(
            found[0], least, found[2], found[3], found[4], found[5], money, found[7], found[8]
        )

    pieces += pieces_of(np.flatnonzero(~deep), _PIECE)
    found = in_pieces(some, pieces, progress)
    rows = np.concatenate(pieces)
    place_of = {int(row): k for k, row in enumerate(rows)}
    parts = [np.concatenate(part) for part in zip(*found, strict=True)]
    hulls = Hulls(*parts)
    return Steps(
        network, cells[rows], np.concatenate([[0], np.cumsum(hulls.counts)]), hulls.slope,
        hulls.gain, hulls.money, hulls.own, hulls.taken, hulls.start_money, hulls.start_loss,
        hulls.start_own, floor, {place_of[row]: hull for row, hull in sorted(families.items())},
    )  # fmt: skip


class Hulls(NamedTuple):
    """Hulls of some cells, one after the other; see :class:`Steps`."""

    counts: Longs
    start_money: Floats
    start_loss: Floats
    start_own: Ints
    slope: Floats
    gain: Floats
    money: Floats
    own: Ints
    taken: Ints


def _family_hull(network: Network, cell: int, floor: float) -> tuple[Hulls, FamilyHull]:
    """Hull of a cell with several items; its vertices are kept with their stock."""
    items = network.family(int(network.cell_family[cell]))
    sites = network.sites_of(int(network.cell_top[cell]))
    cost, loss, stock = family_hull(network.net, items, sites, floor)
    held = stock[:, :, sites].astype(np.int32)
    money = (held.sum(axis=2) * network.net.unit_cost[items]).sum(axis=1)
    steps = len(cost) - 1
    gain = loss[:-1] - loss[1:]
    slope = np.minimum.accumulate(gain / np.diff(cost)) if steps else gain
    hulls = Hulls(
        np.array([steps]), money[:1], loss[:1], np.full(1, -1, np.int32), slope, gain,
        np.diff(money), np.full(steps, -1, np.int32), np.arange(1, steps + 1, dtype=np.int32),
    )  # fmt: skip
    return hulls, FamilyHull(items, sites, held)


class Losses(NamedTuple):
    """What a stock leaves open.

    ``of_systems`` is minus the log of the availability, shape (Y, S); ``waiting`` are backorders
    of own demand, weighted by site; ``value`` is the loss of the objective, continued by its
    tangent where a system is down for sure.
    """

    of_systems: Floats
    waiting: float
    value: float


def losses(
    network: Network, stock: Floats, cells: Ints | None = None, progress: Progress | None = None
) -> Losses:
    """What a stock of shape (I, S) leaves open in some cells, or in all."""
    chosen = np.arange(network.cells) if cells is None else cells

    def some(piece: tuple[int, Ints]) -> Losses:
        loss = np.zeros(network.net.systems.shape)
        waiting, value = tally(
            network.net, piece[1], network.members, network.member_start,
            network.sites_of(piece[0]), stock, loss,
        )  # fmt: skip
        return Losses(loss, waiting, value)

    pieces = []
    for top in np.unique(network.cell_top[chosen]):
        families = network.cell_family[chosen[network.cell_top[chosen] == top]]
        pieces += [(int(top), families[k : k + 1024]) for k in range(0, len(families), 1024)]
    found = in_pieces(some, pieces, progress)
    total = np.zeros(network.net.systems.shape)
    for part in found:
        total += part.of_systems
    return Losses(total, sum(f.waiting for f in found), sum(f.value for f in found))


def least_loss(network: Network, cells: Ints | None = None) -> Losses:
    """What is left open with as much stock as the bounds allow."""
    most = network.net.most
    shape = network.net.local.shape
    if not np.isfinite(most).any():
        return Losses(np.zeros(network.net.systems.shape), 0.0, 0.0)
    stock = np.array(np.broadcast_to(np.minimum(most, PLENTY), shape))
    return losses(network, stock, cells)


def enough_steps(network: Network, budget: float | None, progress: Progress | None = None) -> Steps:
    """Steps down to a price at which the budget is spent, or, without one, little is left to gain.

    The price is found on a sample of the cells, so that most are gone through once.
    """
    cells = np.arange(network.cells, dtype=np.int32)
    sample = cells
    if len(cells) > _SAMPLE:
        sample = np.sort(np.random.default_rng(0).choice(cells, _SAMPLE, replace=False))
    scale = len(cells) / len(sample)
    least = least_loss(network, sample).value
    steps = find_steps(network, sample, np.inf)
    gains = float(steps.start_loss.sum()) - least
    price = float(network.net.unit_cost.max())
    floor = max(gains, 1e-300) / max(price, 1e-300)

    def searching(_: float) -> None:
        """Nothing can be said of the end yet; but who listens may cancel."""
        if progress is not None:
            progress(0.0)

    for _ in range(_LOWEST):
        steps = find_steps(network, sample, floor, searching)
        if _is_enough(steps, budget, least, scale):
            break
        floor /= 4.0
    if len(sample) == len(cells):
        return steps
    floor = _needed_floor(steps, budget, least, scale)
    least = least_loss(network).value
    for _ in range(_LOWEST):
        steps = find_steps(network, cells, floor, progress)
        if _is_enough(steps, budget, least, 1.0):
            break
        floor /= 2.0
    return steps


def _needed_floor(steps: Steps, budget: float | None, least: float, scale: float) -> float:
    """Slope of the step of a sample that goes far enough; its floor where none does."""
    if budget is not None:
        enough = steps.cost * scale >= 1.1 * budget
    else:
        limit = ENDS * (steps.loss[0] - least) if steps.network.net.by_backorders else ENDS
        enough = (steps.loss - least) * scale <= limit
    last = int(np.argmax(enough)) - 1
    if last < 0 or not enough.any():
        return steps.floor
    return max(steps.floor, 0.9 * float(steps.slope[steps.order[last]]))


def _is_enough(steps: Steps, budget: float | None, least: float, scale: float) -> bool:
    """Whether the steps of a sample go far enough; ``scale`` is all cells over those taken."""
    begin = float(steps.start_loss.sum()) - least
    left = float(steps.loss[-1]) - least
    if left <= 1e-12 * begin or begin <= 0.0:
        return True
    if budget is not None:
        # a sample may be a little dearer or cheaper than all
        return float(steps.cost[-1]) * scale >= budget * (1.0 if scale == 1.0 else 1.1)
    limit = ENDS * begin if steps.network.net.by_backorders else ENDS
    # what a sample promised may be missed by a little
    estimated = scale == 1.0 and len(steps.cells) > _SAMPLE
    return left * scale <= (1.2 * limit if estimated else limit)
