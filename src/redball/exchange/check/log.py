"""Collects what the rules find in one table, without building anything for good rows."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.exchange.check.rule import ERROR, Rule

Text = str | pl.Series
Flags = npt.NDArray[np.bool_]

_WHOLE_SHEET_FROM = 20
"""Rows from which a warning that holds for every row is said once for the sheet."""


@dataclass(frozen=True)
class SheetIssue:
    """An issue about a sheet or column as a whole; no sheet means every sheet of the table."""

    severity: str
    sheet: str
    column: str
    rule: str
    message: str
    mend: str


class Log:
    """Issues of one table.

    Parameters
    ----------
    height : int
        Rows of the table, over all sheets that carry it.
    limit : int
        Issues kept of each rule and column; all are counted.
    """

    def __init__(self, height: int, limit: int) -> None:
        self.height = height
        self.limit = limit
        self.bad: Flags = np.zeros(height, np.bool_)
        self.errors = 0
        self.warnings = 0
        self.sheet_issues: list[SheetIssue] = []
        self._rows: list[pl.DataFrame] = []
        self._spoiled: dict[str, Flags] = {}
        self._cell_errors: dict[str, int] = {}

    def hit(
        self, rule: Rule, rows: pl.Series, column: str, message: Text = "", mend: Text = ""
    ) -> None:
        """Note a breach of ``rule`` in ``column`` at ``rows``.

        Parameters
        ----------
        rows : polars.Series
            Positions in the table, without repeats.
        message, mend : str or polars.Series
            What is wrong and how to mend it, for all rows or one for each; the rule's own words
            when empty.
        """
        if rows.is_empty():
            return
        if self._says_nothing_new_per_row(rule, rows, message):
            text = f"Every row: {message or rule.title}"
            self.whole(rule, column, text, str(mend) or rule.mend)
            return
        if rule.severity == ERROR:
            self.errors += len(rows)
            self._cell_errors[rule.id] = self._cell_errors.get(rule.id, 0) + len(rows)
            self.spoil(column, rows)
        else:
            self.warnings += len(rows)
        self._rows.append(_issue_rows(rule, rows, column, message, mend, self.limit))

    def whole(
        self, rule: Rule, column: str, message: str = "", mend: str = "", sheet: str = ""
    ) -> None:
        """Note a breach that concerns a sheet as a whole; marks no row."""
        if rule.severity == ERROR:
            self.errors += 1
        else:
            self.warnings += 1
        self.sheet_issues.append(
            SheetIssue(
                rule.severity, sheet, column, rule.id, message or rule.title, mend or rule.mend
            )
        )

    def spoil(self, column: str, rows: pl.Series) -> None:
        """Mark cells as unusable and their rows as bad."""
        index = rows.to_numpy()
        self.bad[index] = True
        self._spoiled.setdefault(column, np.zeros(self.height, np.bool_))[index] = True

    def spoiled(self, *columns: str) -> Flags:
        """Rows with an error in any of ``columns``."""
        flags = np.zeros(self.height, np.bool_)
        for column in columns:
            if column in self._spoiled:
                flags |= self._spoiled[column]
        return flags

    def cell_errors(self, *, without: Collection[str] = ()) -> int:
        """Errors in cells, leaving out those of some rules."""
        return sum(count for rule, count in self._cell_errors.items() if rule not in without)

    def row_issues(self) -> Iterator[pl.DataFrame]:
        """Frames of ``row``, ``severity``, ``column``, ``rule``, ``message``, ``mend``."""
        yield from self._rows

    def _says_nothing_new_per_row(self, rule: Rule, rows: pl.Series, message: Text) -> bool:
        return (
            rule.severity != ERROR
            and isinstance(message, str)
            and len(rows) == self.height
            and self.height >= _WHOLE_SHEET_FROM
        )


def _issue_rows(
    rule: Rule, rows: pl.Series, column: str, message: Text, mend: Text, limit: int
) -> pl.DataFrame:
    def text(given: Text, fallback: str) -> pl.Series | pl.Expr:
        if isinstance(given, str):
            return pl.lit(given or fallback)
        return given.head(limit)

    return pl.DataFrame({"row": rows.head(limit).cast(pl.UInt32)}).with_columns(
        pl.lit(rule.severity).alias("severity"),
        pl.lit(column).alias("column"),
        pl.lit(rule.id).alias("rule"),
        message=text(message, rule.title),
        mend=text(mend, rule.mend),
    )
