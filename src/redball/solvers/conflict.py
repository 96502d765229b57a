"""Which rows of a problem without solution contradict each other, and the cheapest way out."""

from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from redball.model import BadUse
from redball.model.compiled import Flags, Floats
from redball.solvers.problem import LinearProblem
from redball.solvers.solve import Progress, Solution, Status, solve

_SLACK = 1e-7
"""A row that gives way by less, relative to the largest of its limit and 1, is kept."""


@dataclass(frozen=True)
class Conflict:
    """Why there is no solution.

    Attributes
    ----------
    rows : tuple of str
        Rows that can't hold together. With ``irreducible`` true, any one of them left out, the
        rest can.
    irreducible : bool
        False when time ran out on the way: then some of ``rows`` may be innocent.
    relax : tuple of (str, float)
        Rows to give way, and by how much (negative: lower limit lowered; positive: upper limit
        raised), at the least total penalty.
    penalty : float
        Of ``relax``: amount times weight, summed.
    seconds : float
    """

    rows: tuple[str, ...]
    irreducible: bool
    relax: tuple[tuple[str, float], ...]
    penalty: float
    seconds: float


def explain_conflict(
    problem: LinearProblem,
    *,
    weight: Floats | None = None,
    time_limit_seconds: float = 60.0,
    progress: Progress | None = None,
) -> Conflict:
    """Find a set of rows in conflict, and the cheapest relaxation of rows.

    Limits of columns and whole numbers are taken as given. The elastic filter lets every row give
    way at a price, makes those rigid that do, and repeats until nothing helps; the deletion filter
    then drops each row without which the rest still conflicts (Chinneck 2008, sec. 6.2).

    Parameters
    ----------
    problem : LinearProblem
    weight : float64 array, shape (rows,), optional
        Price of a unit of giving way, above 0; infinite for a row that must not. 1 when absent.
    time_limit_seconds : float
        For all steps together.
    progress : callable, optional
        See :func:`redball.solvers.solve`; here it is called with the share of the time limit.

    Raises
    ------
    BadUse
        The problem has a solution; a weight is not above 0; the limits of the columns or the rows
        of infinite weight alone have no solution; or time ran out before the first answer.
    """
    price = np.ones(problem.rows) if weight is None else np.asarray(weight, dtype=np.float64)
    if price.shape != (problem.rows,) or not (price > 0).all():
        raise BadUse(
            "A weight is missing, NaN or not above 0.",
            mend=f"Give {problem.rows} weights above 0.",
        )
    clock = _Clock(time_limit_seconds, progress)
    rigid = np.isinf(price)
    first = clock.solve(_elastic(problem, price, rigid))
    if first.status is Status.INFEASIBLE:
        raise BadUse(
            "The limits of the columns, or the rows that must not give way, have no solution.",
            mend="Widen the limits of whole-number columns, or give those rows a finite weight.",
        )
    if not len(first.x):
        raise BadUse("Time ran out before an answer.", mend="Give a longer time limit.")
    gives = _given(problem, first.x)
    if not gives.any():
        raise BadUse("The problem has a solution.", mend="Explain only what has none.")
    relax = tuple((problem.row_name(int(r)), float(gives[r])) for r in np.flatnonzero(gives))
    suspects, done = _suspects(problem, price, gives != 0, clock)
    if done:
        suspects, done = _reduced(problem, suspects, clock)
    names = tuple(problem.row_name(int(r)) for r in np.flatnonzero(suspects))
    return Conflict(names, done, relax, first.objective, clock.spent)


class _Clock:
    """Shares one time limit among several solves."""

    def __init__(self, limit: float, progress: Progress | None) -> None:
        self.limit, self.progress = limit, progress
        self.began = perf_counter()

    @property
    def spent(self) -> float:
        return perf_counter() - self.began

    def solve(self, problem: LinearProblem) -> Solution:
        left = self.limit - self.spent
        if left <= 0:
            return Solution(Status.NOTHING, np.zeros(0), np.nan, -np.inf, np.inf, 0.0)
        return solve(problem, time_limit_seconds=left, progress=self._tell)

    def _tell(self, _: float) -> None:
        if self.progress is not None:
            self.progress(min(self.spent / self.limit, 1.0))


