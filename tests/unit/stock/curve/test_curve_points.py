"""The curve: optimal at every point, true to the evaluation, clear about bad input."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from redball.model import BadData, BadUse
from redball.stock.curve import Objective, readiness_curve, steps
from redball.stock.curve.hulls import ALL_STOCKS, HULL, tree_hull
from redball.stock.curve.network import build_network
from redball.stock.sparing import SparingProblem, evaluate

Maker = Callable[..., SparingProblem]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_stock_beats_a_point_of_the_curve(
    problem: Maker, bounded: Callable[..., SparingProblem], every: Callable[..., Any], seed: int
) -> None:
    given = bounded(problem(seed, redundant=seed == 3), 3)
    curve, stocks = readiness_curve(given, start="empty"), every(given, 3)
    assert curve.proven
    assert len(curve.cost) > 5
    for cost, value in zip(curve.cost, curve.value, strict=True):
        assert value >= stocks.best(cost) * (1 - 1e-12)


def test_points_say_what_the_evaluation_says(problem: Maker) -> None:
    given = replace(
        problem(4, items=6, redundant=True), variance_to_mean=np.full((1, 1), 1.4),
        batch=np.array([[1.0], [3.0], [1.0], [1.0], [2.0], [1.0]]),
    )  # fmt: skip
    curve = readiness_curve(given, points=12)
    weight = given.systems / given.systems.sum()
    for number in range(len(curve.cost)):
        stock = curve.stock(number)
        told = evaluate(given, stock)
        assert curve.cost[number] == pytest.approx(stock.sum(axis=1) @ given.unit_cost)
        assert curve.readiness[number] == pytest.approx(np.nansum(weight * told.availability))
        assert curve.backorders[number] == pytest.approx(told.ebo[:, 1:].sum())
        log_mean = np.nansum(weight * np.log(told.availability))
        assert curve.value[number] == pytest.approx(np.exp(log_mean), rel=1e-10)
        assert curve.bound[number] == pytest.approx(curve.value[number], rel=1e-10)


def test_consumables_are_bought_too(problem: Maker) -> None:
    given = problem(5, items=3)
    given = replace(given, repaired=np.zeros((3, 3)), ship_days=np.array([[40.0, 6.0, 6.0]]))
    curve = readiness_curve(given)
    assert curve.readiness[-1] > 0.999
    assert curve.stock(-1).sum() > 10
    assert curve.readiness[0] == pytest.approx(
        float(np.nansum(given.systems * evaluate(given, 0).availability) / given.systems.sum())
    )


@pytest.mark.parametrize("seed", range(6))
def test_stocks_left_out_would_not_be_on_the_hull(problem: Maker, seed: int) -> None:
    given = problem(seed, items=8, supplier=(-1, 0, 0, 0, 0, 0, 0, 0, 0))
    given = replace(given, repair_days=np.where(np.arange(9) == 0, 25.0 * (1 + seed), 5.0)[None])
    net = build_network(given, Objective()).net
    for item in range(given.items):
        some = tree_hull(net, item, 0, 1e-9, HULL)
        whole = tree_hull(net, item, 0, 1e-9, ALL_STOCKS)
        assert some[0] == pytest.approx(whole[0])
        assert some[1] == pytest.approx(whole[1], rel=1e-10)


def test_families_reach_the_hull_of_all_stocks(problem: Maker, every: Callable[..., Any]) -> None:
    given = problem(6, items=2, supplier=(-1, 0, 0), edges=((0, 1),))
    given = replace(given, most=np.full((2, 3), 2.0))
    curve, stocks = readiness_curve(given, points=60), every(given, 2)
    assert not curve.proven
    for cost, value in zip(curve.cost, curve.value, strict=True):
        assert value >= stocks.best(cost) * (1 - 1e-9)
    told = evaluate(given, curve.stock(3))
    assert curve.backorders[3] == pytest.approx(told.ebo[0, 1:].sum())


def test_a_part_of_two_items_is_shared(problem: Maker, every: Callable[..., Any]) -> None:
    given = problem(7, items=3, supplier=(-1,), edges=((0, 2), (1, 2)))
    given = replace(
        given, most=np.full((3, 1), 4.0), demand=np.array([[0.1], [0.07], [0.0]]),
        systems=np.array([[8.0]]),
    )  # fmt: skip
    curve, stocks = readiness_curve(given, points=60), every(given, 4)
    for cost, value in zip(curve.cost, curve.value, strict=True):
        assert value >= stocks.best(cost) * (1 - 1e-9)


def test_three_echelons(problem: Maker, every: Callable[..., Any]) -> None:
    given = problem(8, items=1, supplier=(-1, 0, 0, 1, 1, 2))
    given = replace(given, most=np.full((1, 6), 2.0))
    curve, stocks = readiness_curve(given, points=60), every(given, 2)
    assert not curve.proven
    for cost, value in zip(curve.cost, curve.value, strict=True):
        assert value >= stocks.best(cost) * (1 - 1e-9)


def test_two_nations_with_a_depot_each(problem: Maker) -> None:
    given = problem(9, items=4, supplier=(-1, -1, 0, 0, 1, 1))
    both = readiness_curve(given, points=200, budget=300)
    told = evaluate(given, both.stock(-1))
    assert both.backorders[-1] == pytest.approx(told.ebo[:, 2:].sum())
    weights = np.array([[1.0, 1.0, 1.0, 1.0, 0.0, 0.0]])
    one = readiness_curve(given, budget=300, objective=Objective("availability", weights))
    assert one.stock(-1)[:, [1, 4, 5]].sum() == 0
    assert one.readiness[-1] > both.readiness[-1]


def test_what_the_start_counts(problem: Maker) -> None:
    given = replace(problem(1), least=np.ones((2, 3)))
    least = float(3 * given.unit_cost.sum())
    free = readiness_curve(given, start="least", budget=100)
    paid = readiness_curve(given, start="empty", budget=100 + least)
    assert free.cost[0] == 0
    assert paid.cost == pytest.approx(free.cost + least)
    assert paid.value == pytest.approx(free.value)
    assert (free.stock(0) == 1).all()
    with pytest.raises(BadUse, match="least stock costs"):
        readiness_curve(given, start="empty", budget=least - 1)


def test_fixed_stock_is_kept(problem: Maker) -> None:
    given = problem(2)
    least, most = np.array(given.least), np.array(given.most)
    least[0] = most[0] = [1, 0, 2]
    curve = readiness_curve(replace(given, least=least, most=most))
    for number in range(len(curve.cost)):
        assert curve.stock(number)[0].tolist() == [1, 0, 2]


def test_systems_that_are_all_down_at_first(problem: Maker) -> None:
    given = problem(3)
    curve = readiness_curve(replace(given, demand=given.demand * 12))
    assert curve.readiness[0] == 0
    assert curve.value[0] == 0
    assert (np.diff(curve.readiness) >= -1e-12).all()
    assert curve.readiness[-1] > 0.99


def test_nothing_fails_nothing_is_bought(problem: Maker) -> None:
    given = problem(1)
    curve = readiness_curve(replace(given, demand=np.zeros((2, 3))))
    assert curve.cost.tolist() == [0]
    assert curve.readiness.tolist() == [1]


def test_bad_input_is_named(problem: Maker) -> None:
    given = problem(1)
    wrong = np.array(given.demand)
    wrong[1, 2] = np.nan
    with pytest.raises(BadData, match="NSN-1"):
        readiness_curve(replace(given, demand=wrong))
    with pytest.raises(BadData, match=r"NSN-0.*unit cost is 0"):
        readiness_curve(replace(given, unit_cost=np.array([0.0, 4.0])))
    with pytest.raises(BadData, match="whole"):
        readiness_curve(replace(given, least=np.full((2, 3), 0.5)))
    with pytest.raises(BadData, match="least is 1 and most is 0"):
        readiness_curve(replace(given, least=np.ones((2, 3)), most=np.zeros((2, 3))))
    with pytest.raises(BadUse, match="weight"):
        readiness_curve(replace(given, systems=np.zeros((1, 3))))
    with pytest.raises(BadUse, match="points"):
        readiness_curve(given, points=1)
    with pytest.raises(BadUse, match="budget"):
        readiness_curve(given, budget=float("nan"))
    with pytest.raises(BadUse, match="objective"):
        readiness_curve(given, objective="readiness")  # type: ignore[arg-type]  # on purpose
    with pytest.raises(BadUse, match="no point"):
        readiness_curve(given).stock(99)


def test_progress_goes_up_and_may_cancel(problem: Maker) -> None:
    given = problem(1, items=40)
    heard: list[float] = []
    readiness_curve(given, progress=heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == pytest.approx(1.0)

    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        readiness_curve(given, progress=stop)


def test_the_search_on_a_sample_may_be_cancelled(
    problem: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    def stop(share: float) -> None:
        assert share == 0.0
        raise KeyboardInterrupt

    given = problem(1, items=40)
    network = build_network(given, Objective())
    monkeypatch.setattr(steps, "_SAMPLE", 10)
    original = steps.find_steps

    def noted(network: Any, cells: Any, *rest: Any) -> Any:
        sizes.append(len(cells))
        return original(network, cells, *rest)

    monkeypatch.setattr(steps, "find_steps", noted)
    with pytest.raises(KeyboardInterrupt):
        steps.enough_steps(network, None, stop)
    assert sizes == [10, 10]


def test_assumptions_are_stated(problem: Maker) -> None:
    said = " ".join(readiness_curve(problem(1), budget=10).assumptions)
    for word in ("VARI-METRIC", "ample", "help each other", "geometric mean", "cannibalisation"):
        assert word in said
    frame = readiness_curve(problem(1), budget=10).frame
    assert frame.columns == ["cost", "readiness", "value", "bound", "backorders", "price"]
