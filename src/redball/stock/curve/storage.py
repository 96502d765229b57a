"""The best stock where the places to keep it are limited by mass and volume."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from redball.model import BadData, BadUse
from redball.model.compiled import Floats, Ints
from redball.stock.curve.best import Assortment, assess, with_bound
from redball.stock.curve.curve import Start, as_objective, check_budget, free_cost
from redball.stock.curve.network import Kind, Model, Network, Objective, build_network, named
from redball.stock.curve.steps import Steps, find_steps, least_loss, losses
from redball.stock.curve.threads import Progress, in_pieces
from redball.stock.curve.units import unit_gains
from redball.stock.sparing import SparingProblem

_ROUNDS = 60
"""Rounds in which the worth of room is adjusted."""

_FILL = 400
"""Single units that are added at most in the room left."""

_FULL = 1e-9


@dataclass(frozen=True)
class Storage:
    """Room at each site, shape (S,); infinite where it is not limited.

    Attributes
    ----------
    mass_kg, volume_m3 : float64 array
    """

    mass_kg: Floats
    volume_m3: Floats


def best_stock_in_storage(
    problem: SparingProblem,
    storage: Storage,
    *,
    budget: float,
    objective: Kind | Objective = "availability",
    start: Start = "least",
    model: Model = "vari-metric",
    progress: Progress | None = None,
) -> Assortment:
    """Find a stock within a budget and within the room of every site, and a bound beside it.

    A kilogram and a cubic metre at a full site get a worth in money (Everett 1963), adjusted until
    everything fits; what room and money are left is filled unit by unit. The bound holds for any
    worth, so it is exact; that the stock reaches it is not proven.

    Raises
    ------
    BadUse
        Room that is negative or of the wrong shape; a budget as in :func:`best_stock`.
    BadData
        The least stock alone does not fit, with the site.
    """
    network = build_network(problem, as_objective(objective), model=model)
    room = _room(network, storage)
    free = free_cost(network, start)
    check_budget(network, budget, free)
    search = _Search(network, room, budget + free)
    for number in range(_ROUNDS):
        if not search.round(number):
            break
        if progress is not None:
            progress(0.9 * (number + 1) / _ROUNDS)
    stock = search.filled()
    if progress is not None:
        progress(1.0)
    return with_bound(
        assess(network, stock, start), network, search.bound, search.price, proven=False
    )


def _room(network: Network, storage: Storage) -> Floats:
    """Room as (2, S): mass, volume; refuses what is no room or too small for the least stock."""
    sites = network.problem.sites
    room = np.stack([np.asarray(storage.mass_kg), np.asarray(storage.volume_m3)]).astype(np.float64)
    if room.shape != (2, sites) or not (room >= 0).all():
        raise BadUse(
            "Room is negative, missing or not given for every site.", where="storage",
            mend=f"Give two arrays of {sites} figures from 0 up; infinite for no limit.",
        )  # fmt: skip
    least = np.broadcast_to(network.net.least, network.net.local.shape)
    over = _used(network, least) > room * (1 + _FULL)
    if over.any():
        kind, site = (int(x) for x in np.argwhere(over)[0])
        raise BadData(
            f"The least stock alone needs more {('mass', 'volume')[kind]} than there is room for.",
            where=named(network.problem.site_names, site, "site"),
            mend="Lower 'least' there, or give more room.",
        )
    return room


def _used(network: Network, stock: npt.NDArray[np.float64]) -> Floats:
    """Mass and volume at each site, shape (2, S)."""
    return np.stack([network.net.mass @ stock, network.net.volume @ stock])


class _Search:
    """Rounds of adjusting what room is worth; keeps the best stock that fits, and the bound."""

    def __init__(self, network: Network, room: Floats, budget: float) -> None:
        self.network, self.room, self.budget = network, room, budget
        self.worth = np.zeros(room.shape)
        self.bound, self.price = 0.0, 0.0
        self.best_value = np.inf
        least = np.broadcast_to(network.net.least, network.net.local.shape)
        self.best: Floats = np.array(least)
        self.floor = 0.0
        self.least = least_loss(network).value

    def round(self, number: int) -> bool:
        """Solve at the present worth and adjust it; false when nothing is left to adjust."""
        network = self.network
        net = network.net._replace(per_kg=self.worth[0].copy(), per_m3=self.worth[1].copy())
        steps = self._steps(replace(network, net=net))
        position = int(np.searchsorted(steps.cost, self.budget * (1 + 1e-12), side="right")) - 1
        stock = steps.stock(steps.levels(position))
        used = _used(network, stock)
        ended = position == len(steps.order)
        price = steps.floor if ended else float(steps.slope[steps.order[position]])
        limited = np.isfinite(self.room)
        paid = float(stock.sum(axis=1) @ network.net.unit_cost)
        kept = float((self.worth * used).sum())
        room = float((self.worth[limited] * self.room[limited]).sum())
        lower = float(steps.loss[position]) + price * (paid + kept - self.budget - room)
        if lower > self.bound:
            self.bound, self.price = lower, price
        over = used > self.room * (1 + _FULL)
        fitting = stock if not over.any() else _squeezed(network, stock, self.room)
        value = losses(network, fitting).value
        if value < self.best_value:
            self.best_value, self.best = value, fitting
        if not over.any() and not (self.worth > 0).any():
            return False
        self._adjust(used, over, number)
        return self.best_value > self.bound * (1 + 1e-9)

    def _steps(self, network: Network) -> Steps:
        """Hulls down to where the budget is spent, or nothing is left to gain."""
        cells = np.arange(network.cells, dtype=np.int32)
        floor = self.floor or 1.0 / float(network.net.unit_cost.max())
        for _ in range(80):
            steps = find_steps(network, cells, floor)
            begin = float(steps.start_loss.sum())
            if steps.cost[-1] >= self.budget or steps.loss[-1] - self.least <= 1e-9 * begin:
                break
            floor /= 4.0
        self.floor = floor
        return steps

    def _adjust(self, used: Floats, over: npt.NDArray[np.bool_], number: int) -> None:
        """Raise the worth of room that is short, lower that of room that is not."""
        net = self.network.net
        size = np.stack([net.mass, net.volume])
        first = np.array(
            [0.05 * float(net.unit_cost.mean() / max(s.mean(), 1e-300)) for s in size]
        )[:, None]
        ratio = used / np.maximum(self.room, 1e-300)
        power = 1.0 / (1.0 + number / 10.0)
        factor = np.clip(ratio, 0.3, 3.0) ** power
        self.worth = np.where(
            over & (self.worth <= 0),
            first,
            np.where(np.isfinite(self.room), self.worth * factor, 0),
        )

    def filled(self) -> Floats:
        """Return the best stock with what still fits added, most gain per money first."""
        network, stock = self.network, self.best.copy()
        net = network.net
        money = self.budget - float(stock.sum(axis=1) @ net.unit_cost)
        gains = _all_gains(network, stock)
        for _ in range(_FILL):
            left = self.room - _used(network, stock)
            fits = (gains > 0) & (net.unit_cost <= money)[:, None]
            for size, free in zip((net.mass, net.volume), left, strict=True):
                fits &= size[:, None] <= free[None, :] * (1 + _FULL) + _FULL
            if not fits.any():
                break
            rate = np.where(fits, gains / np.maximum(net.unit_cost, 1e-300)[:, None], -1.0)
            item, site = np.unravel_index(int(rate.argmax()), rate.shape)
            stock[item, site] += 1.0
            money -= float(net.unit_cost[item])
            place = int(np.flatnonzero(network.members == item)[0])
            number = int(np.searchsorted(network.member_start, place, "right")) - 1
            unit_gains(
                net, np.array([number], np.int32), network.members, network.member_start,
                network.sites_of(int(network.top[site])), stock, gains,
            )  # fmt: skip
        return stock


def _all_gains(network: Network, stock: Floats) -> Floats:
    """Gain of one unit more of each item at each site."""
    gains = np.zeros(stock.shape)
    families = np.arange(len(network.member_start) - 1, dtype=np.int32)
    for top in network.problem.tops:
        sites = network.sites_of(int(top))

        def some(piece: Ints, sites: Ints = sites) -> None:
            unit_gains(
                network.net, piece, network.members, network.member_start, sites, stock, gains
            )

        in_pieces(some, [families[k : k + 64] for k in range(0, len(families), 64)])
    return gains


def _squeezed(network: Network, stock: Floats, room: Floats) -> Floats:
    """Take units out where a site is over its room, least gain for the room first."""
    stock = stock.copy()
    least = np.broadcast_to(network.net.least, stock.shape)
    gains = _all_gains(network, stock)
    for kind, size in enumerate((network.net.mass, network.net.volume)):
        for site in np.flatnonzero(_used(network, stock)[kind] > room[kind] * (1 + _FULL)):
            # one unit less loses about what the next one gains
            order = np.argsort(gains[:, site] / np.maximum(size, 1e-300), kind="stable")
            excess = float(size @ stock[:, site]) - room[kind][site]
            while excess > room[kind][site] * _FULL:
                able = [i for i in order if size[i] > 0 and stock[i, site] > least[i, site]]
                if not able:
                    break
                for i in able:
                    if excess <= room[kind][site] * _FULL:
                        break
                    stock[i, site] -= 1.0
                    excess -= float(size[i])
    return stock
