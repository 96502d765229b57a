"""Days of supply: usable stock over consumption, against the most specific target."""

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from redball.model import BadUse, Consumption, Groups, Label, Twin, build_twin, dominant, table
from redball.model.frames import frame_schema
from redball.stock import TARGET_ORDER, days_of_supply

DAY = date(2026, 1, 31)
LABELS = {
    1: Label("DEU", "UNCLASSIFIED", frozenset({"ALL"})),
    2: Label("DEU", "RESTRICTED"),
    3: Label("NLD", "UNCLASSIFIED", frozenset({"ALL"})),
}


def rows(name: str, *records: dict[str, Any]) -> pl.DataFrame:
    schema = frame_schema(table(name))
    base = {"owner": "DEU", "label": 1, "since": 1, "sheet": "x.csv", "line": 2}
    full = [{**base, **record} for record in records]
    return pl.DataFrame({c: [r.get(c) for r in full] for c in schema}, schema=schema)


def twin(**tables: list[dict[str, Any]]) -> Twin:
    tables.setdefault("site", [{"key": "A"}, {"key": "B"}])
    tables.setdefault("item", [{"key": k, **EACH} for k in "IJ"] + [FOREIGN])
    frames = {name: rows(name, *records) for name, records in tables.items()}
    return build_twin(
        frames, LABELS, viewer="DEU", as_of=datetime(2026, 1, 31, 12, tzinfo=UTC)
    )  # fmt: skip


EACH = {"unit_of_issue": "EA", "supply_class": "NATO:II"}
FOREIGN = {"key": "K", "owner": "NLD", "label": 3, **EACH}
ITEM_I, ITEM_J, ITEM_K = 0, 1, 2
A, B = 0, 1


def holding(key: str, quantity: float, **more: Any) -> dict[str, Any]:
    base = {"site": "A", "item": "I", "condition": "serviceable", "reserved": 0.0}
    return {"key": key, "quantity": quantity, **base, **more}


def uses(*rates: tuple[int, int, float], labels: bool = True) -> Consumption:
    schema = {"site_ix": pl.Int32, "item_ix": pl.Int32, "per_day": pl.Float64}
    frame = pl.DataFrame(list(rates), schema=schema, orient="row")
    frame = frame.with_columns(basis=pl.lit("demand history"))
    if labels:
        frame = frame.with_columns(labels=pl.lit([0], pl.List(pl.Int32)))
    return Consumption(frame, DAY, 365)


def test_days_are_usable_stock_less_promises_over_consumption() -> None:
    t = twin(
        holding=[
            holding("1", 100.0, reserved=20.0),
            holding("2", 50.0, lot="x", expiry=DAY),
            holding("3", 999.0, lot="y", expiry=date(2026, 1, 30), reserved=5.0),
            holding("4", 999.0, condition="in_repair", reserved=999.0),
        ]
    )
    (row,) = days_of_supply(t, uses((A, ITEM_I, 2.5))).rows(named=True)
    assert (row["on_hand"], row["reserved"], row["free"]) == (150.0, 25.0, 125.0)
    assert (row["per_day"], row["days"], row["basis"]) == (2.5, 50.0, "demand history")


def test_no_stock_is_zero_days_and_no_consumption_is_unknown() -> None:
    t = twin(holding=[holding("1", 10.0), holding("2", 10.0, item="J")])
    frame = days_of_supply(t, uses((A, ITEM_J, 0.0), (B, ITEM_I, 4.0)))
    assert frame.select("site_ix", "item_ix", "on_hand", "days").rows() == [
        (A, ITEM_I, 10.0, None),
        (A, ITEM_J, 10.0, None),
        (B, ITEM_I, 0.0, 0.0),
    ]


def test_more_promised_than_held_is_negative_free_stock_and_zero_days() -> None:
    t = twin(holding=[holding("1", 10.0, reserved=10.0), holding("2", 0.0, lot="b", reserved=4.0)])
    frame = days_of_supply(t, uses((A, ITEM_I, 1.0)))
    assert frame.select("free", "days").rows() == [(-4.0, 0.0)]


def test_stock_at_an_undisclosed_site_has_no_days() -> None:
    t = twin(holding=[holding("1", 10.0, site=None)])
    assert days_of_supply(t, uses()).is_empty()


def test_another_condition_can_be_asked_for_and_a_wrong_one_is_refused() -> None:
    t = twin(holding=[holding("1", 10.0), holding("2", 3.0, condition="quarantine")])
    assert days_of_supply(t, uses(), condition="quarantine")["on_hand"].to_list() == [3.0]
    with pytest.raises(BadUse, match="not a condition"):
        days_of_supply(t, uses(), condition="fine")


