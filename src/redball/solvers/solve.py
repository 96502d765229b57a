"""One call that solves a problem, quietly, and can be stopped."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import highspy
import numpy as np
from highspy import cb

from redball.model import BadUse
from redball.model.compiled import Floats
from redball.solvers.problem import LinearProblem

Progress = Callable[[float], None]

_ONE_AT_A_TIME = threading.Lock()
"""HiGHS has one pool of threads per process, whose size can't change under a running solve."""

_LOOK_SECONDS = 0.05
"""How often a running solve is looked at: the longest wait for an interrupt to be seen."""


class Status(StrEnum):
    """How far a solve got."""

    OPTIMAL = "optimal"
    """Proven best, within the gap asked for."""
    FEASIBLE = "feasible"
    """Stopped with a solution that keeps all rows; ``bound`` and ``gap`` say how far off."""
    INFEASIBLE = "infeasible"
    """No solution exists; :func:`redball.solvers.explain_conflict` says why."""
    UNBOUNDED = "unbounded"
    """Solutions exist, and the objective can be improved without end."""
    NOTHING = "nothing"
    """Stopped before any solution was found."""


@dataclass(frozen=True, eq=False)
class Solution:
    """What a solve gave.

    Attributes
    ----------
    status : Status
    x : float64 array, shape (columns,)
        Empty without a solution.
    objective : float
        ``cost @ x``; NaN without a solution.
    bound : float
        No solution is better than this: a lower limit when minimising, an upper one when
        maximising; infinite when nothing is proven.
    gap : float
        ``|objective - bound| / |objective|``; 0 where both are equal, infinite where nothing is
        known.
    seconds : float
        Wall time.
    """

    status: Status
    x: Floats
    objective: float
    bound: float
    gap: float
    seconds: float


def solve(
    problem: LinearProblem,
    *,
    time_limit_seconds: float = np.inf,
    gap: float = 1e-9,
    threads: int = 1,
    start: Floats | None = None,
    progress: Progress | None = None,
) -> Solution:
    """Solve to proven optimality, or say how far it came.

    Parameters
    ----------
    problem : LinearProblem
    time_limit_seconds : float
        Then the best solution so far is returned.
    gap : float
        Relative gap at which a solution with whole numbers counts as optimal.
    threads : int
        Threads of the solver. The same number gives the same answer, time limit aside.
    start : float64 array, shape (columns,), optional
        A solution to begin with. One that breaks a row is repaired where the solver can.
    progress : callable, optional
        Called from the calling thread about twenty times a second with a share of 0 to 1: of the
        time limit, or of the gap closed where that is more. An exception from it, or an interrupt
        from the keyboard, stops the solver and is passed on.

    Raises
    ------
    BadUse
        A parameter is out of range, ``start`` does not fit, or the solver refuses the problem.
    """
    _check(problem, time_limit_seconds, gap, threads, start)
    began = time.perf_counter()
    with _ONE_AT_A_TIME:
        highspy.Highs.resetGlobalScheduler(True)
        solver = loaded(problem, start)
        left = max(time_limit_seconds - (time.perf_counter() - began), 0.0)
        for option, value in (
            ("time_limit", left), ("mip_rel_gap", gap), ("mip_abs_gap", 0.0), ("threads", threads),
        ):  # fmt: skip
            solver.setOptionValue(option, value)
        _run(solver, left, progress)
        if solver.getModelStatus() == highspy.HighsModelStatus.kUnboundedOrInfeasible:
            return _told_apart(problem, solver, began, left, progress)
    return _solution(problem, solver, time.perf_counter() - began)


def _check(
    problem: LinearProblem, limit: float, gap: float, threads: int, start: Floats | None
) -> None:
    if not limit > 0:
        raise BadUse(f"The time limit is {limit} s.", mend="Give more than 0.")
    if not 0 <= gap < np.inf:
        raise BadUse(f"The gap is {gap}.", mend="Give a share of 0 or more.")
    if threads < 1:
        raise BadUse(f"{threads} threads were asked for.", mend="Give 1 or more.")
    if start is not None and (start.shape != (problem.columns,) or not np.isfinite(start).all()):
        raise BadUse(
            f"The start has shape {start.shape}, or numbers that are not finite.",
            mend=f"Give one finite number for each of the {problem.columns} columns.",
        )


