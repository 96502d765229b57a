"""The best stock for a budget, for targets, and within storage: against all stocks there are."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from redball.model import BadData, BadUse
from redball.stock.curve import (
    Storage,
    Target,
    best_stock,
    best_stock_in_storage,
    cheapest_stock,
)
from redball.stock.sparing import SparingProblem

Maker = Callable[..., SparingProblem]
Every = Callable[..., Any]
Bounded = Callable[..., SparingProblem]


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_the_optimum_of_any_budget(
    problem: Maker, bounded: Bounded, every: Every, seed: int
) -> None:
    given = bounded(problem(seed), 3)
    stocks = every(given, 3)
    for budget in np.linspace(0, 150, 23):
        found = best_stock(given, budget=float(budget))
        assert found.cost <= budget * (1 + 1e-12)
        assert found.proven
        assert found.value == pytest.approx(stocks.best(budget), rel=1e-10)
        assert found.bound >= found.value
        assert found.gap == pytest.approx(found.bound - found.value)


def test_a_budget_below_the_cheapest_step_says_so(problem: Maker) -> None:
    found = best_stock(problem(1), budget=0.5)
    assert found.cost == 0
    assert not found.stock.any()
    assert "buys nothing" in found.notes[0]
    with pytest.raises(BadUse, match="budget"):
        best_stock(problem(1), budget=-1)


def test_a_budget_for_everything_is_not_spent_on_nothing(problem: Maker, bounded: Bounded) -> None:
    given = bounded(problem(1), 2)
    found = best_stock(given, budget=1e9)
    assert found.value == found.bound
    assert found.stock.max() <= 2
    assert found.price == 0


def test_families_stay_within_the_budget(problem: Maker, every: Every) -> None:
    given = problem(6, items=2, supplier=(-1, 0, 0), edges=((0, 1),))
    given = replace(given, most=np.full((2, 3), 2.0))
    stocks = every(given, 2)
    for budget in (20.0, 55.0, 90.0):
        found = best_stock(given, budget=budget)
        assert found.cost <= budget
        assert not found.proven
        assert found.value <= stocks.best(budget) * (1 + 1e-12)
        assert found.bound >= stocks.best(budget) * (1 - 1e-9)
        assert stocks.best(budget) - found.value <= found.gap + 1e-12


@pytest.mark.parametrize("availability", [0.6, 0.75, 0.85])
def test_the_cheapest_stock_for_one_target(
    problem: Maker, bounded: Bounded, every: Every, availability: float
) -> None:
    given = bounded(problem(11), 3)
    stocks = every(given, 3)
    found = cheapest_stock(given, [Target(availability)])
    least = float(stocks.cost[stocks.value >= availability].min())
    assert found.value >= availability * (1 - 1e-12)
    assert found.bound <= least * (1 + 1e-12)
    assert found.cost == pytest.approx(least)


def test_targets_by_site_and_nation(problem: Maker, bounded: Bounded, every: Every) -> None:
    given = bounded(problem(12), 3)
    stocks = every(given, 3)
    targets = [Target(0.8, sites=(1,), name="1st battalion"), Target(0.7, sites=(1, 2))]
    found = cheapest_stock(given, targets)
    weight = given.systems[0] / given.systems.sum()
    up = stocks.availability[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        nation = np.exp(np.nansum(np.where(weight > 0, weight * np.log(up), 0.0), axis=1))
    meets = (up[:, 1] >= 0.8) & (nation >= 0.7)
    least = float(stocks.cost[meets].min())
    assert found.availability[0, 1] >= 0.8
    assert found.value >= 0.7
    assert least * (1 - 1e-9) <= found.cost <= 1.15 * least
    assert found.bound <= least * (1 + 1e-12)
    assert found.notes[0].startswith("1st battalion: 0.8")


def test_a_target_out_of_reach_names_the_item_and_the_cost(problem: Maker) -> None:
    given = problem(11)
    most = np.array(given.most)
    most[1] = 0
    with pytest.raises(BadData, match=r"tanks of nation A.*capped by NSN-1\..*costs \d") as caught:
        cheapest_stock(replace(given, most=most), [Target(0.95, name="tanks of nation A")])
    assert "NSN-0" not in str(caught.value)
    said = str(caught.value).split("costs ")[1].split(" in all")[0]
    reached = best_stock(given, budget=float(said.replace(",", "")) + 0.01)
    assert reached.value >= 0.95


def test_targets_that_make_no_sense(problem: Maker) -> None:
    given = problem(11)
    for targets, what in (
        ([], "no target"),
        ([Target(1.0)], "no finite stock"),
        ([Target(0.9, sites=(0,))], "no systems"),
        ([Target(0.9, system=4)], "not there"),
    ):
        with pytest.raises(BadUse, match=what):
            cheapest_stock(given, targets)


def test_storage_is_never_exceeded(problem: Maker, bounded: Bounded, every: Every) -> None:
    given = bounded(problem(13), 3)
    free = best_stock(given, budget=120)
    used, space = given.mass_kg @ free.stock, given.volume_m3 @ free.stock
    room = Storage(np.array([used[0] * 0.6, used[1] * 0.7, np.inf]), np.full(3, space.max() * 0.8))
    found = best_stock_in_storage(given, room, budget=120)
    assert found.cost <= 120
    assert (given.mass_kg @ found.stock <= room.mass_kg * (1 + 1e-9)).all()
    assert (given.volume_m3 @ found.stock <= room.volume_m3 * (1 + 1e-9)).all()
    stocks = every(given, 3)
    fits = (np.einsum("i,kis->ks", given.mass_kg, stocks.stock) <= room.mass_kg).all(axis=1)
    fits &= (np.einsum("i,kis->ks", given.volume_m3, stocks.stock) <= room.volume_m3).all(axis=1)
    best = float(stocks.value[fits & (stocks.cost <= 120)].max())
    assert found.value <= best * (1 + 1e-12)
    assert found.value >= 0.97 * best
    assert found.bound >= best * (1 - 1e-12)


def test_room_that_is_plenty_changes_nothing(problem: Maker) -> None:
    given = problem(13)
    plenty = Storage(np.full(3, 1e9), np.full(3, np.inf))
    inside, free = (
        best_stock_in_storage(given, plenty, budget=120),
        best_stock(given, budget=120),
    )
    assert inside.value == pytest.approx(free.value, rel=0.01)
    assert inside.bound == pytest.approx(free.bound, rel=1e-9)


def test_storage_errors(problem: Maker) -> None:
    given = replace(problem(13), least=np.ones((2, 3)))
    with pytest.raises(BadData, match=r"base 1.*least stock alone"):
        best_stock_in_storage(
            given, Storage(np.array([1e9, 0.1, 1e9]), np.full(3, np.inf)), budget=10
        )
    with pytest.raises(BadUse, match="Room"):
        best_stock_in_storage(given, Storage(np.full(2, 1.0), np.full(2, 1.0)), budget=10)
