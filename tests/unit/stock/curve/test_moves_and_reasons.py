"""Moves before buys, and the reason of every buy."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from redball.model import BadData, BadUse
from redball.stock.curve import best_stock, explain, reallocate
from redball.stock.sparing import SparingProblem, evaluate

Maker = Callable[..., SparingProblem]


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_free_moves_find_the_best_split(
    problem: Maker, every: Callable[..., Any], seed: int
) -> None:
    given = replace(problem(seed, items=2), most=np.full((2, 3), 4.0))
    have = np.array([[0.0, 3.0, 0.0], [0.0, 0.0, 4.0]])
    found = reallocate(given, have)
    assert (found.stock.sum(axis=1) == have.sum(axis=1)).all()
    assert found.cost == 0
    assert found.buys.is_empty()
    stocks = every(given, 4)
    same = (stocks.stock.sum(axis=2) == have.sum(axis=1)).all(axis=1)
    assert found.value_after == pytest.approx(float(stocks.value[same].max()), rel=1e-9)


def test_moves_and_buys_add_up(problem: Maker) -> None:
    given = problem(24, items=5, supplier=(-1, 0, 0, 0))
    have = np.zeros((5, 4))
    have[:, 1] = 3
    found = reallocate(given, have, budget=150, move_cost=2.0)
    again = have.copy()
    for item, source, to, units, cost in found.moves.iter_rows():
        again[item, source] -= units
        again[item, to] += units
        assert cost == pytest.approx(2.0 * units)
    for item, site, units, cost in found.buys.iter_rows():
        again[item, site] += units
        assert cost == pytest.approx(units * given.unit_cost[item])
    assert (again == found.stock).all()
    spent = float(found.moves["cost"].to_numpy().sum() + found.buys["cost"].to_numpy().sum())
    assert found.cost == pytest.approx(spent)
    assert found.cost <= 150
    assert found.readiness_after > found.readiness_before
    weight = given.systems / given.systems.sum()
    told = np.nansum(weight * evaluate(given, found.stock).availability)
    assert found.readiness_after == pytest.approx(float(told))


def test_units_stay_within_their_nation(problem: Maker) -> None:
    given = problem(25, items=2, supplier=(-1, -1, 0, 0, 1, 1))
    have = np.zeros((2, 6))
    have[:, 2] = 5
    groups = [0, 1, 0, 0, 1, 1]
    apart = reallocate(given, have, groups=groups)
    assert apart.stock[:, [1, 4, 5]].sum() == 0
    together = reallocate(given, have)
    assert together.stock[:, [1, 4, 5]].sum() > 0
    assert together.value_after > apart.value_after


def test_moves_that_cost_more_than_they_give_are_not_made(problem: Maker) -> None:
    given = problem(26)
    have = np.zeros((2, 3))
    have[0, 1] = 2
    found = reallocate(given, have, budget=0, move_cost=5.0)
    assert found.moves.is_empty()
    assert (found.stock == have).all()


def test_what_must_stay_stays(problem: Maker) -> None:
    given = problem(26)
    least = np.zeros((2, 3))
    least[0, 1] = 2
    have = np.zeros((2, 3))
    have[0, 1] = 3
    found = reallocate(replace(given, least=least), have)
    assert found.stock[0, 1] >= 2


def test_holdings_that_are_wrong(problem: Maker) -> None:
    given = problem(26)
    with pytest.raises(BadData, match="NSN-1, base 2"):
        reallocate(given, np.array([[0, 0, 0], [0, 0, -1.0]]))
    with pytest.raises(BadUse, match="shape"):
        reallocate(given, np.zeros(3))
    with pytest.raises(BadUse, match="negative"):
        reallocate(given, np.zeros((2, 3)), move_cost=-1.0)


def test_every_buy_has_its_reason(problem: Maker) -> None:
    given = problem(27, items=4, supplier=(-1, 0, 0, 0))
    best = best_stock(given, budget=150)
    rows = explain(given, best.stock)
    assert rows["units"].sum() == best.stock.sum()
    assert rows["cost"].sum() == pytest.approx(best.cost)
    assert rows["rank"].to_list() == list(range(1, len(rows) + 1))
    assert rows["value_per_cost"].is_sorted(descending=True)
    weight = given.systems / given.systems.sum()
    for row in rows.iter_rows(named=True):
        without = best.stock.copy()
        without[row["item"], row["site"]] = 0
        told = evaluate(given, without)
        assert row["readiness_before"] == pytest.approx(np.nansum(weight * told.availability))
        assert row["readiness_after"] == pytest.approx(best.readiness)
        assert row["backorders_before"] == pytest.approx(told.ebo[:, 1:].sum())
        assert row["backorders_after"] == pytest.approx(best.backorders)
        gain = (row["readiness_after"] - row["readiness_before"]) / row["cost"]
        assert row["readiness_per_cost"] == pytest.approx(gain)
        assert row["item_name"] == f"NSN-{row['item']}"


def test_the_next_best_is_another_unit_for_the_same_money(problem: Maker) -> None:
    given = problem(28, items=4)
    stock = best_stock(given, budget=100).stock
    rows = explain(given, stock)
    logs = np.log(evaluate(given, stock).availability)
    weight = given.systems / given.systems.sum()
    for row in rows.iter_rows(named=True):
        rates = {}
        for item in range(4):
            for site in range(3):
                if given.unit_cost[item] <= row["cost"] and (item, site) != (
                    row["item"],
                    row["site"],
                ):
                    more = stock.copy()
                    more[item, site] += 1
                    gain = np.nansum(weight * (np.log(evaluate(given, more).availability) - logs))
                    rates[item, site] = float(gain) / given.unit_cost[item]
        best = max(rates.values())
        assert row["next_value_per_cost"] == pytest.approx(best, rel=1e-6)
        assert rates[row["next_item"], row["next_site"]] == pytest.approx(best, rel=1e-6)


def test_explained_against_what_was_there(problem: Maker) -> None:
    given = problem(27)
    before = np.ones((2, 3))
    after = before.copy()
    after[0, 2] += 2
    rows = explain(given, after, before=before)
    assert rows.select("item", "site", "units").rows() == [(0, 2, 2.0)]
    assert explain(given, before, before=before).is_empty()
    with pytest.raises(BadUse, match="below what was there"):
        explain(given, np.zeros((2, 3)), before=before)


def test_only_the_dearest_rows(problem: Maker) -> None:
    given = problem(27, items=6)
    stock = best_stock(given, budget=200).stock
    few = explain(given, stock, limit=3)
    assert len(few) == 3
    assert few["cost"].min() >= explain(given, stock)["cost"].sort(descending=True)[2] - 1e-9
