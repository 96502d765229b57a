"""Parts of a network that do not touch each other, and a network of some of its cells alone.

What a cell depends on, what competes with it for repair places, and what stands in for it belong to
one part. What happens in one part then changes nothing in another, except over lanes of limited
capacity that both use and over systems of a fleet that carries items of both: those two are cut,
and whoever uses parts says so.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from redball.model import NOWHERE
from redball.simulation.network.network import Network, Rows
from redball.simulation.network.tables import TURNING, What

Ints = npt.NDArray[np.int32]

TABLE_OF = {
    What.NODE: "nodes", What.NODE_STOCK: "nodes", What.NODE_ORDERS: "nodes", What.LANE: "lanes",
    What.LANE_TIME: "lanes", What.ARC: "arcs", What.ARC_TIME: "arcs", What.RECIPE: "recipes",
    What.STREAM: "streams", What.FLEET: "fleets", What.CELL: "cells", What.PRICE: "arcs",
    What.CELL_REPORT: "cells", What.RECIPE_TIME: "recipes",
}  # fmt: skip
"""Table that the index of a change counts."""


@dataclass(frozen=True, eq=False)
class Part:
    """Some cells of a network as a network of their own.

    Attributes
    ----------
    network : Network
    rows : mapping of str to int32 array
        By table the rows of the whole network that are here, ascending: row *i* of the part is
        row ``rows[table][i]`` of the whole.
    """

    network: Network
    rows: dict[str, Ints]

    def changes(self, whole: Rows) -> Rows:
        """Those changes of the whole network that concern the part, with its own row numbers."""
        if not len(whole):
            return whole
        kept = whole.copy()
        here = np.zeros(len(whole), np.bool_)
        for what, table in TABLE_OF.items():
            chosen = whole["what"] == what
            if not chosen.any():
                continue
            at, found = _placed(self.rows[table], whole["index"][chosen])
            kept["index"][chosen] = at
            here[chosen] = found
        return kept[here]

    def rules(self, whole: Rows) -> Rows:
        """Those rules that concern the part, with its own row numbers."""
        if not len(whole):
            return whole
        kept = whole.copy()
        named = whole["cell"] != NOWHERE
        at, found = _placed(self.rows["cells"], whole["cell"][named])
        kept["cell"][named] = at
        here = np.ones(len(whole), np.bool_)
        here[named] = found
        return kept[here]


def part_numbers(network: Network, *, support: bool = True) -> Ints:
    """Number of the part that each cell belongs to, shape (cells,), from 0 on.

    Parameters
    ----------
    network : Network
    support : bool
        Whether standby help between nations may be given; without a rule that lets it, it joins
        nothing.
    """
    pairs = _ties(network, support=support)
    one = np.concatenate([first for first, _ in pairs]).astype(np.int64)
    other = np.concatenate([second for _, second in pairs]).astype(np.int64)
    least = np.arange(len(network.cells))
    while True:  # each round hands the least row on along ties and along those handed on before
        before = least.copy()
        low = np.minimum(least[one], least[other])
        np.minimum.at(least, one, low)
        np.minimum.at(least, other, low)
        np.minimum.at(least, before[one], low)
        np.minimum.at(least, before[other], low)
        least = least[least]
        if np.array_equal(least, before):
            return np.unique(least, return_inverse=True)[1].astype(np.int32)


def part_of(
    network: Network, cells: npt.ArrayLike, *, support: bool = True, every_lane: bool = False,
    lanes: npt.ArrayLike | None = None,
) -> Part:  # fmt: skip
    """Take the cells of one or more whole parts out of a network.

    Parameters
    ----------
    network : Network
    cells : int array
        Rows of cells; with each all of its part (:func:`part_numbers` with the same ``support``).
    support : bool
        As in :func:`part_numbers`; without it standby help is left out.
    every_lane : bool
        Keep lanes that are on no way too; so is it where lanes let goods look for another way.
    lanes : int array, optional
        Keep these beside those on the way and no others, for who knows where goods may go.
    """
    chosen = np.unique(np.asarray(cells, np.int32))
    more = None if lanes is None else np.asarray(lanes, np.int32)
    return _Taken(network, chosen, support=support, every_lane=every_lane, more=more).part()


class _Taken:
    """Rows of a part, found table by table."""

    def __init__(
        self, network: Network, cells: Ints, *, support: bool, every_lane: bool, more: Ints | None
    ) -> None:
        self.whole = network
        here = np.zeros(len(network.cells), np.bool_)
        here[cells] = True
        self.rows: dict[str, Ints] = {"cells": cells}
        for name in ("lots", "due", "arcs", "recipes", "streams", "applications", "shops"):
            self.rows[name] = _where(here[getattr(network, name)["cell"]])
        links = network.supports
        given = np.ones(len(links), np.bool_) if support else links["standby"] == 0
        self.rows["supports"] = _where(given & here[links["receiver"]] & here[links["giver"]])
        self.rows["substitutes"] = _where(here[network.substitutes["cell"]])
        self.rows["fleets"] = np.unique(network.applications["fleet"][self.rows["applications"]])
        pools = network.shops["pool"][self.rows["shops"]]
        self.rows["pools"] = np.unique(pools[pools != NOWHERE])
        self.rows["items"] = np.unique(network.cells["item"][cells])
        every_lane |= bool(np.isin(network.lanes["cut_rule"], TURNING).any())
        self.rows["lanes"] = self._lanes(more, every=every_lane)
        self.rows["nodes"] = self._nodes()

    def part(self) -> Part:
        tables = {name: getattr(self.whole, name)[rows] for name, rows in self.rows.items()}
        self._ranges(tables)
        self._point(tables)
        nodes, lanes = self.rows["nodes"].tolist(), self.rows["lanes"].tolist()
        whole = self.whole
        network = Network(
            **tables,
            item_names=tuple(whole.item_names[row] for row in self.rows["items"].tolist()),
            node_names=tuple(whole.node_names[row] for row in nodes),
            nation_names=whole.nation_names,
            unit_names=whole.unit_names,
            system_names=whole.system_names,
            lane_names=tuple(whole.lane_names[row] for row in lanes),
        )
        return Part(network, self.rows)

    def _lanes(self, more: Ints | None, *, every: bool) -> Ints:
        """Lanes on the way and some more, or all."""
        whole = self.whole
        if every and more is None:
            return np.arange(len(whole.lanes), dtype=np.int32)
        arcs = whole.arcs[self.rows["arcs"]]
        at, _ = _gathered(arcs["first_lane"], arcs["last_lane"])
        used = whole.routes[at]
        return np.unique(used if more is None else np.concatenate([used, more]))

    def _nodes(self) -> Ints:
        whole, rows = self.whole, self.rows
        seller = whole.arcs["at_node"][rows["arcs"]]
        lanes = whole.lanes[rows["lanes"]]
        return np.unique(np.concatenate([
            whole.cells["node"][rows["cells"]], seller[seller != NOWHERE], lanes["from_node"],
            lanes["to_node"], whole.fleets["node"][rows["fleets"]],
            whole.pools["node"][rows["pools"]],
        ]))  # fmt: skip

    def _ranges(self, tables: dict[str, Rows]) -> None:
        """Copy the ranges that rows point into, one after the other."""
        for table, first, last, into in RANGES:
            rows = tables[table]
            at, start = _gathered(rows[first], rows[last])
            size = rows[last] - rows[first]
            rows[first], rows[last] = start, start + size
            tables[into] = getattr(self.whole, into)[at].copy()
        used = [("arcs", "law"), ("recipes", "law"), ("lanes", "law"), ("shops", "law"),
                ("shops", "up_law"), ("supports", "law")]  # fmt: skip
        self.rows["laws"] = np.unique(
            np.concatenate([tables[table][name] for table, name in used] or [np.zeros(0, np.int32)])
        )
        self.rows["laws"] = self.rows["laws"][self.rows["laws"] != NOWHERE]
        tables["laws"] = self.whole.laws[self.rows["laws"]]

    def _point(self, tables: dict[str, Rows]) -> None:
        """Let all rows point to the new numbers."""
        for table, column, into in POINTERS:
            rows = tables[table]
            values = rows if column is None else rows[column]
            fits = values != NOWHERE
            at, _ = _placed(self.rows[into], values[fits])
            values[fits] = at


POINTERS = (
    ("cells", "node", "nodes"), ("cells", "item", "items"), ("lots", "cell", "cells"),
    ("due", "cell", "cells"), ("arcs", "cell", "cells"), ("arcs", "supplier", "cells"),
    ("arcs", "recipe", "recipes"), ("arcs", "law", "laws"), ("arcs", "at_node", "nodes"),
    ("routes", None, "lanes"), ("recipes", "cell", "cells"), ("recipes", "law", "laws"),
    ("inputs", "cell", "cells"), ("lanes", "from_node", "nodes"), ("lanes", "to_node", "nodes"),
    ("lanes", "law", "laws"), ("streams", "cell", "cells"), ("fleets", "node", "nodes"),
    ("applications", "fleet", "fleets"), ("applications", "cell", "cells"),
    ("shops", "cell", "cells"), ("shops", "pool", "pools"), ("shops", "law", "laws"),
    ("shops", "up", "shops"), ("shops", "up_law", "laws"), ("parts", "cell", "cells"),
    ("pools", "node", "nodes"), ("substitutes", "cell", "cells"), ("substitutes", "other", "cells"),
    ("supports", "receiver", "cells"), ("supports", "giver", "cells"), ("supports", "law", "laws"),
)  # fmt: skip
"""Table, column (none: the whole table) and the table whose rows it counts."""

RANGES = (
    ("arcs", "first_lane", "last_lane", "routes"),
    ("recipes", "first_input", "last_input", "inputs"),
    ("shops", "first_part", "last_part", "parts"),
    ("streams", "first_trace", "last_trace", "traces"),
    ("streams", "first_profile", "last_profile", "profiles"),
)
"""Table, its columns that begin and end a range, and the table that the range is in."""


def _ties(network: Network, *, support: bool) -> list[tuple[Ints, Ints]]:
    """Pairs of cells that belong to one part."""
    arcs, shops, links = network.arcs, network.shops, network.supports
    moved = arcs["supplier"] != NOWHERE
    inputs, _ = _gathered(network.recipes["first_input"], network.recipes["last_input"])
    made = np.repeat(
        network.recipes["cell"], network.recipes["last_input"] - network.recipes["first_input"]
    )
    parts, _ = _gathered(shops["first_part"], shops["last_part"])
    whole = np.repeat(shops["cell"], shops["last_part"] - shops["first_part"])
    up = shops["up"] != NOWHERE
    pooled = np.flatnonzero(shops["pool"] != NOWHERE)
    pooled = pooled[np.argsort(shops["pool"][pooled], kind="stable")]
    same = shops["pool"][pooled[1:]] == shops["pool"][pooled[:-1]]
    given = np.ones(len(links), np.bool_) if support else links["standby"] == 0
    return [
        (arcs["cell"][moved], arcs["supplier"][moved]),
        (made, network.inputs["cell"][inputs]),
        (whole, network.parts["cell"][parts]),
        (shops["cell"][up], shops["cell"][shops["up"][up]]),
        (shops["cell"][pooled[1:][same]], shops["cell"][pooled[:-1][same]]),
        (network.substitutes["cell"], network.substitutes["other"]),
        (links["receiver"][given], links["giver"][given]),
    ]


def _where(flags: npt.NDArray[np.bool_]) -> Ints:
    return np.flatnonzero(flags).astype(np.int32)


def _gathered(first: Ints, last: Ints) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows of all ranges one after the other, and where each range begins among them."""
    size = (last - first).astype(np.int64)
    start = np.cumsum(size) - size
    total = int(size.sum())
    return np.arange(total) - np.repeat(start, size) + np.repeat(
        first.astype(np.int64), size
    ), start


def _placed(rows: Ints, wanted: npt.NDArray[np.int32]) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Places of values in ascending rows, and whether they are there."""
    at = np.searchsorted(rows, wanted).astype(np.int32)
    inside = at < len(rows)
    found = np.zeros(len(wanted), np.bool_)
    found[inside] = rows[at[inside]] == wanted[inside]
    return at, found
