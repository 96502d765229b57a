"""The door to the solver: right answers, honest ends, no noise, and it can be stopped."""

import numpy as np
import pytest
from scipy import optimize, sparse

from redball.model import BadUse
from redball.model.compiled import Floats
from redball.solvers import LinearProblem, Solution, Status, solve


def dense(
    cost: list[float], a: list[list[float]], row_low: list[float], row_high: list[float],
    high: float = 10.0, *, whole: bool = False, maximise: bool = False, low: float = 0.0,
) -> LinearProblem:  # fmt: skip
    matrix = sparse.csr_array(np.array(a, dtype=float))
    n = len(cost)
    return LinearProblem(
        cost=np.array(cost), low=np.full(n, low), high=np.full(n, high),
        row_start=matrix.indptr.astype(np.int64), column=matrix.indices.astype(np.int64),
        value=matrix.data, row_low=np.array(row_low), row_high=np.array(row_high),
        whole=np.full(n, whole), maximise=maximise,
    )  # fmt: skip


def hard_knapsack() -> LinearProblem:
    rng = np.random.default_rng(1)
    a = rng.integers(1, 1000, (5, 60)).astype(float)
    return dense(
        a.sum(axis=0).tolist(), a.tolist(), [-np.inf] * 5, (a.sum(axis=1) / 2).tolist(), 1.0,
        whole=True, maximise=True,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_random_problems_agree_with_another_door_to_linear_programming(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(2, 9)), int(rng.integers(1, 7))
    a = rng.integers(-4, 6, (m, n)).astype(float)
    limit = rng.integers(0, 20, m).astype(float)
    cost, whole = rng.normal(size=n), bool(seed % 2)
    ours = solve(dense(cost.tolist(), a.tolist(), [-np.inf] * m, limit.tolist(), 7.0, whole=whole))
    theirs = optimize.milp(
        cost,
        constraints=optimize.LinearConstraint(a, -np.inf, limit),
        bounds=optimize.Bounds(0, 7),
        integrality=np.full(n, int(whole)),
    )
    assert ours.status is Status.OPTIMAL
    assert ours.objective == pytest.approx(theirs.fun, abs=1e-7)
    assert ours.gap <= 1e-9
    assert (a @ ours.x <= limit + 1e-6).all()


def test_activity_is_the_left_side_of_each_row() -> None:
    problem = dense([1, 1, 1], [[1, 2, 0], [0, 0, 0], [3, 0, -1]], [0, 0, 0], [9, 9, 9])
    x: Floats = np.array([1.0, 2.0, 3.0])
    assert problem.activity(x).tolist() == [5.0, 0.0, 0.0]


@pytest.mark.parametrize("whole", [False, True])
def test_infeasible_and_unbounded_are_told_apart(whole: bool) -> None:
    none = dense([1, 1], [[1, 1], [1, 1]], [5, -np.inf], [np.inf, 4], whole=whole)
    assert solve(none).status is Status.INFEASIBLE
    assert solve(none).bound == np.inf
    endless = dense([-1, -1], [[1, -1]], [0], [0], np.inf, whole=whole)
    answer = solve(endless)
    assert (answer.status, answer.bound, len(answer.x)) == (Status.UNBOUNDED, -np.inf, 0)
    # an objective without end over rows without solution
    both = dense([-1, -1], [[1, -1], [1, -1]], [1, -np.inf], [np.inf, 0], np.inf, whole=whole)
    assert solve(both).status is Status.INFEASIBLE


def test_a_time_limit_gives_a_solution_with_an_honest_bound() -> None:
    problem = hard_knapsack()
    answer = solve(problem, time_limit_seconds=2.0)
    assert answer.status is Status.FEASIBLE
    assert (problem.activity(answer.x) <= problem.row_high + 1e-6).all()
    assert answer.objective < answer.bound < np.inf
    assert answer.gap == pytest.approx((answer.bound - answer.objective) / answer.objective)


def test_a_start_is_used() -> None:
    problem = hard_knapsack()
    first = solve(problem, time_limit_seconds=2.0)
    again = solve(problem, time_limit_seconds=0.05, start=first.x)
    assert again.objective >= first.objective - 1e-6


def test_an_interrupt_from_progress_stops_it_soon() -> None:
    def stop(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        solve(hard_knapsack(), progress=stop)  # it would run for minutes
    assert solve(dense([1], [[1]], [2], [3])).objective == 2


def test_progress_rises_from_0_to_1() -> None:
    seen: list[float] = []
    solve(hard_knapsack(), time_limit_seconds=0.4, progress=seen.append)
    assert all(0 <= share <= 1 for share in seen)
    assert seen[-1] == 1.0


def test_nothing_is_written_to_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    solve(hard_knapsack(), time_limit_seconds=0.2)
    solve(dense([1, 1], [[1, 1], [1, 1]], [5, -np.inf], [np.inf, 4]))
    assert capfd.readouterr() == ("", "")


def test_the_same_problem_gives_the_same_answer_with_two_threads() -> None:
    rng = np.random.default_rng(3)
    a = rng.integers(1, 60, (3, 20)).astype(float)
    problem = dense(
        a.sum(axis=0).tolist(), a.tolist(), [-np.inf] * 3, (a.sum(axis=1) / 3).tolist(), 1.0,
        whole=True, maximise=True,
    )  # fmt: skip
    answers: list[Solution] = [solve(problem, threads=t) for t in (1, 2)]
    assert answers[0].objective == answers[1].objective


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cost": np.array([1.0, np.nan])}, "'cost' number 1 is not a finite number"),
        ({"value": np.array([np.inf, 1.0])}, "'value' number 0"),
        ({"low": np.array([0.0, 5.0]), "high": np.array([1.0, 4.0])}, "between the limits 5.0"),
        ({"row_low": np.array([np.nan])}, "row 0"),
        ({"row_high": np.array([-np.inf]), "row_low": np.array([-np.inf])}, "No number"),
        ({"column": np.array([0, 2])}, "in column 2, but there are 2"),
        ({"column": np.array([1, 1])}, "column 1 comes twice"),
        ({"row_start": np.array([0, 1])}, "'row_start'"),
        ({"high": np.array([1.0])}, "'high' has shape"),
        ({"row_names": ("a", "b")}, "'row_names' has 2 names"),
    ],
)
def test_bad_problems_are_refused(change: dict[str, object], message: str) -> None:
    good: dict[str, object] = {
        "cost": np.ones(2), "low": np.zeros(2), "high": np.ones(2), "row_start": np.array([0, 2]),
        "column": np.array([0, 1]), "value": np.ones(2), "row_low": np.zeros(1),
        "row_high": np.ones(1),
    }  # fmt: skip
    LinearProblem(**good)  # type: ignore[arg-type]  # a table of fields
    with pytest.raises(BadUse, match=message):
        LinearProblem(**{**good, **change})  # type: ignore[arg-type]  # a table of fields


def test_a_problem_without_columns_is_refused() -> None:
    with pytest.raises(BadUse, match="no columns"):
        dense([], np.zeros((0, 0)).tolist() or [[]], [0], [1])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"time_limit_seconds": 0.0}, "time limit"),
        ({"time_limit_seconds": np.nan}, "time limit"),
        ({"gap": -1.0}, "gap"),
        ({"threads": 0}, "threads"),
        ({"start": np.zeros(3)}, "start"),
        ({"start": np.full(1, np.nan)}, "start"),
    ],
)
def test_bad_options_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(BadUse, match=message):
        solve(dense([1], [[1]], [0], [1]), **options)  # type: ignore[arg-type]  # a table


def test_a_problem_without_rows_is_solved() -> None:
    problem = LinearProblem(
        np.array([1.0, -1.0]), np.zeros(2), np.ones(2), np.zeros(1, dtype=np.int64),
        np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0), np.zeros(0),
    )  # fmt: skip
    assert solve(problem).x.tolist() == [0.0, 1.0]
