"""A small network, and a kernel that gives what a test asks: the arithmetic of replications."""

import numpy as np
import numpy.typing as npt

from redball.model.compiled import Ints
from redball.simulation.network import Law, Network, NetworkBuilder, PolicyKind, Rows, What
from redball.simulation.network.tables import CHANGE
from redball.simulation.runs import (
    ARC_SUM,
    CELL_SUM,
    COST,
    LANE_SUM,
    LOG,
    POOL_SUM,
    RECIPE_SUM,
    Always,
    Run,
)

Floats = npt.NDArray[np.float64]


def depot_and_base() -> Network:
    """A depot and two companies at a base; three fleets in two groups."""
    b = NetworkBuilder()
    b.item("PUMP", mass_kg=5.0, price_eur=100.0)
    b.node("DEPOT", "DEU")
    b.node("BASE", "DEU")
    policy = PolicyKind.BASE_STOCK
    depot = b.cell("DEPOT", "PUMP", on_hand=10, policy=policy, order_up_to=10)
    base = b.cell("BASE", "PUMP", on_hand=4, policy=policy, order_up_to=4)
    lane = b.lane("DEPOT", "BASE", Law(2.0), kg_per_day=100.0, eur_per_t=10.0, co2e_kg_per_t=3.0)
    b.buy(depot, Law.exponential(20.0), price_eur=100.0)
    b.move(base, depot, lanes=[lane])
    for unit, count in (("1 COY", 12), ("2 COY", 5), ("1 COY", 3)):
        b.fit(b.fleet("BASE", unit, "TANK", count, cannibalise=True), base, 0.02)
    return b.build()


def lane_cut(first: float, last: float) -> Always:
    """The lane is cut from one day to another."""
    return Always(np.array([(first, What.LANE, 0, 0.0), (last, What.LANE, 0, 1.0)], CHANGE))


class Drawn:
    """A kernel whose readiness, demand and stock are drawn, around a mean that can be set."""

    def __init__(self, mean: float = 0.8, spread: float = 0.05, dip: tuple[int, ...] = ()) -> None:
        self.mean, self.spread, self.dip = mean, spread, dip

    def __call__(
        self, network: Network, *, horizon_days: int, seed: int, replication: int, changes: Rows,
        rules: Rows, watch: Ints,
    ) -> Run:  # fmt: skip
        rng = np.random.default_rng([seed, replication])
        noise = self.spread * rng.normal()
        available = np.full((len(network.fleets), horizon_days), self.mean + noise)
        available += 0.01 * np.arange(len(network.fleets))[:, None]
        available[:, list(self.dip)] -= 0.3
        cells = np.zeros(len(network.cells), CELL_SUM)
        cells["demanded"] = rng.poisson(40, len(cells))
        cells["at_once"] = rng.binomial(cells["demanded"], 0.75)
        cells["waiting_days"] = rng.exponential(30.0, len(cells))
        costs = np.zeros(1, COST)
        costs["purchase"], costs["transport"] = 1000 + 10 * replication, 7.0
        lanes = np.zeros(len(network.lanes), LANE_SUM)
        lanes["kg"], lanes["co2e_kg"] = 50.0 * horizon_days, 2.0
        return Run(
            horizon_days=horizon_days,
            available=available,
            on_hand=rng.poisson(6, (len(watch), horizon_days)),
            waiting=rng.poisson(1, (len(watch), horizon_days)),
            cells=cells,
            arcs=np.zeros(len(network.arcs), ARC_SUM),
            lanes=lanes,
            recipes=np.zeros(len(network.recipes), RECIPE_SUM),
            pools=np.zeros(len(network.pools), POOL_SUM),
            costs=costs,
            stock_end=np.zeros(8, np.int64),
            events=3,
            log=np.zeros(0, LOG),
        )
