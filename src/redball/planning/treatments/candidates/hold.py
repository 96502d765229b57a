"""Hold more of an item at a place: for spares some units more, for what is consumed more days."""

import math

import numpy as np

from redball.planning.treatments.candidates.situation import Draft, Situation, more_stock
from redball.planning.treatments.treatment import Treatment

DAYS = (15.0, 30.0, 60.0)
"""Days of use by which stock is raised, each step a choice of its own."""


def hold(situation: Situation) -> list[Draft]:
    """Candidates for cells where somebody waits and on which readiness depends."""
    network = situation.network
    waited = (situation.often @ situation.waits["cells"] > 0) & (situation.behind > 0)
    cells = np.flatnonzero(waited)
    cells = cells[np.argsort(-situation.behind[cells], kind="stable")][: situation.most]
    served = np.zeros(len(network.cells), np.bool_)
    served[network.streams["cell"]] = True
    found = []
    for cell in cells.tolist():
        price = situation.price(cell)
        if price <= 0:
            continue  # nobody can say what it would cost
        steps = sorted({max(math.ceil(days * situation.daily(cell)), n + 1)
                        for n, days in enumerate(DAYS)})  # fmt: skip
        item, node = (int(network.cells[name][cell]) for name in ("item", "node"))
        key = f"{network.node_names[node]}|{network.item_names[item]}"
        kind = "reserve" if served[cell] and situation.daily(cell) >= 1 else "hold"
        for units in steps:
            cost = units * price
            found.append(Draft(Treatment(
                key=f"{kind}|{key}|+{units}",
                kind=kind,
                title=f"{units:,} more {situation.title(cell)}",
                cost_eur=cost,
                yearly_eur=cost * situation.prices.holding_share,
                lead_days=situation.lead_days(cell),
                steps=more_stock(cell, units),
                nation=situation.nation(cell),
                group=f"stock|{key}",
                volume_m3=units * float(network.items["volume_m3"][item]),
                site=network.node_names[node],
                basis="price of the item; its own lead time; yearly cost assumed",
            )))  # fmt: skip
    return found
