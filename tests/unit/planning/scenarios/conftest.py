"""A small coast: a forge abroad, a port, a depot, a base and an ally, with what may be named."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from redball.planning.targets import Reach, Targets
from redball.simulation.network import Law, Network, NetworkBuilder, PolicyKind


@dataclass(frozen=True)
class Coast:
    """A case by hand: network and names."""

    network: Network
    targets: Targets


def _rows(*rows: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array(rows, np.int32)


def _network() -> Network:
    made = NetworkBuilder()
    for name in ("ring", "fuel"):
        made.item(name, mass_kg=10.0)
    for name, nation in (("FORGE", ""), ("PORT", "XAG"), ("DEPOT", "DEU"), ("BASE", "DEU"),
                         ("ALLY", "POL")):  # fmt: skip
        made.node(name, nation)
    sea = made.lane("FORGE", "PORT", Law(3.0), mode=2, name="sea")
    rail = made.lane("PORT", "DEPOT", Law(1.0), mode=1, name="rail")
    road = made.lane("DEPOT", "BASE", Law(0.5), name="road")
    up_to: dict[str, Any] = {"policy": PolicyKind.BASE_STOCK}
    forge = made.cell("FORGE", "ring", **up_to)  # 0: makes to order
    depot = made.cell("DEPOT", "ring", on_hand=6, order_up_to=6, **up_to)
    base = made.cell("BASE", "ring", on_hand=2, order_up_to=2, reserve=3, **up_to)
    ally = made.cell("ALLY", "ring", on_hand=20, order_up_to=20, **up_to)
    tank = made.cell("DEPOT", "fuel", on_hand=40, reorder_point=20, quantity=30,
                     policy=PolicyKind.FIXED_QUANTITY)  # fmt: skip
    pump = made.cell("BASE", "fuel", on_hand=5, order_up_to=5, **up_to)
    made.make(forge, per_day=2.0, lead=Law(5.0))
    made.move(depot, forge, Law(1.0), lanes=(sea, rail), price_eur=100.0)
    made.buy(depot, Law(30.0), standby=1, price_eur=300.0)
    made.move(base, depot, lanes=(road,))
    made.buy(ally, Law(20.0), price_eur=150.0)
    made.buy(tank, Law(4.0), at_node=1, lanes=(rail,), price_eur=1.0)
    made.move(pump, tank, lanes=(road,))
    made.demand(base, per_day=0.4, unit="UNIT")
    made.demand(pump, per_day=1.0, unit="UNIT")
    made.demand(ally, per_day=0.1)
    fleet = made.fleet("BASE", "UNIT", "IFV", 10)
    made.fit(fleet, base, 0.01)
    made.support(base, ally, Law(2.0), keep=5, standby=True)
    return made.build()


def _targets(network: Network) -> Targets:
    def arcs(*pairs: tuple[int, int]) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        found = [n for n, arc in enumerate(network.arcs) if (arc["cell"], arc["kind"]) in pairs]
        return np.array(found, np.int32)

    forge = Reach(nodes=_rows(0), arcs=arcs((1, 1)), lanes=_rows(0), recipes=_rows(0),
                  cells=_rows(0))  # fmt: skip
    port = Reach(nodes=_rows(1), lanes=_rows(0, 1))
    depot = Reach(nodes=_rows(2), arcs=arcs((2, 1), (5, 1)), lanes=_rows(1, 2), cells=_rows(1, 4))
    base = Reach(nodes=_rows(3), lanes=_rows(2), cells=_rows(2, 5), streams=_rows(0, 1),
                 fleets=_rows(0))  # fmt: skip
    ally = Reach(nodes=_rows(4), cells=_rows(3), streams=_rows(2))
    ring = Reach(arcs=arcs((0, 2), (1, 0), (1, 1), (2, 1), (3, 0)), recipes=_rows(0),
                 cells=_rows(0, 1, 2, 3), streams=_rows(0, 2))  # fmt: skip
    fuel = Reach(arcs=arcs((4, 0), (5, 1)), cells=_rows(4, 5), streams=_rows(1))
    trader = Reach(arcs=arcs((1, 0), (3, 0)))
    return Targets(
        reach={
            "site": {"XAG:PORT": port, "DEU:DEPOT": depot, "DEU:BASE": base, "POL:ALLY": ally},
            "party": {"DEU:FORGE": forge, "DEU:TRADER": trader, "POL:FORGE": trader},
            "parent": {"DEU:FORGE": forge},
            "country": {"NOR": forge, "DEU": depot | port, "POL": base | ally},
            "nation": {"DEU": depot | base, "POL": ally, "XAG": port},
            "lane": {"XAG:SEA": Reach(lanes=_rows(0))},
            "mode": {"sea": Reach(lanes=_rows(0)), "rail": Reach(lanes=_rows(1))},
            "item": {"DEU:RING": ring, "DEU:FUEL": fuel},
            "class": {"NATO:III": fuel},
            "unit": {"DEU:UNIT": Reach(streams=_rows(0, 1), fleets=_rows(0))},
            "system": {"DEU:IFV": Reach(fleets=_rows(0))},
        },
        also={
            "site": {"port": ("XAG:PORT",), "harbour": ("XAG:PORT",)},
            "party": {"forge": ("DEU:FORGE", "POL:FORGE")},
        },
        words={"site": {"XAG:PORT": "Harbour"}},
    )


@pytest.fixture(scope="session")
def coast() -> Coast:
    """The small coast."""
    network = _network()
    return Coast(network, _targets(network))
