"""Rule ``hidden-common-supplier``: what stands unseen behind several sources of a system's part.

The critical sets of all systems are computed twice: with known supply relations only, and with
all that are claimed. An element counts as hidden when a group of alternatives from several
suppliers all hang on it though not all of them name it; what they all name is ``single-source``.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import Finding, Level
from redball.model.results import Scalar
from redball.risk.context import Context
from redball.risk.kernels import critical_sets
from redball.risk.kernels.compiled import Ints
from redball.risk.kernels.directed import components
from redball.risk.kernels.trace import Plan, Spread, fresh, hanging_roots, lose, plan, restore
from redball.risk.making import Row
from redball.risk.network import Need, Node, SupplyNetwork, build_network

_TABLE = {Need.STRUCTURE: "structure", Need.SOURCING: "source", Need.SUPPLY: "supply"}


_Coverage = tuple[float, float]
"""Share of the sources, and of the parties, of which a supplier is disclosed."""

_Element = tuple[Node, int]
"""Kind of element, and its row (for a country: its position)."""


@dataclass(frozen=True)
class _View:
    """Critical and hidden elements under one choice of supply relations."""

    network: SupplyNetwork
    rows: Plan
    hidden: dict[_Element, npt.NDArray[np.bool_]]  # element -> system positions
    coverage: list[_Coverage]  # by system position
    state: Spread  # used again from path to path


def hidden_findings(context: Context) -> Iterator[Finding]:
    """Yield one finding per hidden element, with the systems it stops."""
    limits = context.thresholds
    claimed = _view(context, limits.least_confidence)
    sure = context.twin["supply"]["confidence"].fill_null(1.0).min()
    all_known = sure is None or float(str(sure)) >= limits.known_confidence
    known = claimed if all_known else _view(context, limits.known_confidence)
    elements = sorted({*claimed.hidden, *known.hidden})
    implied = _implied(context, elements, known, claimed)
    named: dict[_Element, list[_Element]] = defaultdict(list)
    for element, party in implied.items():
        named[party].append(element)
    for element in elements:
        if element not in implied:
            yield _finding(context, element, known, claimed, named[element])


def _implied(
    context: Context, elements: list[_Element], known: _View, claimed: _View
) -> dict[_Element, _Element]:
    """Parents, sites and countries that stop no more than a hidden party of theirs.

    They say the same thing again, so they are named with the party.
    """
    org = context.organisations
    listed = set(elements)
    implied: dict[_Element, _Element] = {}
    for party in (element for element in elements if element[0] == Node.PARTY):
        place = party[1]
        for kind, table in (
            (Node.PARENT, org.parent),
            (Node.SITE, org.site),
            (Node.COUNTRY, org.country),
        ):
            other = (kind, int(table[place]))
            if other in listed and all(
                not np.any(_stops(view, other) & ~_stops(view, party)) for view in (known, claimed)
            ):
                implied.setdefault(other, party)
    return implied


def _stops(view: _View, element: _Element) -> npt.NDArray[np.bool_]:
    none = np.zeros(len(view.network.system_rows), np.bool_)
    return view.hidden.get(element, none)


def _view(context: Context, least: float) -> _View:
    network = build_network(context.twin, context.items, context.parties, least_confidence=least)
    rows = plan(network.graph, network.need, network.suppliers)
    sets = critical_sets(network.graph, network.system_nodes, candidates=network.elements())
    nodes = np.unique(sets.member)
    stops = hanging_roots(rows, nodes, network.system_nodes, context.thresholds.hidden_suppliers)
    hidden = {
        (network.kind(node), network.place(node)): stop
        for node, stop in zip(nodes.tolist(), stops, strict=True)
        if stop.any()
    }
    return _View(network, rows, hidden, _coverage(context, network), fresh(rows))


def _finding(
    context: Context, element: _Element, known: _View, claimed: _View, also: list[_Element]
) -> Finding:
    in_known, in_claimed = element in known.hidden, element in claimed.hidden
    view = known if in_known else claimed
    stopped = np.flatnonzero(view.hidden[element])
    systems = [int(row) for row in view.network.system_rows[stopped]]
    path = _Path(context, view, element, int(stopped[0]))
    level = Level.CRITICAL if in_known else Level.SERIOUS
    if element[0] == Node.COUNTRY:
        level = Level.SERIOUS if in_known else Level.CAUTION
    desk = context.desk
    detail: dict[str, Scalar] = {
        "element": element[0].name.lower(),
        "tier": path.tier,
        "systems": desk.names("system", systems, most=20),
        "suppliers_behind": path.suppliers,
        "also": "; ".join(_element_name(context, other) for other in also),
        "known_edges_only": in_known,
        "all_claimed_edges": in_claimed,
        **_least_coverage([view.coverage[at] for at in stopped]),
    }
    subject = _subject(context, element)
    return desk.finding(
        "hidden-common-supplier",
        level,
        subject or ("system", systems[0]),
        f"{_element_name(context, element)} stands behind {_all(path.suppliers)} {path.what};"
        f" its loss stops {desk.names('system', systems)}.",
        measure="systems stopped",
        value=len(systems),
        threshold=1.0,
        detail=detail,
        evidence=[*path.evidence, *(("system", row) for row in systems)],
    )


def _all(count: int) -> str:
    return "both" if count == 2 else f"all {count}"


def _subject(context: Context, element: _Element) -> Row | None:
    """Row of the element; a country has one where a nation of the coalition lies in it."""
    kind, place = element
    if kind == Node.SITE:
        return "site", place
    if kind != Node.COUNTRY:
        return "party", place
    code = context.organisations.countries[place]
    match = context.twin["nation"].select((pl.col("country") == code).arg_true()).to_series()
    return ("nation", int(match[0])) if len(match) else None


def _element_name(context: Context, element: _Element) -> str:
    kind, place = element
    if kind == Node.COUNTRY:
        return f"The country {context.organisations.countries[place]}"
    if kind == Node.SITE:
        return f"The site {context.desk.name('site', place)}"
    name = context.desk.name("party", place)
    return f"{name}, as the owner," if kind == Node.PARENT else name


def _coverage(context: Context, network: SupplyNetwork) -> list[_Coverage]:
    """How much of the network behind each system is disclosed at all."""
    coverage = []
    for root in network.system_nodes:
        _, reached = components(*network.graph.needs(), np.array([root], np.int32))
        source = reached[_between(reached, network, Node.SOURCE)] - network.first[Node.SOURCE]
        record = context.twin.index("source", "party")[source]
        named = context.organisations.group[record[record >= 0]]
        party = reached[_between(reached, network, Node.PARTY)] - network.first[Node.PARTY]
        coverage.append(
            (
                _share(int(network.mapped[named].sum()), len(source)),
                _share(int(network.mapped[party].sum()), len(party)),
            )
        )
    return coverage


def _least_coverage(systems: list[_Coverage]) -> dict[str, Scalar]:
    """Coverage of the system of which least is known."""
    return {
        "sources_with_known_tier_2": min(sources for sources, _ in systems),
        "parties_with_known_suppliers": min(parties for _, parties in systems),
    }


def _between(nodes: Ints, network: SupplyNetwork, kind: Node) -> npt.NDArray[np.bool_]:
    part = network.of_kind(kind)
    inside: npt.NDArray[np.bool_] = (nodes >= part.start) & (nodes < part.stop)
    return inside


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


class _Path:
    """The rows that lead from a system to an element, through the nearest common point.

    Attributes
    ----------
    evidence : list of (table, row)
        From the system down to the common point, then every alternative down to the element.
    suppliers : int
        Different suppliers at the common point.
    what : str
        What they supply, for a sentence.
    tier : int
        Tier of the element: 1 delivers to the owner, 2 delivers to tier 1, and so on.
    """

    def __init__(self, context: Context, view: _View, element: _Element, at: int) -> None:
        self._context, self._network, self._rows = context, view.network, view.rows
        lost = view.network.first[element[0]] + element[1]
        state = view.state
        count, _ = lose(view.rows, state, lost, context.thresholds.hidden_suppliers)
        self.evidence: list[Row] = []
        node, deliveries = int(view.network.system_nodes[at]), 0
        while state.common[node] < 0:
            position = int(state.through[node])
            deliveries += self._add(self._group_of(position), position)
            node = int(view.rows.alternative[position])
        group = int(state.common[node])
        self.suppliers = int(view.network.suppliers[group])
        self.what = self._described(node, group)
        self.tier = deliveries + self._down(state, group, lost)
        restore(view.rows, state, count)

    def _group_of(self, position: int) -> int:
        return int(np.searchsorted(self._rows.alternative_start, position, side="right")) - 1

    def _add(self, group: int, position: int) -> int:
        """Note the row behind an alternative; 1 when it is a delivery, else 0."""
        need = Need(int(self._network.need[group]))
        row = int(self._network.row[position])
        if need in _TABLE:
            self.evidence.append((_TABLE[need], row))
        return 1 if need in (Need.SOURCING, Need.SUPPLY) else 0

    def _down(self, state: Spread, group: int, lost: int) -> int:
        """Follow every alternative to the lost node; the largest number of deliveries on the way.

        A node fails by a group whose alternatives all failed before it, so the walk ends.
        """
        depth: dict[int, int] = {lost: 0}
        groups = [group]
        seen = {group}
        for each in groups:  # grows while it is walked
            for position in self._positions(each):
                self._add(each, position)
                node = int(self._rows.alternative[position])
                self._add_element(node)
                reason = int(state.reason[node])
                if reason >= 0 and reason not in seen:
                    seen.add(reason)
                    groups.append(reason)
        for each in sorted(seen - {group}, key=lambda g: int(state.place[self._rows.owner[g]])):
            owner = int(self._rows.owner[each])
            depth[owner] = self._depth(each, depth)
        return self._depth(group, depth)

    def _depth(self, group: int, depth: dict[int, int]) -> int:
        step = 1 if self._network.need[group] in (Need.SOURCING, Need.SUPPLY) else 0
        below = (depth[int(self._rows.alternative[p])] for p in self._positions(group))
        return step + max(below)

    def _positions(self, group: int) -> range:
        start = self._rows.alternative_start
        return range(int(start[group]), int(start[group + 1]))

    def _add_element(self, node: int) -> None:
        kind = self._network.kind(node)
        if kind in (Node.PARTY, Node.PARENT):
            self.evidence.append(("party", self._network.place(node)))
        elif kind == Node.SITE:
            self.evidence.append(("site", self._network.place(node)))

    def _described(self, node: int, group: int) -> str:
        desk, network = self._context.desk, self._network
        place = network.place(node)
        need = network.need[group]
        if need == Need.STRUCTURE:
            return f"alternative parts of {desk.name('item', place)}"
        if need == Need.SOURCING:
            return f"suppliers of {desk.name('item', place)}"
        row = int(network.row[self._rows.alternative_start[group]])
        party = int(network.maker_party[place])
        what = self._context.twin.tables["supply"]["input"][row]
        return f"suppliers of '{what}' to {desk.name('party', party)}"
