"""The rows that lead from a system to a hidden element, through the nearest common point."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from redball.risk.context import Context
from redball.risk.kernels.cascade import UP, Losses, lose, nothing_lost, tour_of, undo
from redball.risk.kernels.hidden import lose_directly
from redball.risk.kernels.trace import Trail, nearest_common_point, no_trail, reasons_below
from redball.risk.making import Row
from redball.risk.network import Need, Node
from redball.risk.rules.common_view import Element, View

_TABLE: dict[int, str] = {
    Need.STRUCTURE: "structure",
    Need.SOURCING: "source",
    Need.SUPPLY: "supply",
}
_DELIVERIES = frozenset((int(Need.SOURCING), int(Need.SUPPLY)))


@dataclass(frozen=True)
class Path:
    """How a system hangs on an element.

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

    evidence: list[Row]
    suppliers: int
    what: str
    tier: int


def paths(context: Context, view: View, wanted: Mapping[Element, int]) -> dict[Element, Path]:
    """Trace the path to each wanted element from the system at the position given with it.

    The elements are lost one after another along the tree of the kernel, so that most of what
    fails with one is there already for the next.
    """
    if not wanted:
        return {}
    net, found = view.net, {}
    element_at = {view.node(element): element for element in wanted}
    mark = np.zeros(len(net.node), np.bool_)
    mark[list(element_at)] = True
    losses, direct, trail = nothing_lost(net), nothing_lost(net), no_trail(net)
    before: list[int] = []
    count = 0
    for node in tour_of(net, mark).tolist():
        if node == UP:
            undo(net, losses, before[-1], count)
            count = before.pop()
            continue
        before.append(count)
        count = lose(net, losses, node, count)
        if node in element_at:
            element = element_at[node]
            fallen, _ = lose_directly(net, view.links, direct, node)
            walk = _Walk(context, view, losses, direct, trail)
            found[element] = walk.path(int(view.network.system_nodes[wanted[element]]), node)
            undo(net, direct, 0, fallen)
    return found


@dataclass(frozen=True)
class _Walk:
    """One walk down, with what has failed."""

    context: Context
    view: View
    losses: Losses
    direct: Losses
    trail: Trail

    def path(self, system: int, lost: int) -> Path:
        view, losses, trail = self.view, self.losses, self.trail
        net, links, root = view.net, view.links, int(view.rank[system])
        group, way = nearest_common_point(net, links, losses, self.direct, trail, root)
        evidence: list[Row] = []
        deliveries = 0
        for position in way[::-1].tolist():
            # a plain int would make NumPy widen the whole array first
            above = int(np.searchsorted(net.alternative_start, np.int32(position), "right")) - 1
            self._add(evidence, above, position)
            deliveries += _step(view, above)
        nodes, reasons = reasons_below(net, links, losses, trail, group, lost)
        reason = dict(zip(nodes.tolist(), reasons.tolist(), strict=True))
        used = self._gather(evidence, reason, group)
        return Path(
            evidence=evidence,
            suppliers=int(links.suppliers[group]),
            what=self._described(group),
            tier=deliveries + self._deliveries(reason, used, group),
        )

    def _gather(self, evidence: list[Row], reason: Mapping[int, int], group: int) -> set[int]:
        """Note the rows of every alternative down to the lost node; the groups on the way."""
        groups = [group]
        seen = {group}
        for each in groups:  # grows while it is walked
            for position in self._positions(each):
                self._add(evidence, each, position)
                node = int(self.view.net.alternative[position])
                self._add_element(evidence, int(self.view.net.node[node]))
                if reason[node] >= 0 and reason[node] not in seen:
                    seen.add(reason[node])
                    groups.append(reason[node])
        return seen

    def _deliveries(self, reason: Mapping[int, int], used: set[int], group: int) -> int:
        """Largest number of deliveries between the common point and the lost node."""
        depth: dict[int, int] = {}
        for node, why in reason.items():  # each after those by which it fails
            if why < 0:
                depth[node] = 0
            elif why in used:
                depth[node] = self._depth(why, depth)
        return self._depth(group, depth)

    def _depth(self, group: int, depth: Mapping[int, int]) -> int:
        below = (depth[int(self.view.net.alternative[p])] for p in self._positions(group))
        return _step(self.view, group) + max(below)

    def _positions(self, group: int) -> range:
        start = self.view.net.alternative_start
        return range(int(start[group]), int(start[group + 1]))

    def _row(self, group: int, position: int) -> int:
        """Row behind an alternative, by its position in the net."""
        net, network = self.view.net, self.view.network
        offset = position - int(net.alternative_start[group])
        return int(network.row[network.graph.alternative_start[net.origin[group]] + offset])

    def _add(self, evidence: list[Row], group: int, position: int) -> None:
        need = int(self.view.links.need[group])
        table = _TABLE.get(need)
        if table:
            evidence.append((table, self._row(group, position)))

    def _add_element(self, evidence: list[Row], node: int) -> None:
        kind = self.view.network.kind(node)
        if kind in (Node.PARTY, Node.PARENT):
            evidence.append(("party", self.view.network.place(node)))
        elif kind == Node.SITE:
            evidence.append(("site", self.view.network.place(node)))

    def _described(self, group: int) -> str:
        desk, network, net = self.context.desk, self.view.network, self.view.net
        place = network.place(int(net.node[net.owner[group]]))
        need = self.view.links.need[group]
        if need == Need.STRUCTURE:
            return f"alternative parts of {desk.name('item', place)}"
        if need == Need.SOURCING:
            return f"suppliers of {desk.name('item', place)}"
        row = self._row(group, int(net.alternative_start[group]))
        party = int(network.maker_party[place])
        what = self.context.twin.tables["supply"]["input"][row]
        return f"suppliers of '{what}' to {desk.name('party', party)}"


def _step(view: View, group: int) -> int:
    """1 where a group stands for a delivery, else 0."""
    return 1 if int(view.links.need[group]) in _DELIVERIES else 0
