import pytest

from redball import app
from redball.model import BadData


def test_help_for_each_nation_adds_up_and_helps_who_is_short(allies: app.Inputs) -> None:
    answer = app.stock_support(allies)
    rows = {row["nation"]: row for row in answer.tables["by_nation"].iter_rows(named=True)}
    assert set(rows) == {"DEU", "NLD"}
    # DEU holds no radio at its base, NLD holds three
    assert rows["DEU"]["availability_with"] > rows["DEU"]["availability_without"]
    given = sum(row["given_per_day"] for row in rows.values())
    assert given == pytest.approx(sum(row["received_per_day"] for row in rows.values()))
    without = sum(row["ebo_without"] for row in rows.values())
    assert answer.figures["backorders without support"] == pytest.approx(without)
    assert answer.tables["agreements"].height == 2
    assert len(answer.said) >= 2


def test_one_nation_has_nobody_to_agree_with(alone: app.Inputs) -> None:
    with pytest.raises(BadData, match="No agreement") as caught:
        app.stock_support(alone)
    assert caught.value.where == "table support"
