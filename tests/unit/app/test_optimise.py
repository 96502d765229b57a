from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from redball import app
from redball.app.readiness import starting
from redball.app.sparing import spares
from redball.model import BadData, BadUse
from redball.stock.sparing import evaluate


def stock_after(inputs: app.Inputs, answer: app.Answer) -> tuple[float, float]:
    """Mean availability and cost of a plan, evaluated anew."""
    found = spares(inputs, app.SparingOptions())
    problem = starting(found, "holdings")
    stock = np.broadcast_to(problem.least, found.case.have.shape).copy()
    for row in answer.tables["plan"].iter_rows(named=True):
        item = int(found.case.item_of[found.twin.find("item", row["item"])])
        place = item, problem.site_names.index(row["site"])
        assert stock[place] == row["have"]
        stock[place] += row["buy"] + row["move"]
        assert stock[place] == row["stock"]
    up = np.nan_to_num(evaluate(problem, stock).availability)
    weight = np.asarray(problem.systems)
    return float((up * weight).sum() / weight.sum()), float(answer.tables["plan"]["cost"].sum())


@pytest.mark.parametrize("budget", [0.0, 14.0, 1000.0, 3000.0])
def test_the_budget_is_kept_and_the_plan_gives_what_it_says(
    alone: app.Inputs, budget: float
) -> None:
    answer = app.stock_optimise(alone, app.OptimiseOptions(budget=budget))
    readiness, cost = stock_after(alone, answer)
    assert cost == pytest.approx(answer.figures["cost, EUR"])
    assert cost <= budget
    assert readiness == pytest.approx(answer.figures["availability after"])


@pytest.mark.parametrize("target", ["0.95", "nation=DEU:0.9", "system=TANK:0.9", "site=BASE:0.9",
                                    "unit=U:0.9"])  # fmt: skip
def test_a_target_is_reached_when_the_plan_is_evaluated_anew(
    alone: app.Inputs, target: str
) -> None:
    answer = app.stock_optimise(alone, app.OptimiseOptions(targets=(target,)))
    readiness, _ = stock_after(alone, answer)
    assert readiness >= float(target.rpartition(":")[2]) - 1e-9


def test_moves_keep_the_number_of_units(alone: app.Inputs) -> None:
    answer = app.stock_optimise(alone, app.OptimiseOptions(budget=500.0, move=True))
    plan = answer.tables["plan"]
    moved = plan.group_by("item").agg(pl.col("move").sum())
    assert moved["move"].to_list() == [0.0] * moved.height
    assert (plan["stock"] >= 0).all()
    readiness, cost = stock_after(alone, answer)
    assert cost <= 500.0
    assert readiness == pytest.approx(answer.figures["availability after"])
    assert readiness > float(answer.figures["availability before"] or 0)


def test_storage_limits_what_a_site_holds(alone: app.Inputs) -> None:
    free = app.stock_optimise(alone, app.OptimiseOptions(budget=9000.0))
    kept = app.stock_optimise(alone, app.OptimiseOptions(budget=9000.0, storage=True))
    mass = {"DEU:LAMP": 2.0, "DEU:RADIO": 5.0, "DEU:TUBE": 1.0}

    def at_base(answer: app.Answer) -> float:
        rows = answer.tables["plan"].filter(site="DEU:BASE").select("item", "stock").iter_rows()
        return float(sum(mass[item] * units for item, units in rows))

    assert at_base(free) > 20.0
    assert at_base(kept) <= 20.0


def test_explanations_sum_to_the_cost_of_the_plan(alone: app.Inputs) -> None:
    options = app.OptimiseOptions(budget=3000.0)
    answer = app.stock_explain(alone, options)
    assert answer.tables["buys"]["cost"].sum() == pytest.approx(answer.figures["cost, EUR"])
    assert answer.figures == app.stock_optimise(alone, options).figures
    rows = answer.tables["buys"]
    assert (rows["readiness_after"] >= rows["readiness_before"]).all()


@pytest.mark.parametrize(
    "target", ["2", "0", "nan", "nation=DEU", "=0.9", "planet=MARS:0.9", "nation=FRA:0.9"]
)
def test_a_target_that_is_none_is_bad_use(alone: app.Inputs, target: str) -> None:
    with pytest.raises(BadUse):
        app.stock_optimise(alone, app.OptimiseOptions(targets=(target,)))


def test_what_does_not_go_together_is_bad_use() -> None:
    for options in (
        {},
        {"budget": 1.0, "targets": ("0.9",)},
        {"targets": ("0.9",), "move": True},
        {"targets": ("0.9",), "storage": True},
        {"budget": 1.0, "move": True, "start": "empty"},
    ):
        with pytest.raises(BadUse):
            app.OptimiseOptions(**options)  # type: ignore[arg-type]  # on purpose


def test_without_a_failure_rate_the_table_to_fill_is_named(
    tables: Callable[..., Path],
) -> None:
    folder = tables(
        factor="item,basis,system,quantity\n",
        demand="site,item,period_start,period_days,quantity\n",
    )
    with pytest.raises(BadData) as caught:
        app.stock_optimise(app.inputs_of("x", "DEU", None, folder), app.OptimiseOptions(budget=1.0))
    assert "factor" in caught.value.where
