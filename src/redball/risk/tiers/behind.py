"""Items and parties behind one item, each with its place: level of structure, tier of supply.

A level counts the steps of structure from the top item. A tier counts deliveries: tier 1 delivers
an item of the structure, tier 2 delivers to tier 1, and so on; what can be reached by several ways
stands at the shortest. What everything passes through are the elements whose loss alone stops the
top item: :func:`redball.risk.kernels.critical_sets`, as in the findings.
"""

from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import Twin
from redball.risk.kernels import critical_sets
from redball.risk.kernels.cascade import Net, net_of
from redball.risk.kernels.csr import by_row
from redball.risk.network import Need, Node, SupplyNetwork

Ints = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Behind:
    """What stands behind an item.

    Attributes
    ----------
    network : SupplyNetwork
    top : int
        Node of the item.
    net : Net
        What it needs of the network.
    nodes : polars.DataFrame
        ``node`` (number in the network; above all of them for what is not disclosed), ``kind``
        (``item``, ``party`` or ``undisclosed``), ``row`` (first record; -1), ``column`` (levels,
        then tiers), ``tier`` (0 for items), sorted by column and node.
    links : polars.DataFrame
        ``above``, ``below`` (nodes), ``need`` (``structure``, ``source`` or ``supply``, the table
        that says so), ``row`` (of that table), ``choices`` (different alternatives it is one of).
    points : list of (Node, int)
        Elements whose loss alone stops the item.
    """

    network: SupplyNetwork
    top: int
    net: Net
    nodes: pl.DataFrame
    links: pl.DataFrame
    points: list[tuple[Node, int]]

    @property
    def levels(self) -> int:
        """Columns of items."""
        return int(self.nodes.filter(pl.col("kind") == "item")["column"].max() or 0) + 1  # type: ignore[arg-type]  # Polars types a maximum as any literal


def behind(twin: Twin, network: SupplyNetwork, top: int) -> Behind:
    """Look behind an item.

    Parameters
    ----------
    twin : Twin
        From which the network was built.
    network : SupplyNetwork
    top : int
        Node of an item.
    """
    graph = network.graph
    net = net_of(
        graph.group_start, graph.alternative_start, graph.alternative, np.array([top], np.int32)
    )
    links = _links(twin, network, net)
    sets = critical_sets(graph, [top], candidates=network.elements())
    points = [(network.kind(n), network.place(n)) for n in sets[0].tolist()]
    return Behind(network, top, net, _placed(network, links, top), links, points)


def _links(twin: Twin, network: SupplyNetwork, net: Net) -> pl.DataFrame:
    """One row per disclosed or undisclosed relation, between items and parties alone."""
    lengths = np.diff(net.alternative_start)
    group = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    origin = net.origin[group]
    offset = np.arange(len(group)) - net.alternative_start[group]
    row = network.row[network.graph.alternative_start[origin] + offset]
    need = network.need[origin]
    above = net.node[net.owner[group]].copy()
    below = net.node[net.alternative].copy()
    first, org = network.first, network.organisations
    sourcing, supply = need == Need.SOURCING, need == Need.SUPPLY
    record = twin.index("source", "party")[row[sourcing]]
    whom = np.where(record >= 0, org.group[record], -1) if len(org.group) else record
    below[sourcing] = np.where(whom >= 0, first[Node.PARTY] + whom, -1)
    above[supply] = first[Node.PARTY] + network.maker_party[above[supply] - first[Node.MAKER]]
    to = below[supply]
    known = to < first[Node.UNKNOWN]
    below[supply] = np.where(known, to - first[Node.DELIVERY] + first[Node.PARTY], -1)
    structure = need == Need.STRUCTURE
    below[structure & (below >= first[Node.UNKNOWN])] = -1
    words = np.array(["structure", "source", "", "supply"])[need]
    frame = pl.DataFrame(
        {"above": above, "below": below, "need": words, "row": row,
         "choices": network.suppliers[origin]}
    ).filter(pl.col("need") != "")  # fmt: skip
    unknown = pl.struct("need", "row").rank("dense").cast(pl.Int32) + first[-1]
    below_known = pl.when(pl.col("below") < 0).then(unknown).otherwise("below")
    frame = frame.with_columns(below=below_known.cast(pl.Int32))
    # a party has a maker at large and one for each item with inputs of its own: said once
    return frame.unique(["above", "below", "need", "row"]).sort("above", "below", "need", "row")


def _placed(network: SupplyNetwork, links: pl.DataFrame, top: int) -> pl.DataFrame:
    """Nodes by column."""
    size = int(reduce(max, [int(x) for x in links["below"].to_list()], network.first[-1])) + 1
    items = links.filter(pl.col("need") == "structure")
    level = _steps(size, items, np.array([top], np.int32))
    have = np.flatnonzero(level >= 0)
    deepest = int(level.max())
    sources = links.filter(pl.col("need") == "source")
    start = np.unique(sources["below"].to_numpy()).astype(np.int32)
    tier = _steps(size, links.filter(pl.col("need") == "supply"), start)
    members = np.flatnonzero((tier >= 0) & (level < 0))
    node = np.concatenate([have, members]).astype(np.int32)
    column = np.concatenate([level[have], deepest + 1 + tier[members]]).astype(np.int32)
    tiers = np.concatenate([np.zeros(len(have)), tier[members] + 1]).astype(np.int32)
    beyond, is_item = node >= network.first[-1], node < network.first[Node.SOURCE]
    kind = np.where(beyond, "undisclosed", np.where(is_item, "item", "party"))
    row = np.where(beyond, -1, np.where(is_item, node, node - network.first[Node.PARTY]))
    return pl.DataFrame(
        {"node": node, "kind": kind, "row": row.astype(np.int32), "column": column, "tier": tiers}
    ).sort("column", "node")


def _steps(size: int, links: pl.DataFrame, start: Ints) -> Ints:
    """Fewest links from any of the nodes to begin with; -1 where there is no way."""
    above, below = (links[name].to_numpy().astype(np.int32) for name in ("above", "below"))
    bounds, target = by_row(size, above, below)
    steps = np.full(size, -1, np.int32)
    front, step = start, 0
    while len(front):
        steps[front] = step
        reached = [target[bounds[n] : bounds[n + 1]] for n in front.tolist()]
        front = np.unique(np.concatenate(reached))
        front, step = front[steps[front] < 0], step + 1
    return steps
