"""Ways and repairs as rings of daily slots, with a gate where a lane may make goods wait."""

from dataclasses import dataclass

import numpy as np

from redball.model import NOWHERE
from redball.simulation.network import ArcKind, Network, Rows, What
from redball.simulation.screen import layout
from redball.simulation.screen.layout import Floats, Ints


@dataclass(frozen=True, eq=False)
class Pipes:
    """All pipes of a network; the pipes of an arc stand together, in order of travel."""

    rows: Rows
    gates: Rows
    gate_pipes: Ints
    first_of_arc: Ints
    of_repair: Ints
    of_way_up: Ints


def lay_pipes(network: Network, horizon_days: int, changes: Rows) -> Pipes:
    """Lay the pipes of all arcs and shops.

    Times along an arc are added up before they are rounded, so that a way of many short lanes
    keeps its length, and the same way has the same days in every future.
    """
    gated = gated_lanes(network, changes)
    mean = network.laws["mean"]
    rows: list[dict[str, float]] = []
    first = []
    for number, arc in enumerate(network.arcs):
        first.append(len(rows))
        rows += _of_arc(network, number, arc, gated, mean)
    of_repair, of_way_up = [], []
    for number, shop in enumerate(network.shops):
        of_repair.append(len(rows))
        rows.append(_pipe(layout.REPAIR, shop["cell"], number, mean[shop["law"]],
                          node=network.cells["node"][shop["cell"]],
                          least_days=int(shop["pool"] != NOWHERE)))  # fmt: skip
        of_way_up.append(len(rows))
        rows.append(_pipe(layout.TO_SHOP, shop["cell"], number, mean[shop["up_law"]]))
    pipes = np.zeros(len(rows), layout.PIPE)
    for number, row in enumerate(rows):
        for name, value in row.items():
            pipes[number][name] = value
    _slots(pipes, horizon_days, changes)
    at_gate = pipes["lane"] != NOWHERE
    pipes["cut_rule"][at_gate] = network.lanes["cut_rule"][pipes["lane"][at_gate]]
    gates, gate_pipes = _gates(network, pipes)
    return Pipes(pipes, gates, gate_pipes, np.array(first, np.int32),
                 np.array(of_repair, np.int32), np.array(of_way_up, np.int32))  # fmt: skip


def gated_lanes(network: Network, changes: Rows) -> set[int]:
    """Lanes that goods may have to wait before, or whose time changes."""
    lanes, what = network.lanes, changes["what"]
    found = set(
        np.flatnonzero(np.isfinite(lanes["kg_per_day"]) | (lanes["headway_days"] > 0)).tolist()
    )
    for kind in (What.LANE, What.LANE_TIME):
        found |= set(changes["index"][what == kind].tolist())
    lost = changes["index"][what == What.NODE]
    for end in ("from_node", "to_node"):
        found |= set(np.flatnonzero(np.isin(lanes[end], lost)).tolist())
    return found


def _pipe(leads: int, cell: int, index: int, stretch: float, **more: float) -> dict[str, float]:
    base: dict[str, float] = {
        "leads": leads, "cell": cell, "index": index, "stretch_days": stretch, "lane": NOWHERE,
        "node": NOWHERE, "seller": NOWHERE,
    }  # fmt: skip
    return {**base, **more}


def _of_arc(
    network: Network, number: int, arc: np.void, gated: set[int], mean: Floats
) -> list[dict[str, float]]:
    route = network.routes[arc["first_lane"] : arc["last_lane"]].tolist()
    own, least = float(mean[arc["law"]]), 0
    if arc["kind"] == ArcKind.MAKE:
        recipe = network.recipes[arc["recipe"]]
        own += float(mean[recipe["law"]])
        least = int(np.isfinite(recipe["per_day"]))  # a day on a line of finite capacity
    cell = network.cells[arc["cell"]]
    mass = float(network.items["mass_kg"][cell["item"]])
    made = [
        _pipe(
            layout.TO_CELL, arc["cell"], number, own + least, mass_kg=mass, fixed_days=0.0,
            seller=arc["at_node"] if arc["kind"] == ArcKind.BUY else NOWHERE,
            node=cell["node"] if arc["kind"] == ArcKind.MAKE else NOWHERE,
        )
    ]  # fmt: skip
    for lane in route:
        days = float(mean[network.lanes["law"][lane]])
        if lane in gated:
            last = made[-1]
            last["leads"] = layout.TO_GATE
            start = last.get("start_days", 0.0) + last["stretch_days"] + last["fixed_days"]
            made.append(
                _pipe(layout.TO_CELL, arc["cell"], number, days, mass_kg=mass, fixed_days=0.0,
                      start_days=start, lane=lane, least_days=1)
            )  # fmt: skip
        else:
            made[-1]["fixed_days"] += days
    return made


def _slots(pipes: Rows, horizon_days: int, changes: Rows) -> None:
    """Rings long enough for the longest time; what lasts beyond the horizon does not arrive."""
    stretch = np.ones(len(pipes))
    for what, field in ((What.LANE_TIME, "lane"), (What.ARC_TIME, "index")):
        for change in changes[changes["what"] == what]:
            own = pipes[field] == change["index"]
            if what == What.ARC_TIME:
                own &= (pipes["leads"] <= layout.TO_GATE) & (pipes["lane"] == NOWHERE)
            stretch[own] = np.maximum(stretch[own], change["value"])
    longest = np.minimum(
        np.ceil(pipes["stretch_days"] * stretch + pipes["fixed_days"]) + 1, horizon_days
    )
    pipes["slots"] = np.maximum(longest, 1).astype(np.int64) + 1
    size = pipes["slots"] + 2
    pipes["first_slot"] = np.cumsum(size) - size
    pipes["gate_slot"] = pipes["first_slot"] + pipes["slots"]


def _gates(network: Network, pipes: Rows) -> tuple[Rows, Ints]:
    used = np.unique(pipes["lane"][pipes["lane"] != NOWHERE])
    gates = np.zeros(len(used), layout.GATE)
    members = [np.flatnonzero(pipes["lane"] == lane) for lane in used]
    for gate, lane in zip(gates, used, strict=True):
        row = network.lanes[lane]
        gate["lane"] = lane
        for name in ("kg_per_day", "headway_days", "offset_days"):
            gate[name] = row[name]
    size = np.array([len(part) for part in members], np.int64)
    gates["last"] = np.cumsum(size)
    gates["first"] = gates["last"] - size
    return gates, np.concatenate([*members, np.zeros(0, np.int64)]).astype(np.int32)
