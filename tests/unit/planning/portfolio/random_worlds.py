"""Small worlds from a seed: makers, depots, bases of two nations, lanes that hazards cut."""

import numpy as np

from redball.planning.plan import PlanOptions, Risk
from redball.planning.portfolio import Aim, Rehearsal
from redball.planning.targets import Reach, Targets
from redball.planning.treatments.prices import Prices
from redball.simulation.network import Law, Network, NetworkBuilder, PolicyKind

OPTIONS = PlanOptions(
    aim=Aim(730.0), how=Rehearsal(240, 20, 4, 7), replications=16, futures=60, most=8, gap=0.01,
    whole_futures=0, sensitivity=False,
    prices=Prices(source_eur=600.0, source_yearly_eur=60.0, source_days=120.0, lane_eur=300.0,
                  lane_yearly_eur=30.0, capacity_share=0.02, move_eur=20.0),
)  # fmt: skip


def random_world(seed: int) -> tuple[Network, Targets, list[Risk]]:
    """Five items from three makers over a sea and a road to two depots and three bases."""
    rng = np.random.default_rng([seed, 77])
    b = NetworkBuilder()
    makers, depots, bases = ("MILL", "FORGE", "WORKS"), ("WEST", "EAST"), ("A", "B", "C")
    for node in makers:
        b.node(node, "DEU")
    for node, nation in zip((*depots, *bases), ("DEU", "POL", "DEU", "POL", "POL"), strict=True):
        b.node(node, nation)
    lanes: dict[tuple[str, str], int] = {}
    for maker in makers:
        for depot in depots:
            lanes[maker, depot] = b.lane(maker, depot, Law(float(rng.integers(2, 7))),
                                         name=f"{maker}-{depot}")  # fmt: skip
    b.lane("WEST", "EAST", Law(9.0), name="WEST-EAST")
    b.lane("EAST", "WEST", Law(9.0), name="EAST-WEST")
    home = {"A": "WEST", "B": "EAST", "C": "EAST"}
    for base, depot in home.items():
        lanes[depot, base] = b.lane(depot, base, Law(1.0), name=f"{depot}-{base}")
    fleets = {
        base: b.fleet(base, f"UNIT {base}", "TANK", int(rng.integers(6, 16))) for base in bases
    }
    for number in range(5):
        item, maker = f"PART{number}", makers[int(rng.integers(3))]
        b.item(item, price_eur=float(rng.integers(20, 200)), mass_kg=1.0)
        rate = float(rng.uniform(0.002, 0.012))
        daily = rate * sum(8 for _ in bases)
        made = b.cell(maker, item, policy=PolicyKind.BASE_STOCK)
        b.make(made, per_day=daily * float(rng.uniform(1.1, 2.5)), lead=Law(6.0))
        at: dict[str, int] = {}
        for depot in depots:
            level = int(rng.integers(1, 4))
            at[depot] = b.cell(depot, item, on_hand=level, policy=PolicyKind.BASE_STOCK,
                               order_up_to=level)  # fmt: skip
            b.move(at[depot], made, lanes=[lanes[maker, depot]])
        for base, depot in home.items():
            level = int(rng.integers(0, 3))
            here = b.cell(base, item, on_hand=level, policy=PolicyKind.BASE_STOCK,
                          order_up_to=level)  # fmt: skip
            b.move(here, at[depot], lanes=[lanes[depot, base]])
            b.fit(fleets[base], here, rate * float(rng.uniform(0.5, 1.5)))
    b.item("FUEL", price_eur=2.0, mass_kg=1.0)
    for base in bases:
        daily = float(rng.integers(3, 12))
        tank = b.cell(base, "FUEL", on_hand=int(8 * daily), policy=PolicyKind.REORDER_UP_TO,
                      reorder_point=int(5 * daily), order_up_to=int(9 * daily))  # fmt: skip
        b.buy(tank, Law(3.0), lanes=[lanes[home[base], base]])
        b.demand(tank, per_day=daily, unit=f"UNIT {base}")
    network = b.build()
    nodes = {name: Reach(nodes=np.array([row], np.int32))
             for row, name in enumerate(network.node_names)}  # fmt: skip
    ways = {name: Reach(lanes=np.array([row], np.int32))
            for row, name in enumerate(network.lane_names)}  # fmt: skip
    struck = [("site", makers[int(rng.integers(3))]), ("lane", f"{makers[0]}-WEST"),
              ("lane", f"EAST-{'BC'[int(rng.integers(2))]}")]  # fmt: skip
    risks = [
        Risk(f"H{n}", f"{kind} {name} is lost", ((kind, name),), float(rng.uniform(0.1, 0.6)),
             float(rng.uniform(20, 80)))
        for n, (kind, name) in enumerate(struck)
    ]  # fmt: skip
    return network, Targets({"site": nodes, "lane": ways}), risks
