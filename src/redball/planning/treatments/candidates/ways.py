"""A detour around what a hazard takes away, and help between nations."""

import numpy as np
import numpy.typing as npt

from redball.model import NOWHERE
from redball.planning.treatments.candidates.situation import Draft, Situation
from redball.planning.treatments.prices import ASSUMED
from redball.planning.treatments.treatment import Step, Treatment


def detour(situation: Situation) -> list[Draft]:
    """For each hazard that cuts ways: a contract by which goods take another way while it lasts."""
    network, prices = situation.network, situation.prices
    ends = {
        row: (network.routes[arc["first_lane"] : arc["last_lane"]], int(arc["cell"]))
        for row, arc in enumerate(network.arcs)
        if arc["last_lane"] > arc["first_lane"]
    }
    found = []
    for number, (nodes, lanes) in enumerate(situation.struck):
        cut = np.isin(network.lanes["from_node"], list(nodes))
        cut |= np.isin(network.lanes["to_node"], list(nodes))
        cut[list(lanes)] = True
        over = [cell for route, cell in ends.values() if cut[route].any()]
        over = [cell for cell in over if situation.behind[cell] > 0]
        if not over or not _avoidable(situation, nodes, cut):
            continue
        nations = [situation.nation(cell) for cell in over]
        name = situation.names[number]
        found.append(Draft(Treatment(
            key=f"lane|{name}",
            kind="lane",
            title=f"Other ways against: {name} ({len(over)} deliveries)",
            cost_eur=prices.lane_eur,
            yearly_eur=prices.lane_yearly_eur,
            lead_days=prices.lane_days,
            steps=tuple(
                Step("lanes", row, "cut_rule", 1) for row in np.flatnonzero(cut).tolist()
            ),
            nation=max(sorted(set(nations)), key=nations.count),
            basis=ASSUMED,
        )))  # fmt: skip
    return found[: situation.most]


def _avoidable(situation: Situation, nodes: frozenset[int], cut: npt.NDArray[np.bool_]) -> bool:
    """Whether some lane that is cut, and whose ends are not lost, has a way around it."""
    network = situation.network
    gone = frozenset(np.flatnonzero(cut).tolist())
    for arc in network.arcs:
        route = network.routes[arc["first_lane"] : arc["last_lane"]]
        if arc["supplier"] == NOWHERE or not cut[route].any():
            continue
        start = int(network.cells["node"][arc["supplier"]])
        goal = int(network.cells["node"][arc["cell"]])
        if situation.behind[arc["cell"]] > 0 and situation.way(start, goal, (nodes, gone)):
            return True
    return False


def support(situation: Situation) -> list[Draft]:
    """Open the help that agreements between two nations hold ready."""
    network, prices = situation.network, situation.prices
    links = network.supports
    pairs: dict[tuple[str, str], list[int]] = {}
    for row in np.flatnonzero(links["standby"] != 0).tolist():
        receiver, giver = int(links["receiver"][row]), int(links["giver"][row])
        if situation.behind[receiver] > 0:
            key = (situation.nation(giver), situation.nation(receiver))
            pairs.setdefault(key, []).append(row)
    return [
        Draft(
            Treatment(
                key=f"support|{giver}|{receiver}",
                kind="support",
                title=f"{giver} helps {receiver} under the agreement as soon as somebody waits",
                cost_eur=prices.support_eur,
                lead_days=prices.support_days,
                steps=(),
                nation=receiver,
                basis=ASSUMED,
            ),
            opens=tuple(rows),
        )
        for (giver, receiver), rows in sorted(pairs.items())
    ][: situation.most]
