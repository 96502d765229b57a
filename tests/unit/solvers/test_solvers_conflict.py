"""Which rows contradict each other, and the cheapest way out."""

from dataclasses import replace

import numpy as np
import pytest

from redball.model import BadUse
from redball.solvers import LinearProblem, Status, explain_conflict, solve


def problem(*, whole: bool = False) -> LinearProblem:
    """x + 2 y >= 9, x <= 1 and y <= 1 conflict; the fourth row is innocent."""
    return LinearProblem(
        cost=np.ones(2), low=np.zeros(2), high=np.full(2, 10.0),
        row_start=np.array([0, 2, 3, 4, 6]), column=np.array([0, 1, 0, 1, 0, 1]),
        value=np.array([1.0, 2, 1, 1, 1, 1]), row_low=np.array([9.0, -np.inf, -np.inf, 0]),
        row_high=np.array([np.inf, 1, 1, 99]), whole=np.full(2, whole),
        row_names=("need", "few x", "few y", "innocent"),
    )  # fmt: skip


@pytest.mark.parametrize("whole", [False, True])
def test_the_rows_in_conflict_are_named_without_the_innocent(whole: bool) -> None:
    found = explain_conflict(problem(whole=whole))
    assert found.rows == ("need", "few x", "few y")
    assert found.irreducible
    assert [row for row, _ in found.relax] == ["few y"]
    assert found.relax[0][1] == pytest.approx(3.0)
    assert found.penalty == pytest.approx(3.0)


def test_giving_way_as_told_makes_it_solvable_and_less_does_not() -> None:
    given = problem()
    (row, amount), *_ = explain_conflict(given).relax
    at = given.row_names.index(row)
    for share, wanted in ((1.0, Status.OPTIMAL), (0.99, Status.INFEASIBLE)):
        high = given.row_high.copy()
        high[at] += share * amount
        assert solve(replace(given, row_high=high)).status is wanted


def test_dear_rows_are_spared_and_rigid_rows_never_give_way() -> None:
    dear = explain_conflict(problem(), weight=np.array([5.0, 1.0, 10.0, 1.0]))
    assert [row for row, _ in dear.relax] == ["few x"]
    assert dear.relax[0][1] == pytest.approx(6.0)
    rigid = explain_conflict(problem(), weight=np.array([1.0, np.inf, np.inf, 1.0]))
    assert [row for row, _ in rigid.relax] == ["need"]
    assert rigid.relax[0][1] == pytest.approx(-6.0)


def test_without_any_one_of_its_rows_the_conflict_is_gone() -> None:
    rng = np.random.default_rng(4)
    tried = 0
    while tried < 8:
        m, n = 8, 3
        a = rng.integers(-3, 4, (m, n)).astype(float)
        limit = rng.integers(-6, 3, m).astype(float)
        given = LinearProblem(
            np.zeros(n), np.zeros(n), np.full(n, 5.0), np.arange(m + 1) * n,
            np.tile(np.arange(n), m), a.ravel(), np.full(m, -np.inf), limit, np.full(n, True),
        )  # fmt: skip
        if solve(given).status is not Status.INFEASIBLE:
            continue
        found = explain_conflict(given)
        tried += 1
        inside = [int(name.split()[1]) for name in found.rows]
        assert found.irreducible
        for left_out in [None, *inside]:
            high = np.where(
                np.isin(np.arange(m), [r for r in inside if r != left_out]), limit, np.inf
            )
            wanted = Status.INFEASIBLE if left_out is None else Status.OPTIMAL
            assert solve(replace(given, row_high=high)).status is wanted


def test_it_refuses_what_has_a_solution_and_what_rows_can_not_mend() -> None:
    solvable = replace(problem(), row_low=np.array([1.0, -np.inf, -np.inf, 0]))
    with pytest.raises(BadUse, match="has a solution"):
        explain_conflict(solvable)
    between = LinearProblem(
        np.ones(1), np.array([0.2]), np.array([0.8]), np.array([0, 1]), np.array([0]), np.ones(1),
        np.array([0.0]), np.array([1.0]), np.array([True]),
    )  # fmt: skip
    with pytest.raises(BadUse, match="limits of the columns"):
        explain_conflict(between)
    for weight in (np.array([1.0]), np.array([1.0, 1, 0, 1]), np.array([1.0, 1, np.nan, 1])):
        with pytest.raises(BadUse, match="weight"):
            explain_conflict(problem(), weight=weight)


def test_progress_is_told_and_can_stop_it() -> None:
    seen: list[float] = []
    explain_conflict(problem(), progress=seen.append)
    assert seen
    assert all(0 <= share <= 1 for share in seen)

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        explain_conflict(problem(), progress=stop)
