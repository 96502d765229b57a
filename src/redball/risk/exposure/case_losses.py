"""Parties, owners, sites and countries as losses: which sources stop with each, and what stock."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from redball.model import Twin
from redball.model.compiled import Flags, Floats, Ints, Longs, Words
from redball.model.marks import Marks
from redball.risk.exposure.case_items import CaseItems
from redball.risk.exposure.losses import Loss
from redball.risk.kernels.cascade import lose, net_of, nothing_lost, undo
from redball.risk.making import Desk
from redball.risk.network import Need, Node, SupplyNetwork

KINDS = {
    "party": Node.PARTY, "parent": Node.PARENT, "site": Node.SITE, "country": Node.COUNTRY,
}  # fmt: skip
"""Kinds of element that can be lost."""


@dataclass(frozen=True, eq=False)
class Element:
    """What can be lost.

    Attributes
    ----------
    kind : str
        A word of :data:`KINDS`.
    place : int
        Row of the party or site; position of the country.
    node : int
        Its node in the supply network.
    """

    kind: str
    place: int
    node: int


def elements_of(supply: SupplyNetwork) -> Iterator[Element]:
    """All elements, kind by kind. Parties and parents are first records of what is recognised."""
    group = supply.organisations.group
    for kind, node in KINDS.items():
        first = supply.first[node]
        for place in range(supply.first[node + 1] - first):
            if kind not in ("party", "parent") or group[place] == place:
                yield Element(kind, place, first + place)


def losses_of(
    twin: Twin,
    supply: SupplyNetwork,
    items: CaseItems,
    node_of_source: Mapping[int, int],
    node_of_lead: Mapping[int, int],
    recovery_days: Mapping[str, float],
    known_days: Mapping[tuple[str, str], float],
) -> Iterator[tuple[Element, Loss]]:
    """Losses of those elements with which a source stops or stock is lost.

    A source stops with its maker, its site, their owner or country, and with every tier below of
    which no alternative is left (``docs/concepts/structural-findings.md``).
    """
    desk = Desk(twin, 0)
    rows = items.source["row"].to_numpy()
    sources = (supply.first[Node.SOURCE] + rows).astype(np.int32)
    graph = supply.graph
    net = net_of(graph.group_start, graph.alternative_start, graph.alternative, sources)
    rank = np.full(graph.nodes, -1, np.int64)
    rank[net.node] = np.arange(len(net.node))
    state = nothing_lost(net)
    first, end = supply.first[Node.SOURCE], supply.first[Node.SOURCE + 1]
    wanted = np.zeros(graph.nodes, np.bool_)
    wanted[sources] = True
    for element in elements_of(supply):
        stopped: list[int] = []
        if rank[element.node] >= 0:
            count = lose(net, state, int(rank[element.node]), 0)
            fallen = net.node[state.fallen[:count]]
            undo(net, state, 0, count)
            found = fallen[(fallen >= first) & (fallen < end) & wanted[fallen]] - first
            stopped = sorted(node_of_source[int(row)] for row in found)
        nodes, units = _held(element, supply, items, node_of_lead)
        if not stopped and not len(nodes):
            continue
        name = _name(desk, supply, element)
        days = known_days.get((element.kind, name), recovery_days[element.kind])
        yield (
            element,
            Loss(
                name=name,
                elements=np.array(stopped, np.int64),
                share=np.ones(len(stopped)),
                recovery_days=np.full(len(stopped), float(days)),
                window_days=float(days),
                kind=element.kind,
                cause=element.kind,
                stock_node=nodes,
                stock_lost=units,
            ),
        )


def element_marks(twin: Twin, supply: SupplyNetwork, marks: Marks) -> Words:
    """What each node of the supply network rests on, with all it needs below; uint64 by node."""
    mark = np.zeros(supply.graph.nodes, np.uint64)
    group = supply.organisations.group
    party = np.zeros(len(group), np.uint64)
    np.bitwise_or.at(party, group, marks.of(twin["party"]["label"]).to_numpy())
    size = np.bincount(group, minlength=len(group)) if len(group) else group
    # records taken as one party rest on what told of them; which rows these are is not known here
    party[size > 1] |= np.uint64(marks.together(twin["party"]["label"]))
    site = marks.of(twin["site"]["label"]).to_numpy()
    mark[supply.of_kind(Node.SOURCE)] = marks.of(twin["source"]["label"]).to_numpy()
    for kind in (Node.PARTY, Node.PARENT, Node.DELIVERY):
        mark[supply.of_kind(kind)] = party
    mark[supply.of_kind(Node.MAKER)] = party[supply.maker_party]
    mark[supply.of_kind(Node.SITE)] = site
    graph = supply.graph
    owner = np.repeat(graph.owner, np.diff(graph.alternative_start))
    need = np.repeat(supply.need, np.diff(graph.alternative_start))
    told = marks.of(twin["supply"]["label"]).to_numpy()
    by_supply = (need == Need.SUPPLY) & (supply.row >= 0)
    np.bitwise_or.at(mark, owner[by_supply], told[supply.row[by_supply]])
    below = owner >= supply.first[Node.SOURCE]  # items rest on more than this
    return _closed(mark, owner[below], graph.alternative[below])


def _closed(mark: Words, owner: Ints, below: Ints) -> Words:
    """Add to each node the marks of all that it leads to, until nothing changes."""
    while True:
        wider = mark.copy()
        np.bitwise_or.at(wider, owner, mark[below])
        if (wider == mark).all():
            return mark
        mark = wider


def _held(
    element: Element, supply: SupplyNetwork, items: CaseItems, node_of_lead: Mapping[int, int]
) -> tuple[Longs, Floats]:
    """Stock that stands at a site, or in a country, by node."""
    site = items.lots["site_ix"].to_numpy()
    at: Flags
    if element.kind == "site":
        at = site == element.place
    elif element.kind == "country":
        at = supply.organisations.site_country[site] == element.place
    else:
        return np.zeros(0, np.int64), np.zeros(0)
    lots = items.lots.filter(pl.Series(at, dtype=pl.Boolean), pl.col("units") > 0)
    summed = lots.group_by("lead").agg(pl.col("units").sum()).sort("lead")
    nodes = np.array([node_of_lead[lead] for lead in summed["lead"].to_list()], np.int64)
    return nodes, summed["units"].to_numpy()


def _name(desk: Desk, supply: SupplyNetwork, element: Element) -> str:
    if element.kind == "country":
        return supply.organisations.countries[element.place]
    table = "site" if element.kind == "site" else "party"
    return str(desk.twin.ref(table, element.place)).partition(" ")[2]
