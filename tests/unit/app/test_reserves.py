import pytest

from redball import app
from redball.app.reserves import parse_hours
from redball.model import BadData, BadUse


def options(words: str = "days:600", **more: object) -> app.ReserveOptions:
    return app.ReserveOptions(app.parse_duration(words), words, **more)  # type: ignore[arg-type]  # by name


def test_purchases_keep_the_budget_and_lower_the_shortage(alone: app.Inputs) -> None:
    answer = app.stock_reserve(alone, options(budget=300.0))
    rows = answer.tables["reserve"]
    assert rows["cost"].sum() == pytest.approx(answer.figures["purchases, EUR"])
    assert 0 < rows["cost"].sum() <= 300.0
    lamp = rows.filter(item="DEU:LAMP").row(0, named=True)
    # 21 lamps in 360 days: 600 days need 35, 20 are held, seven are paid for at 40 each
    assert (lamp["have"], lamp["buy"], lamp["weight"]) == (20.0, 7.0, 13.0)
    assert lamp["shortage_before"] == pytest.approx(600 * 21 / 360 - 20)
    assert lamp["shortage"] == pytest.approx(600 * 21 / 360 - 27)
    assert answer.figures["weighted shortage after"] == pytest.approx(13 * lamp["shortage"])
    assert "label" not in rows.columns


def test_what_is_not_planned_is_counted_and_says_why(alone: app.Inputs) -> None:
    answer = app.stock_reserve(alone, options())
    reasons = answer.tables["reserve"]["reason"].to_list()
    unplanned = sum(reason != "planned" for reason in reasons)
    assert unplanned == 1
    assert "1 items are not planned; each row says why." in answer.said


def test_no_item_of_a_class_is_said_with_the_classes_that_are_seen(alone: app.Inputs) -> None:
    with pytest.raises(BadData, match="No item") as caught:
        app.stock_reserve(alone, options(classes=("NATO:V",)))
    assert "NATO:II" in caught.value.mend


@pytest.mark.parametrize("text", ["", "days", "days:x", "exponential:1:2", "lognormal:4"])
def test_a_duration_that_is_none_is_bad_use(text: str) -> None:
    with pytest.raises(BadUse, match="disruption"):
        app.parse_duration(text)


@pytest.mark.parametrize("text", ["", "48,24", "0,24", "24,inf", "24,24", "nan"])
def test_hours_rise_from_zero(text: str) -> None:
    with pytest.raises(BadUse, match="windows"):
        parse_hours(text)
    assert parse_hours("24,48.5") == (24.0, 48.5)
