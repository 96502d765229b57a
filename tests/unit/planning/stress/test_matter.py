"""What no demand depends on is skipped, and that is exact."""

from itertools import product
from typing import Any

import numpy as np
import pytest

from redball.planning.stress.losses import changes_of
from redball.planning.stress.matter import what_matters
from redball.simulation.events import run_events
from redball.simulation.network import CutRule, Law, Network, NetworkBuilder, PolicyKind, What

TABLES = {What.NODE: "nodes", What.ARC: "arcs", What.LANE: "lanes", What.RECIPE: "recipes"}


def random_network(seed: int) -> Network:
    """Depots, bases, items, recipes and lanes at random; only some bases have a fleet."""
    random = np.random.default_rng(seed)
    b = NetworkBuilder()
    nodes = [f"N{i}" for i in range(6)]
    for node in nodes:
        b.node(node)
    for item in ("A", "B", "PART"):
        b.item(item, mass_kg=50.0)
    cells: dict[tuple[str, str], int] = {}
    for node, item in product(nodes, ("A", "B", "PART")):
        cells[node, item] = b.cell(
            node, item, on_hand=int(random.integers(0, 4)), policy=PolicyKind.BASE_STOCK,
            order_up_to=int(random.integers(1, 5)),
        )  # fmt: skip
    for place, node in enumerate(nodes):
        for item in ("A", "B", "PART"):
            cell = cells[node, item]
            if place == 0 or random.random() < 0.2:
                b.buy(cell, Law(float(random.integers(1, 9))), at_node=int(random.integers(0, 6)))
            elif item != "PART" and random.random() < 0.3:
                b.make(
                    cell, per_day=float(random.integers(1, 4)), inputs=[(cells[node, "PART"], 1)]
                )
            else:
                source = nodes[int(random.integers(0, place))]
                lane = b.lane(
                    source, node, Law(1.0), name=f"{source}-{node}-{item}", cut_rule=CutRule.HOLD,
                    kg_per_day=float(random.choice([60.0, np.inf])),
                )  # fmt: skip
                b.move(cell, cells[source, item], lanes=[lane])
    for place in (int(random.integers(1, 6)), int(random.integers(1, 6))):
        fleet = b.fleet(nodes[place], f"U{place}-{random.integers(1 << 30)}", "T", 6)
        b.fit(fleet, cells[nodes[place], str(random.choice(["A", "B"]))], 0.05)
    return b.build()


def used(network: Network, changes: np.ndarray[Any, Any]) -> list[bytes]:
    run = run_events(network, horizon_days=60, seed=5, changes=changes)
    matter = what_matters(network)
    return [run.available.tobytes(), run.cells[matter.cells].tobytes()]


@pytest.mark.parametrize("seed", range(12))
def test_what_does_not_matter_changes_nothing_that_does(seed: int) -> None:
    network = random_network(seed)
    matter = what_matters(network)
    undisturbed = used(network, changes_of((), 5, 40))
    idle = 0
    for what, table in TABLES.items():
        flags = getattr(matter, table)
        for row in np.flatnonzero(~flags).tolist():
            changes = changes_of(((what, np.array([row], np.int32)),), 5, 40)
            assert used(network, changes) == undisturbed, (what, row)
            idle += 1
    assert idle or all(getattr(matter, table).all() for table in TABLES.values())


def test_something_is_skipped_in_the_small_network_and_supply_is_not(small: Any) -> None:
    matter = what_matters(small.network)
    assert not matter.nodes[1]  # the mill
    assert not matter.arcs[1]  # its paint
    assert matter.nodes[[0, 2, 3, 4]].all()
    assert matter.lanes.all()


def test_a_lane_of_limited_capacity_makes_its_other_users_matter() -> None:
    def network(kg_per_day: float) -> Network:
        b = NetworkBuilder()
        b.node("DEPOT")
        b.node("BASE")
        b.item("AXLE", mass_kg=10.0)
        b.item("PAINT", mass_kg=10.0)
        road = b.lane("DEPOT", "BASE", Law(1.0), kg_per_day=kg_per_day)
        for item in ("AXLE", "PAINT"):
            cell = b.cell("BASE", item, policy=PolicyKind.BASE_STOCK, order_up_to=2)
            b.buy(cell, Law(1.0), lanes=[road])
        b.fit(b.fleet("BASE", "U", "T", 1), 0, 0.1)
        return b.build()

    assert what_matters(network(np.inf)).cells.tolist() == [True, False]
    assert what_matters(network(20.0)).cells.tolist() == [True, True]
