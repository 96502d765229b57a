"""Merging records into groups while keeping apart what a person said is different.

Records are joined stage by stage, the strongest evidence first. Two groups are never joined if a
member of one was declared different from a member of the other. Groups only grow, so a join that
was refused once stays refused; within a stage the records are taken in order of owner and key.
The result is a partition of the rows: an equivalence relation by construction.
"""

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model.compiled import compiled

IntArray = npt.NDArray[np.int32]


class Merger:
    """Groups under construction.

    Parameters
    ----------
    rows : int
        Number of records.
    apart : int32 array, shape (n, 2)
        Pairs of records that must not share a group.
    """

    def __init__(self, rows: int, apart: IntArray) -> None:
        self._parent = np.arange(rows, dtype=np.int32)
        self._next = np.arange(rows, dtype=np.int32)  # circular list of the members of a group
        self._size = np.ones(rows, dtype=np.int32)
        self._exclusive = np.zeros(rows, dtype=np.bool_)
        both = np.vstack([apart, apart[:, ::-1]]) if len(apart) else np.empty((0, 2), np.int32)
        both = both[np.lexsort((both[:, 1], both[:, 0]))]
        self._start = np.searchsorted(both[:, 0], np.arange(rows + 1)).astype(np.int64)
        self._other = np.ascontiguousarray(both[:, 1], dtype=np.int32)

    def join_equal(self, keys: pl.Series, *, one_number: bool = False) -> None:
        """Join rows with the same key; rows without one stay as they are.

        A row that may not join the first group of its key is offered to the next one, so that only
        what must be apart is apart.

        Parameters
        ----------
        keys : polars.Series
            One key for each row, null for none.
        one_number : bool
            Refuse to join two groups that both hold a record marked by :meth:`mark`.
        """
        shared = (
            pl.DataFrame({"row": np.arange(len(keys), dtype=np.int32), "key": keys})
            .drop_nulls("key")
            .filter(pl.len().over("key") > 1)
            .with_columns(code=pl.col("row").min().over("key"))
            .sort("code", "row")
        )
        _join_equal(
            shared["row"].to_numpy(), shared["code"].to_numpy(), one_number, self._parent,
            self._next, self._size, self._exclusive, self._start, self._other,
        )  # fmt: skip

    def join_pairs(self, pairs: IntArray) -> None:
        """Join the rows of each pair, shape (n, 2), in the order given."""
        for left, right in pairs:
            _join(
                left, right, False, self._parent, self._next, self._size, self._exclusive,
                self._start, self._other,
            )  # fmt: skip

    def mark(self, rows: npt.NDArray[np.bool_]) -> None:
        """Mark rows whose groups must not be joined by ``join_equal(one_number=True)``."""
        self._exclusive[self.groups()[rows]] = True

    def groups(self) -> IntArray:
        """Smallest row of the group of each row, shape (rows,)."""
        found: IntArray = _roots(self._parent)
        return found


@compiled
def _find(row: int, parent: IntArray) -> int:
    while parent[row] != row:
        parent[row] = parent[parent[row]]
        row = parent[row]
    return row


@compiled
def _roots(parent: IntArray) -> IntArray:
    found = np.empty(len(parent), np.int32)
    for row in range(len(parent)):
        found[row] = _find(row, parent)
    return found


@compiled
def _join(
    left: int,
    right: int,
    one_number: bool,
    parent: IntArray,
    after: IntArray,
    size: IntArray,
    exclusive: npt.NDArray[np.bool_],
    start: npt.NDArray[np.int64],
    other: IntArray,
) -> bool:
    """Join two groups unless it is forbidden; whether they are one group now."""
    a, b = _find(left, parent), _find(right, parent)
    if a == b:
        return True
    if one_number and exclusive[a] and exclusive[b]:
        return False
    small, large = (a, b) if size[a] <= size[b] else (b, a)
    row = small
    while True:
        for k in range(start[row], start[row + 1]):
            if _find(other[k], parent) == large:
                return False
        row = after[row]
        if row == small:
            break
    first, second = min(a, b), max(a, b)
    parent[second] = first
    size[first] += size[second]
    exclusive[first] = exclusive[first] or exclusive[second]
    after[first], after[second] = after[second], after[first]
    return True


@compiled
def _join_equal(
    rows: IntArray,
    codes: IntArray,
    one_number: bool,
    parent: IntArray,
    after: IntArray,
    size: IntArray,
    exclusive: npt.NDArray[np.bool_],
    start: npt.NDArray[np.int64],
    other: IntArray,
) -> None:
    leads = np.empty(len(rows), np.int32)
    count = 0
    for i in range(len(rows)):
        if i == 0 or codes[i] != codes[i - 1]:
            count = 0
        joined = False
        for k in range(count):
            if _join(leads[k], rows[i], one_number, parent, after, size, exclusive, start, other):
                joined = True
                break
        if not joined:
            leads[count] = rows[i]
            count += 1
