"""Making findings: names, references and labels of rows, looked up once."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import Finding, Groups, Level, ResultLabel, RowRef, Twin, dominant
from redball.model.results import Scalar

Row = tuple[str, int]
"""A table and a row of it."""


class Desk:
    """Writes findings over one twin.

    Parameters
    ----------
    twin : Twin
        Where the rows are.
    most_evidence : int
        Most rows of evidence shown with a finding. The label always covers all of them.
    """

    def __init__(self, twin: Twin, most_evidence: int) -> None:
        self.twin = twin
        self.most_evidence = most_evidence
        self._columns: dict[tuple[str, str], pl.Series] = {}
        self._label_column: dict[str, npt.NDArray[np.int64]] = {}
        self._labels: dict[frozenset[int], ResultLabel] = {}

    def name(self, table: str, row: int) -> str:
        """Name of a row for a reader, as :meth:`Twin.name_of` gives it."""
        if row < 0 or "name" not in self.twin.tables[table].columns:
            return self.twin.name_of(table, row)
        name = self._series(table, "name")[int(row)]
        return str(name) if name else self.twin.name_of(table, row)

    def names(self, table: str, rows: Iterable[int], most: int = 3) -> str:
        """Names in a row for a sentence, the first few of many; names may hold commas."""
        listed = [self.name(table, row) for row in rows]
        more = len(listed) - most
        return "; ".join(listed[:most]) + (f" and {more} more" if more > 0 else "")

    def label(self, rows: Iterable[Row]) -> ResultLabel:
        """Dominant label of rows of any tables."""
        used = frozenset(int(self._column(table)[row]) for table, row in rows)
        if used not in self._labels:
            self._labels[used] = dominant(self.twin.labels[i] for i in sorted(used))
        return self._labels[used]

    def finding(
        self,
        rule: str,
        level: Level,
        subject: Row,
        title: str,
        *,
        measure: str,
        value: float,
        threshold: float | None,
        detail: Mapping[str, Scalar],
        evidence: Sequence[Row],
    ) -> Finding:
        """Write a finding; evidence in the order given, each row once."""
        rows = list(dict.fromkeys((table, int(row)) for table, row in evidence if row >= 0))
        extra: dict[str, Scalar] = {}
        if len(rows) > self.most_evidence:
            extra = {"evidence_rows": len(rows)}
        return Finding(
            rule=rule,
            level=level,
            subject=self._ref(subject),
            title=title.replace("..", "."),  # after names such as 'Muster B.V.'
            measure=measure,
            value=float(value),
            threshold=threshold,
            detail={**detail, **extra},
            evidence=tuple(map(self._ref, rows[: self.most_evidence])),
            label=self.label([subject, *rows]),
        )

    def _series(self, table: str, column: str) -> pl.Series:
        """Hold a column, because taking it from a frame costs more than reading a cell."""
        if (table, column) not in self._columns:
            self._columns[table, column] = self.twin.tables[table][column]
        return self._columns[table, column]

    def _ref(self, row: Row) -> RowRef:
        table, at = row
        return RowRef(table, self._series(table, "owner")[at], self._series(table, "key")[at])

    def _column(self, table: str) -> npt.NDArray[np.int64]:
        if table not in self._label_column:
            self._label_column[table] = self.twin.tables[table]["label"].to_numpy()
        return self._label_column[table]


def rows_by_group(index: npt.NDArray[np.int32], groups: Groups) -> dict[int, list[int]]:
    """Rows of a table by the recognised item or party they name; unknown references left out."""
    group = np.asarray(groups.group, np.int32)
    rows = np.flatnonzero(index >= 0)
    whose = group[index[rows]]
    order = np.argsort(whose, kind="stable")
    rows, whose = rows[order], whose[order]
    starts = np.flatnonzero(np.diff(whose, prepend=-1))
    parts = np.split(rows, starts[1:])
    return {int(whose[i]): part.tolist() for i, part in zip(starts, parts, strict=False)}
