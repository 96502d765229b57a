"""A depot, two bases and two suppliers: small enough to follow by hand."""

from dataclasses import dataclass

import numpy as np
import pytest

from redball.model import ResultLabel
from redball.planning.targets import Reach, Targets
from redball.simulation.network import Law, Network, NetworkBuilder, PolicyKind, StreamKind

PUBLIC = ResultLabel("UNCLASSIFIED", None)


@dataclass(frozen=True, eq=False)
class SmallCase:
    """What a stress test needs."""

    network: Network
    targets: Targets
    label: ResultLabel = PUBLIC
    assumptions: tuple[str, ...] = ("A small network.",)


def reach(**rows: list[int]) -> Reach:
    return Reach(**{name: np.array(values, np.int32) for name, values in rows.items()})


@pytest.fixture(scope="session")
def small() -> SmallCase:
    """FORGE sells to DEPOT over SEA; DEPOT ships to NORTH over ROAD-N and to SOUTH over ROAD-S.

    Ten trucks stand at NORTH and five at SOUTH. MILL sells paint to DEPOT, which nobody asks for.
    """
    b = NetworkBuilder()
    for node in ("FORGE", "MILL", "DEPOT", "NORTH", "SOUTH"):
        b.node(node, "DEU")
    b.item("AXLE", mass_kg=100.0, price_eur=10.0)
    b.item("PAINT", mass_kg=1.0)
    b.item("FOOD", mass_kg=1.0, price_eur=1.0)
    sea = b.lane("FORGE", "DEPOT", Law(2.0), name="SEA")
    north = b.lane("DEPOT", "NORTH", Law(1.0), name="ROAD-N")
    south = b.lane("DEPOT", "SOUTH", Law(1.0), name="ROAD-S")
    depot = b.cell("DEPOT", "AXLE", on_hand=6, policy=PolicyKind.BASE_STOCK, order_up_to=6)
    b.buy(depot, Law(5.0), lanes=[sea], at_node=0)
    paint = b.cell("DEPOT", "PAINT", on_hand=1, policy=PolicyKind.BASE_STOCK, order_up_to=1)
    b.buy(paint, Law(5.0), at_node=1)
    bases = {}
    for base, lane, count in (("NORTH", north, 10), ("SOUTH", south, 5)):
        cell = b.cell(base, "AXLE", on_hand=1, policy=PolicyKind.BASE_STOCK, order_up_to=1)
        b.move(cell, depot, lanes=[lane])
        fleet = b.fleet(base, f"UNIT-{base}", "TRUCK", count)
        b.fit(fleet, cell, 0.02)
        bases[base] = cell
    food = b.cell("SOUTH", "FOOD", on_hand=40, policy=PolicyKind.BASE_STOCK, order_up_to=40)
    b.buy(food, Law(4.0), lanes=[south])
    b.demand(food, kind=StreamKind.PERIODIC, interval_days=1.0, size=2.0, unit="UNIT-SOUTH")
    network = b.build()
    forge = reach(nodes=[0], arcs=[0], lanes=[sea])
    targets = Targets(
        {
            "party": {"X:FORGE": forge, "Y:FORGE": forge, "X:MILL": reach(nodes=[1], arcs=[1])},
            "parent": {"X:FORGE": forge},
            "site": {
                "X:DEPOT": reach(nodes=[2], lanes=[sea, north, south]),
                "X:NORTH": reach(nodes=[3], lanes=[north]),
            },
            "lane": {
                "X:SEA": reach(lanes=[sea]),
                "X:ROAD-N": reach(lanes=[north]),
                "X:ROAD-S": reach(lanes=[south]),
            },
            "country": {"NOWHERE": reach()},
        },
        words={"party": {"X:FORGE": "The forge", "Y:FORGE": "The forge"}},
    )
    return SmallCase(network, targets)
