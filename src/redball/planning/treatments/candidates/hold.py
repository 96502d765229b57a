"""Hold more of an item at a place: for spares some units more, for what is consumed more days."""

import math

import numpy as np
import numpy.typing as npt

from redball.planning.treatments.candidates.situation import Draft, Situation, more_stock
from redball.planning.treatments.treatment import Treatment

Ints = npt.NDArray[np.intp]

DAYS = (15.0, 30.0, 60.0)
"""Days of use by which stock is raised, each step a choice of its own."""
QUEUE = (0.5, 1.0, 2.0)
"""The same as shares of what waits on average, in the worst of the years that were run."""


def hold(situation: Situation) -> list[Draft]:
    """Candidates for cells where somebody waits and on which readiness depends."""
    network = situation.network
    waited = (situation.often @ situation.waits["cells"] > 0) & (situation.behind > 0)
    cells = _foremost(situation, np.flatnonzero(waited))
    queues = situation.waits["cells"].max(axis=0) / situation.run_days
    served = np.zeros(len(network.cells), np.bool_)
    served[network.streams["cell"]] = True
    found = []
    for cell in cells.tolist():
        price = situation.price(cell)
        if price <= 0:
            continue  # nobody can say what it would cost
        steps = _sizes(situation.daily(cell), float(queues[cell]))
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


def _foremost(situation: Situation, cells: Ints) -> Ints:
    """Cells to look at: by turns one where most is lost, and one on which most depends.

    What depends on a maker is all that is lost behind it, so that makers alone would fill a list
    by that measure.
    """
    lost = situation.often @ situation.hurt
    lists = [cells[np.argsort(-by[cells], kind="stable")] for by in (lost, situation.behind)]
    turns = np.stack(lists, axis=1).ravel()
    _, first = np.unique(turns, return_index=True)
    found: Ints = turns[np.sort(first)][: situation.most]
    return found


def _sizes(daily: float, queue: float) -> list[int]:
    """Units by which stock may be raised: by days of use, and by what waits where that is more."""
    return sorted({
        max(math.ceil(days * daily), math.ceil(share * queue), number)
        for number, (days, share) in enumerate(zip(DAYS, QUEUE, strict=True), 1)
    })  # fmt: skip
