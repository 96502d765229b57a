"""Keeps account while a case is built: the labels of all rows used, and what is left out."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import Twin
from redball.model.marks import Marks

LEFT_OUT = {
    "table": pl.String(),
    "key": pl.String(),
    "why": pl.String(),
    "labels": pl.List(pl.Int32()),
}
"""Columns of what is left out; ``key`` is ``OWNER:KEY``, ``labels`` that of the row itself."""


class Book:
    """Marks of the rows that a case rests on, and the rows that it could not use."""

    def __init__(self, twin: Twin) -> None:
        self.twin = twin
        self.marks = Marks(twin.labels)
        self.mark = 0
        self._left: dict[tuple[str, str, str], list[int]] = {}

    def used(self, marks: pl.Series) -> None:
        """Add the marks of rows that went in."""
        if len(marks):
            self.mark |= int(np.bitwise_or.reduce(marks.to_numpy()))

    def leave(self, table: str, rows: Iterable[int], why: str) -> None:
        """Note rows of a table that are left out, for one reason."""
        ix = np.unique(np.fromiter((int(row) for row in rows), np.int64))
        named = self.twin.tables[table][ix].select(
            pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":"), "label"
        )
        for name, label in named.iter_rows():
            self._left[table, name, why] = [label]

    @property
    def left_out(self) -> pl.DataFrame:
        """What was left out, sorted, in the columns of :data:`LEFT_OUT`."""
        rows = [(*words, labels) for words, labels in self._left.items()]
        return pl.DataFrame(rows, schema=LEFT_OUT, orient="row").sort("table", "key", "why")


def spread(
    shape: tuple[int, ...], at: tuple[npt.NDArray[np.int32], ...], marks: pl.Series
) -> npt.NDArray[np.uint64]:
    """Marks combined in the cells of an array; rows may share a cell."""
    cells = np.zeros(shape, np.uint64)
    np.bitwise_or.at(cells, at, marks.to_numpy().astype(np.uint64))
    return cells
