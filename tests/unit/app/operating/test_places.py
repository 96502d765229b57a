"""Places of the map: how they stand now and ahead, whose they are, and which are chosen."""

import polars as pl
import pytest

from redball.app.operating.ahead import at_places, course_of, runs_out
from redball.app.operating.balance import balance_of
from redball.app.operating.places import Chosen, chosen_places, placed, site_rows, unit_rows
from redball.app.operating.symbols import EDITION, code, kinds
from redball.app.operating.ways import hazard_rows, lane_rows, lanes_at
from redball.app.picture import Recognised
from redball.model import BadUse
from redball.model.schema import table


def names(known: Recognised, **asked: str | int) -> list[str]:
    chosen = Chosen(**asked)  # type: ignore[arg-type]  # words and days by name
    return sorted(chosen_places(known, chosen)["name"].to_list())


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["Base Nord", "Depot Süd", "Far Port", "Nowhere Workshop"]),
        ({"kind": "depot"}, ["Depot Süd"]),
        ({"supply_class": "NATO:I"}, ["Base Nord"]),
        ({"supply_class": "NATO:II"}, ["Depot Süd"]),
        ({"level": "critical"}, ["Base Nord", "Depot Süd"]),
        ({"text": "unit two"}, ["Base Nord"]),
        ({"text": "SÜD"}, ["Depot Süd"]),
        ({"text": "%_\\d"}, []),
        ({"nation": "NLD"}, []),
        ({"nation": "DEU", "kind": "port"}, ["Far Port"]),
    ],
    ids=["all", "kind", "class-used", "class-held", "level", "unit", "case", "signs", "nation",
         "two"],
)  # fmt: skip
def test_what_is_chosen(known: Recognised, asked: dict[str, str], found: list[str]) -> None:
    assert names(known, **asked) == found


@pytest.mark.parametrize(
    "asked", [{"level": "off"}, {"level": "worse"}, {"kind": "castle"}],
    ids=["level-below", "level-unknown", "kind-unknown"],
)  # fmt: skip
def test_a_choice_that_there_is_not_is_refused(asked: dict[str, str]) -> None:
    with pytest.raises(BadUse, match="is not a") as told:
        Chosen(**asked)  # type: ignore[arg-type]  # words by name
    assert "Use one of" in told.value.mend


def test_whose_a_place_is_shows_in_its_symbol(known: Recognised) -> None:
    rows = {row["name"]: row for row in site_rows(known).iter_rows(named=True)}
    assert (rows["Base Nord"]["affiliation"], rows["Far Port"]["affiliation"]) == (
        "ours",
        "neutral",
    )
    # version 10, exercise, friend or neutral, land installation
    assert rows["Base Nord"]["symbol"].startswith("10132000")
    assert rows["Far Port"]["symbol"].startswith("10142000")


def test_every_kind_of_site_has_a_symbol() -> None:
    there = set(table("site")["kind"].type.choices)
    assert there | {"unit"} == set(kinds())
    codes = [code(kind, "ours", exercise=False) for kind in kinds()]
    assert all(len(one) == 20 and one.isdigit() for one in codes)
    assert len(set(codes)) == len(codes)
    assert code("castle", "ours", exercise=True) == code("other", "ours", exercise=True)
    assert EDITION == "APP-6(D)"


def test_units_stand_as_the_worst_of_their_fleets(known: Recognised) -> None:
    found = {row["unit"]: row["level"] for row in unit_rows(known).iter_rows(named=True)}
    assert found == {"Unit One": "critical", "Unit Two": "off"}


def test_now_a_place_stands_as_its_findings_say(known: Recognised) -> None:
    base = placed(known).row(0, named=True)
    assert (base["name"], base["level"], base["item"]) == ("Base Nord", "critical", "Fuel")
    assert base["days"] == pytest.approx(5.0, rel=0.02)  # 100 of 20 a day
    assert base["target_days"] == 24


def test_ahead_it_stands_as_its_stock_will(known: Recognised) -> None:
    """100 litres last five days; 200 more come on the third; the late meal is not counted."""
    fuel = {ahead: at_places(known, ahead, "NATO:III").row(0, named=True)["days"]
            for ahead in (1, 2, 3, 7, 20)}  # fmt: skip
    assert fuel == {
        1: pytest.approx(4.0, abs=0.1), 2: pytest.approx(3.0, abs=0.1),
        3: pytest.approx(12.0, abs=0.2), 7: pytest.approx(8.0, abs=0.3), 20: 0.0,
    }  # fmt: skip
    levels = {ahead: placed(known, ahead, "NATO:III").row(0, named=True)["level"]
              for ahead in (0, 3, 20)}  # fmt: skip
    assert levels == {0: "critical", 3: "caution", 20: "critical"}
    meal = course_of(known).pairs.with_columns(out=pl.Series(runs_out(course_of(known))))
    of_meal = meal.filter(pl.col("supply_class") == "NATO:I")["out"].to_list()
    assert of_meal == [pytest.approx(50.0, rel=0.02)]


def test_the_panel_says_the_least_days_of_a_class(known: Recognised) -> None:
    (row,) = balance_of(known).nations
    assert row.cells["NATO:III"].days == pytest.approx(5.0, rel=0.02)
    assert row.cells["NATO:III"].level == "critical"
    assert (row.available, row.count, row.level) == (14, 20, "critical")  # the silent fleet is not


def test_lanes_have_the_flow_and_loading_of_the_report(known: Recognised) -> None:
    rows = lane_rows(known)
    assert rows["lane"].to_list() == ["DEU:DEPOT|BASE|road", "DEU:PORT|DEPOT|sea"]
    road = rows.row(0, named=True)
    # 740 kg over the 33 days from 1 January to 4 February less one: departures count
    assert road["flow_t_per_day"] == pytest.approx(0.74 / 31, rel=0.02)
    assert road["loading"] == pytest.approx(road["flow_t_per_day"] / 100)
    assert rows["flow_t_per_day"][1] is None
    assert rows["loading"][1] is None
    port = site_rows(known).filter(pl.col("name") == "Far Port")["site_ix"]
    assert lanes_at(known, port)["mode"].to_list() == ["sea"]


def test_hazards_without_a_place_are_not_on_the_map(known: Recognised) -> None:
    assert hazard_rows(known).select("name", "radius_km").rows() == [("Storm", 50.0), ("Fire", 0.0)]
