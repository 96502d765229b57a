from pathlib import Path

import pytest

from redball import app
from redball.app.surge import parse_law, spans_of, surges_of
from redball.model import BadData, BadUse

SURGE = app.SurgeOptions(surges=((5.0, 20.0, 4.0),), days=30)


def test_availability_falls_in_the_surge_and_figures_agree(alone: app.Inputs) -> None:
    answer = app.stock_surge(alone, SURGE)
    days = answer.tables["by_nation"].sort("day")
    assert days["day"].to_list() == [float(n) for n in range(31)]
    assert days["availability"][20] < days["availability"][0] - 0.01
    assert days["availability"][4] == pytest.approx(days["availability"][0])
    assert answer.figures["most backorders"] == pytest.approx(days["ebo"].to_numpy().max())


def test_the_stock_that_is_added_holds_the_target_and_its_buys_are_its_cost(
    alone: app.Inputs,
) -> None:
    options = app.SurgeOptions(surges=((5.0, 15.0, 2.0),), days=20, target=0.8)
    answer = app.stock_surge(alone, options)
    assert answer.tables["buys"]["cost"].sum() == pytest.approx(
        answer.figures["cost of the stock to add, EUR"]
    )
    after = [line for line in answer.charts[0].lines if "more" in line.name]  # type: ignore[union-attr]  # the days
    assert min(share for line in after for _, share in line.points) >= 0.8 - 1e-6


def test_a_profile_is_read_row_by_row(alone: app.Inputs, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(
        "kind,start_day,end_day,multiplier,item,site,nation\n"
        "demand,5,20,4,LAMP,,\ndemand,5,20,4,RADIO,BASE,\nrepair,8,12,,,,DEU\n"
        "transport,3,6,,,DEPOT,\n"
    )
    answer = app.stock_surge(alone, app.SurgeOptions(profile=path, days=25))
    assert answer.origin.parameters["profile"] == path.read_text()
    low = answer.tables["by_nation"]["availability"].to_numpy().min()
    assert low < answer.tables["by_nation"]["availability"][0]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("flood,1,2,,,,", "'flood'"),
        ("demand,one,2,,,,", "can't be read"),
        ("repair,1,2,,LAMP,,", "all items"),
        ("demand,1,2,3,ROOT,,", "No item of the case"),
        ("demand,1,2,3,,,FRA", "No site of the case"),
    ],
)
def test_a_bad_row_of_a_profile_is_named(
    alone: app.Inputs, tmp_path: Path, row: str, said: str
) -> None:
    path = tmp_path / "p.csv"
    path.write_text(f"kind,start_day,end_day,multiplier,item,site,nation\n{row}\n")
    with pytest.raises(BadData, match=said) as caught:
        app.stock_surge(alone, app.SurgeOptions(profile=path))
    assert "line 2" in caught.value.where


def test_words_of_a_surge() -> None:
    assert surges_of(["0:30:3"]) == ((0.0, 30.0, 3.0),)
    assert spans_of(["5:12"]) == ((5.0, 12.0),)
    assert parse_law("erlang") == "erlang"
    for bad in ("0:30", "a:b:c", ""):
        with pytest.raises(BadUse):
            surges_of([bad])
    with pytest.raises(BadUse, match="law"):
        parse_law("weibull")


def test_a_surge_of_nothing_is_bad_use(alone: app.Inputs) -> None:
    with pytest.raises(BadUse, match="Nothing changes"):
        app.stock_surge(alone, app.SurgeOptions())
