"""Names for readers of what a simulated case holds: stock, places, lanes, units and systems."""

import re
from difflib import get_close_matches

import polars as pl

from redball.model import BadUse
from redball.planning.case import SimulatedCase
from redball.planning.targets import KINDS

_PARTY = "party "
_AT = " at "
_FOR = " for "
_CELL = re.compile(r"[A-Z]{3}:[^\s,;]+ at (?:party )?[A-Z]{3}:[^\s,;.]*[^\s,;.:]")
"""Stock as sentences of the engine name it: item at place, by their codes."""
_NEAR = 3


class TwinNames:
    """Names for readers in place of codes; what has none keeps its code.

    The names come from the viewer's own twin, so they tell nothing that the codes do not.

    Parameters
    ----------
    case : SimulatedCase
    """

    def __init__(self, case: SimulatedCase) -> None:
        self._targets = case.targets
        self._network = case.network
        self._lanes: dict[str, int] = {name: n for n, name in enumerate(case.network.lane_names)}
        modes = case.targets.reach.get("mode", {})
        self._mode = {int(row): mode for mode in modes for row in modes[mode].lanes}

    def of(self, kind: str, name: str) -> str:
        """Name of something that a scenario can name."""
        return self.lane(name) if kind == "lane" else self._targets.label(kind, name)

    def item(self, name: str) -> str:
        """Name of an item; of an input with the party that it is for."""
        found = self._targets.label("item", name)
        what, joined, party = name.partition(_FOR)
        if found != name or not joined:
            return found
        return f"{what} for {self.node(party)}"

    def node(self, name: str) -> str:
        """Name of a place: a site, or a party that has none."""
        if name.startswith(_PARTY):
            return self._targets.label("party", name.removeprefix(_PARTY))
        found = self._targets.label("site", name)
        return found if found != name else self._targets.label("party", name)

    def cell(self, name: str) -> str:
        """Name of stock: item at place; anything else as it is."""
        item, joined, node = name.rpartition(_AT)
        return f"{self.item(item)} at {self.node(node)}" if joined else name

    def lane(self, name: str) -> str:
        """Ends and mode of a lane; of a lane both ways the way it is written."""
        row = self._lanes.get(name)
        if row is None:
            return name
        lane, nodes = self._network.lanes[row], self._network.node_names
        ends = f"{self.node(nodes[lane['from_node']])} to {self.node(nodes[lane['to_node']])}"
        mode = self._mode.get(row)
        return f"{ends}, {mode}" if mode else ends

    def anything(self, name: str) -> str:
        """Name of a row of the network: a lane, stock, or a place."""
        if name in self._lanes:
            return self.lane(name)
        return self.cell(name) if _AT in name else self.node(name)

    def sentence(self, text: str) -> str:
        """A sentence of the engine with names in place of the codes of stock."""
        return _CELL.sub(lambda found: self.cell(found[0]), text)

    def beside(self, frame: pl.DataFrame, **kinds: str) -> pl.DataFrame:
        """Put the names of some columns in front: ``item="item"`` gives ``item_name``.

        Parameters
        ----------
        frame : polars.DataFrame
        **kinds : str
            By column what it holds: ``item``, ``node``, ``lane``, ``cell``, ``any``, or a kind of
            :data:`redball.planning.targets.KINDS`.
        """
        tell = {
            "item": self.item, "node": self.node, "lane": self.lane, "cell": self.cell,
            "any": self.anything,
        }  # fmt: skip
        made = []
        for column, kind in kinds.items():
            words = {
                name: tell[kind](name) if kind in tell else self.of(kind, name)
                for name in frame[column].unique().drop_nulls().to_list()
            }
            told = [words.get(name) for name in frame[column]]
            made.append(pl.Series(f"{column}_name", told, dtype=pl.String))
        return pl.DataFrame(made).hstack(frame) if made else frame

    def full(self, kind: str, name: str) -> str:
        """Full name of something to be lost; a key or a name for readers will do.

        Raises
        ------
        BadUse
            There is no such kind or nothing of that name; the nearest names are given.
        """
        found = self._targets.resolve(kind, name) if kind in KINDS else None
        if found is not None:
            return found
        known = self._targets.names(kind)
        near = get_close_matches(name, known, _NEAR, 0.6)
        raise BadUse(
            f"There is no {kind} '{name}'.",
            mend=f"Did you mean {' or '.join(near)}?"
            if near
            else f"There are, for example: {', '.join(known[:_NEAR])}.",
        )
