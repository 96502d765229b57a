"""Hand on what would expire unused to where somebody waits for it, and uses it in time."""

import math

import numpy as np

from redball.planning.treatments.candidates.situation import Draft, Situation
from redball.planning.treatments.prices import ASSUMED
from redball.planning.treatments.treatment import Step, Treatment

DAYS = (30.0, 90.0, 180.0)
"""Days of use that are handed on, each size a choice of its own."""

CLEAR: tuple[frozenset[int], frozenset[int]] = (frozenset(), frozenset())


def rotate(situation: Situation) -> list[Draft]:
    """Candidates for lots that expire before their holder has used them.

    A holder that supplies others is left alone: what they will ask for is not known here. Whoever
    takes a lot gets no more than is used there, with what waits, before it expires; another nation
    pays its price.
    """
    network = situation.network
    waited = situation.often @ situation.waits["cells"]
    queues = situation.waits["cells"].max(axis=0) / situation.run_days
    suppliers = set(network.arcs["supplier"].tolist())
    found = []
    for giver in dict.fromkeys(network.lots["cell"].tolist()):
        unused = {} if giver in suppliers else _unused(situation, giver)
        if not unused:
            continue
        item = int(network.cells["item"][giver])
        takers = np.flatnonzero(
            (network.cells["item"] == item) & (waited > 0) & (situation.behind > 0)
        )
        takers = takers[np.argsort(-situation.behind[takers], kind="stable")]
        for taker in takers[takers != giver].tolist():
            daily = situation.daily(taker)
            if daily <= 0 or not _reached(situation, giver, taker):
                continue
            soonest = min(float(network.lots["expires_day"][row]) for row in unused)
            usable = math.floor(queues[taker] + daily * max(soonest - _moving(situation), 0.0))
            most = min(sum(unused.values()), usable)
            sizes = {min(math.ceil(days * daily), most) for days in DAYS}
            found += [_draft(situation, giver, taker, unused, units) for units in sorted(sizes)
                      if units > 0]  # fmt: skip
    return found[: situation.most]


def _moving(situation: Situation) -> float:
    return situation.prices.move_days


def _reached(situation: Situation, giver: int, taker: int) -> bool:
    ends = [int(situation.network.cells["node"][cell]) for cell in (giver, taker)]
    return situation.way(ends[0], ends[1], CLEAR) is not None


def _unused(situation: Situation, cell: int) -> dict[int, int]:
    """Rows of lots at a cell and units of them that are left when they expire, the first first.

    What expires first is used first, at the rate at which streams and fleets there draw.
    """
    network = situation.network
    rows = np.flatnonzero(network.lots["cell"] == cell)
    rows = rows[np.argsort(network.lots["expires_day"][rows], kind="stable")]
    daily, used, left = situation.daily(cell), 0.0, {}
    for row in rows.tolist():
        quantity, day = int(network.lots["quantity"][row]), float(network.lots["expires_day"][row])
        if day > situation.run_days:
            break
        taken = min(float(quantity), max(daily * day - used, 0.0))
        used += taken
        if quantity - taken >= 1:
            left[row] = math.floor(quantity - taken)
    return left


def _draft(
    situation: Situation, giver: int, taker: int, unused: dict[int, int], units: int
) -> Draft:
    network, prices = situation.network, situation.prices
    steps = [Step("cells", giver, "on_hand", -units), Step("cells", taker, "on_hand", units)]
    open_units = units
    for row, left in unused.items():
        part = min(left, open_units)
        open_units -= part
        if part:
            steps.append(Step("lots", row, "quantity", -part))
    ends = [int(network.cells["node"][cell]) for cell in (giver, taker)]
    names = [network.node_names[node] for node in ends]
    item = int(network.cells["item"][giver])
    sold = situation.nation(giver) != situation.nation(taker)
    return Draft(Treatment(
        key=f"rotate|{names[0]}|{names[1]}|{network.item_names[item]}|{units}",
        kind="reposition",
        title=f"{units:,} {situation.item(item)} that would expire unused from "
        f"{situation.node(ends[0])} to {situation.node(ends[1])}",
        cost_eur=prices.move_eur + (units * situation.price(giver) if sold else 0.0),
        lead_days=prices.move_days,
        steps=tuple(steps),
        nation=situation.nation(taker),
        group=f"move|{names[0]}|{network.item_names[item]}",
        site=names[1],
        basis="price of the item, as if new; moving assumed" if sold else ASSUMED,
    ))  # fmt: skip
