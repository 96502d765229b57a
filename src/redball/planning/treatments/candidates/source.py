"""Qualify a second source where one supplier alone stands behind a stock."""

import numpy as np

from redball.model import NOWHERE
from redball.planning.treatments.candidates.situation import Draft, Situation
from redball.planning.treatments.opening import NewArc
from redball.planning.treatments.prices import ASSUMED
from redball.planning.treatments.treatment import Treatment
from redball.simulation.network import Law

CLEAR: tuple[frozenset[int], frozenset[int]] = (frozenset(), frozenset())


def source(situation: Situation) -> list[Draft]:
    """Candidates for stock that one place supplies: who supplies others with it, and a new source.

    A source that supplies others is a party of the network and shares its hazards. A new one is
    outside of it: bought with the present lead time and a premium, without hazards of its own.
    """
    network = situation.network
    makers: dict[int, list[int]] = {}
    for cell in network.recipes["cell"].tolist():
        makers.setdefault(int(network.cells["item"][cell]), []).append(cell)
    found = []
    cells = np.flatnonzero(
        (situation.behind > 0) & (situation.often @ situation.waits["cells"] > 0)
    )
    cells = cells[np.argsort(-situation.behind[cells], kind="stable")]
    grouped: dict[tuple[int, int], list[int]] = {}
    for cell in cells.tolist():
        suppliers = {int(network.arcs["supplier"][row]) for row in situation.arcs_of(cell)}
        if len(suppliers) != 1 or NOWHERE in suppliers:
            continue
        (only,) = suppliers
        if any(network.arcs["supplier"][row] != NOWHERE for row in situation.arcs_of(only)):
            continue  # a depot of one's own, not a source
        grouped.setdefault((only, int(network.cells["item"][cell])), []).append(cell)
    for (only, item), buyers in list(grouped.items())[: situation.most]:
        maker = int(network.cells["node"][only])
        offers = [
            other
            for other in dict.fromkeys(makers.get(item, ()))
            if other != only and other not in buyers and network.cells["node"][other] != maker
        ][:2]
        for other in (*offers, NOWHERE):
            draft = _draft(situation, buyers, item, maker, other)
            if draft is not None:
                found.append(draft)
    return found[: situation.most]


def _draft(
    situation: Situation, buyers: list[int], item: int, maker: int, other: int
) -> Draft | None:
    network, prices = situation.network, situation.prices
    arcs = []
    for cell in buyers:
        price = situation.price(cell) * (1 + prices.source_premium)
        if other == NOWHERE:
            arcs.append(NewArc(cell, law=Law(situation.lead_days(cell)), price_eur=price))
            continue
        way = situation.way(
            int(network.cells["node"][other]), int(network.cells["node"][cell]), CLEAR
        )
        if way is not None:
            arcs.append(NewArc(cell, supplier=other, lanes=way, price_eur=price))
    if not arcs:
        return None
    who = "a new source" if other == NOWHERE else situation.node(int(network.cells["node"][other]))
    name = "new" if other == NOWHERE else network.node_names[int(network.cells["node"][other])]
    first = buyers[0]
    return Draft(
        Treatment(
            key=f"source|{network.node_names[maker]}|{network.item_names[item]}|{name}",
            kind="source",
            title=f"{situation.item(item)} from {who} beside {situation.node(maker)}",
            cost_eur=prices.source_eur,
            yearly_eur=prices.source_yearly_eur,
            lead_days=prices.source_days,
            steps=(),
            nation=situation.nation(first),
            site=network.node_names[int(network.cells["node"][first])],
            basis=ASSUMED,
        ),
        tuple(arcs),
    )
