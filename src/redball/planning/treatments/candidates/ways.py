"""A detour around what a hazard takes away, and help between nations."""

import numpy as np
import numpy.typing as npt

from redball.model import NOWHERE
from redball.planning.treatments.candidates.situation import Draft, Situation
from redball.planning.treatments.prices import ASSUMED
from redball.planning.treatments.treatment import Step, Treatment

Ints = npt.NDArray[np.int32]


def detour(situation: Situation) -> list[Draft]:
    """For each hazard that cuts ways: a contract by which goods take another way while it lasts."""
    network, prices = situation.network, situation.prices
    lane, arc = _on_ways(situation)
    found = []
    for number, (nodes, lanes) in enumerate(situation.struck):
        cut = np.isin(network.lanes["from_node"], list(nodes))
        cut |= np.isin(network.lanes["to_node"], list(nodes))
        cut[list(lanes)] = True
        met = np.unique(arc[cut[lane]])
        met = met[situation.behind[network.arcs["cell"][met]] > 0]
        over = network.arcs["cell"][met].tolist()
        if not over or not _avoidable(situation, nodes, cut, met):
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


def _on_ways(situation: Situation) -> tuple[Ints, Ints]:
    """Each lane of each way, and the arc whose way it is."""
    arcs = situation.network.arcs
    size = (arcs["last_lane"] - arcs["first_lane"]).astype(np.int64)
    at = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
    at += np.repeat(arcs["first_lane"].astype(np.int64), size)
    arc = np.repeat(np.arange(len(arcs), dtype=np.int32), size)
    return situation.network.routes[at], arc


def _avoidable(
    situation: Situation, nodes: frozenset[int], cut: npt.NDArray[np.bool_], arcs: Ints
) -> bool:
    """Whether one of some arcs, with a lane that is cut, has a way around it.

    Its ends are not lost.
    """
    network = situation.network
    gone = frozenset(np.flatnonzero(cut).tolist())
    supplier = network.arcs["supplier"][arcs]
    moved = arcs[supplier != NOWHERE]
    start = network.cells["node"][network.arcs["supplier"][moved]]
    goal = network.cells["node"][network.arcs["cell"][moved]]
    pairs = dict.fromkeys(zip(start.tolist(), goal.tolist(), strict=True))
    return any(situation.way(*pair, (nodes, gone)) for pair in pairs)


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
