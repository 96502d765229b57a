"""Keeps account while a case is built: the labels of all rows used, and what is left out."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import NOWHERE, Twin
from redball.model.marks import Marks
from redball.model.schema import table as schema

LEFT_OUT = {
    "table": pl.String(),
    "key": pl.String(),
    "why": pl.String(),
    "own": pl.Int32(),
    "labels": pl.List(pl.Int32()),
}
"""Columns of what is left out; ``key`` is ``OWNER:KEY``, ``own`` the label of the row itself,
``labels`` that and those of the rows it names: without one of them it would be left out for another
reason, or not at all."""


class Book:
    """Marks of the rows that a case rests on, and the rows that it could not use."""

    def __init__(self, twin: Twin) -> None:
        self.twin = twin
        self.marks = Marks(twin.labels)
        self.mark = 0
        self._left: dict[tuple[str, str, str], tuple[int, list[int]]] = {}

    def used(self, marks: pl.Series) -> None:
        """Add the marks of rows that went in."""
        if len(marks):
            self.mark |= int(np.bitwise_or.reduce(marks.to_numpy()))

    def leave(
        self, table: str, rows: Iterable[int], why: str, *, named: Iterable[int] = ()
    ) -> None:  # fmt: skip
        """Note rows of a table that are left out, for one reason.

        ``named`` are labels (positions) of other rows that the reason names.
        """
        others = {int(label) for label in named}
        ix = np.unique(np.fromiter((int(row) for row in rows), np.int64))
        frame = self.twin.tables[table][ix]
        labels = frame.select("label", *(
            self.twin.tables[target]["label"]
            .gather(frame[f"{attribute}_ix"].replace(NOWHERE, None).cast(pl.UInt32))
            .alias(attribute)
            for attribute, target in schema(table).refs.items()
        ))  # fmt: skip
        names = frame.select(pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":"))
        for (name,), behind in zip(names.iter_rows(), labels.iter_rows(), strict=True):
            known = sorted({label for label in behind if label is not None} | others)
            self._left[table, name, why] = behind[0], known

    @property
    def left_out(self) -> pl.DataFrame:
        """What was left out, sorted, in the columns of :data:`LEFT_OUT`."""
        rows = [(*words, own, labels) for words, (own, labels) in self._left.items()]
        return pl.DataFrame(rows, schema=LEFT_OUT, orient="row").sort("table", "key", "why")


def spread(
    shape: tuple[int, ...], at: tuple[npt.NDArray[np.int32], ...], marks: pl.Series
) -> npt.NDArray[np.uint64]:
    """Marks combined in the cells of an array; rows may share a cell."""
    cells = np.zeros(shape, np.uint64)
    np.bitwise_or.at(cells, at, marks.to_numpy().astype(np.uint64))
    return cells
