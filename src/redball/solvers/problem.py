"""A linear or mixed-integer problem as arrays, checked when it is made."""

from dataclasses import dataclass, field

import numpy as np

from redball.model import BadUse
from redball.model.compiled import Flags, Floats, Longs

_LARGEST = 2**31 - 1
"""The solver numbers columns, rows and entries in 32 bits."""


@dataclass(frozen=True, eq=False)
class LinearProblem:
    """Minimise ``cost @ x`` with ``row_low <= A x <= row_high`` and ``low <= x <= high``.

    Attributes
    ----------
    cost, low, high : float64 arrays, shape (columns,)
        ``low`` and ``high`` may be infinite, ``cost`` may not.
    row_start : int64 array, shape (rows + 1,)
        Row *r* of A has the entries ``row_start[r]`` to ``row_start[r + 1]`` (compressed rows).
    column : int64 array, shape (entries,)
    value : float64 array, shape (entries,)
    row_low, row_high : float64 arrays, shape (rows,)
        Equal for an equation; infinite on a side that is free.
    whole : bool array, shape (columns,)
        Columns that must be whole numbers; none when absent.
    row_names, column_names : tuple of str
        For reports; ``row 0``, ``column 0`` and so on when absent.
    maximise : bool
        Maximise instead.

    Raises
    ------
    BadUse
        Shapes disagree, a number is NaN or infinite where it may not be, a lower limit lies above
        its upper one, or an index is out of range. Says which.
    """

    cost: Floats
    low: Floats
    high: Floats
    row_start: Longs
    column: Longs
    value: Floats
    row_low: Floats
    row_high: Floats
    whole: Flags = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    row_names: tuple[str, ...] = ()
    column_names: tuple[str, ...] = ()
    maximise: bool = False

    def __post_init__(self) -> None:
        for name in ("cost", "low", "high", "value", "row_low", "row_high"):
            object.__setattr__(self, name, np.ascontiguousarray(getattr(self, name), np.float64))
        for name in ("row_start", "column"):
            object.__setattr__(self, name, np.ascontiguousarray(getattr(self, name), np.int64))
        whole = np.asarray(self.whole, dtype=np.bool_)
        if not len(whole):
            whole = np.zeros(len(self.cost), dtype=np.bool_)
        object.__setattr__(self, "whole", whole)
        self._check_shapes()
        self._check_numbers()

    @property
    def columns(self) -> int:
        """Number of columns."""
        return len(self.cost)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.row_low)

    def row_name(self, row: int) -> str:
        """Name of a row."""
        return self.row_names[row] if self.row_names else f"row {row}"

    def column_name(self, column: int) -> str:
        """Name of a column."""
        return self.column_names[column] if self.column_names else f"column {column}"

    def activity(self, x: Floats) -> Floats:
        """Left side ``A x`` of every row."""
        rows = np.repeat(np.arange(self.rows), np.diff(self.row_start))
        return np.bincount(rows, self.value * x[self.column], minlength=self.rows).astype(float)

    def _check_shapes(self) -> None:
        wanted = {
            "low": self.columns, "high": self.columns, "whole": self.columns,
            "row_high": self.rows, "row_start": self.rows + 1, "value": len(self.column),
        }  # fmt: skip
        for name, length in wanted.items():
            if getattr(self, name).shape != (length,):
                raise BadUse(
                    f"'{name}' has shape {getattr(self, name).shape}, not ({length},).",
                    mend="Give arrays of one dimension that fit together.",
                )
        for name, length in (("row_names", self.rows), ("column_names", self.columns)):
            if getattr(self, name) and len(getattr(self, name)) != length:
                raise BadUse(f"'{name}' has {len(getattr(self, name))} names, not {length}.")
        if max(self.columns, self.rows, len(self.column)) > _LARGEST:
            raise BadUse(
                "The problem has more than 2,147,483,647 columns, rows or entries.",
                mend="Cut it into parts.",
            )
        if self.columns == 0:
            raise BadUse("The problem has no columns.", mend="Nothing is left to decide.")
        start = self.row_start
        if start[0] != 0 or start[-1] != len(self.column) or (np.diff(start) < 0).any():
            raise BadUse(
                "'row_start' must begin at 0, never fall, and end at the number of entries."
            )
        bad = (self.column < 0) | (self.column >= self.columns)
        if bad.any():
            raise BadUse(
                f"Entry {int(np.argmax(bad))} is in column {int(self.column[np.argmax(bad)])}, "
                f"but there are {self.columns}."
            )
        rows = np.repeat(np.arange(self.rows), np.diff(start))
        places = np.sort(rows * self.columns + self.column)
        twice = np.flatnonzero(places[1:] == places[:-1])
        if len(twice):
            row, column = divmod(int(places[twice[0]]), self.columns)
            raise BadUse(
                f"{self.column_name(column)} comes twice.",
                where=self.row_name(row),
                mend="Add the two entries.",
            )

    def _check_numbers(self) -> None:
        for name in ("cost", "value"):
            bad = ~np.isfinite(getattr(self, name))
            if bad.any():
                raise BadUse(f"'{name}' number {int(np.argmax(bad))} is not a finite number.")
        for lower, upper, of in (
            (self.low, self.high, self.column_name),
            (self.row_low, self.row_high, self.row_name),
        ):
            empty = (lower == np.inf) | (upper == -np.inf)
            bad = np.isnan(lower) | np.isnan(upper) | (lower > upper) | empty
            if bad.any():
                at = int(np.argmax(bad))
                raise BadUse(
                    f"No number lies between the limits {lower[at]} and {upper[at]}.",
                    where=of(at),
                    mend="The lower limit must not lie above the upper one.",
                )
