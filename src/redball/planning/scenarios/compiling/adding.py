"""New ways to make an item, added to a network."""

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np

from redball.model import NOWHERE
from redball.planning.scenarios.reactions import NewSource
from redball.planning.targets import Ints
from redball.simulation.network import ArcKind, Law, Network, Rows
from redball.simulation.network.tables import ARC, LAW, RECIPE


def add_sources(network: Network, sources: Sequence[NewSource]) -> tuple[Network, Ints]:
    """Add a recipe and a standby arc for each source, as the last way of its cell.

    Returns
    -------
    network : Network
        The same one where there is nothing to add.
    arc_rows : int32 array, shape (arcs before,)
        Row that each arc has in it now.
    """
    before = len(network.arcs)
    if not sources:
        return network, np.arange(before, dtype=np.int32)
    laws = list(dict.fromkeys(source.law for source in sources))
    recipes = np.zeros(len(sources), RECIPE)
    arcs = np.zeros(len(sources), ARC)
    recipes["cell"] = arcs["cell"] = [source.cell for source in sources]
    recipes["law"] = [len(network.laws) + laws.index(source.law) for source in sources]
    recipes["per_day"] = [source.per_day for source in sources]
    recipes["first_input"] = recipes["last_input"] = len(network.inputs)
    arcs["kind"], arcs["standby"], arcs["batch"] = ArcKind.MAKE, 1, 1
    arcs["supplier"] = arcs["at_node"] = NOWHERE
    arcs["recipe"] = len(network.recipes) + np.arange(len(sources))
    arcs["law"] = len(network.laws) + len(laws)  # takes no time: the recipe does
    arcs["first_lane"] = arcs["last_lane"] = len(network.routes)
    arcs["price_eur"] = [source.price_eur for source in sources]
    after = np.array([_after_last(network, source.cell) for source in sources])
    order = np.argsort(np.concatenate([2 * np.arange(before), 2 * after - 1]), kind="stable")
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order))
    made = replace(
        network,
        laws=np.concatenate([network.laws, _law_rows([*laws, Law(0.0)])]),
        recipes=np.concatenate([network.recipes, recipes]),
        arcs=np.concatenate([network.arcs, arcs])[order],
    )
    return made, place[:before]


def _after_last(network: Network, cell: int) -> int:
    """Where a further arc of a cell goes, so that those of a cell stand together."""
    of = np.flatnonzero(network.arcs["cell"] == cell)
    if len(of):
        return int(of[-1]) + 1
    later = np.flatnonzero(network.arcs["cell"] > cell)
    return int(later[0]) if len(later) else len(network.arcs)


def _law_rows(laws: Sequence[Law]) -> Rows:
    made = np.zeros(len(laws), LAW)
    for number, law in enumerate(laws):
        for each in fields(law):
            made[number][each.name] = getattr(law, each.name)
    return made
