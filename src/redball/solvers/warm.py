"""A linear problem that stays in the solver and is solved again after small changes."""

import time
from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt

from redball.model import BadUse
from redball.model.compiled import Floats
from redball.solvers.problem import LinearProblem
from redball.solvers.solve import Progress, Solution, Status, loaded

_SLICE = 2_000
"""Simplex steps between two looks at the clock and the keyboard."""

_TOLERANCE = 1e-9
"""By how much a limit or a reduced cost may be missed; the solver's own is a hundred times more."""


@dataclass(frozen=True, eq=False)
class WarmSolution(Solution):
    """A :class:`~redball.solvers.Solution` with its prices.

    Attributes
    ----------
    row_price : float64 array, shape (rows,)
        Change of the objective for each unit by which the limit of the row that holds is raised; 0
        for a row that does not hold anything back. Empty unless optimal.
    column_price : float64 array, shape (columns,)
        The same for the limits of columns (reduced costs).
    steps : int
        Simplex steps this solve took.
    """

    row_price: Floats
    column_price: Floats
    steps: int


class WarmModel:
    """A model in the solver, changed in its limits and costs, solved from a basis it has.

    The first solve begins from nothing, each later one from the basis of the one before, or from
    the one kept by :meth:`keep` after :meth:`restart`. A solve that begins at a kept basis gives
    the same bytes whatever was solved before it. Linear only.

    One model serves one thread at a time; each thread makes its own. Several run side by side, and
    beside :func:`redball.solvers.solve`: each runs in the thread that calls it, single-threaded.

    Parameters
    ----------
    problem : LinearProblem
        Without whole numbers. Changes are made to a copy; the problem itself stays as it is.

    Raises
    ------
    BadUse
        The problem has whole numbers, or the solver refuses it.

    Examples
    --------
    >>> import numpy as np
    >>> model = WarmModel(LinearProblem(
    ...     cost=[1.0, 3.0], low=[0.0, 0.0], high=[4.0, 9.0], row_start=[0, 2], column=[0, 1],
    ...     value=[1.0, 1.0], row_low=[6.0], row_high=[np.inf]))
    >>> model.solve().objective
    10.0
    >>> model.bounds([0], [0.0], [0.0])
    >>> model.solve().objective
    18.0
    """

    def __init__(self, problem: LinearProblem) -> None:
        if problem.whole.any():
            raise BadUse(
                "A model with whole numbers has no basis to begin from again.",
                mend="Use redball.solvers.solve for whole numbers.",
            )
        self.problem = problem
        self._cost = problem.cost.copy()
        self._solver = loaded(problem)
        for option, value in (
            ("solver", "simplex"), ("presolve", "off"), ("threads", 1),
            ("simplex_iteration_limit", _SLICE), ("primal_feasibility_tolerance", _TOLERANCE),
            ("dual_feasibility_tolerance", _TOLERANCE),
        ):  # fmt: skip
            self._solver.setOptionValue(option, value)
        self._kept: highspy.HighsBasis | None = None

    def bounds(self, columns: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike) -> None:
        """Set limits of some columns.

        Raises
        ------
        BadUse
            A column does not exist or comes twice, a limit is NaN, or a lower one lies above its
            upper one. Then nothing is changed.
        """
        where, below, above = self._limits("column", self.problem.columns, columns, low, high)
        if len(where):
            _done(self._solver.changeColsBounds(len(where), where, below, above))

    def rows(self, rows: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike) -> None:
        """Set limits of some rows.

        Raises
        ------
        BadUse
            As for :meth:`bounds`.
        """
        where, below, above = self._limits("row", self.problem.rows, rows, low, high)
        if len(where):
            change = self._solver.changeRowsBounds  # type: ignore[attr-defined]  # not in its stubs
            _done(change(len(where), where, below, above))

    def costs(self, columns: npt.ArrayLike, cost: npt.ArrayLike) -> None:
        """Set costs of some columns.

        Raises
        ------
        BadUse
            A column does not exist or comes twice, or a cost is not a finite number.
        """
        where = _places("column", self.problem.columns, columns)
        value = _numbers("cost", cost, len(where))
        if not np.isfinite(value).all():
            raise BadUse("A cost is not a finite number.", mend="Give finite costs.")
        if len(where):
            self._cost[where] = value
            _done(self._solver.changeColsCost(len(where), where, value))

    def coefficient(self, row: int, column: int, value: float) -> None:
        """Set one entry of the matrix. The basis is kept, its factors are not: dearer than limits.

        Raises
        ------
        BadUse
            Row or column does not exist, or the value is not a finite number.
        """
        (at,) = _places("row", self.problem.rows, [row])
        (of,) = _places("column", self.problem.columns, [column])
        if not np.isfinite(value):
            raise BadUse(f"{value} is not a finite number.", where=self.problem.row_name(row))
        _done(self._solver.changeCoeff(int(at), int(of), float(value)))

    def keep(self) -> None:
        """Remember the basis of the last solve for :meth:`restart`."""
        self._kept = self._solver.getBasis()

    def restart(self) -> None:
        """Begin the next solve from the basis remembered, or from nothing if there is none."""
        # weights and factors of the last solve would show in the last digits of the next
        _done(self._solver.clearSolver())
        if self._kept is not None:
            _done(self._solver.setBasis(self._kept))

    def solve(
        self, *, time_limit_seconds: float = np.inf, progress: Progress | None = None
    ) -> WarmSolution:
        """Solve from the basis at hand.

        Parameters
        ----------
        time_limit_seconds : float
            Then the status is ``nothing``, or ``feasible`` with the solution so far.
        progress : callable, optional
            Called between some thousand simplex steps with the share of the time limit; an
            exception from it ends the solve, and so does an interrupt from the keyboard. The model
            can be solved again afterwards.

        Raises
        ------
        BadUse
            The time limit is not above 0, or the solver fails for numerical reasons.
        """
        if not time_limit_seconds > 0:
            raise BadUse(f"The time limit is {time_limit_seconds} s.", mend="Give more than 0.")
        began = time.perf_counter()
        steps = self._run(began, time_limit_seconds, progress)
        return self._solution(began, steps)

    def _limits(
        self, what: str, size: int, places: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike
    ) -> tuple[npt.NDArray[np.int32], Floats, Floats]:
        where = _places(what, size, places)
        below, above = _numbers("low", low, len(where)), _numbers("high", high, len(where))
        empty = (below == np.inf) | (above == -np.inf)
        bad = np.isnan(below) | np.isnan(above) | (below > above) | empty
        if bad.any():
            at = int(np.argmax(bad))
            name = self.problem.column_name if what == "column" else self.problem.row_name
            raise BadUse(
                f"No number lies between the limits {below[at]} and {above[at]}.",
                where=name(int(where[at])),
            )
        return where, below, above

    def _run(self, began: float, limit: float, progress: Progress | None) -> int:
        """Run in slices of simplex steps, so that this thread hears an interrupt in between."""
        steps = 0
        while True:
            if self._solver.run() == highspy.HighsStatus.kError:
                raise BadUse(
                    "The solver gives up on the problem.",
                    mend="Numbers of very different size are the usual cause; choose other units.",
                )
            steps += max(int(self._solver.getInfo().simplex_iteration_count), 0)
            spent = time.perf_counter() - began
            if progress is not None:
                progress(min(spent / limit, 1.0))
            stopped = self._solver.getModelStatus() == highspy.HighsModelStatus.kIterationLimit
            if not stopped or spent >= limit:
                return steps

    def _solution(self, began: float, steps: int) -> WarmSolution:
        solver, none = self._solver, np.zeros(0)
        worst = np.inf if self.problem.maximise else -np.inf
        status = self._status()
        seconds = time.perf_counter() - began
        if status in (Status.OPTIMAL, Status.FEASIBLE):
            found = solver.getSolution()
            x = np.array(found.col_value, dtype=np.float64)
            objective = float(self._cost @ x)
            if status is Status.FEASIBLE:
                return WarmSolution(status, x, objective, worst, np.inf, seconds, none, none, steps)
            price = np.array(found.row_dual, dtype=np.float64)
            reduced = np.array(found.col_dual, dtype=np.float64)
            return WarmSolution(
                status, x, objective, objective, 0.0, seconds, price, reduced, steps
            )
        bound = -worst if status is Status.INFEASIBLE else worst
        return WarmSolution(status, none, np.nan, bound, np.inf, seconds, none, none, steps)

    def _status(self) -> Status:
        ended, kinds = self._solver.getModelStatus(), highspy.HighsModelStatus
        known = {
            kinds.kOptimal: Status.OPTIMAL,
            kinds.kInfeasible: Status.INFEASIBLE,
            kinds.kUnbounded: Status.UNBOUNDED,
        }
        if ended == kinds.kUnboundedOrInfeasible:
            return self._told_apart()
        feasible = int(highspy.SolutionStatus.kSolutionStatusFeasible)
        if ended not in known and self._solver.getInfo().primal_solution_status == feasible:
            return Status.FEASIBLE
        return known.get(ended, Status.NOTHING)

    def _told_apart(self) -> Status:
        """Unbounded or infeasible: without the objective it shows which."""
        columns = np.arange(self.problem.columns, dtype=np.int32)
        _done(self._solver.changeColsCost(len(columns), columns, np.zeros(len(columns))))
        self._run(time.perf_counter(), np.inf, None)
        ended = self._solver.getModelStatus()
        _done(self._solver.changeColsCost(len(columns), columns, self._cost))
        infeasible = ended == highspy.HighsModelStatus.kInfeasible
        return Status.INFEASIBLE if infeasible else Status.UNBOUNDED


def _places(what: str, size: int, places: npt.ArrayLike) -> npt.NDArray[np.int32]:
    where = np.atleast_1d(np.asarray(places))
    if len(where) and not np.issubdtype(where.dtype, np.integer):
        raise BadUse(f"The {what}s are not whole numbers.", mend="Give their numbers.")
    bad = (where < 0) | (where >= size)
    if where.ndim != 1 or bad.any():
        raise BadUse(f"A {what} lies outside 0..{size - 1}.", mend="Number them from 0.")
    if (np.diff(where) <= 0).any() and len(np.unique(where)) < len(where):
        raise BadUse(f"A {what} comes twice.", mend="Give each once.")
    return where.astype(np.int32)


def _numbers(name: str, values: npt.ArrayLike, size: int) -> Floats:
    numbers = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if numbers.shape != (size,):
        raise BadUse(f"'{name}' has {numbers.size} numbers, not {size}.")
    return numbers


def _done(status: highspy.HighsStatus) -> None:
    if status == highspy.HighsStatus.kError:
        raise BadUse(
            "The solver refuses a change of the problem.",
            mend="Limits above 1e15 in size are the usual cause; choose other units.",
        )
