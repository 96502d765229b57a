"""Where it hurts: what every generator of treatments looks at."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

import numpy as np
import numpy.typing as npt

from redball.model import NOWHERE
from redball.planning.treatments.opening import NewArc, NewSupport
from redball.planning.treatments.prices import Prices
from redball.planning.treatments.treatment import Step, Treatment
from redball.simulation.network import Network

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Draft:
    """A treatment whose closed rows are not in the network yet.

    Attributes
    ----------
    treatment : Treatment
        With the steps on rows that are there.
    arcs, supports : tuple
        Rows that it adds and opens.
    opens : tuple of int
        Standby rows of the table ``supports`` that are there and that it opens.
    """

    treatment: Treatment
    arcs: tuple[NewArc, ...] = ()
    supports: tuple[NewSupport, ...] = ()
    opens: tuple[int, ...] = ()


@dataclass(eq=False)
class Situation:
    """A network, where somebody waits in it, and how much depends on each cell.

    Attributes
    ----------
    network : Network
    waits : dict of str to float64 array, shape (1 + H, rows)
        Unit-days of waiting before cells, recipes, lanes and pools in a run, undisturbed first.
    hurt : float64 array, shape (1 + H, C)
        Readiness-days lost at cells where fleets and streams draw.
    often : float64 array, shape (1 + H,)
        How often each counts in a year: 1 undisturbed, then what a hazard adds by its rate.
    struck : sequence of pairs of sets
        For each hazard the rows of nodes and of lanes that it takes away.
    names : sequence of str
        Of the hazards.
    run_days : float
    prices : Prices
    most : int
        Candidates of each kind.
    item_titles, node_titles : sequence of str
        For readers; the names in the network where not given.
    """

    network: Network
    waits: dict[str, Floats]
    hurt: Floats
    often: Floats
    struck: Sequence[tuple[frozenset[int], frozenset[int]]]
    names: Sequence[str]
    run_days: float
    prices: Prices = field(default_factory=Prices)
    most: int = 40
    item_titles: Sequence[str] = ()
    node_titles: Sequence[str] = ()

    def __post_init__(self) -> None:
        arcs = self.network.arcs
        self._arcs = _rows_by(arcs["cell"])
        self._streams = _rows_by(self.network.streams["cell"])
        self._fitted = _rows_by(self.network.applications["cell"])
        cells = arcs["cell"]
        self._supplied = {
            supplier: cells[rows].tolist()
            for supplier, rows in _rows_by(arcs["supplier"]).items()
            if supplier != NOWHERE
        }
        self._ways: dict[
            tuple[int, frozenset[int], frozenset[int]], dict[int, tuple[int, ...]]
        ] = {}
        self._out: dict[int, list[tuple[int, int, float]]] | None = None
        self.behind = self._behind()

    def arcs_of(self, cell: int) -> list[int]:
        """Ways by which a cell is supplied."""
        return self._arcs.get(cell, [])

    def title(self, cell: int) -> str:
        """Item at place, for readers."""
        row = self.network.cells[cell]
        return f"{self.item(int(row['item']))} at {self.node(int(row['node']))}"

    def item(self, row: int) -> str:
        """Title of an item."""
        return self.item_titles[row] if self.item_titles else self.network.item_names[row]

    def node(self, row: int) -> str:
        """Title of a node."""
        return self.node_titles[row] if self.node_titles else self.network.node_names[row]

    def nation(self, cell: int) -> str:
        """Nation of the place of a cell; of who is supplied from it where the place has none."""
        network = self.network
        seen, queue = {cell}, [cell]
        while queue:
            one = queue.pop(0)
            node = network.cells["node"][one]
            name = network.nation_names[int(network.nodes["nation"][node])]
            if name:
                return name
            for other in self._supplied.get(one, ()):
                if other not in seen:
                    seen.add(other)
                    queue.append(other)
        return ""

    def price(self, cell: int) -> float:
        """Euro of a unit; 0 where none is known."""
        return float(self.network.items["price_eur"][self.network.cells["item"][cell]])

    def daily(self, cell: int) -> float:
        """Units a day that streams and fleets at the cell take."""
        streams, fitted = self.network.streams, self.network.applications
        own, fixed = self._streams.get(cell, []), self._fitted.get(cell, [])
        installed = (
            self.network.fleets["count"][fitted["fleet"][fixed]] * fitted["per_system"][fixed]
        )
        asked = streams["per_day"][own] * np.maximum(streams["size"][own], 1.0)
        return float(asked.sum() + (installed * fitted["per_day"][fixed]).sum())

    def lead_days(self, cell: int) -> float:
        """Mean time from an order of a cell to its supplier until it arrives."""
        network = self.network
        times = []
        for row in self.arcs_of(cell):
            arc = network.arcs[row]
            lanes = network.routes[arc["first_lane"] : arc["last_lane"]]
            days = float(network.laws["mean"][arc["law"]])
            days += float(network.laws["mean"][network.lanes["law"][lanes]].sum())
            if arc["recipe"] != NOWHERE:
                days += float(network.laws["mean"][network.recipes["law"][arc["recipe"]]])
            if arc["supplier"] != NOWHERE:
                makes = [
                    r for r in self.arcs_of(int(arc["supplier"])) if network.arcs["recipe"][r] >= 0
                ]
                if makes:
                    recipe = network.recipes[network.arcs["recipe"][makes[0]]]
                    days += float(network.laws["mean"][recipe["law"]])
            times.append(days)
        return min(times) if times else self.prices.hold_days

    def way(
        self, origin: int, goal: int, without: tuple[frozenset[int], frozenset[int]]
    ) -> tuple[int, ...] | None:
        """Lanes of the shortest way that keeps clear of some nodes and lanes; None for no way."""
        if origin == goal:
            return ()
        nodes, lanes = without
        if origin in nodes or goal in nodes:
            return None
        key = (origin, nodes, lanes)
        if key not in self._ways:
            self._ways[key] = self._search(origin, nodes, lanes)
        return self._ways[key].get(goal)

    def _search(
        self, origin: int, nodes: frozenset[int], lanes: frozenset[int]
    ) -> dict[int, tuple[int, ...]]:
        network = self.network
        if self._out is None:
            days = network.laws["mean"][network.lanes["law"]].tolist()
            ends = network.lanes["to_node"].tolist()
            self._out = {
                start: [(row, ends[row], days[row]) for row in rows]
                for start, rows in _rows_by(network.lanes["from_node"]).items()
            }
        found: dict[int, tuple[int, ...]] = {}
        queue: list[tuple[float, int, tuple[int, ...]]] = [(0.0, origin, ())]
        while queue:
            days_so_far, node, path = heappop(queue)
            if node in found:
                continue
            found[node] = path
            for row, there, mean in self._out.get(node, ()):
                if row not in lanes and there not in found and there not in nodes:
                    heappush(queue, (days_so_far + mean, there, (*path, row)))
        return found

    def _behind(self) -> Floats:
        """Readiness-days a year that are lost at cells fed by each cell, itself among them."""
        network = self.network
        yearly = self.often @ self.hurt * 365.0 / self.run_days
        up: dict[int, set[int]] = {}
        arcs = network.arcs
        for cell, supplier in zip(arcs["cell"].tolist(), arcs["supplier"].tolist(), strict=True):
            if supplier != NOWHERE:
                up.setdefault(cell, set()).add(supplier)
        for recipe in network.recipes:
            rows = network.inputs["cell"][recipe["first_input"] : recipe["last_input"]]
            up.setdefault(int(recipe["cell"]), set()).update(rows.tolist())
        for shop in network.shops:
            rows = network.parts["cell"][shop["first_part"] : shop["last_part"]]
            up.setdefault(int(shop["cell"]), set()).update(rows.tolist())
        total = np.zeros(len(network.cells))
        for cell in np.flatnonzero(yearly > 0).tolist():
            seen, queue = {cell}, [cell]
            while queue:
                for other in up.get(queue.pop(), ()):
                    if other not in seen:
                        seen.add(other)
                        queue.append(other)
            total[list(seen)] += yearly[cell]
        return total


def _rows_by(owner: npt.NDArray[np.int32]) -> dict[int, list[int]]:
    """Rows of each owner, ascending."""
    found: dict[int, list[int]] = {}
    for row, each in enumerate(owner.tolist()):
        found.setdefault(each, []).append(row)
    return found


def more_stock(cell: int, units: int) -> tuple[Step, ...]:
    """Units more on hand, and in the levels that are ordered up to."""
    return (
        Step("cells", cell, "on_hand", units),
        Step("cells", cell, "reorder_point", units),
        Step("cells", cell, "order_up_to", units),
    )
