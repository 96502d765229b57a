"""The sheet of a site: what stands, moves and waits there, and what is said of it."""

from collections.abc import Callable
from datetime import date

import pytest

from redball import app
from redball.app.operating.danger import danger_of
from redball.app.operating.looking import operating_picture
from redball.app.operating.moments import moments
from redball.app.operating.places import Chosen
from redball.app.operating.site_sheet import site_sheet
from redball.app.picture import Recognised
from redball.model import NotVisible

Sheet = Callable[[str], app.Answer]


def test_a_base_says_how_long_it_lasts_and_who_feeds_it(sheet: Sheet) -> None:
    answer = sheet("DEU:BASE")
    lasts, fed, depends, named = answer.said
    assert lasts == (
        "Base Nord has 5.0 days of the 24 wanted of Fuel; with what is expected it runs out on "
        "2026-02-16. 1 of 2 articles with a target are below it."
    )
    assert fed == (
        "It is fed by Depot Süd; 1 lane to it, 2 consignments on the way or planned, 1 of them "
        "late, 0 open orders."
    )
    assert depends == "What depends on it: 2 units (Unit One, Unit Two)."
    count = answer.figures["findings"]
    assert named == f"{count} findings name it, the worst critical."
    assert answer.figures["shortest stock, d"] == pytest.approx(5.0, rel=0.02)


def test_the_tables_of_a_base(sheet: Sheet) -> None:
    found = sheet("BASE").tables
    stock = found["stock"].row(0, named=True)
    assert (stock["item_name"], stock["level"], stock["free"]) == ("Fuel", "critical", 100.0)
    assert stock["runs_out_on"] == date(2026, 2, 16)
    arriving = found["arriving"].select("item_name", "status", "late_days").rows()
    assert arriving == [("Meal", "planned", 12), ("Fuel", "in_transit", 0)]  # none that arrived
    fleets = found["units"].select("unit", "system", "level", "available").rows()
    assert fleets == [("Unit One", "Tank", "critical", 5), ("Unit One", "Truck", "normal", 9),
                      ("Unit Two", "Tank", "off", None)]  # fmt: skip
    back = found["lanes_out"].row(0, named=True)  # the lane from the depot goes both ways
    assert (back["to"], back["flow_t_per_day"], back["site"]) == ("Depot Süd", None, "DEU:DEPOT")


def test_a_depot_feeds_others_and_awaits_an_order(sheet: Sheet) -> None:
    answer = sheet("DEU:DEPOT")
    assert answer.tables["feeds"].rows() == [("Base Nord", "all", 2.0, "DEU:BASE")]
    assert answer.tables["ordered"]["order"].to_list() == ["DEU:PO1"]  # PO2 was received
    assert answer.tables["fed_by"]["from"].to_list() == ["sources outside"]


def test_a_place_that_only_ships_says_so(sheet: Sheet) -> None:
    answer = sheet("DEU:PORT")
    assert answer.said[0] == "Far Port holds and uses nothing that is shown."
    assert answer.said[2] == "What depends on it: 1 article that Maker GmbH ships from here."


def test_a_place_that_nothing_rests_on_says_so(sheet: Sheet) -> None:
    assert sheet("DEU:HID").said[2] == "Nothing that is shown depends on it."


def test_the_sheet_is_labelled_as_all_that_it_rests_on(known: Recognised, sheet: Sheet) -> None:
    assert sheet("DEU:PORT").origin.label == known.twin.label


@pytest.mark.parametrize("key", ["DEU:NOSUCH", "NLD:BASE", "::", ""])
def test_a_site_that_is_not_there_is_not_visible(theatre: str, key: str) -> None:
    with pytest.raises(NotVisible):
        site_sheet(app.Inputs(app.View(theatre, "DEU")), key)


def test_the_fleet_furthest_below_is_named_first_with_its_reasons(known: Recognised) -> None:
    found = danger_of(known)
    assert (found.fleets, found.silent, found.below) == (3, 1, 1)
    (worst,) = found.worst
    assert (worst.system, worst.unit, worst.available, worst.count) == ("Tank", "Unit One", 5, 10)
    assert (worst.system_key, worst.site, worst.level) == ("DEU:TANK", "DEU:BASE", "critical")
    assert "Base Nord holds 5 of 24 days" in " ".join(one.words for one in worst.reasons)


def test_moments_are_imports_then_now_then_days_ahead(theatre: str) -> None:
    stops = moments(app.View(theatre, "DEU"))
    assert [stop.ahead for stop in stops] == [0, 1, 3, 7, 14, 21, 30, 45, 60, 90]
    assert all(stop.as_of is None for stop in stops)  # one import: the newest is now


def test_a_site_of_another_moment_does_not_take_the_page_away(theatre: str) -> None:
    found = operating_picture(app.View(theatre, "DEU"), Chosen(kind="depot"), "DEU:GONE")
    assert found.missing
    assert found.sheet is None
    assert found.places["name"].to_list() == ["Depot Süd"]
    assert found.bounds == (11.0, 48.0, 11.0, 48.0)
    assert found.unplaced == 0
