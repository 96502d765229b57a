"""What counts as readiness: systems that are up, and units that are supplied, in one currency.

A day of a system that is down is one lost readiness-day. A unit that asks for something and does
not get it is not ready either, whatever its systems: each day counts as many readiness-days as the
unit has systems, in the share of its needs that is not met. So fuel, ammunition and rations stand
beside spare parts. The share is the mean over the classes of supply that the unit asks for, within
a class the mean over items by the value asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from redball.model import NOWHERE
from redball.simulation.network import Network, StreamKind

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Worth:
    """Weights of a network. F fleets, C cells, U places that ask.

    Attributes
    ----------
    systems : float64 array, shape (F,)
        Readiness-days of one day of the whole fleet.
    weight : float64 array, shape (C,)
        Readiness-days of a day on which nothing of what streams ask for at the cell is met; 0 where
        no stream asks.
    need : float64 array, shape (C,)
        Units a day that streams ask for.
    fleet_nation : int32 array, shape (F,)
        Whose systems.
    cell_group : int32 array, shape (C,)
        Group whose supply a cell is; any where no stream asks.
    groups : tuple of (int, str)
        Nation and class of supply of each group, at least one.
    assumptions : tuple of str
    """

    systems: Floats
    weight: Floats
    need: Floats
    fleet_nation: Ints
    cell_group: Ints
    groups: tuple[tuple[int, str], ...]
    assumptions: tuple[str, ...]

    @property
    def supplied(self) -> float:
        """Readiness-days of a day on which no unit is supplied."""
        return float(self.weight.sum())

    @property
    def whole(self) -> float:
        """Readiness-days of a day on which everything is missing."""
        return float(self.systems.sum()) + self.supplied


def worth_of(
    network: Network,
    *,
    classes: Mapping[int, str] | None = None,
    supply_weight: float = 1.0,
    other_systems: float | None = None,
) -> Worth:
    """Weigh fleets and demand of a network.

    Parameters
    ----------
    network : Network
    classes : mapping of int to str, optional
        Class of supply of each item row; every item is of one class without it.
    supply_weight : float
        Readiness-days of a unit without supplies, for each of its systems; 0: systems alone count.
    other_systems : float, optional
        Systems that a place counts for that asks and has none; the mean of the others by default.
    """
    nation = network.nodes["nation"]
    systems = network.fleets["count"].astype(np.float64)
    has = np.bincount(network.fleets["node"], systems, minlength=len(network.nodes))
    need = _needs(network)
    asks = np.flatnonzero(need > 0)
    at = network.cells["node"][asks]
    item = network.cells["item"][asks]
    mean = float(has[has > 0].mean()) if (has > 0).any() else 1.0
    other = mean if other_systems is None else other_systems
    counted = np.where(has[at] > 0, has[at], other) * supply_weight
    group = np.array([(classes or {}).get(int(i), "") for i in item])
    price = network.items["price_eur"][item]
    value = np.where(price > 0, price, np.nan) * need[asks]
    weight = np.zeros(len(network.cells))
    for node in np.unique(at).tolist():
        here = at == node
        kinds = np.unique(group[here])
        for kind in kinds:
            rows = np.flatnonzero(here & (group == kind))
            share = value[rows]
            known = np.isfinite(share)
            # what has no price counts as the mean of its class
            share = np.where(known, share, share[known].mean() if known.any() else 1.0)
            weight[asks[rows]] = counted[rows] * share / share.sum() / len(kinds)
    pairs = list(zip(nation[at].tolist(), group.tolist(), strict=True))
    groups = tuple(sorted(set(pairs))) or ((0, ""),)
    place = {pair: number for number, pair in enumerate(groups)}
    of_cell = np.zeros(len(network.cells), np.int32)
    of_cell[asks] = [place[pair] for pair in pairs]
    return Worth(
        systems, weight, need, nation[network.fleets["node"]].astype(np.int32), of_cell, groups,
        (
            "A day of a system that is down is one lost readiness-day.",
            f"A unit that is not supplied loses {supply_weight:g} readiness-days a day for each of "
            f"its systems, in the share of its needs that waits (a place without systems counts as "
            f"{other:.3g}): the mean over its classes of supply, within a class by value.",
        ),
    )  # fmt: skip


def _needs(network: Network) -> Floats:
    """Units a day that streams ask for, by cell."""
    streams = network.streams
    rate = streams["per_day"] * np.where(
        streams["kind"] == StreamKind.POISSON_DAILY, 1.0, np.maximum(streams["size"], 0.0)
    )
    periodic = streams["kind"] == StreamKind.PERIODIC
    every = np.where(streams["interval_days"] > 0, streams["interval_days"], np.inf)
    rate = np.where(periodic, streams["size"] / every, rate)
    for row in np.flatnonzero(streams["kind"] == StreamKind.TRACE).tolist():
        trace = network.traces[streams["first_trace"][row] : streams["last_trace"][row]]
        span = float(trace["day"].max()) + 1.0 if len(trace) else 1.0
        rate[row] = float(trace["quantity"].sum()) / span
    asked = streams["cell"] != NOWHERE
    return np.bincount(streams["cell"][asked], rate[asked], minlength=len(network.cells)).astype(
        np.float64
    )
