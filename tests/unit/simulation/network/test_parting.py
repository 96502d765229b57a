"""Parts of a network: what does not touch is apart; a part does alone what it does in the whole."""

import networkx as nx
import numpy as np
import pytest

from redball.simulation.events import run_events
from redball.simulation.network import (
    Law,
    Network,
    NetworkBuilder,
    PolicyKind,
    RuleKind,
    What,
    part_numbers,
    part_of,
)
from redball.simulation.network.tables import CHANGE, RULE

UP_TO = PolicyKind.REORDER_UP_TO


def chains(count: int) -> Network:
    """So many chains of depot and base, each with an item of its own, that share one fleet."""
    b = NetworkBuilder()
    b.node("DEPOT", "DEU")
    for number in range(count):
        b.node(f"BASE-{number}", "NLD")
    b.node("ELSEWHERE", "DEU")
    fleet = b.fleet("DEPOT", "1 TANK", "LEOPARD", 10)
    for number in range(count):
        b.item(f"ITEM-{number}", mass_kg=1.0 + number)
        depot = b.cell("DEPOT", f"ITEM-{number}", on_hand=20, policy=UP_TO, reorder_point=10,
                       order_up_to=20 + number)  # fmt: skip
        base = b.cell(f"BASE-{number}", f"ITEM-{number}", on_hand=3, policy=UP_TO,
                      reorder_point=2, order_up_to=4)  # fmt: skip
        lane = b.lane("DEPOT", f"BASE-{number}", Law(1.0 + number), name=f"way {number}")
        b.move(base, depot, lanes=[lane])
        b.buy(depot, Law(9.0 + number))
        b.demand(base, trace=[(float(day), 1 + day % 2) for day in range(1, 60, 1 + number)])
        b.fit(fleet, depot, 0.0)
    b.lane("DEPOT", "ELSEWHERE", Law(1.0), name="unused")
    return b.build()


def test_chains_that_share_nothing_are_parts() -> None:
    number = part_numbers(chains(3))
    assert number.tolist() == [0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize("chosen", [[0], [1, 2], [0, 1, 2]])
def test_a_part_does_alone_what_it_does_in_the_whole(chosen: list[int]) -> None:
    whole = chains(3)
    cells = np.flatnonzero(np.isin(part_numbers(whole), chosen))
    part = part_of(whole, cells)
    lane = whole.lane_names.index(f"way {chosen[0]}")
    node = whole.node_names.index("ELSEWHERE")
    changes = np.array(
        [(5.0, What.LANE, lane, 0.0), (6.0, What.NODE, node, 0.0), (25.0, What.LANE, lane, 1.0)],
        CHANGE,
    )
    alone = run_events(part.network, horizon_days=60, changes=part.changes(changes))
    together = run_events(whole, horizon_days=60, changes=changes)
    for name in together.cells.dtype.names or ():
        assert alone.cells[name].tolist() == together.cells[name][part.rows["cells"]].tolist()
    assert alone.lanes["kg"].tolist() == together.lanes["kg"][part.rows["lanes"]].tolist()
    assert part.changes(changes)["what"].tolist() == [What.LANE, What.LANE]
    assert "unused" not in part.network.lane_names


def test_rules_of_other_cells_are_left_out() -> None:
    whole = chains(2)
    part = part_of(whole, [2, 3])
    rules = np.array(
        [(RuleKind.EXPEDITE, cell, 2.0, 0.0, 0.0, 0.5, 1.0) for cell in (-1, 1, 3)], RULE
    )
    assert part.rules(rules)["cell"].tolist() == [-1, 1]


def mixed(seed: int) -> Network:
    """Cells joined at random in every way that joins cells."""
    rng = np.random.default_rng(seed)
    b = NetworkBuilder()
    b.node("HERE", "DEU")
    b.node("THERE", "NLD")
    cells = []
    for number in range(40):
        b.item(f"I{number}")
        cells.append(b.cell("HERE", f"I{number}", on_hand=1, policy=UP_TO, order_up_to=2))
    pools = [b.pool("HERE", 1), b.pool("HERE", 2)]
    for number in range(1, 40):
        other = int(rng.integers(0, number))
        way = rng.integers(0, 9)
        if way == 0:
            b.make(cells[number], per_day=2.0, inputs=[(cells[other], 1.0)])
        elif way == 1:
            b.substitute(cells[number], cells[other])
        elif way in (2, 3):
            ally = b.cell("THERE", f"I{number}", on_hand=1)
            b.support(cells[number], ally, Law(2.0), standby=bool(way == 2))
        elif way == 4:
            b.shop(cells[number], Law(3.0), parts=[(cells[other], 0.5)])
        elif way == 5 and rng.random() < 0.4:
            b.shop(cells[number], Law(3.0), pool=pools[int(rng.integers(0, 2))])
        elif way == 6:
            up = b.shop(b.cell("THERE", f"I{number}", on_hand=1), Law(3.0))
            b.shop(cells[number], Law(3.0), share=0.5, up=up)
    return b.build()


def graph_of(network: Network, *, support: bool) -> "nx.Graph[int]":
    """The same ties, written down one by one."""
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(len(network.cells)))
    for recipe in network.recipes:
        for row in network.inputs[recipe["first_input"] : recipe["last_input"]]:
            graph.add_edge(int(recipe["cell"]), int(row["cell"]))
    for row in network.substitutes:
        graph.add_edge(int(row["cell"]), int(row["other"]))
    for row in network.supports:
        if support or not row["standby"]:
            graph.add_edge(int(row["receiver"]), int(row["giver"]))
    for shop in network.shops:
        for row in network.parts[shop["first_part"] : shop["last_part"]]:
            graph.add_edge(int(shop["cell"]), int(row["cell"]))
        if shop["up"] >= 0:
            graph.add_edge(int(shop["cell"]), int(network.shops["cell"][shop["up"]]))
        if shop["pool"] >= 0:
            graph.add_edge(int(shop["cell"]), ("pool", int(shop["pool"])))  # type: ignore[arg-type]
    return graph


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("support", [True, False])
def test_parts_are_those_of_another_library(seed: int, support: bool) -> None:
    network = mixed(seed)
    number = part_numbers(network, support=support)
    found = {frozenset(np.flatnonzero(number == each).tolist()) for each in range(number.max() + 1)}
    wanted = nx.connected_components(graph_of(network, support=support))
    assert found == {frozenset(c for c in part if isinstance(c, int)) for part in wanted} - {
        frozenset()
    }
    for cells in found:  # and each is a network that passes all checks
        assert len(part_of(network, sorted(cells), support=support).network.cells) == len(cells)
