"""Which rows of a network can matter to a demand or a fleet: an exact reason to skip a loss.

What no demand and no fleet depends on, and what competes with nothing that they depend on, has no
effect whatever becomes of it. Dependence runs from a stock to what supplies, feeds, repairs and
replaces it; competition runs from a stock, a lane of limited capacity or a repair place to all
others that draw on it. The closure of both is what matters.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from redball.planning.stress.losses import Touched
from redball.simulation.network import TURNING, Network, Rows, RuleKind, What

Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Matter:
    """Rows that can matter, one flag for each row of a table."""

    nodes: Flags
    cells: Flags
    arcs: Flags
    lanes: Flags
    recipes: Flags

    def only(self, touched: Touched) -> Touched:
        """Part of what a loss changes that can matter."""
        flags = {What.NODE: self.nodes, What.LANE: self.lanes, What.ARC: self.arcs,
                 What.RECIPE: self.recipes}  # fmt: skip
        kept = [(what, rows[flags[what][rows]]) for what, rows in touched]
        return tuple((what, rows) for what, rows in kept if len(rows))


def what_feeds_fleets(network: Network) -> npt.NDArray[np.bool_]:
    """Cells that a fleet depends on, directly or through supply, production and repair."""
    cells = np.zeros(len(network.cells), np.bool_)
    cells[network.applications["cell"]] = True
    before = -1
    while before != (before := int(cells.sum())):
        for one, other in _needs(network):
            cells[other[cells[one]]] = True
    return cells


def what_matters(network: Network, rules: Rows | None = None) -> Matter:
    """Find the rows that can matter to a demand stream or a fleet.

    Parameters
    ----------
    network : Network
    rules : structured array, optional
        Reactions; where goods may be sent another way every lane counts.
    """
    cells = np.zeros(len(network.cells), np.bool_)
    cells[network.streams["cell"]] = True
    cells[network.applications["cell"]] = True
    needs, routes = _needs(network), _arcs_of_lanes(network)
    links = needs + [(b, a) for a, b in needs]
    rerouted = bool(np.isin(network.lanes["cut_rule"], TURNING).any())
    if rules is not None:
        rerouted = rerouted or bool((rules["kind"] == RuleKind.REROUTE).any())
    finite = np.isfinite(network.lanes["kg_per_day"])
    while True:
        before = int(cells.sum())
        for one, other in links:
            cells[other[cells[one]]] = True
        used = _used_lanes(network, cells[network.arcs["cell"]], rerouted)
        arc, lane = routes
        shared = arc[used[lane] & finite[lane]]
        cells[network.arcs["cell"][shared]] = True
        if int(cells.sum()) == before:
            break
    arcs = cells[network.arcs["cell"]]
    lanes = _used_lanes(network, arcs, rerouted)
    recipes = cells[network.recipes["cell"]]
    return Matter(_used_nodes(network, cells, arcs, lanes), cells, arcs, lanes, recipes)


def _needs(network: Network) -> list[tuple[Ints, Ints]]:
    """Pairs of cells (one, other): the one depends on the other, or shares a pool with it."""
    arcs, shops = network.arcs, network.shops
    moved = arcs["supplier"] >= 0
    made = np.repeat(
        network.recipes["cell"], network.recipes["last_input"] - network.recipes["first_input"]
    )
    inputs = np.concatenate(
        [network.inputs["cell"][r["first_input"] : r["last_input"]] for r in network.recipes]
        or [np.zeros(0, np.int32)]
    )
    whole = np.repeat(shops["cell"], shops["last_part"] - shops["first_part"])
    parts = np.concatenate(
        [network.parts["cell"][s["first_part"] : s["last_part"]] for s in shops]
        or [np.zeros(0, np.int32)]
    )
    up = shops["up"] >= 0
    pairs = [
        (arcs["cell"][moved], arcs["supplier"][moved]),
        (made, inputs),
        (whole, parts),
        (shops["cell"][up], shops["cell"][shops["up"][up]]),
        (network.substitutes["cell"], network.substitutes["other"]),
        (network.supports["receiver"], network.supports["giver"]),
        *_sharing(shops),
    ]
    return [(a.astype(np.int32), b.astype(np.int32)) for a, b in pairs]


def _sharing(shops: Rows) -> list[tuple[Ints, Ints]]:
    """Cells repaired in one pool, each with the next one of the pool."""
    pooled = np.flatnonzero(shops["pool"] >= 0)
    order = pooled[np.argsort(shops["pool"][pooled], kind="stable")]
    same = shops["pool"][order[1:]] == shops["pool"][order[:-1]]
    return [(shops["cell"][order[:-1][same]], shops["cell"][order[1:][same]])]


def _arcs_of_lanes(network: Network) -> tuple[Ints, Ints]:
    """Each arc with each lane of its route."""
    arcs = network.arcs
    length = arcs["last_lane"] - arcs["first_lane"]
    arc = np.repeat(np.arange(len(arcs)), length)
    step = np.arange(len(arc)) - np.repeat(np.cumsum(length) - length, length)
    lane = network.routes[np.repeat(arcs["first_lane"], length) + step]
    return arc.astype(np.int32), lane.astype(np.int32)


def _used_lanes(network: Network, arcs: Flags, rerouted: bool) -> Flags:
    used = np.zeros(len(network.lanes), np.bool_)
    arc, lane = _arcs_of_lanes(network)
    used[lane[arcs[arc]]] = True
    if rerouted and used.any():
        used[:] = True
    return used


def _used_nodes(network: Network, cells: Flags, arcs: Flags, lanes: Flags) -> Flags:
    """Nodes that hold, sell, carry, repair or use something that matters."""
    nodes = np.zeros(len(network.nodes), np.bool_)
    nodes[network.cells["node"][cells]] = True
    nodes[network.fleets["node"]] = True
    seller = network.arcs["at_node"][arcs]
    nodes[seller[seller >= 0]] = True
    nodes[network.lanes["from_node"][lanes]] = True
    nodes[network.lanes["to_node"][lanes]] = True
    nodes[network.pools["node"]] = True
    return nodes
