"""What systems hang on under one choice of supply relations, and how much of it is disclosed."""

from dataclasses import dataclass

import numpy as np

from redball.model.compiled import Flags, Ints
from redball.model.results import Scalar
from redball.risk.context import Context
from redball.risk.kernels.cascade import Net, net_of, tour_of
from redball.risk.kernels.hidden import Links, hanging_roots, links_of
from redball.risk.kernels.reach import counts_by_root
from redball.risk.network import Node, SupplyNetwork, build_network

Coverage = tuple[float, float]
"""Share of the sources, and of the parties, of which a supplier is disclosed."""

Element = tuple[Node, int]
"""Kind of element, and its row (for a country: its position)."""

_SOURCE, _MAPPED_SOURCE, _PARTY, _MAPPED_PARTY = range(4)


@dataclass(frozen=True)
class View:
    """Hidden elements under one choice of supply relations.

    Attributes
    ----------
    network : SupplyNetwork
        The whole network.
    net : Net
        What the systems need of it.
    links : Links
        What common points in it are told by.
    rank : int32 array
        Number in the net of each node of the network; -1 outside.
    hidden : dict
        Element -> which systems hang on it, by position in ``network.system_rows``.
    coverage : list
        By system position.
    """

    network: SupplyNetwork
    net: Net
    links: Links
    rank: Ints
    hidden: dict[Element, Flags]
    coverage: list[Coverage]

    def stops(self, element: Element) -> Flags:
        """Systems that hang on an element."""
        none = np.zeros(len(self.network.system_rows), np.bool_)
        return self.hidden.get(element, none)

    def node(self, element: Element) -> int:
        """Number of an element in the net."""
        return int(self.rank[self.network.first[element[0]] + element[1]])


def view_with(context: Context, least: float) -> View:
    """Build the network of relations with at least this confidence and look what is hidden."""
    network = build_network(context.twin, context.items, context.parties, least_confidence=least)
    graph = network.graph
    net = net_of(
        graph.group_start, graph.alternative_start, graph.alternative, network.system_nodes
    )
    rank = np.full(graph.nodes, -1, np.int32)
    rank[net.node] = np.arange(len(net.node), dtype=np.int32)
    least_suppliers = context.thresholds.hidden_suppliers
    links = links_of(net, network.need, network.suppliers, least_suppliers)
    roots = rank[network.system_nodes]
    wanted = network.elements()[net.node]
    node, position = hanging_roots(net, links, tour_of(net, wanted), wanted, roots)
    hidden: dict[Element, Flags] = {}
    for number, at in zip(net.node[node].tolist(), position.tolist(), strict=True):
        element = network.kind(number), network.place(number)
        if element not in hidden:
            hidden[element] = np.zeros(len(roots), np.bool_)
        hidden[element][at] = True
    return View(network, net, links, rank, hidden, _coverage(context, network, net, roots))


def _coverage(context: Context, network: SupplyNetwork, net: Net, roots: Ints) -> list[Coverage]:
    """How much of the network behind each system is disclosed at all."""
    kind = np.full(network.graph.nodes, -1, np.int32)
    record = context.twin.index("source", "party")
    named = np.zeros(len(record), np.bool_)
    named[record >= 0] = network.mapped[context.organisations.group[record[record >= 0]]]
    kind[network.of_kind(Node.SOURCE)] = np.where(named, _MAPPED_SOURCE, _SOURCE)
    kind[network.of_kind(Node.PARTY)] = np.where(network.mapped, _MAPPED_PARTY, _PARTY)
    counts = counts_by_root(net, roots, kind[net.node], 4)
    return [
        (
            _share(row[_MAPPED_SOURCE], row[_SOURCE] + row[_MAPPED_SOURCE]),
            _share(row[_MAPPED_PARTY], row[_PARTY] + row[_MAPPED_PARTY]),
        )
        for row in counts.tolist()
    ]


def least_coverage(systems: list[Coverage]) -> dict[str, Scalar]:
    """Coverage of the system of which least is known."""
    return {
        "sources_with_known_tier_2": min(sources for sources, _ in systems),
        "parties_with_known_suppliers": min(parties for _, parties in systems),
    }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
