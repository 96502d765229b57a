"""Several copies of a small network side by side: so many replications in one run.

A run of a small part takes longer to be set up than to be worked through. Copies share nothing, and
random numbers follow from the row of each thing, so that every copy is a replication of its own.
"""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, replace

import numpy as np

from redball.model import NOWHERE
from redball.planning.treatments import Step
from redball.simulation.network import Network, Rows, What
from redball.simulation.network.parting import POINTERS, RANGES, TABLE_OF

_SHARED = frozenset({"items", "laws"})
"""Tables that copies share: nothing in them is changed by a run."""


@dataclass(frozen=True, eq=False)
class Copies:
    """A network so often as is said.

    Attributes
    ----------
    network : Network
        Row *r* of copy *c* of a table with *n* rows is row *c n + r*; items and laws are there
        once. Its names are those of one copy.
    one : Network
    count : int
    """

    network: Network
    one: Network
    count: int

    @staticmethod
    def of(one: Network, count: int) -> "Copies":
        """Copies of a network, not checked anew: what holds for one holds for each."""
        if count == 1:
            return Copies(one, one, 1)
        pointers = [each for each in POINTERS if each[2] not in _SHARED]
        made = copy(one)
        tables: dict[str, Rows] = {}
        for name in {each[0] for each in POINTERS} | {each[3] for each in RANGES}:
            if name not in _SHARED:
                tables[name] = np.tile(getattr(one, name), count)
        if "nodes" not in tables:
            tables["nodes"] = np.tile(one.nodes, count)
        for table, column, into in pointers:
            rows = tables[table]
            size = len(rows) // count
            if not size:
                continue
            shift = np.repeat(np.arange(count) * len(getattr(one, into)), size).astype(np.int32)
            values = rows if column is None else rows[column]
            values += np.where(values == NOWHERE, 0, shift)
        for table, first, last, into in RANGES:
            rows = tables[table]
            size = len(rows) // count
            if not size:
                continue
            shift = np.repeat(np.arange(count) * len(getattr(one, into)), size).astype(np.int32)
            rows[first] += shift
            rows[last] += shift
        for name, rows in tables.items():
            rows.flags.writeable = False
            object.__setattr__(made, name, rows)
        return Copies(made, one, count)

    def steps(self, steps: Iterable[Step]) -> list[Step]:
        """Steps of one copy, in every copy."""
        return [
            replace(step, row=step.row + number * len(getattr(self.one, step.table)))
            for step in steps
            for number in range(self.count)
        ]

    def changes(self, changes: Rows) -> Rows:
        """Changes of one copy, in every copy."""
        made = np.tile(changes, self.count)
        size = np.zeros(len(changes), np.int64)
        for row, what in enumerate(changes["what"].tolist()):
            size[row] = len(getattr(self.one, TABLE_OF[What(what)]))
        made["index"] += np.concatenate(
            [size * number for number in range(self.count)] or [size]
        ).astype(made["index"].dtype)
        return made

    def rules(self, rules: Rows) -> Rows:
        """Rules of one copy, in every copy; those for no cell once."""
        named = rules["cell"] != NOWHERE
        each = [rules[~named]]
        for number in range(self.count):
            own = rules[named].copy()
            own["cell"] += number * len(self.one.cells)
            each.append(own)
        return np.concatenate(each)