def loaded(problem: LinearProblem, start: Floats | None = None) -> highspy.Highs:
    """Solver with the problem in it, silent; for the modules of this package."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # its stubs leave the maker untyped
    solver.silent()
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = problem.columns, problem.rows
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = problem.cost, problem.low, problem.high
    lp.row_lower_, lp.row_upper_ = problem.row_low, problem.row_high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = problem.row_start.astype(np.int32)
    lp.a_matrix_.index_ = problem.column.astype(np.int32)
    lp.a_matrix_.value_ = problem.value
    if problem.whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(whole)] for whole in problem.whole]
    if problem.maximise:
        lp.sense_ = highspy.ObjSense.kMaximize
    if solver.passModel(lp) == highspy.HighsStatus.kError:
        raise BadUse(
            "The solver refuses the problem.",
            mend="Entries and limits above 1e15 in size are the usual cause; choose other units.",
        )
    if start is not None:
        columns = np.arange(problem.columns, dtype=np.int32)
        solver.setSolution(problem.columns, columns, start.astype(np.float64))
    return solver


def _run(solver: highspy.Highs, limit: float, progress: Progress | None) -> None:
    """Run in a thread of its own, so that this one can hear an interrupt."""
    stop = threading.Event()
    closed = [0.0]
    failed: list[BaseException] = []

    def look(event: highspy.HighsCallbackEvent) -> None:
        if event.callback_type == cb.HighsCallbackType.kCallbackMipInterrupt:
            open_gap = event.data_out.mip_gap
            if np.isfinite(open_gap):
                closed[0] = max(closed[0], 1.0 - min(open_gap, 1.0))
        if stop.is_set():
            event.interrupt()

    def work() -> None:
        try:
            solver.run()
        except BaseException as error:  # noqa: BLE001  # handed to the calling thread below
            failed.append(error)

    solver.cbSimplexInterrupt.subscribe(look)
    solver.cbIpmInterrupt.subscribe(look)
    solver.cbMipInterrupt.subscribe(look)
    began = time.perf_counter()
    runner = threading.Thread(target=work, name="solver", daemon=True)
    runner.start()
    try:
        while runner.is_alive():
            runner.join(_LOOK_SECONDS)
            if progress is not None:
                share = (time.perf_counter() - began) / limit if limit > 0 else 1.0
                progress(min(max(share, closed[0]), 1.0))
    finally:
        stop.set()
        runner.join()
    if failed:
        raise failed[0]
    if progress is not None:
        progress(1.0)


def _told_apart(
    problem: LinearProblem,
    solver: highspy.Highs,
    began: float,
    limit: float,
    progress: Progress | None,
) -> Solution:
    """Unbounded or infeasible: without the objective it shows which."""
    columns = np.arange(problem.columns, dtype=np.int32)
    solver.changeColsCost(problem.columns, columns, np.zeros(problem.columns))
    _run(solver, limit, progress)
    worst = np.inf if problem.maximise else -np.inf
    ended, kinds = solver.getModelStatus(), highspy.HighsModelStatus
    seconds = time.perf_counter() - began
    if ended == kinds.kInfeasible:
        return _empty(Status.INFEASIBLE, -worst, seconds)
    return _empty(Status.UNBOUNDED if ended == kinds.kOptimal else Status.NOTHING, worst, seconds)


def _solution(problem: LinearProblem, solver: highspy.Highs, seconds: float) -> Solution:
    ended, info = solver.getModelStatus(), solver.getInfo()
    worst = np.inf if problem.maximise else -np.inf
    kinds = highspy.HighsModelStatus
    if ended == kinds.kInfeasible:
        return _empty(Status.INFEASIBLE, -worst, seconds)
    if ended == kinds.kUnbounded:
        return _empty(Status.UNBOUNDED, worst, seconds)
    if info.primal_solution_status != int(highspy.SolutionStatus.kSolutionStatusFeasible):
        return _empty(Status.NOTHING, worst, seconds)
    x = np.array(solver.getSolution().col_value, dtype=np.float64)
    objective = float(problem.cost @ x)
    bound = worst
    if problem.whole.any():
        bound = float(info.mip_dual_bound)
    if ended == kinds.kOptimal:
        bound = bound if problem.whole.any() else objective
        status = Status.OPTIMAL
    else:
        status = Status.FEASIBLE
    # the solver's own sum and ours differ by rounding; a bound never passes what was reached
    bound = max(bound, objective) if problem.maximise else min(bound, objective)
    return Solution(status, x, objective, bound, _gap(objective, bound), seconds)


def _gap(objective: float, bound: float) -> float:
    if objective == bound:
        return 0.0
    return abs(objective - bound) / abs(objective) if objective and np.isfinite(bound) else np.inf


def _empty(status: Status, bound: float, seconds: float) -> Solution:
    return Solution(status, np.zeros(0), np.nan, bound, np.inf, seconds)
