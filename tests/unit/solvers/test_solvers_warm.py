"""A model that stays in the solver: the same answers as built anew, from wherever it stood."""

import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from redball.model import BadUse
from redball.solvers import LinearProblem, Status, WarmModel, solve


def covering(seed: int, columns: int = 40, rows: int = 25) -> LinearProblem:
    """Cover each row at least cost; always has a solution with the limits given."""
    rng = np.random.default_rng(seed)
    chosen = [np.sort(rng.choice(columns, 5, replace=False)) for _ in range(rows)]
    return LinearProblem(
        cost=rng.uniform(1, 3, columns),
        low=np.zeros(columns),
        high=np.full(columns, 10.0),
        row_start=np.arange(0, 5 * rows + 1, 5),
        column=np.concatenate(chosen),
        value=rng.uniform(0.5, 2.0, 5 * rows),
        row_low=rng.uniform(1, 6, rows),
        row_high=np.full(rows, np.inf),
    )


@pytest.mark.parametrize("seed", range(8))
def test_after_any_change_of_limits_and_costs_it_agrees_with_a_fresh_solve(seed: int) -> None:
    problem = covering(seed)
    model, rng = WarmModel(problem), np.random.default_rng(seed + 100)
    model.solve()
    for _ in range(12):
        columns = rng.choice(problem.columns, 3, replace=False)
        rows = rng.choice(problem.rows, 2, replace=False)
        high, low = problem.high.copy(), problem.row_low.copy()
        cost = problem.cost.copy()
        high[columns] = rng.choice([0.0, 1.0, 20.0], 3)
        low[rows] = rng.uniform(0, 4, 2)
        cost[columns] = rng.uniform(0, 5, 3)
        problem = replace(problem, high=high, row_low=low, cost=cost)
        model.bounds(columns, np.zeros(3), high[columns])
        model.rows(rows, low[rows], np.full(2, np.inf))
        model.costs(columns, cost[columns])
        ours, fresh = model.solve(), solve(problem)
        assert ours.status is fresh.status
        if fresh.status is Status.OPTIMAL:
            assert ours.objective == pytest.approx(fresh.objective, abs=1e-7)
            assert (problem.activity(ours.x) >= low - 1e-6).all()


def test_prices_are_the_change_of_the_objective() -> None:
    problem = covering(3)
    model = WarmModel(problem)
    answer = model.solve()
    step = 1e-4
    binding = np.flatnonzero(answer.row_price > 1e-6)
    assert len(binding) >= 5
    for row in binding.tolist():
        model.rows([row], [problem.row_low[row] + step], [np.inf])
        change = model.solve().objective - answer.objective
        model.rows([row], [problem.row_low[row]], [np.inf])
        assert change == pytest.approx(answer.row_price[row] * step, rel=1e-4)
    # weak duality at the optimum: prices times limits give the objective
    total = answer.row_price @ problem.row_low + np.minimum(answer.column_price, 0) @ problem.high
    assert total == pytest.approx(answer.objective, rel=1e-9)


def test_from_a_kept_basis_the_bytes_do_not_depend_on_what_came_before() -> None:
    problem = covering(5)

    def after(others: list[int]) -> bytes:
        model = WarmModel(problem)
        model.solve()
        model.keep()
        for column in others:
            model.restart()
            model.bounds([column], [0.0], [0.0])
            model.solve()
            model.bounds([column], [0.0], [10.0])
        model.restart()
        model.bounds([7], [0.0], [0.0])
        answer = model.solve()
        return answer.x.tobytes() + answer.row_price.tobytes()

    assert after([]) == after([1, 2, 3]) == after([9, 30])


def test_a_coefficient_can_be_changed_and_changed_back() -> None:
    problem = covering(6)
    model = WarmModel(problem)
    before = model.solve().objective
    column = int(problem.column[0])
    model.coefficient(0, column, 0.0)
    value = problem.value.copy()
    value[0] = 0.0
    assert model.solve().objective == pytest.approx(solve(replace(problem, value=value)).objective)
    model.coefficient(0, column, float(problem.value[0]))
    assert model.solve().objective == pytest.approx(before)


