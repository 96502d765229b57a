"""A matrix of histories with its gaps closed up: what every kernel of this package reads."""

from dataclasses import dataclass

import numpy as np

from redball.model import BadData
from redball.model.compiled import Floats, Longs, compiled


@dataclass(frozen=True)
class Observed:
    """Observed periods of many series, the last one of each in the last column.

    A gap is not a zero: a period that was not observed is left out and the periods around it are
    joined, so that it neither ends an interval between demands nor counts as a period without
    demand.

    Attributes
    ----------
    values : float64 array, shape (series, periods), C order
        Demand; zero left of ``first``, where nothing was observed. A series lies in one piece of
        memory, because the kernels walk along it.
    first : int64 array, shape (series,)
        Column of the first observed period; the number of columns for a series of gaps only.
    """

    values: Floats
    first: Longs

    @property
    def counts(self) -> Longs:
        """Number of observed periods of each series, shape (series,)."""
        counts: Longs = self.values.shape[1] - self.first
        return counts

    def part(self, rows: Longs | slice) -> "Observed":
        """Some of the series, by position."""
        return Observed(np.ascontiguousarray(self.values[rows]), self.first[rows])


def observed(matrix: Floats) -> Observed:
    """Check a matrix of histories and close up its gaps.

    Parameters
    ----------
    matrix : float64 array, shape (series, periods)
        Demand per period, oldest first; NaN where a period was not observed.

    Raises
    ------
    BadData
        It is not two-dimensional, has no period, or holds a negative or infinite number.
    """
    given = np.ascontiguousarray(matrix, dtype=np.float64)
    if given.ndim != 2 or given.shape[1] == 0:
        raise BadData(
            f"A history of shape {given.shape} can't be forecast.",
            where="demand matrix",
            mend="Give one row for each series and at least one period, oldest first.",
        )
    # NaN compares false, so that gaps pass and everything else must lie in [0, inf)
    wrong = (given < 0) | np.isinf(given)
    if wrong.any():
        row, column = (int(i) for i in np.argwhere(wrong)[0])
        raise BadData(
            f"{int(wrong.sum())} values are negative or infinite; the first is "
            f"{given[row, column]}.",
            where=f"demand matrix, series {row}, period {column}",
            mend="Net returns against demand first (net_returns), or put NaN where nothing is "
            "known.",
        )
    if not np.isnan(given).any():
        return Observed(given, np.zeros(len(given), np.int64))
    return Observed(*_closed_up(given))


@compiled
def _closed_up(given: Floats) -> tuple[Floats, Longs]:
    series, periods = given.shape
    values = np.zeros((series, periods))
    first = np.empty(series, np.int64)
    for i in range(series):
        at = periods
        for t in range(periods - 1, -1, -1):
            if not np.isnan(given[i, t]):
                at -= 1
                values[i, at] = given[i, t]
        first[i] = at
    return values, first
