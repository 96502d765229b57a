import numpy as np
import pytest

from redball import app
from redball.app.readiness import starting
from redball.app.sparing import spares
from redball.stock.sparing import evaluate

OPTIONS = app.CurveOptions(points=6, budget=8000.0)


def test_readiness_does_not_fall_as_money_is_spent_and_both_curves_are_there(
    allies: app.Inputs,
) -> None:
    answer = app.stock_curve(allies, OPTIONS)
    curve = answer.tables["curve"]
    assert np.all(np.diff(curve["cost"]) >= 0)
    assert np.all(np.diff(curve["value"]) >= -1e-12)
    assert curve["cost"].to_numpy().max() <= 8000.0
    both = curve.drop_nulls("readiness_with_support")
    assert both.height == curve.height
    # NLD has radios that DEU lacks, so help is felt where nothing is bought yet
    assert both["readiness_with_support"][0] > both["readiness"][0] + 0.01
    assert [line.name for line in answer.charts[0].lines] == [  # type: ignore[union-attr]  # the curve
        "without support", "with mutual support",
    ]  # fmt: skip


def test_the_money_of_the_last_point_is_its_cost(alone: app.Inputs) -> None:
    answer = app.stock_curve(alone, OPTIONS)
    last = answer.tables["curve"]["cost"][-1]
    for name in ("money_by_item", "money_by_nation"):
        assert answer.tables[name]["cost"].sum() == pytest.approx(last)
    assert answer.figures["points"] == answer.tables["curve"].height


def test_from_nothing_costs_more_than_from_what_is_held(alone: app.Inputs) -> None:
    found = spares(alone, app.SparingOptions())
    empty, held = starting(found, "empty"), starting(found, "holdings")
    assert np.asarray(empty.least).sum() == 0
    assert (np.broadcast_to(held.least, found.case.have.shape) == found.case.have).all()
    first = app.stock_curve(alone, app.CurveOptions(points=2, budget=0.0)).tables["curve"]
    up = evaluate(held, found.case.have).availability
    weight = np.asarray(held.systems)
    mean = (np.nan_to_num(up) * weight).sum() / weight.sum()
    assert first["readiness"][0] == pytest.approx(mean)


def test_agreements_are_counted_only_where_support_is_evaluated(allies: app.Inputs) -> None:
    without = app.stock_curve(allies, app.CurveOptions(points=2, budget=0.0, support=False))
    assert "agreements on mutual support" not in without.figures
    assert "readiness_with_support" not in without.tables["curve"].columns


def test_a_budget_below_the_cheapest_step_is_said_to_buy_nothing(alone: app.Inputs) -> None:
    poor = app.stock_curve(alone, app.CurveOptions(points=5, budget=0.5, support=False))
    assert poor.tables["curve"]["cost"].to_list() == [0.0]
    (told,) = [sentence for sentence in poor.said if "buys nothing" in sentence]
    cheapest = float(told.split("costs ")[1].split(" EUR")[0].replace(",", ""))
    assert cheapest > 0.5
    enough = app.stock_curve(alone, app.CurveOptions(points=5, budget=cheapest, support=False))
    assert enough.tables["curve"]["cost"][-1] == pytest.approx(cheapest)
    assert not any("buys nothing" in sentence for sentence in enough.said)
