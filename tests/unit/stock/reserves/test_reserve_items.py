"""Items and lots of a reserve from a twin: units, currencies, labels, what is unknown."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from redball.model import (
    BadUse,
    Consumption,
    DemandForecast,
    Groups,
    Label,
    Twin,
    build_twin,
    dominant,
    table,
)
from redball.model.frames import frame_schema
from redball.stock.reserves import Exponential, ReserveItems, reserve_items, reserve_plan, rotate

DAY = date(2026, 1, 31)
LABELS = {
    1: Label("DEU", "UNCLASSIFIED", frozenset({"ALL"})),
    2: Label("DEU", "RESTRICTED"),
    3: Label("NLD", "UNCLASSIFIED", frozenset({"ALL"})),
    4: Label("NLD", "RESTRICTED", frozenset({"DEU"})),
}
NLD = {"owner": "NLD"}


def lot(key: str, site: str, item: str, quantity: float, **more: Any) -> dict[str, Any]:
    fixed = {"condition": "serviceable", "reserved": 0.0, "lot": key, "quantity": quantity}
    return {"key": key, "site": site, "item": item, **fixed, **more}


TABLES: dict[str, list[dict[str, Any]]] = {
    "nation": [{"key": "DEU", "currency": "EUR"}, {"key": "NLD", "currency": "USD", **NLD}],
    "rate": [{"key": "r", "currency": "USD", "day": DAY, "per_eur": 1.25}],
    "site": [{"key": "A"}, {"key": "B"}, {"key": "F", **NLD}],
    "item": [
        {"key": "shot", "name": "Shot", "supply_class": "NATO:V", "unit_of_issue": "EA",
         "price": 10.0, "mass_kg": 2.0, "shelf_life_days": 3000},
        {"key": "oil", "name": "Oil", "supply_class": "NATO:III", "unit_of_issue": "LI",
         "price": 4.0, "currency": "XXX", "volume_m3": 0.001},
        {"key": "case", "name": "Case", "supply_class": "NATO:V", "unit_of_issue": "BX",
         "quantity_per_unit": 12.0, "content_unit": "EA", "price": 150.0, "volume_m3": 0.024,
         "shelf_life_days": 2000, **NLD},
    ],
    "holding": [
        lot("1", "A", "shot", 100.0, reserved=30.0, expiry=DAY + timedelta(days=90)),
        lot("2", "B", "shot", 50.0),
        lot("3", "A", "shot", 7.0, expiry=DAY - timedelta(days=1)),
        lot("4", "B", "shot", 9.0, condition="in_repair"),
        lot("5", "DEU:B", "case", 2.0, **NLD),
    ],
}  # fmt: skip
A, B, F = 0, 1, 2
OIL, SHOT, CASE = 0, 1, 2


def twin(name: str = "", key: str = "", **changed: list[dict[str, Any]]) -> Twin:
    frames = {}
    for one, records in {**TABLES, **changed}.items():
        full = [
            {"owner": "DEU", "since": 1, "sheet": "x.csv", "line": 2, **record}
            for record in records
        ]
        for record in full:
            closed = (one, record["key"]) == (name, key)
            record["label"] = (3 if record["owner"] == "NLD" else 1) + closed
        schema = frame_schema(table(one))
        frames[one] = pl.DataFrame({c: [r.get(c) for r in full] for c in schema}, schema=schema)
    moment = datetime(2026, 1, 31, 12, tzinfo=UTC)
    return build_twin(frames, LABELS, viewer="DEU", as_of=moment)


def uses(*rows: tuple[int, int, float]) -> Consumption:
    schema = {"site_ix": pl.Int32, "item_ix": pl.Int32, "per_day": pl.Float64}
    frame = pl.DataFrame(list(rows), schema=schema, orient="row").with_columns(
        basis=pl.lit("demand history"), labels=pl.lit([], pl.List(pl.Int32))
    )
    return Consumption(frame, DAY, 365, ("Said before.",))


USED = uses((A, SHOT, 2.0), (B, SHOT, 1.0), (B, CASE, 0.5), (A, OIL, 8.0))
GROUPS = Groups(
    "item", np.array([0, 1, 1], np.int32), ("", "confirmed", "confirmed"),
    pl.DataFrame(schema={"a_ix": pl.Int32, "b_ix": pl.Int32, "score": pl.Float64,
                         "why": pl.String}),
)  # fmt: skip


def units(t: Twin) -> pl.DataFrame:
    item = t["item"]["label"].to_list()
    article = [item[SHOT], item[CASE]]
    return pl.DataFrame(
        {"item_ix": [OIL, SHOT, CASE], "factor_to_group_unit": [1.0, 1.0, 12.0],
         "group_unit": ["LI", "EA", "EA"], "labels": [[item[OIL]], article, article]},
        schema_overrides={"item_ix": pl.Int32, "labels": pl.List(pl.Int32)},
    )  # fmt: skip


def row_of(found: ReserveItems, item: str) -> dict[str, Any]:
    return found.frame.row(by_predicate=(pl.col("item") == item), named=True)


def test_figures_are_those_of_the_records_in_euro_and_what_is_unknown_stays_empty() -> None:
    found = reserve_items(twin(), USED)
    assert found.frame["item"].to_list() == ["DEU:oil", "DEU:shot", "NLD:case"]
    shot, oil, case = (row_of(found, key) for key in ("DEU:shot", "DEU:oil", "NLD:case"))
    assert (shot["demand_per_day"], shot["have"], shot["price"]) == (3.0, 120.0, 10.0)
    assert (shot["mass_kg"], shot["volume_m3"], shot["shelf_life_days"]) == (2.0, None, 3000.0)
    assert (case["price"], case["unit"], case["have"]) == (120.0, "BX", 2.0)  # USD 150
    assert (oil["price"], oil["have"], oil["demand_per_day"]) == (None, 0.0, 8.0)
    said = " ".join(found.assumptions)
    assert "Said before." in said
    assert "price in EUR unknown, left empty, for 1 items: DEU:oil." in said
    assert "volume unknown, left empty, for 1 items: DEU:shot." in said
    assert "1 lots are past their last day" in said


def test_recognised_items_are_one_row_in_one_unit() -> None:
    t = twin()
    found = reserve_items(t, USED, items=GROUPS, units=units(t))
    shot = row_of(found, "DEU:shot")
    assert (shot["demand_per_day"], shot["have"], shot["unit"]) == (9.0, 144.0, "EA")
    # each figure of the first record that knows it, per piece; the shorter life
    assert (shot["price"], shot["mass_kg"], shot["volume_m3"]) == (10.0, 2.0, 0.002)
    assert shot["shelf_life_days"] == 2000.0
    assert found.lots.select("item", "lot", "quantity", "days_left").rows() == [
        ("DEU:shot", "3", 7.0, -1), ("DEU:shot", "1", 70.0, 90), ("DEU:shot", "2", 50.0, None),
        ("DEU:shot", "5", 24.0, None),
    ]  # fmt: skip


def test_a_record_in_another_unit_without_a_factor_keeps_its_own_row() -> None:
    found = reserve_items(twin(), USED, items=GROUPS)
    assert found.frame.select("item", "unit", "demand_per_day").rows() == [
        ("DEU:oil", "LI", 8.0), ("DEU:shot", "EA", 3.0), ("NLD:case", "BX", 0.5),
    ]  # fmt: skip


def test_only_the_sites_asked_for_count() -> None:
    found = reserve_items(twin(), USED, sites=[A])
    assert found.frame.select("item", "demand_per_day", "have").rows() == [
        ("DEU:oil", 8.0, 0.0), ("DEU:shot", 2.0, 70.0),
    ]  # fmt: skip
    assert set(found.lots["site_ix"]) == {A}
    with pytest.raises(BadUse, match="no site row 3"):
        reserve_items(twin(), USED, sites=[3])


def test_stock_that_is_not_shown_stays_unknown_and_no_consumption_too() -> None:
    found = reserve_items(twin(holding=[lot("2", "B", "shot", 50.0)]), uses((F, CASE, 1.0)))
    assert row_of(found, "NLD:case")["have"] is None
    assert row_of(found, "DEU:shot")["demand_per_day"] is None
    said = " ".join(found.assumptions)
    assert "stock unknown, left empty, for 1 items: NLD:case." in said
    assert "consumption unknown, left empty, for 1 items: DEU:shot." in said
    plan = reserve_plan(found.frame, Exponential(9.0), budget=1e4)
    assert plan.frame["buy"].sum() == 0
    assert set(plan.frame["reason"]) == {
        "demand unknown: nothing is bought", "stock held unknown: nothing is bought",
    }  # fmt: skip


CASES = {
    ("item", "shot"): ({"DEU:shot"}, {"1", "2", "3"}),
    ("item", "oil"): ({"DEU:oil"}, set()),
    ("holding", "1"): ({"DEU:shot"}, {"1"}),
    ("holding", "5"): ({"NLD:case"}, {"5"}),
    ("site", "A"): ({"DEU:shot", "DEU:oil"}, {"1", "3"}),
    ("nation", "DEU"): ({"DEU:shot"}, set()),
    ("nation", "NLD"): ({"NLD:case"}, set()),
    ("rate", "r"): ({"NLD:case"}, set()),
}


@pytest.mark.parametrize(("name", "key"), CASES, ids=[" ".join(one) for one in CASES])
def test_rows_are_as_closed_as_what_they_are_made_of(name: str, key: str) -> None:
    t = twin(name, key)
    found = reserve_items(t, USED)
    assert (closed(t, found.frame, "item"), closed(t, found.lots, "lot")) == CASES[name, key]


def test_a_merged_row_is_as_closed_as_each_of_its_records() -> None:
    t = twin("item", "case")
    found = reserve_items(t, USED, items=GROUPS, units=units(t))
    assert closed(t, found.frame, "item") == {"DEU:shot"}
    assert closed(t, found.lots, "lot") == {"1", "2", "3", "5"}
    every = reserve_items(t, USED, items=GROUPS, units=units(t).drop("labels"))
    assert closed(t, every.frame, "item") == {"DEU:oil", "DEU:shot"}


def closed(t: Twin, frame: pl.DataFrame, name: str) -> set[str]:
    return {
        key
        for key, used in frame.select(name, "labels").iter_rows()
        if dominant(t.labels[i] for i in used).text != "UNCLASSIFIED // REL ALL"
    }


def test_a_forecast_serves_as_well_as_a_consumption() -> None:
    frame = USED.frame.with_columns(periods=pl.lit(12, pl.Int32))
    forecast = DemandForecast(frame, (0.9,), 30.0, ("Forecast.",))
    found = reserve_items(twin(), forecast)
    assert found.frame.equals(reserve_items(twin(), USED).frame)
    assert found.assumptions[0] == "Forecast."


def test_lots_of_the_twin_can_be_rotated_as_they_are() -> None:
    lots = reserve_items(twin(), USED).lots.filter(item="DEU:shot")
    made = rotate(lots, reserve_units=150.0, use_per_day=0.5, shelf_life_days=3000, days=100,
                  period_days=100).frame.row(0, named=True)  # fmt: skip
    # 7 are past; 45 of the 70 are used by their last day; the rest is waste
    assert (made["opening"], made["expired"]) == (127.0, 7.0 + 70.0 - 45.5)


def test_an_empty_twin_gives_empty_tables() -> None:
    bare: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    found = reserve_items(twin("", "", **bare), uses())
    assert found.frame.is_empty()
    assert found.lots.is_empty()
