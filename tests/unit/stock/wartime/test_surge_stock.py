"""The stock that holds a target through a surge, against every other stock."""

from dataclasses import replace
from itertools import product

import numpy as np
import numpy.typing as npt
import pytest

from redball.model.errors import BadData, BadUse
from redball.stock.sparing import Applications, SparingProblem, Structure
from redball.stock.wartime import (
    Interruption,
    Surge,
    SurgeProfile,
    availability_by_day,
    stock_for_surge,
)

Floats = npt.NDArray[np.float64]
PROFILE = SurgeProfile((Surge(0, 8, 4.0), Surge(8, 20, 2.0)), (Interruption("repair", 2, 6),))
DAYS = [0, 2, 4, 6, 8, 12, 16, 20, 30]


def case(seed: int, *, depot: bool) -> SparingProblem:
    """Four items at one site, or three at a base under a depot."""
    rng = np.random.default_rng(seed)
    items, sites = (3, 2) if depot else (4, 1)
    ones = np.ones((items, sites))
    demand = 0 * ones
    demand[:, -1] = rng.uniform(0.01, 0.06, items)
    repaired = ones.copy()
    if depot:
        repaired[:, 1] = 0.5
    return SparingProblem(
        supplier=np.array([-1, 0] if depot else [-1], np.int32), demand=demand,
        repaired=repaired, repair_days=8 * ones, ship_days=4 * ones,
        variance_to_mean=np.ones((items, 1)), batch=ones,
        unit_cost=rng.integers(1, 10, items).astype(np.float64), mass_kg=np.ones(items),
        volume_m3=np.ones(items),
        structure=Structure(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0)),
        applications=Applications(
            np.arange(items, dtype=np.int32), np.zeros(items, np.int32), np.ones(items),
            np.ones(items), np.ones(items),
        ),
        systems=np.array([[0.0, 6.0] if depot else [6.0]]), least=0 * ones, most=6 * ones,
        item_names=tuple(f"ITEM-{i}" for i in range(items)),
    )  # fmt: skip


def lowest(problem: SparingProblem, stock: Floats) -> float:
    found = availability_by_day(problem, stock, PROFILE, DAYS, cannibalise=False)
    return float(np.nanmin(found.availability))


def cheapest(problem: SparingProblem, target: float, below: float) -> float:
    """Lowest cost of all stocks up to three of each that holds the target."""
    best = below
    cells = problem.items * problem.sites
    price = np.repeat(problem.unit_cost, problem.sites)
    for units in product(range(4), repeat=cells):
        cost = float(np.array(units) @ price)
        if cost < best:
            stock = np.array(units, float).reshape(problem.items, problem.sites)
            if lowest(problem, stock) >= target:
                best = cost
    return best


def test_it_holds_the_target_at_a_cost_near_the_lowest_of_all() -> None:
    over = []
    for seed, depot in ((2, False), (3, True), (4, False)):
        problem = case(seed, depot=depot)
        found = stock_for_surge(problem, 0.0, PROFILE, 0.8, DAYS)
        assert lowest(problem, found.stock) >= 0.8 - 1e-9
        over.append(found.cost / cheapest(problem, 0.8, found.cost))
    assert max(over) < 1.1
    assert min(over) == 1.0


def test_no_unit_that_is_added_can_be_left_out() -> None:
    problem = case(4, depot=True)
    found = stock_for_surge(problem, 0.0, PROFILE, 0.85, DAYS)
    assert found.added.sum() > 0
    for item, site in np.argwhere(found.added > 0):
        less = found.stock.copy()
        less[item, site] -= 1
        assert lowest(problem, less) < 0.85


def test_the_result_says_what_is_bought_and_what_it_gives() -> None:
    problem = case(2, depot=False)
    held = np.ones((4, 1))
    found = stock_for_surge(problem, held, PROFILE, 0.9, DAYS)
    assert (found.stock >= held).all()
    np.testing.assert_array_equal(found.added, found.stock - held)
    assert found.buys["cost"].sum() == pytest.approx(found.cost)
    assert found.buys["units"].sum() == found.added.sum()
    assert found.before[0, 0] < 0.9 <= found.after[0, 0] + 1e-9
    assert found.after[0, 0] == pytest.approx(lowest(problem, found.stock))
    assert any("not proven" in one for one in found.assumptions)


def test_a_target_that_holds_already_costs_nothing() -> None:
    problem = case(2, depot=False)
    found = stock_for_surge(problem, 6.0, PROFILE, 0.5, DAYS)
    assert found.cost == 0
    assert found.buys.is_empty()
    none = stock_for_surge(problem, 0.0, PROFILE, float("nan"), DAYS)
    assert none.cost == 0


def test_a_stock_that_grounds_every_system_can_still_be_mended() -> None:
    problem = case(2, depot=False)
    worse = replace(problem, demand=15 * problem.demand, most=np.full((4, 1), 90.0))
    found = stock_for_surge(worse, 0.0, PROFILE, 0.7, DAYS)
    assert found.before[0, 0] < 1e-100
    assert lowest(worse, found.stock) >= 0.7 - 1e-9


def test_a_target_out_of_reach_names_the_item_that_caps_it() -> None:
    problem = case(2, depot=False)
    most = problem.most.copy()
    most[2] = 0
    with pytest.raises(BadData, match=r"Item ITEM-2 caps it at 0\.\d+.*more than 0 units"):
        stock_for_surge(replace(problem, most=most), 0.0, PROFILE, 0.95, DAYS)


def test_bad_targets_are_refused() -> None:
    problem = case(2, depot=False)
    for target in (0.0, 1.0, -0.5, 1.5, float("inf")):
        with pytest.raises(BadData, match="above 0 and below 1"):
            stock_for_surge(problem, 0.0, PROFILE, target, DAYS)
    with pytest.raises(BadUse, match="shape"):
        stock_for_surge(problem, 0.0, PROFILE, [[0.5, 0.5]], DAYS)


def test_progress_rises_to_1_and_may_cancel() -> None:
    problem = case(4, depot=True)
    seen: list[float] = []
    stock_for_surge(problem, 0.0, PROFILE, 0.85, DAYS, progress=seen.append)
    assert seen[-1] == 1
    assert all(0 <= one <= 1 for one in seen)

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stock_for_surge(problem, 0.0, PROFILE, 0.85, DAYS, progress=stop)


def test_stock_without_a_bound_is_found_as_with_a_wide_one() -> None:
    problem = case(2, depot=False)
    free = replace(problem, most=np.full((4, 1), np.inf))
    found = stock_for_surge(free, 0.0, PROFILE, 0.9, DAYS)
    wide = stock_for_surge(replace(problem, most=np.full((4, 1), 60.0)), 0.0, PROFILE, 0.9, DAYS)
    np.testing.assert_array_equal(found.stock, wide.stock)
    assert lowest(free, found.stock) >= 0.9 - 1e-9


@pytest.mark.parametrize("depot", [False, True])
def test_one_core_and_several_give_the_same(depot: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = case(3, depot=depot)
    one = stock_for_surge(problem, 0.0, PROFILE, 0.85, DAYS)
    monkeypatch.setattr("redball.stock.wartime.engine.FEW_CELLS", 0)
    monkeypatch.setattr("redball.stock.wartime.days.FEW_CELLS", 0)
    several = stock_for_surge(problem, 0.0, PROFILE, 0.85, DAYS)
    np.testing.assert_array_equal(one.stock, several.stock)
    np.testing.assert_array_equal(one.after, several.after)
