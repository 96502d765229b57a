"""Reserve capacity of suppliers, add repair places, widen ways: limits before which goods wait."""

import math

import numpy as np

from redball.planning.treatments.candidates.situation import Draft, Situation
from redball.planning.treatments.prices import ASSUMED
from redball.planning.treatments.treatment import Step, Treatment

SHARES = (0.25, 0.5)
"""Shares of a supplier's capacity that can be had more."""


def capacity(situation: Situation) -> list[Draft]:
    """More capacity where jobs wait before a line."""
    network, prices = situation.network, situation.prices
    waited = situation.often @ situation.waits["recipes"]
    behind = situation.behind[network.recipes["cell"]]
    rows = np.flatnonzero((waited > 0) & (behind > 0) & np.isfinite(network.recipes["per_day"]))
    rows = rows[np.argsort(-behind[rows], kind="stable")][: situation.most // len(SHARES)]
    found = []
    for row in rows.tolist():
        recipe = network.recipes[row]
        cell = int(recipe["cell"])
        node = int(network.cells["node"][cell])
        for share in SHARES:
            more = float(recipe["per_day"]) * share
            value = more * 365.0 * situation.price(cell)
            if value <= 0:
                continue
            key = f"{network.node_names[node]}|{network.item_names[network.cells['item'][cell]]}"
            found.append(Draft(Treatment(
                key=f"capacity|{key}|+{share:.0%}",
                kind="capacity",
                title=f"{share:.0%} more capacity for {situation.title(cell)}",
                cost_eur=0.0,
                yearly_eur=value * prices.capacity_share,
                lead_days=prices.capacity_days,
                steps=(Step("recipes", row, "per_day", more),),
                nation=situation.nation(cell),
                group=f"capacity|{key}",
                site=network.node_names[node],
                basis=ASSUMED,
            )))  # fmt: skip
    return found


def repair(situation: Situation) -> list[Draft]:
    """One more place where repairs wait for one."""
    network, prices = situation.network, situation.prices
    waited = situation.often @ situation.waits["pools"]
    found = []
    for row in np.flatnonzero(waited > 0)[np.argsort(-waited[waited > 0], kind="stable")].tolist():
        node = int(network.pools["node"][row])
        where = network.node_names[node]
        found += [
            Draft(Treatment(
                key=f"repair|{where}|{row}|+{places}",
                kind="repair",
                title=f"{places} more repair places at {situation.node(node)}",
                cost_eur=prices.repair_eur * places,
                yearly_eur=prices.repair_yearly_eur * places,
                lead_days=prices.repair_days,
                steps=(Step("pools", row, "servers", places),),
                nation=network.nation_names[network.nodes["nation"][node]],
                group=f"repair|{row}",
                site=where,
                basis=ASSUMED,
            ))
            for places in (1, 2)
        ]  # fmt: skip
    return found[: situation.most]


def reposition(situation: Situation) -> list[Draft]:
    """Move stock within a nation from where it lies idle to where somebody waits."""
    network, prices = situation.network, situation.prices
    waits = situation.often @ situation.waits["cells"]
    need = np.flatnonzero((waits > 0) & (situation.behind > 0))
    need = need[np.argsort(-situation.behind[need], kind="stable")]
    lots = set(network.lots["cell"].tolist())
    found: list[Draft] = []
    level = np.maximum(network.cells["order_up_to"], network.cells["reorder_point"])
    able = np.flatnonzero((waits == 0) & (network.cells["on_hand"] > level))
    givers: dict[int, list[int]] = {}
    for giver in able.tolist():
        givers.setdefault(int(network.cells["item"][giver]), []).append(giver)
    for cell in need.tolist():
        if len(found) >= situation.most:
            break
        row = network.cells[cell]
        for giver in givers.get(int(row["item"]), ()):
            there = network.cells[giver]
            # what stands above the level that it orders up to has no use where it is
            idle = int(there["on_hand"] - max(there["order_up_to"], there["reorder_point"]))
            if idle <= 0 or giver in lots or situation.nation(giver) != situation.nation(cell):
                continue
            units = min(idle, max(math.ceil(30 * situation.daily(cell)), 1))
            ends = int(there["node"]), int(row["node"])
            names = network.node_names[ends[0]], network.node_names[ends[1]]
            what = f"{units:,} {situation.item(int(row['item']))}"
            item = network.item_names[int(row["item"])]
            found.append(Draft(Treatment(
                key=f"reposition|{names[0]}|{names[1]}|{item}|{units}",
                kind="reposition",
                title=f"{what} from {situation.node(ends[0])} to {situation.node(ends[1])}",
                cost_eur=prices.move_eur,
                lead_days=prices.move_days,
                steps=(Step("cells", giver, "on_hand", -units),
                       Step("cells", cell, "on_hand", units)),
                nation=situation.nation(cell),
                group=f"move|{names[0]}|{item}",
                site=names[1],
                basis=ASSUMED,
            )))  # fmt: skip
    return found[: situation.most]
