"""The picture of a small coalition with every figure worked out by hand."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from redball.model import BadUse, Consumption, Groups, Label, Twin, build_twin, table
from redball.model.frames import frame_schema
from redball.picture import Picture, ReadinessLimits, build_picture

DAY = date(2026, 1, 31)
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
LABELS = {
    1: Label("DEU", "UNCLASSIFIED", frozenset({"ALL"})),
    2: Label("DEU", "RESTRICTED"),
    3: Label("NLD", "UNCLASSIFIED", frozenset({"ALL"})),
    4: Label("NLD", "UNCLASSIFIED", frozenset({"DEU"})),
}


def rows(name: str, *records: dict[str, Any]) -> pl.DataFrame:
    schema = frame_schema(table(name))
    base = {"owner": "DEU", "since": 1, "sheet": "x.csv", "line": 2}
    full = [{**base, **record} for record in records]
    full = [{"label": 1 if r["owner"] == "DEU" else 3, **r} for r in full]
    return pl.DataFrame({c: [r.get(c) for r in full] for c in schema}, schema=schema)


def holding(key: str, site: str, item: str, quantity: float, **more: Any) -> dict[str, Any]:
    base = {"condition": "serviceable", "reserved": 0.0}
    return {"key": key, "site": site, "item": item, "quantity": quantity, **base, **more}


NLD = {"owner": "NLD"}
TABLES: dict[str, list[dict[str, Any]]] = {
    "nation": [{"key": "DEU", "currency": "EUR"}, {"key": "NLD", "currency": "USD", **NLD}],
    "site": [{"key": "A", "name": "Alfa"}, {"key": "B", "name": "Bravo"}],
    "party": [{"key": "BN", "name": "Battalion 1", "kind": "unit", "site": "A"}],
    "item": [
        {"key": "bearing", "name": "Bearing", "supply_class": "NATO:II", "unit_of_issue": "EA",
         "price": 10.0, "mass_kg": 2.0, "volume_m3": 0.001},
        {"key": "diesel", "name": "Diesel", "supply_class": "NATO:III", "unit_of_issue": "LI",
         "mass_kg": 0.8},
        {"key": "lager", "name": "Lager", "supply_class": "US:IX", "unit_of_issue": "BX",
         "quantity_per_unit": 12.0, "content_unit": "EA", "price": 150.0, "mass_kg": 24.0, **NLD},
    ],
    "rate": [
        {"key": "1", "currency": "USD", "day": date(2026, 1, 2), "per_eur": 1.25},
        {"key": "2", "currency": "USD", "day": date(2025, 1, 2), "per_eur": 9.0},
        {"key": "3", "currency": "USD", "day": date(2026, 2, 1), "per_eur": 9.0},
        {"key": "4", "currency": "USD", "day": date(2026, 1, 2), "per_eur": 7.0, **NLD},
    ],
    "holding": [
        holding("1", "A", "bearing", 100.0, counted_on=date(2026, 1, 20)),
        holding("2", "A", "bearing", 50.0, lot="old", expiry=DAY - timedelta(days=1)),
        holding("3", "A", "diesel", 5000.0, label=2),
        holding("4", "B", "bearing", 10.0, lot="x", expiry=DAY + timedelta(days=90)),
        holding("5", "B", "bearing", 7.0, condition="in_repair"),
        holding("6", "DEU:B", "lager", 4.0, lot="y", expiry=DAY + timedelta(days=91), **NLD),
    ],
    "system": [{"key": "IFV", "name": "Fighter", "availability_target": 0.8}],
    "fleet": [
        {"key": "f", "unit": "BN", "system": "IFV", "count": 40, "available": 30,
         "availability_target": 0.9},
    ],
    "consignment": [
        {"key": "c1", "from_site": "A", "to_site": "B", "item": "bearing", "quantity": 200.0,
         "mode": "road", "status": "in_transit", "expected_on": DAY - timedelta(days=3)},
        {"key": "c2", "from_site": "A", "item": "diesel", "quantity": 1.0, "mode": "rail",
         "status": "planned"},
        {"key": "c3", "from_site": "A", "to_site": "B", "item": "diesel", "quantity": 1.0,
         "mode": "rail", "status": "arrived"},
    ],
}  # fmt: skip

A, B = 0, 1
BEARING, DIESEL, LAGER = 0, 1, 2


def twin(**changed: list[dict[str, Any]]) -> Twin:
    frames = {name: rows(name, *records) for name, records in {**TABLES, **changed}.items()}
    return build_twin(frames, LABELS, viewer="DEU", as_of=NOON)


def groups(group: tuple[int, ...] = (0, 1, 0), pairs: tuple[Any, ...] = ()) -> Groups:
    schema = {"a_ix": pl.Int32, "b_ix": pl.Int32, "score": pl.Float64, "why": pl.String}
    candidates = pl.DataFrame(list(pairs), schema=schema, orient="row")
    basis = tuple("niin" if group.count(g) > 1 else "" for g in group)
    return Groups("item", np.array(group, np.int32), basis, candidates)


DAYS = [
    # site, item, basis, days, target, labels
    (A, BEARING, "demand history", 10.0, 30.0, [1]),
    (A, DIESEL, "planning factor", 50.0, 30.0, [1]),
    (B, BEARING, "demand history", 20.0, None, [1]),
    (B, LAGER, None, None, 15.0, [1]),
]


def days(given: list[Any] | None = None) -> pl.DataFrame:
    schema: dict[str, Any] = {"site_ix": pl.Int32, "item_ix": pl.Int32, "basis": pl.String,
              "days": pl.Float64,
              "target_days": pl.Float64, "labels": pl.List(pl.Int32)}  # fmt: skip
    return pl.DataFrame(DAYS if given is None else given, schema=schema, orient="row")


def used(*pairs: tuple[int, int]) -> Consumption:
    schema = {"site_ix": pl.Int32, "item_ix": pl.Int32}
    frame = pl.DataFrame(list(pairs), schema=schema, orient="row").with_columns(
        per_day=pl.lit(1.0), basis=pl.lit("demand history")
    )
    return Consumption(frame, DAY, 365, ("Said before.",))


UNITS = pl.DataFrame(
    {"item_ix": [0, 1, 2], "factor_to_group_unit": [1.0, 1.0, 12.0],
     "group_unit": ["EA", "LI", "EA"], "note": ["", "", "1 BX is 12 EA"]},
    schema_overrides={"item_ix": pl.Int32},
)  # fmt: skip


def picture(t: Twin | None = None, **more: Any) -> Picture:
    options = {"units": UNITS, **more}
    supply = options.pop("supply", None)
    known = options.pop("items", groups())
    return build_picture(t or twin(), used(), days(supply), known, **options)


def only(frame: pl.DataFrame, **where: str) -> dict[str, Any]:
    (row,) = frame.filter(*(pl.col(k) == v for k, v in where.items())).rows(named=True)
    return row


def test_stock_stands_by_nation_unit_site_and_class() -> None:
    stock = picture().stock
    keys = stock.select("nation", "unit", "site", "site_key", "supply_class").rows()
    assert keys == [
        ("DEU", "Battalion 1", "Alfa", "DEU:A", "NATO:II"),
        ("DEU", "Battalion 1", "Alfa", "DEU:A", "NATO:III"),
        ("DEU", None, "Bravo", "DEU:B", "NATO:II"),
        ("NLD", None, "Bravo", "DEU:B", "NATO:II"),
    ]
    row = only(stock, site="Alfa", supply_class="NATO:II")
    assert (row["lines"], row["mass_t"], row["volume_m3"]) == (1, 0.2, 0.1)
    assert (row["quantity"], row["unit_of_issue"], row["value_eur"]) == (100.0, "EA", 1000.0)
    assert row["unusable_t"] == pytest.approx(0.1)
    assert row["class_title"].startswith("Equipment")


def test_prices_are_taken_at_the_last_rate_of_the_viewer_not_after_the_day() -> None:
    made = picture()
    assert only(made.by_nation, nation="NLD")["value_eur"] == 4 * 150 / 1.25
    assert (
        "Values in USD are taken at 1.25 for one euro, the rate of 2026-01-02." in made.assumptions
    )


def test_a_price_without_a_rate_has_no_value_and_is_counted() -> None:
    made = picture(twin(rate=[]))
    row = only(made.by_nation, nation="NLD")
    assert (row["value_eur"], row["value_unknown"]) == (None, 1)
    assert "1 prices have no value in euro: no rate for USD." in made.assumptions


def test_a_wider_view_counts_recognised_items_once_and_shows_no_mixed_quantity() -> None:
    row = only(picture().by_class, supply_class="NATO:II")
    assert (row["lines"], row["quantity"], row["unit_of_issue"]) == (1, None, None)
    assert row["mass_t"] == pytest.approx(0.1 * 2 + 0.01 * 2 + 4 * 0.024)
    apart = picture(items=groups((0, 1, 2)))
    assert only(apart.by_class, supply_class="NATO:II")["lines"] == 2


def test_days_of_a_group_are_median_lowest_tenth_and_worst_by_name() -> None:
    row = only(picture().by_nation, nation="DEU")
    assert (row["days_median"], row["days_p10"], row["days_worst"]) == (20.0, 10.0, 10.0)
    assert (row["worst_item"], row["days_known"], row["target_days"]) == ("Bearing", 3, 30.0)
    assert (row["below_target_share"], row["history_share"]) == (0.5, pytest.approx(2 / 3))


def test_what_has_no_known_days_is_not_zero_days() -> None:
    row = only(picture().by_nation, nation="NLD")
    assert (row["days_median"], row["worst_item"], row["days_known"]) == (None, None, 0)
    assert (row["below_target_share"], row["history_share"]) == (None, None)


def test_demand_without_stock_still_shows_as_zero_lines_with_days() -> None:
    t = twin(holding=[])
    made = build_picture(t, used((A, BEARING)), days([DAYS[0]]), groups())
    (row,) = made.stock.rows(named=True)
    assert (row["nation"], row["lines"], row["mass_t"], row["days_median"]) == ("DEU", 0, 0.0, 10.0)


def test_merged_days_count_for_each_nation_that_holds_the_item_and_once_in_all() -> None:
    merged = [(B, BEARING, "demand history", 25.0, None, [0])]
    made = picture(supply=merged)
    assert only(made.by_nation, nation="NLD")["days_median"] == 25.0
    assert only(made.by_nation, nation="DEU")["days_median"] == 25.0
    assert only(made.by_site, site="Bravo")["days_known"] == 1


def test_stock_whose_site_or_item_is_not_visible_is_kept_as_undisclosed() -> None:
    hidden = [holding("1", "gone", "bearing", 10.0), holding("2", "A", "gone", 10.0)]
    made = picture(twin(holding=hidden), supply=[])
    assert set(made.by_site["site"]) == {"undisclosed", "Alfa"}
    row = only(made.by_class, supply_class="undisclosed")
    assert (row["lines"], row["mass_unknown"]) == (0, 1)


def test_rows_carry_the_dominant_label_of_what_they_are_made_of() -> None:
    made = picture()
    labels = dict(made.by_class.select("supply_class", "label").iter_rows())
    assert labels["NATO:II"] == "UNCLASSIFIED // REL ALL"
    assert labels["NATO:III"] == "RESTRICTED // FOR DEU ONLY"
    assert only(made.by_nation, nation="DEU")["label"] == "RESTRICTED // FOR DEU ONLY"


def test_a_fleet_is_rated_against_its_own_target_and_shows_the_worst_class() -> None:
    (row,) = picture().readiness.rows(named=True)
    assert (row["unit"], row["system"], row["count"], row["available"]) == (
        "Battalion 1", "Fighter", 40, 30,
    )  # fmt: skip
    assert (row["availability"], row["target"], row["basis"]) == (0.75, 0.9, "reported")
    assert row["gap"] == pytest.approx(0.15)
    assert (row["level"], row["worst_class"], row["worst_class_days"]) == (
        "serious",
        "NATO:II",
        10.0,
    )


@pytest.mark.parametrize(
    ("changed", "level", "basis"),
    [
        ({"available": None}, "off", "not reported"),
        ({"count": 0, "available": 0}, "off", "reported"),
        ({"available": 36}, "normal", "reported"),
        ({"available": 35}, "caution", "reported"),
        ({"available": 32}, "serious", "reported"),
        ({"available": 26}, "critical", "reported"),
        ({"available": 32, "availability_target": None}, "normal", "reported"),
    ],
)
def test_the_level_of_a_fleet_follows_from_its_gap(
    changed: dict[str, Any], level: str, basis: str
) -> None:
    (row,) = picture(twin(fleet=[{**TABLES["fleet"][0], **changed}])).readiness.rows(named=True)
    assert (row["level"], row["basis"]) == (level, basis)


def test_a_fleet_without_any_target_is_on_standby() -> None:
    bare = {**TABLES["fleet"][0], "availability_target": None}
    made = picture(twin(fleet=[bare], system=[{"key": "IFV", "name": "Fighter"}]))
    assert made.readiness["level"].to_list() == ["standby"]


def test_consignments_on_their_way_show_how_late_they_are() -> None:
    moving = picture().in_transit
    assert moving.select("consignment", "from_site", "to_site", "mass_t", "late_days").rows() == [
        ("c1", "Alfa", "Bravo", 0.4, 3),
        ("c2", "Alfa", "undisclosed", 0.0008, None),
    ]


def test_lots_up_to_and_on_the_horizon_are_listed_the_first_to_expire_first() -> None:
    lots = picture(horizon_days=90).expiring
    assert lots.select("lot", "days_left", "state", "quantity").rows() == [
        ("old", -1, "past its last day", 50.0),
        ("x", 90, "expires", 10.0),
    ]
    assert picture(horizon_days=91).expiring.height == 3


def test_the_same_part_in_two_nations_adds_up_in_one_unit() -> None:
    shared = picture().shared_items
    assert shared.select("nation", "names", "unit_of_issue", "on_hand").rows() == [
        ("DEU", "Bearing", "EA", 110.0),
        ("NLD", "Lager", "BX", 48.0),
    ]
    row = shared.rows(named=True)[1]
    assert (row["article"], row["article_key"], row["basis"]) == ("Bearing", "DEU:bearing", "niin")
    assert (row["group_unit"], row["total"], row["holders"]) == ("EA", 158.0, 2)
    assert (row["note"], row["not_added"]) == ("1 BX is 12 EA", 0)


def test_without_factors_what_is_counted_otherwise_is_left_out_of_the_total_and_said() -> None:
    row = only(picture(units=None).shared_items, nation="NLD")
    assert (row["on_hand"], row["total"], row["not_added"]) == (None, 110.0, 1)
    assert row["note"] == "counted in another unit"


def test_candidates_are_named_for_the_person_who_decides() -> None:
    pairs = ((BEARING, LAGER, 0.8, "names 80 % alike"),)
    (row,) = picture(items=groups((0, 1, 2), pairs)).candidates.rows(named=True)
    assert (row["a"], row["b"], row["a_name"], row["b_name"]) == (
        "DEU:bearing", "NLD:lager", "Bearing", "Lager",
    )  # fmt: skip


def test_data_age_goes_by_the_rows_and_else_by_the_feed() -> None:
    feeds = pl.DataFrame({"owner": ["DEU", "DEU", "NLD"],
                          "as_of": [NOON - timedelta(days=d) for d in (9, 4, 40)]})  # fmt: skip
    age = picture(feeds=feeds).data_age
    row = only(age, nation="DEU", table="holding")
    assert (row["rows"], row["newest_on"], row["age_days"]) == (5, date(2026, 1, 20), 11)
    assert row["feed_as_of"] == NOON - timedelta(days=4)
    assert only(age, nation="DEU", table="item")["age_days"] == 4
    assert only(age, nation="NLD", table="holding")["age_days"] == 40
    assert only(picture().data_age, nation="NLD", table="item")["age_days"] is None
    by_table = feeds.head(1).with_columns(table=pl.lit("item"))
    assert only(picture(feeds=by_table).data_age, nation="DEU", table="item")["age_days"] == 9


def test_the_tables_for_export_start_with_label_origin_and_assumptions() -> None:
    made = picture()
    tables = made.as_tables()
    assert next(iter(tables)) == "about"
    about = tables["about"].rows()
    assert about[0] == ("label", made.origin.label.text)
    assert ("viewer", "DEU") in about
    assert ("assumption", "Said before.") in about
    assert all("label" in frame.columns for name, frame in tables.items() if name != "about")


def test_an_empty_twin_has_an_empty_picture() -> None:
    t = build_twin({}, {}, viewer="DEU", as_of=NOON)
    made = build_picture(t, used(), days([]), groups(()))
    assert all(frame.is_empty() for name, frame in made.as_tables().items() if name != "about")


def test_parameters_that_do_not_fit_are_refused() -> None:
    with pytest.raises(BadUse, match="not of the items"):
        picture(items=groups((0,)))
    with pytest.raises(BadUse, match="horizon"):
        picture(horizon_days=-1)
    with pytest.raises(BadUse, match="no column 'labels'"):
        build_picture(twin(), used(), days().drop("labels"), groups())
    with pytest.raises(BadUse, match="no column 'owner'"):
        picture(feeds=pl.DataFrame({"as_of": [NOON]}))
    with pytest.raises(BadUse, match="out of order"):
        ReadinessLimits(serious_gap=0.5)