UNIT = {"key": "BN", "kind": "unit", "site": "A"}
ALL_TARGETS = [
    {"unit": "BN", "item": "I"}, {"site": "A", "item": "I"},
    {"unit": "BN", "supply_class": "NATO:II"},
    {"site": "A", "supply_class": "NATO:II"}, {"unit": "BN"}, {"site": "A"}, {"item": "I"},
    {"supply_class": "NATO:II"}, {},
]  # fmt: skip


@pytest.mark.parametrize("first", range(len(ALL_TARGETS)))
def test_the_most_specific_target_wins(first: int) -> None:
    # the less specific a target, the more it asks for: only the order can make the first one win
    targets = [
        {"key": str(i), "days_of_supply": 10.0 + i, **ALL_TARGETS[i]}
        for i in reversed(range(first, len(ALL_TARGETS)))
    ]
    t = twin(party=[UNIT], target=targets, holding=[holding("1", 10.0)])
    (row,) = days_of_supply(t, uses((A, ITEM_I, 1.0))).rows(named=True)
    assert (row["target_days"], row["target_basis"]) == (10.0 + first, TARGET_ORDER[first])
    assert t["target"]["key"][row["target_ix"]] == str(first)


def test_a_target_applies_where_it_is_set_and_to_records_of_its_owner() -> None:
    t = twin(
        party=[UNIT],
        target=[{"key": "1", "unit": "BN", "days_of_supply": 30.0}],
        holding=[
            holding("1", 10.0),
            holding("2", 10.0, site="B"),
            holding("3", 10.0, item="NLD:K"),
        ],
    )
    frame = days_of_supply(t, uses())
    assert frame.select("site_ix", "item_ix", "target_days").rows() == [
        (A, ITEM_I, 30.0),
        (A, ITEM_K, None),
        (B, ITEM_I, None),
    ]


def test_of_equally_specific_targets_the_highest_holds() -> None:
    other = {"key": "BN2", "kind": "unit", "site": "A"}
    t = twin(
        party=[UNIT, other],
        target=[
            {"key": "1", "unit": "BN", "days_of_supply": 30.0},
            {"key": "2", "unit": "BN2", "days_of_supply": 45.0},
        ],
        holding=[holding("1", 10.0)],
    )
    assert days_of_supply(t, uses())["target_days"].to_list() == [45.0]


def test_a_nato_target_covers_items_in_us_classes_but_not_the_other_way() -> None:
    t = twin(
        item=[{"key": "I", "supply_class": "US:IX"}, {"key": "J", "supply_class": "NATO:II"}],
        target=[
            {"key": "1", "supply_class": "NATO:II", "days_of_supply": 30.0},
            {"key": "2", "supply_class": "US:IX", "days_of_supply": 20.0},
        ],
        holding=[holding("1", 10.0), holding("2", 10.0, item="J")],
    )
    assert days_of_supply(t, uses())["target_days"].to_list() == [20.0, 30.0]


def test_a_unit_without_a_known_site_has_no_target_to_apply() -> None:
    t = twin(
        party=[{**UNIT, "site": None}],
        target=[{"key": "1", "unit": "BN", "days_of_supply": 30.0}],
        holding=[holding("1", 10.0)],
    )
    assert days_of_supply(t, uses())["target_days"].to_list() == [None]


def test_labels_are_those_of_stock_item_consumption_and_target() -> None:
    t = twin(
        target=[{"key": "1", "site": "A", "days_of_supply": 30.0, "label": 2}],
        holding=[holding("1", 10.0), holding("2", 1.0, site="B")],
    )
    frame = days_of_supply(t, uses())
    assert [dominant(t.labels[i] for i in used).text for used in frame["labels"].to_list()] == [
        "RESTRICTED // FOR DEU ONLY",
        "UNCLASSIFIED // REL ALL",
    ]


def test_the_labels_of_the_site_and_of_the_unit_that_places_a_target_count() -> None:
    t = twin(
        site=[{"key": "A"}, {"key": "B", "label": 2}],
        party=[{"key": "BN", "kind": "unit", "site": "A", "label": 2}],
        target=[{"key": "1", "unit": "BN", "days_of_supply": 30.0}],
        item=[{"key": "I", **EACH}, {"key": "K", "owner": "NLD", "label": 3, **EACH}],
        holding=[holding("1", 1.0), holding("2", 1.0, site="B"), holding("3", 1.0, item="NLD:K")],
    )
    frame = days_of_supply(t, uses())
    texts = [dominant(t.labels[i] for i in used).text for used in frame["labels"].to_list()]
    assert texts == [
        "RESTRICTED // FOR DEU ONLY",
        "UNCLASSIFIED // REL ALL",
        "RESTRICTED // FOR DEU ONLY",
    ]


