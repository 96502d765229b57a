"""Which rows of the network an event changes, and how."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from redball.model import BadData
from redball.planning.scenarios.events import Event
from redball.planning.scenarios.naming import Finder, Target
from redball.planning.targets import Ints, Reach
from redball.simulation.network import ArcKind, Network, What

_OF_ITEMS = ("item", "class", "input")


@dataclass(frozen=True, eq=False)
class Part:
    """What falls by one draw: all targets of an event, or one of them.

    Attributes
    ----------
    event : int
        Position of the event in the scenario.
    key : str
        Name of the draw: empty for all targets together, else kind and full name.
    touched : tuple of (What, int32 array)
        Rows that it changes.
    """

    event: int
    key: str
    touched: tuple[tuple[What, Ints], ...]

    @property
    def idle(self) -> bool:
        """Whether it changes nothing."""
        return not self.touched


def parts_of(event: Event, position: int, finder: Finder, where: str) -> list[Part]:
    """Parts of an event that are drawn for themselves.

    Raises
    ------
    BadData
        A target is not in the twin, or is named twice by several names.
    """
    names: dict[str, Target] = {}
    for target in event.targets:
        full = f"{target.kind} {finder.full_name(target, f'{where}, target')}"
        if full in names:
            raise BadData(
                f"{names[full]} and {target} are the same.",
                where=f"{where}, target",
                mend="Name it once.",
            )
        names[full] = target
    reach = {target: _narrowed(event, target, finder, where) for target in event.targets}
    if event.draw == "together":
        return [Part(position, "", _touched(event, reach, finder.network))]
    return [
        Part(position, full, _touched(event, {target: reach[target]}, finder.network))
        for full, target in names.items()
    ]


def idle_targets(event: Event, finder: Finder, where: str) -> list[Target]:
    """Targets that the event does not change at all."""
    network = finder.network
    return [
        target
        for target in event.targets
        if not _touched(event, {target: _narrowed(event, target, finder, where)}, network)
    ]


def _narrowed(event: Event, target: Target, finder: Finder, where: str) -> Reach:
    reach = finder.reach(target, f"{where}, target")
    if event.what == "export_ban":
        arcs = _exports(reach, finder.network)
        reach = Reach(arcs=arcs)  # what leaves; then narrowed by who receives it
    return finder.narrowed(reach, event.where, f"{where}, where")


def _touched(
    event: Event, reach: dict[Target, Reach], network: Network
) -> tuple[tuple[What, Ints], ...]:
    nodes = _all(one.nodes for one in reach.values())
    found: dict[What, list[Ints]] = {}
    for target, one in reach.items():
        for what, rows in _rows(event, target, one, nodes, network):
            found.setdefault(what, []).append(rows)
    united = {what: _all(rows) for what, rows in found.items()}
    return tuple((what, united[what]) for what in sorted(united) if len(united[what]))


def _rows(
    event: Event, target: Target, reach: Reach, nodes: Ints, network: Network
) -> list[tuple[What, Ints]]:
    what = event.what
    if what == "loss":
        return _lost(target, reach, nodes, network)
    if what == "lead_time":
        return [(What.LANE_TIME, reach.lanes), (What.ARC_TIME, reach.arcs),
                (What.RECIPE_TIME, reach.recipes)]  # fmt: skip
    if what == "cyber":
        return _cyber(event, reach, network)
    if what == "export_ban":
        return [(What.ARC, reach.arcs)]
    simple = {"demand": (What.STREAM, reach.streams), "tempo": (What.FLEET, reach.fleets),
              "price": (What.PRICE, reach.arcs), "stock_lost": (What.NODE_STOCK, reach.nodes),
              "blocked": (What.CELL, reach.cells)}  # fmt: skip
    return [simple[what]]


def _lost(target: Target, reach: Reach, nodes: Ints, network: Network) -> list[tuple[What, Ints]]:
    """Rows of a loss: places, and lanes, recipes and ways of supply elsewhere.

    A lost place stops its own lanes, recipes and ways of supply in the kernels: they are left
    alone here, or a half loss would count twice. Of a lost item nothing more is bought or made;
    what there is of it still moves between the places that hold it.
    """
    arcs, recipes = network.arcs[reach.arcs], network.recipes[reach.recipes]
    lanes = network.lanes[reach.lanes]
    apart = ~(np.isin(lanes["from_node"], nodes) | np.isin(lanes["to_node"], nodes))
    makes = reach.recipes[~np.isin(network.cells["node"][recipes["cell"]], nodes)]
    closed = arcs["kind"] != ArcKind.MAKE
    if target.kind in _OF_ITEMS:
        closed = arcs["kind"] == ArcKind.BUY
    ways = reach.arcs[closed & ~np.isin(_origins(reach.arcs, network), nodes)]
    return [(What.NODE, reach.nodes), (What.LANE, reach.lanes[apart]), (What.RECIPE, makes),
            (What.ARC, ways)]  # fmt: skip


def _cyber(event: Event, reach: Reach, network: Network) -> list[tuple[What, Ints]]:
    at = np.flatnonzero(np.isin(network.cells["node"], reach.nodes)).astype(np.int32)
    found: list[tuple[What, Ints]] = []
    if "orders" in event.frozen:
        found.append((What.NODE_ORDERS, reach.nodes))
    if "reports" in event.frozen:
        found.append((What.CELL_REPORT, _all([at, reach.cells])))
    return found


def _exports(reach: Reach, network: Network) -> Ints:
    """Ways of supply that begin within and end outside."""
    every = np.arange(len(network.arcs), dtype=np.int32)
    begins = np.isin(_origins(every, network), reach.nodes) | np.isin(every, reach.arcs)
    ends = np.isin(network.cells["node"][network.arcs["cell"]], reach.nodes)
    leaves: Ints = every[begins & ~ends & (network.arcs["kind"] != ArcKind.MAKE)]
    return leaves


def _origins(rows: Ints, network: Network) -> Ints:
    """Node at which each way of supply begins, -1 where it is outside of the network."""
    arcs = network.arcs[rows]
    nodes = network.cells["node"]
    found: Ints = np.where(arcs["kind"] == ArcKind.BUY, arcs["at_node"], nodes[arcs["cell"]])
    moved = arcs["kind"] == ArcKind.MOVE
    found[moved] = nodes[arcs["supplier"][moved]]
    return found


def _all(rows: Iterable[Ints]) -> Ints:
    found = [each for each in rows if len(each)]
    return np.unique(np.concatenate(found)).astype(np.int32) if found else np.zeros(0, np.int32)