def _suspects(
    problem: LinearProblem, price: Floats, found: Flags, clock: _Clock
) -> tuple[Flags, bool]:
    """Rows that hold a conflict among them, by the elastic filter."""
    rigid = np.isinf(price) | found
    while True:
        answer = clock.solve(_elastic(problem, price, rigid))
        if answer.status is Status.INFEASIBLE:
            return rigid, True
        if not len(answer.x):
            return np.ones(problem.rows, dtype=np.bool_), False
        more = _given(problem, answer.x) != 0
        if not more.any():
            # a conflict below the tolerance of a single row; all rows remain suspects
            return np.ones(problem.rows, dtype=np.bool_), True
        rigid |= more


def _reduced(problem: LinearProblem, suspects: Flags, clock: _Clock) -> tuple[Flags, bool]:
    """Drop rows without which the rest still has no solution."""
    kept = suspects.copy()
    for row in np.flatnonzero(suspects):
        kept[row] = False
        answer = clock.solve(_only(problem, kept))
        if answer.status in (Status.NOTHING, Status.FEASIBLE) and not len(answer.x):
            kept[row] = True
            return kept, False
        if answer.status is not Status.INFEASIBLE:
            kept[row] = True
    return kept, True


def _only(problem: LinearProblem, rows: Flags) -> LinearProblem:
    """Only some of the rows, without objective."""
    free_low, free_high = np.full(problem.rows, -np.inf), np.full(problem.rows, np.inf)
    return replace(
        problem,
        cost=np.zeros(problem.columns),
        row_low=np.where(rows, problem.row_low, free_low),
        row_high=np.where(rows, problem.row_high, free_high),
        maximise=False,
    )


def _elastic(problem: LinearProblem, price: Floats, rigid: Flags) -> LinearProblem:
    """The problem with two more columns a row: what it lacks and what it has too much."""
    rows, columns = problem.rows, problem.columns
    size = np.diff(problem.row_start)
    start = np.concatenate([[0], np.cumsum(size + 2)])
    column = np.empty(start[-1], dtype=np.int64)
    value = np.empty(start[-1])
    old = np.arange(len(problem.column)) + 2 * np.repeat(np.arange(rows), size)
    column[old], value[old] = problem.column, problem.value
    lacks, exceeds = start[1:] - 2, start[1:] - 1
    column[lacks], value[lacks] = columns + np.arange(rows), 1.0
    column[exceeds], value[exceeds] = columns + rows + np.arange(rows), -1.0
    limit = np.where(rigid, 0.0, np.inf)
    finite = np.where(np.isinf(price), 0.0, price)
    return LinearProblem(
        cost=np.concatenate([np.zeros(columns), finite, finite]),
        low=np.concatenate([problem.low, np.zeros(2 * rows)]),
        high=np.concatenate([problem.high, limit, limit]),
        row_start=start,
        column=column,
        value=value,
        row_low=problem.row_low,
        row_high=problem.row_high,
        whole=np.concatenate([problem.whole, np.zeros(2 * rows, dtype=np.bool_)]),
    )


def _given(problem: LinearProblem, x: Floats) -> Floats:
    """How far each row gave way; exactly 0 within the tolerance."""
    lacks = x[problem.columns : problem.columns + problem.rows]
    exceeds = x[problem.columns + problem.rows :]
    given = exceeds - lacks
    limit = np.where(given < 0, problem.row_low, problem.row_high)
    scale = np.maximum(np.abs(np.where(np.isfinite(limit), limit, 0.0)), 1.0)
    given[np.abs(given) <= _SLACK * scale] = 0.0
    return given
