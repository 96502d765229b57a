"""What several rules read: the twin, the groups, and where items stand in systems."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import Groups, Twin
from redball.model.compiled import Ints, compiled
from redball.risk.kernels.csr import by_row
from redball.risk.making import Desk
from redball.risk.ownership import Organisations, organisations
from redball.risk.thresholds import Thresholds


@dataclass(frozen=True)
class Parts:
    """Where each recognised item stands in the structure of systems.

    Attributes
    ----------
    system : int32 array, shape (items,)
        First system (row) that contains the item; -1 for none. Filled at first records.
    systems : int32 array, shape (items,)
        Number of systems that contain it.
    essential : int32 array, shape (items,)
        Number of systems that can't work without it or one of its alternatives.
    made : bool array, shape (items,)
        Whether it has a structure of its own.
    sourced : bool array, shape (items,)
        Whether any record of it has a source.
    """

    system: Ints
    systems: Ints
    essential: Ints
    made: npt.NDArray[np.bool_]
    sourced: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Context:
    """Input of the rules."""

    twin: Twin
    items: Groups
    parties: Groups
    thresholds: Thresholds

    @cached_property
    def desk(self) -> Desk:
        """Where findings are written."""
        return Desk(self.twin, self.thresholds.most_evidence)

    @cached_property
    def organisations(self) -> Organisations:
        """Owners, sites and countries of parties."""
        return organisations(self.twin, self.parties)

    @cached_property
    def item_group(self) -> Ints:
        """First record of each item's group."""
        return np.asarray(self.items.group, np.int32)

    @cached_property
    def parts(self) -> Parts:
        """Items in systems."""
        return _parts(self.twin, self.item_group)


def _parts(twin: Twin, group: Ints) -> Parts:
    n = len(group)
    frame = twin["structure"]
    parent, child = twin.index("structure", "parent"), twin.index("structure", "child")
    whole = (parent >= 0) & (child >= 0)
    needed = whole & frame["essential"].fill_null(value=True).to_numpy()
    roots = twin.index("system", "item")
    rows = np.flatnonzero(roots >= 0).astype(np.int32)
    tops = group[roots[rows]] if len(rows) else rows
    made, sourced = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    made[group[parent[parent >= 0]]] = True
    source = twin.index("source", "item")
    sourced[group[source[source >= 0]]] = True
    counts = []
    first = np.full(n, -1, np.int32)
    for chosen in (whole, needed):
        start, target = by_row(n, group[parent[chosen]], group[child[chosen]])
        first, count = _contained(start, target, tops)
        counts.append((first, count))
    (first, count), (_, essential) = counts
    system = np.where(first >= 0, rows[first], -1).astype(np.int32) if len(rows) else first
    return Parts(system, count, essential, made, sourced)


@compiled
def _contained(start: Ints, target: Ints, roots: Ints) -> tuple[Ints, Ints]:
    """First root that reaches each node (-1 for none), and the number of roots that do."""
    n = len(start) - 1
    first = np.full(n, -1, np.int32)
    count = np.zeros(n, np.int32)
    seen = np.full(n, -1, np.int32)
    queue = np.empty(n, np.int32)
    for r in range(len(roots)):
        queue[0] = roots[r]
        seen[roots[r]] = r
        head, tail = 0, 1
        while head < tail:
            node = queue[head]
            head += 1
            count[node] += 1
            if first[node] < 0:
                first[node] = r
            for i in range(start[node], start[node + 1]):
                if seen[target[i]] != r:
                    seen[target[i]] = r
                    queue[tail] = target[i]
                    tail += 1
    return first, count


def positive_rows(twin: Twin, table: str) -> Ints:
    """Item reference of each row, -1 where the quantity is zero."""
    quantity = twin[table].select(pl.col("quantity").fill_null(0.0) > 0).to_series().to_numpy()
    return np.where(quantity, twin.index(table, "item"), -1).astype(np.int32)