def test_a_place_that_a_hidden_unit_keeps_a_target_from_is_labelled_by_the_unit() -> None:
    """Whoever sees the target and not the unit takes it for a general one."""
    t = twin(
        party=[{"key": "BN", "kind": "unit", "site": "A", "label": 2}],
        target=[{"key": "1", "unit": "BN", "days_of_supply": 30.0}],
        holding=[holding("1", 1.0, site="B")],
    )
    (row,) = days_of_supply(t, uses()).rows(named=True)
    assert row["target_days"] is None
    assert dominant(t.labels[i] for i in row["labels"]).text == "RESTRICTED // FOR DEU ONLY"


def test_merged_records_carry_the_labels_their_recognition_rests_on() -> None:
    t = twin(holding=[holding("1", 1.0), holding("2", 1.0, item="J")],
             same_item=[{"key": "v", "item_a": "I", "item_b": "NLD:K", "verdict": "different",
                         "label": 2}])  # fmt: skip
    units = pl.DataFrame(
        {"item_ix": [0, 1, 2], "factor_to_group_unit": [1.0, 1.0, 1.0],
         "labels": [[0, 1, 2], [1], [0, 1, 2]]},
        schema_overrides={"item_ix": pl.Int32, "labels": pl.List(pl.Int32)},
    )  # fmt: skip
    said = days_of_supply(t, uses(), items=groups(0, 1, 2), units=units)
    every = days_of_supply(t, uses(), items=groups(0, 1, 2), units=units.drop("labels"))
    texts = [
        [dominant(t.labels[i] for i in used).text for used in frame["labels"].to_list()]
        for frame in (said, every)
    ]
    hidden, shown = "RESTRICTED // FOR DEU ONLY", "UNCLASSIFIED // REL ALL"
    assert texts == [[hidden, shown], [hidden, hidden]]


def test_consumption_without_labels_gives_every_label_of_the_twin() -> None:
    t = twin(holding=[holding("1", 10.0, label=2)])
    frame = days_of_supply(t, uses((A, ITEM_I, 1.0), labels=False))
    assert frame["labels"].to_list() == [list(range(len(t.labels)))]


def groups(*group: int) -> Groups:
    empty = pl.DataFrame(
        schema={"a_ix": pl.Int32, "b_ix": pl.Int32, "score": pl.Float64, "why": pl.String}
    )
    return Groups("item", np.array(group, np.int32), ("",) * len(group), empty)


def test_recognised_items_add_up_at_a_site_in_the_unit_of_the_group() -> None:
    t = twin(holding=[holding("1", 10.0), holding("2", 2.0, item="NLD:K", reserved=1.0)],
             target=[{"key": "1", "item": "NLD:K", "days_of_supply": 9.0}])  # fmt: skip
    factors = pl.DataFrame({"item_ix": [0, 1, 2], "factor_to_group_unit": [1.0, 1.0, 12.0]},
                           schema_overrides={"item_ix": pl.Int32})  # fmt: skip
    frame = days_of_supply(
        t, uses((A, ITEM_I, 1.0), (A, ITEM_K, 0.5)), items=groups(0, 1, 0), units=factors
    )
    (row,) = frame.rows(named=True)
    assert (row["item_ix"], row["on_hand"], row["reserved"]) == (ITEM_I, 34.0, 12.0)
    assert (row["per_day"], row["days"]) == (7.0, 22.0 / 7.0)
    assert (row["target_days"], row["target_basis"]) == (9.0, "item")


def test_a_record_that_cannot_be_converted_keeps_a_row_of_its_own() -> None:
    box = {"key": "K", "owner": "NLD", "label": 3, "unit_of_issue": "BX", "supply_class": "NATO:II"}
    t = twin(item=[{"key": "I", **EACH}, {"key": "J", **EACH}, box],
             holding=[holding("1", 10.0), holding("2", 4.0, item="J"),
                      holding("3", 2.0, item="NLD:K")])  # fmt: skip
    merged = days_of_supply(t, uses(), items=groups(0, 0, 0))
    assert merged.select("item_ix", "on_hand").rows() == [(ITEM_I, 14.0), (ITEM_K, 2.0)]
    factors = pl.DataFrame({"item_ix": [0, 1, 2], "factor_to_group_unit": [None, 1.0, 12.0]},
                           schema_overrides={"item_ix": pl.Int32})  # fmt: skip
    merged = days_of_supply(t, uses(), items=groups(0, 0, 0), units=factors)
    assert merged.select("item_ix", "on_hand").rows() == [(ITEM_I, 10.0), (ITEM_J, 28.0)]


def test_groups_of_another_twin_are_refused() -> None:
    with pytest.raises(BadUse, match="not of the items"):
        days_of_supply(twin(), uses(), items=groups(0))
