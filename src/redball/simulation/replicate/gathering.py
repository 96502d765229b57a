"""Gather replications into running moments and a few figures for each."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from redball.simulation.network import Network
from redball.simulation.replicate.moments import Moments, RatioMoments
from redball.simulation.runs import Run

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CELL_MEANS = (
    "demanded", "at_once", "filled", "lost", "orders", "ordered", "received", "expired",
    "condemned", "destroyed", "supported", "on_hand_days", "waiting_days",
)  # fmt: skip
LANE_MEANS = (
    "consignments", "kg", "busy_days", "eur", "co2e_kg", "held_days", "lost_units", "rerouted",
)  # fmt: skip
RECIPE_MEANS = ("units", "busy_days", "waiting_days", "starved_days")
POOL_MEANS = ("arrivals", "waited", "busy_days", "queue_days")
ARC_MEANS = ("orders", "units", "eur")
COST_KINDS = ("purchase", "orders", "transport", "rules")

HEADLINES = (
    "readiness",
    "ready_system_days",
    "fill",
    "waiting_days",
    "lost_units",
    "cost_eur",
    "co2e_kg",
)
"""Measures kept for every replication: readiness is the mean share of all systems that are up; fill
the share of the units demanded that were given at once, and waiting days the unit-days that open
requests waited, both at the cells that demand and fleets draw from (what upstream cells owe shows
there too, and would count twice); the others are sums over all of the run."""


@dataclass(frozen=True)
class Groups:
    """Fleets put together by unit and system, in order of the first fleet of each."""

    unit: Ints
    system: Ints
    systems: Ints
    """Number of systems in each group."""
    of_fleet: Ints

    @staticmethod
    def of(network: Network) -> "Groups":
        """Groups of a network's fleets."""
        found: dict[tuple[int, int], int] = {}
        of_fleet = [
            found.setdefault((int(fleet["unit"]), int(fleet["system"])), len(found))
            for fleet in network.fleets
        ]
        count = np.zeros(len(found), np.int64)
        np.add.at(count, of_fleet, network.fleets["count"])
        pairs = np.array(list(found), np.int64).reshape(-1, 2)
        return Groups(pairs[:, 0], pairs[:, 1], count, np.array(of_fleet, np.int64))


@dataclass
class Gathering:
    """Running moments of replications added in order; memory does not grow but by a curve each."""

    network: Network
    horizon_days: int
    watched: tuple[int, ...]
    groups: Groups = field(init=False)
    moments: dict[str, Moments] = field(init=False)
    fill: RatioMoments = field(init=False)
    drawn: Ints = field(init=False)
    headline: list[tuple[float, ...]] = field(default_factory=list)
    curves: list[Floats] = field(default_factory=list)
    group_days: list[Floats] = field(default_factory=list)
    events: int = 0

    def __post_init__(self) -> None:
        net, days = self.network, self.horizon_days
        self.groups = Groups.of(net)
        cells = len(net.cells)
        self.moments = {
            "groups": Moments((len(self.groups.unit), days)),
            "fleets": Moments((len(net.fleets), days)),
            "on_hand": Moments((len(self.watched), days)),
            "waiting": Moments((len(self.watched), days)),
            "cells": Moments((len(CELL_MEANS), cells)),
            "arcs": Moments((len(ARC_MEANS), len(net.arcs))),
            "lanes": Moments((len(LANE_MEANS), len(net.lanes))),
            "recipes": Moments((len(RECIPE_MEANS), len(net.recipes))),
            "pools": Moments((len(POOL_MEANS), len(net.pools))),
            "costs": Moments((len(COST_KINDS) + 2,)),
        }
        self.fill = RatioMoments((cells,))
        self.drawn = np.union1d(net.streams["cell"], net.applications["cell"]).astype(np.int64)

    @property
    def count(self) -> int:
        """Replications gathered."""
        return len(self.headline)

    def add(self, run: Run) -> None:
        """Add the next replication."""
        by_group = self._grouped(run.available)
        weight = self.network.fleets["count"].astype(np.float64)
        systems = float(weight.sum())
        curve = weight @ run.available / systems if systems else np.zeros(0)
        costs = columns(run.costs, COST_KINDS)[:, 0]
        co2e = float(run.lanes["co2e_kg"].sum())
        for name, values in (
            ("groups", by_group),
            ("fleets", run.available),
            ("on_hand", run.on_hand),
            ("waiting", run.waiting),
            ("cells", columns(run.cells, CELL_MEANS)),
            ("arcs", columns(run.arcs, ARC_MEANS)),
            ("lanes", columns(run.lanes, LANE_MEANS)),
            ("recipes", columns(run.recipes, RECIPE_MEANS)),
            ("pools", columns(run.pools, POOL_MEANS)),
            ("costs", np.append(costs, (costs.sum(), co2e))),
        ):
            self.moments[name].add(values)
        at_once = run.cells["at_once"].astype(np.float64)
        demanded = run.cells["demanded"].astype(np.float64)
        self.fill.add(at_once, demanded)
        asked = float(demanded[self.drawn].sum())
        self.headline.append(
            (
                float(curve.mean()) if systems else np.nan,
                float(curve.sum()) * systems if systems else np.nan,
                float(at_once[self.drawn].sum()) / asked if asked else np.nan,
                float(run.cells["waiting_days"][self.drawn].sum()),
                float(run.cells["lost"].sum()),
                float(costs.sum()),
                co2e,
            )
        )
        self.curves.append(curve)
        self.group_days.append(by_group.sum(axis=1) * self.groups.systems)
        self.events += run.events

    def _grouped(self, available: Floats) -> Floats:
        """Share of systems up by group and day."""
        weight = self.network.fleets["count"].astype(np.float64)
        total = np.zeros((len(self.groups.unit), self.horizon_days))
        np.add.at(total, self.groups.of_fleet, available * weight[:, None])
        return total / np.maximum(self.groups.systems, 1)[:, None]


def columns(rows: npt.NDArray[np.void], names: tuple[str, ...]) -> Floats:
    """Fields of records as an array of floats, shape (names, rows)."""
    return np.array([rows[name] for name in names], np.float64)
