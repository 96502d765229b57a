"""Stock findings: levels by parameter, exact waste by first expired first out, full evidence."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from redball.model import (
    BadUse,
    Consumption,
    Finding,
    Label,
    Level,
    RowRef,
    Twin,
    build_twin,
    table,
)
from redball.model.frames import frame_schema
from redball.stock import StockThresholds, stock_findings, unused_lots

DAY = date(2026, 1, 31)
LABELS = {
    1: Label("DEU", "UNCLASSIFIED", frozenset({"ALL"})),
    2: Label("DEU", "RESTRICTED", frozenset({"NLD"})),
}


def rows(name: str, *records: dict[str, Any]) -> pl.DataFrame:
    schema = frame_schema(table(name))
    base = {"owner": "DEU", "label": 1, "since": 1, "sheet": "x.csv", "line": 2}
    full = [{**base, **record} for record in records]
    return pl.DataFrame({c: [r.get(c) for r in full] for c in schema}, schema=schema)


def twin(**tables: list[dict[str, Any]]) -> Twin:
    tables.setdefault("nation", [{"key": "DEU", "currency": "EUR"}])
    tables.setdefault("site", [{"key": "A", "name": "Depot Nord"}])
    tables.setdefault("item", [ITEM])
    frames = {name: rows(name, *records) for name, records in tables.items()}
    return build_twin(
        frames, LABELS, viewer="DEU", as_of=datetime(2026, 1, 31, 12, tzinfo=UTC)
    )  # fmt: skip


ITEM = {
    "key": "I",
    "name": "Battery",
    "unit_of_issue": "EA",
    "supply_class": "NATO:II",
    "price": 5.0,
}


def lot(key: str, quantity: float, days_left: int | None, **more: Any) -> dict[str, Any]:
    expiry = None if days_left is None else DAY + timedelta(days=days_left)
    base = {"site": "A", "item": "I", "condition": "serviceable", "reserved": 0.0, "lot": key}
    return {"key": key, "quantity": quantity, "expiry": expiry, **base, **more}


def uses(per_day: float | None, basis: str = "demand history") -> Consumption:
    frame = pl.DataFrame(
        [] if per_day is None else [(0, 0, per_day, basis, [0])],
        schema={"site_ix": pl.Int32, "item_ix": pl.Int32, "per_day": pl.Float64,
                "basis": pl.String, "labels": pl.List(pl.Int32)},
        orient="row",
    )  # fmt: skip
    return Consumption(frame, DAY, 365)


def of_rule(found: list[Finding], rule: str) -> list[Finding]:
    return [one for one in found if one.rule == rule]


def wasted(t: Twin, consumption: Consumption) -> dict[str, float]:
    frame = unused_lots(t, consumption)
    return dict(zip(t["holding"]["key"].gather(frame["holding_ix"]), frame["wasted"], strict=True))


def test_waste_of_a_lot_is_what_earlier_lots_leave_no_time_for() -> None:
    # 2 a day: by day 10 20 are used, by day 30 60, by day 40 80
    t = twin(
        holding=[lot("a", 30.0, 10), lot("b", 30.0, 30), lot("c", 60.0, 40), lot("d", 9.0, None)]
    )
    assert wasted(t, uses(2.0)) == {"a": 10.0, "b": 0.0, "c": 30.0}


def test_a_late_shortage_does_not_repair_an_early_waste() -> None:
    t = twin(holding=[lot("a", 100.0, 10), lot("b", 1.0, 100)])
    assert wasted(t, uses(1.0)) == {"a": 90.0, "b": 0.0}


def test_a_lot_past_its_last_day_is_wasted_whole_and_does_not_feed_consumption() -> None:
    t = twin(holding=[lot("a", 30.0, -1, reserved=5.0), lot("b", 30.0, 0), lot("c", 10.0, 20)])
    assert wasted(t, uses(1.0)) == {"a": 30.0, "b": 30.0, "c": 0.0}


def test_a_promised_part_is_not_wasted() -> None:
    t = twin(holding=[lot("a", 30.0, 10, reserved=15.0)])
    assert wasted(t, uses(1.0)) == {"a": 5.0}


def test_without_known_consumption_all_that_is_free_expires() -> None:
    t = twin(holding=[lot("a", 30.0, 10, reserved=10.0)])
    assert wasted(t, uses(None)) == {"a": 20.0}


def test_an_expiring_lot_becomes_a_finding_with_day_quantity_and_value() -> None:
    t = twin(holding=[lot("a", 30.0, 10), lot("b", 30.0, 200)])
    (found,) = of_rule(stock_findings(t, uses(2.0)), "stock-expires-unused")
    assert found.subject == RowRef("holding", "DEU", "a")
    assert found.level is Level.SERIOUS
    assert found.value == pytest.approx(1 / 3)
    assert found.title == (
        "10 of 30 EA of Battery (DEU), lot a, at Depot Nord can't be used before their last day, "
        "2026-02-10."
    )
    figures = {
        k: found.detail[k] for k in ("quantity_wasted", "value_wasted", "currency", "expiry")
    }
    assert figures == {
        "quantity_wasted": 10.0, "value_wasted": 50.0, "currency": "EUR", "expiry": "2026-02-10",
    }  # fmt: skip
    assert RowRef("holding", "DEU", "b") in found.evidence


@pytest.mark.parametrize(
    ("days_left", "level", "words"),
    [
        (-3, Level.SERIOUS, "passed their last day on 2026-01-28 and still count as serviceable"),
        (60, Level.SERIOUS, "no consumption is known"),
        (91, Level.CAUTION, "no consumption is known"),
    ],
)
def test_the_level_of_waste_follows_from_its_day(days_left: int, level: Level, words: str) -> None:
    t = twin(holding=[lot("a", 30.0, days_left)])
    (found,) = stock_findings(t, uses(None), thresholds=StockThresholds(serious_wasted_share=1.0))
    assert found.level is level
    assert words in found.title


@pytest.mark.parametrize(
    ("reserved", "days_left", "price", "level"),
    [
        (15.0, 300, 5.0, Level.CAUTION),  # half of it, which is not more than half
        (14.0, 300, 5.0, Level.SERIOUS),
        (15.0, 300, 100.0, Level.SERIOUS),  # half of it, of high value
        (14.0, 300, 100.0, Level.CRITICAL),
        (29.0, 30, 5.0, Level.SERIOUS),
        (20.0, 30, 150.0, Level.SERIOUS),  # soon and of high value, but a third
        (0.0, -1, 5.0, Level.SERIOUS),
        (0.0, -1, 50.0, Level.CRITICAL),
        (0.0, -1, None, Level.SERIOUS),
    ],
)
def test_the_level_of_waste_follows_from_share_and_value(
    reserved: float, days_left: int, price: float | None, level: Level
) -> None:
    t = twin(
        item=[{**ITEM, "price": price}], holding=[lot("a", 30.0, days_left, reserved=reserved)]
    )
    limits = StockThresholds(least_wasted_share=0.0, high_value_eur=1_500.0)
    (found,) = stock_findings(t, uses(None), thresholds=limits)
    assert found.level is level


def test_value_is_in_euro_at_the_last_rate_and_its_rows_count_for_the_label() -> None:
    t = twin(
        nation=[{"key": "DEU", "currency": "USD"}],
        rate=[
            {"key": "1", "currency": "USD", "day": DAY, "per_eur": 1.25, "label": 2},
            {"key": "2", "currency": "USD", "day": DAY - timedelta(days=9), "per_eur": 9.0},
        ],
        holding=[lot("a", 10.0, 10)],
    )
    (found,) = stock_findings(t, uses(None))
    assert (found.detail["value_wasted"], found.detail["currency"]) == (50.0, "USD")
    assert found.detail["value_wasted_eur"] == 40.0
    assert found.label.text == "RESTRICTED // FOR DEU NLD ONLY"


def test_far_and_small_wastes_are_left_out_by_parameter() -> None:
    t = twin(holding=[lot("a", 30.0, 366), lot("b", 100.0, 97)])
    assert stock_findings(t, uses(1.0)) == []
    strict = StockThresholds(least_wasted_share=0.01, expiry_horizon_days=400)
    assert len(stock_findings(t, uses(1.0), thresholds=strict)) == 1
    strict = StockThresholds(least_wasted_share=0.01, expiry_horizon_days=90)
    assert stock_findings(t, uses(1.0), thresholds=strict) == []


TARGET = {"key": "t", "site": "A", "days_of_supply": 40.0, "label": 2}
DEMAND = {"key": "d", "site": "A", "item": "I", "period_start": date(2026, 1, 1), "period_days": 31,
          "quantity": 31.0}  # fmt: skip


@pytest.mark.parametrize(
    ("on_hand", "level"),
    [(40.0, None), (39.9, Level.CAUTION), (20.0, Level.CAUTION), (19.9, Level.SERIOUS),
     (10.0, Level.SERIOUS), (9.9, Level.CRITICAL), (0.0, Level.CRITICAL)],
)  # fmt: skip
def test_the_level_below_target_follows_from_the_ratio(on_hand: float, level: Level | None) -> None:
    t = twin(holding=[lot("a", on_hand, None)], target=[TARGET])
    found = stock_findings(t, uses(1.0))
    assert [one.level for one in found] == ([level] if level else [])


def test_a_finding_below_target_shows_its_rows_and_carries_their_label() -> None:
    t = twin(holding=[lot("a", 12.0, None)], target=[TARGET], demand=[DEMAND])
    (found,) = stock_findings(t, uses(1.0))
    assert found.rule == "stock-below-target"
    assert found.subject == RowRef("item", "DEU", "I")
    assert found.title == "Depot Nord holds 12 of 40 days of supply of Battery (DEU)."
    assert (found.value, found.threshold) == (12.0, 40.0)
    assert found.evidence == (
        RowRef("holding", "DEU", "a"), RowRef("demand", "DEU", "d"), RowRef("target", "DEU", "t"),
        RowRef("site", "DEU", "A"), RowRef("item", "DEU", "I"),
    )  # fmt: skip
    assert found.label.text == "RESTRICTED // FOR DEU NLD ONLY"
    assert found.detail["target_set_for"] == "site"


def test_consumption_by_factor_shows_the_factor_the_unit_and_the_fleet() -> None:
    t = twin(
        holding=[lot("a", 1.0, None)],
        target=[TARGET],
        demand=[DEMAND],
        party=[{"key": "BN", "kind": "unit", "site": "A", "personnel": 10}],
        system=[{"key": "S"}],
        fleet=[{"key": "f", "unit": "BN", "system": "S", "count": 3}],
        factor=[
            {"key": "p", "item": "I", "basis": "person_day", "quantity": 1.0},
            {"key": "s", "item": "I", "basis": "system_day", "system": "S", "quantity": 1.0},
        ],
    )
    (found,) = stock_findings(t, uses(13.0, "planning factor"))
    named = [(ref.table, ref.key) for ref in found.evidence]
    assert named == [("holding", "a"), ("factor", "p"), ("factor", "s"), ("party", "BN"),
                     ("fleet", "f"), ("target", "t"), ("site", "A"), ("item", "I")]  # fmt: skip


def test_promises_beyond_stock_are_found_over_all_lots() -> None:
    t = twin(holding=[lot("a", 10.0, None, reserved=10.0), lot("b", 5.0, -5, reserved=3.0)])
    (found,) = of_rule(stock_findings(t, uses(None)), "negative-free-stock")
    assert (found.level, found.value, found.threshold) == (Level.SERIOUS, -3.0, 0.0)
    assert found.title == "Depot Nord has promised 13 EA of Battery (DEU) and holds 10."
    fine = twin(holding=[lot("a", 10.0, None, reserved=10.0)])
    assert stock_findings(fine, uses(None)) == []


def test_the_worst_are_kept_and_how_many_there_are_is_not_told_to_their_readers() -> None:
    t = twin(holding=[lot(str(i), 30.0, 10 + i) for i in range(5)])
    found = stock_findings(t, uses(None), thresholds=StockThresholds(most_per_rule=2))
    assert [one.subject.key for one in found] == ["0", "1"]
    assert all("found" not in one.detail for one in found)


def test_evidence_shows_twelve_rows_of_a_table_but_the_label_covers_all() -> None:
    many = [lot(f"{i:02}", 1.0, None, label=2 if i == 19 else 1) for i in range(20)]
    t = twin(holding=many, target=[{**TARGET, "label": 1}])
    (found,) = stock_findings(t, uses(1.0))
    assert sum(ref.table == "holding" for ref in found.evidence) == 12
    assert found.label.text == "RESTRICTED // FOR DEU NLD ONLY"


@pytest.mark.parametrize(
    "wrong",
    [{"serious_ratio": 2.0}, {"critical_ratio": -0.1}, {"least_wasted_share": 1.5},
     {"serious_wasted_share": -0.1}, {"high_value_eur": 0.0},
     {"serious_expiry_days": -1}, {"most_per_rule": 0}],
)  # fmt: skip
def test_thresholds_out_of_order_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadUse):
        StockThresholds(**wrong)


def test_an_empty_twin_has_no_findings() -> None:
    assert stock_findings(twin(), uses(None)) == []