def test_infeasible_and_unbounded_are_told_apart_and_left_again() -> None:
    problem = LinearProblem(
        cost=np.array([-1.0, -1.0]), low=np.zeros(2), high=np.full(2, np.inf),
        row_start=np.array([0, 2]), column=np.array([0, 1]), value=np.array([1.0, -1.0]),
        row_low=np.zeros(1), row_high=np.zeros(1),
    )  # fmt: skip
    model = WarmModel(problem)
    endless = model.solve()
    assert (endless.status, endless.bound, len(endless.x)) == (Status.UNBOUNDED, -np.inf, 0)
    model.bounds([0, 1], [0.0, 2.0], [1.0, 3.0])
    none = model.solve()
    assert (none.status, none.bound, len(none.row_price)) == (Status.INFEASIBLE, np.inf, 0)
    model.bounds([0], [0.0], [5.0])
    assert model.solve().objective == pytest.approx(-6.0)


def test_it_can_be_stopped_and_solved_again() -> None:
    problem = covering(1, 400, 200)
    model = WarmModel(problem)

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        model.solve(progress=stop)
    told: list[float] = []
    answer = model.solve(progress=told.append)
    assert answer.objective == pytest.approx(solve(problem).objective)
    assert told
    assert all(0 <= share <= 1 for share in told)


def test_models_in_several_threads_give_what_one_gives() -> None:
    def walk(seed: int) -> list[float]:
        model = WarmModel(covering(seed))
        found = [model.solve().objective]
        for column in range(0, 40, 2):
            model.bounds([column], [0.0], [0.0])
            found.append(model.solve().objective)
            model.bounds([column], [0.0], [10.0])
        return found

    alone = {seed: walk(seed) for seed in range(3)}
    together: dict[int, list[float]] = {}
    threads = [
        threading.Thread(target=lambda s=seed: together.update({s: walk(s)})) for seed in alone
    ]
    for thread in threads:
        thread.start()
    solve(covering(9))  # the other door, at the same time
    for thread in threads:
        thread.join()
    assert together == alone


def test_whole_numbers_are_refused() -> None:
    with pytest.raises(BadUse, match="whole numbers"):
        WarmModel(replace(covering(0), whole=np.ones(40, dtype=np.bool_)))


Change = Callable[[WarmModel], object]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m: m.bounds([40], [0.0], [1.0]), "outside 0..39"),
        (lambda m: m.rows([-1], [0.0], [1.0]), "outside 0..24"),
        (lambda m: m.bounds([1, 1], [0.0, 0.0], [1.0, 1.0]), "comes twice"),
        (lambda m: m.bounds([1], [2.0], [1.0]), "between the limits 2.0 and 1.0"),
        (lambda m: m.bounds([1], [np.nan], [1.0]), "between the limits"),
        (lambda m: m.rows([1], [np.inf], [np.inf]), "between the limits"),
        (lambda m: m.bounds([1], [0.0, 0.0], [1.0]), "2 numbers, not 1"),
        (lambda m: m.bounds([0.5], [0.0], [1.0]), "not whole"),
        (lambda m: m.costs([1], [np.inf]), "not a finite number"),
        (lambda m: m.coefficient(0, 1, np.nan), "not a finite number"),
        (lambda m: m.coefficient(99, 1, 1.0), "outside 0..24"),
        (lambda m: m.solve(time_limit_seconds=0.0), "time limit is 0"),
    ],
)
def test_a_bad_change_is_refused_and_changes_nothing(change: Change, said: str) -> None:
    model = WarmModel(covering(2))
    before = model.solve().objective
    with pytest.raises(BadUse, match=said):
        change(model)
    assert model.solve().objective == before


def test_no_change_is_allowed() -> None:
    model = WarmModel(covering(2))
    none = np.zeros(0, np.int64)
    model.bounds(none, np.zeros(0), np.zeros(0))
    model.rows(none, np.zeros(0), np.zeros(0))
    assert model.solve().status is Status.OPTIMAL
