"""Rows that stand closed in a network until a treatment opens them: sources, detours and help.

They are added once, before anything is run, so that every future of a plan is on the same rows.
A closed row is a standby row: nothing uses it as long as no reaction of a scenario frees it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

import numpy as np

from redball.model import NOWHERE
from redball.planning.targets import Ints, Reach, Targets
from redball.simulation.network import ArcKind, Law, Network
from redball.simulation.network.tables import ARC, LAW, SUPPORT


@dataclass(frozen=True)
class NewArc:
    """A further way to supply a cell.

    Attributes
    ----------
    cell : int
        Who is supplied.
    supplier : int
        Cell that supplies; none: bought from outside, without limit.
    law : Law
        Handling, or the whole procurement lead time from outside.
    lanes : tuple of int
        In order of travel.
    price_eur : float
        Of one unit.
    """

    cell: int
    supplier: int = NOWHERE
    law: Law = field(default_factory=lambda: Law(0.0))
    lanes: tuple[int, ...] = ()
    price_eur: float = 0.0


@dataclass(frozen=True)
class NewSupport:
    """Help of one cell for another; the giver never goes below what it keeps."""

    receiver: int
    giver: int
    days: float
    keep: int


@dataclass(frozen=True, eq=False)
class Opened:
    """A network with closed rows.

    Attributes
    ----------
    network : Network
    targets : Targets
        As before, with the new arcs where what supplies them is named.
    arcs, supports : int32 arrays
        Rows of the new ones, in the order in which they were given.
    old_arcs, old_supports : int32 arrays
        Row that each one of before has now.
    """

    network: Network
    targets: Targets
    arcs: Ints
    supports: Ints
    old_arcs: Ints
    old_supports: Ints


def with_closed_rows(
    network: Network, targets: Targets, arcs: list[NewArc], supports: list[NewSupport]
) -> Opened:
    """Add closed rows to a network, each behind those of its cell or receiver.

    An arc beside others that share the volume takes as much as they do on average once it is open;
    beside others by preference it comes last.
    """
    new_arcs, routes = _arc_rows(network, arcs)
    new_supports = np.zeros(len(supports), SUPPORT)
    for number, one in enumerate(supports):
        law = len(network.laws) + len(arcs) + number
        new_supports[number] = (one.receiver, one.giver, law, 1, one.keep, 0.0, np.inf)
    laws = _law_rows([one.law for one in arcs] + [Law(one.days) for one in supports])
    arc_order, arc_place = _merged(network.arcs["cell"], new_arcs["cell"])
    help_order, help_place = _merged(network.supports["receiver"], new_supports["receiver"])
    made = replace(
        network,
        laws=np.concatenate([network.laws, laws]),
        routes=np.concatenate([network.routes, routes]),
        arcs=np.concatenate([network.arcs, new_arcs])[arc_order],
        supports=np.concatenate([network.supports, new_supports])[help_order],
    )
    before = len(network.arcs)
    moved = _moved(targets, network, arcs, arc_place[:before], arc_place[before:])
    links = len(network.supports)
    return Opened(
        made, moved, arc_place[before:], help_place[links:], arc_place[:before], help_place[:links]
    )


def _arc_rows(network: Network, arcs: list[NewArc]) -> tuple[np.ndarray, Ints]:
    rows = np.zeros(len(arcs), ARC)
    routes: list[int] = []
    old = network.arcs
    share = np.bincount(old["cell"], old["share"], minlength=len(network.cells))
    count = np.bincount(old["cell"][old["share"] > 0], minlength=len(network.cells))
    for number, one in enumerate(arcs):
        rows[number]["cell"], rows[number]["supplier"] = one.cell, one.supplier
        rows[number]["kind"] = ArcKind.BUY if one.supplier == NOWHERE else ArcKind.MOVE
        rows[number]["law"] = len(network.laws) + number
        rows[number]["first_lane"] = len(network.routes) + len(routes)
        routes += one.lanes
        rows[number]["last_lane"] = len(network.routes) + len(routes)
        rows[number]["price_eur"] = one.price_eur
        if count[one.cell]:
            rows[number]["share"] = share[one.cell] / count[one.cell]
    rows["recipe"] = rows["at_node"] = NOWHERE
    rows["standby"] = rows["batch"] = 1
    return rows, np.array(routes, np.int32)


def _law_rows(laws: list[Law]) -> np.ndarray:
    made = np.zeros(len(laws), LAW)
    for number, law in enumerate(laws):
        for each in fields(law):
            made[number][each.name] = getattr(law, each.name)
    return made


def _merged(old: Ints, new: Ints) -> tuple[Ints, Ints]:
    """Order in which new rows stand behind the old ones of their group, and where each row goes.

    Groups of the old rows stand together, in any order.
    """
    last = {int(group): row for row, group in enumerate(old.tolist())}
    behind = [last.get(int(group), len(old) + int(group)) for group in new.tolist()]
    keys = np.concatenate([2.0 * np.arange(len(old)), 2.0 * np.array(behind, np.float64) + 1.0])
    order = np.argsort(keys, kind="stable").astype(np.int32)
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order))
    return order, place


def _moved(targets: Targets, network: Network, arcs: list[NewArc], old: Ints, new: Ints) -> Targets:
    """Targets with the rows that arcs have now; who makes what an arc brings reaches it too."""
    made: dict[int, list[int]] = {}
    recipes = network.recipes["cell"].tolist()
    for number, one in enumerate(arcs):
        if one.supplier != NOWHERE:
            made.setdefault(one.supplier, []).append(int(new[number]))

    def move(reach: Reach) -> Reach:
        own = {recipes[row] for row in reach.recipes.tolist()} & made.keys()
        more = [row for cell in own for row in made[cell]]
        if not len(reach.arcs) and not more:
            return reach
        return replace(reach, arcs=np.concatenate([old[reach.arcs], np.array(more, np.int32)]))

    known: dict[int, Reach] = {}

    def once(reach: Reach) -> Reach:
        """One thing under several names stays one thing."""
        if id(reach) not in known:
            known[id(reach)] = move(reach)
        return known[id(reach)]

    reach: Mapping[str, Mapping[str, Reach]] = {
        kind: {name: once(each) for name, each in named.items()}
        for kind, named in targets.reach.items()
    }
    return replace(targets, reach=reach)
