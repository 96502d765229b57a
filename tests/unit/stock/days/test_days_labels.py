"""Which rows of days of supply close when one row of the twin closes; unknown stock is no zero.

Every row is open to all. Each case closes one row of the twin, or one row of consumption, and names
every output row that rests on it, worked out by hand.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from redball.model import Consumption, Groups, Label, Twin, build_twin, dominant, table
from redball.model.frames import frame_schema
from redball.stock import days_of_supply, unused_lots

DAY = date(2026, 1, 31)
OPEN = "UNCLASSIFIED // REL ALL"
LABELS = {
    1: Label("DEU", "UNCLASSIFIED", frozenset({"ALL"})),
    2: Label("DEU", "RESTRICTED"),
    3: Label("NLD", "UNCLASSIFIED", frozenset({"ALL"})),
    4: Label("NLD", "RESTRICTED", frozenset({"DEU"})),
}
NLD = {"owner": "NLD"}
EACH = {"unit_of_issue": "EA"}
SOON = {"expiry": DAY + timedelta(days=9)}


def lot(key: str, site: str, item: str, **more: Any) -> dict[str, Any]:
    fixed = {"condition": "serviceable", "reserved": 0.0, "quantity": 10.0}
    return {"key": key, "lot": key, "site": site, "item": item, **fixed, **more}


TABLES: dict[str, list[dict[str, Any]]] = {
    "site": [{"key": "A"}, {"key": "B"}, {"key": "F", **NLD}],
    "party": [{"key": "BN", "kind": "unit", "site": "B"}],
    "item": [
        {"key": "I", "supply_class": "NATO:II", **EACH},
        {"key": "K", "supply_class": "NATO:II", **EACH, **NLD},
        {"key": "L", "supply_class": "NATO:III", **EACH, **NLD},
        {"key": "M", "supply_class": "NATO:III", **EACH, **NLD},
    ],
    "holding": [
        lot("first", "A", "I", **SOON),
        lot("second", "A", "I", **SOON),
        lot("foreign", "DEU:A", "K", **NLD),
        lot("near", "DEU:B", "K", **NLD),
    lot("other", "F", "M", **NLD),
    ],
    "target": [
        {"key": "at A", "site": "A", "item": "I", "days_of_supply": 30.0},
        {"key": "of BN", "unit": "BN", "days_of_supply": 30.0},
    ],
    "same_item": [
        {"key": "v", "item_a": "I", "item_b": "NLD:K", "verdict": "same", "decided_by": "x",
         "decided_on": DAY},
    ],
}  # fmt: skip
A, B, F = 0, 1, 2
I, K, L, M = 0, 1, 2, 3  # noqa: E741 - the items of the twin
USED = {"I at A": (A, I), "I at B": (B, I), "L at F": (F, L), "K at F": (F, K)}


def twin(name: str = "", key: str = "") -> Twin:
    frames = {}
    for one, records in TABLES.items():
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


def uses(t: Twin, closed: str = "") -> Consumption:
    """Consumption that rests on the verdict's label where it is the closed row, else on nothing."""
    behind = t["same_item"]["label"].to_list()
    frame = pl.DataFrame(
        [(*row, 1.0, behind if name == closed else []) for name, row in USED.items()],
        schema={"site_ix": pl.Int32, "item_ix": pl.Int32, "per_day": pl.Float64,
                "labels": pl.List(pl.Int32)},
        orient="row",
    )  # fmt: skip
    return Consumption(frame.with_columns(basis=pl.lit("demand history")), DAY, 365)


def made(name: str, key: str) -> tuple[Twin, Consumption]:
    if name == "consumption":
        t = twin("same_item", "v")
        return t, uses(t, key)
    t = twin(name, key)
    return t, uses(t)


def closed_rows(t: Twin, frame: pl.DataFrame) -> set[tuple[int, int]]:
    rows = frame.select("site_ix", "item_ix", "labels").rows()
    return {
        (site, item)
        for site, item, used in rows
        if dominant(t.labels[i] for i in used).text != OPEN
    }


AI, AK, BI, BK, FK, FL, FM = (A, I), (A, K), (B, I), (B, K), (F, K), (F, L), (F, M)
CASES: dict[tuple[str, str], set[tuple[int, int]]] = {
    ("site", "A"): {AI, AK},
    # without its site the unit would have none, and the target of the unit would hold nowhere
    ("site", "B"): {BI, BK},
    ("site", "F"): {FK, FL, FM},
    ("item", "I"): {AI, BI},
    ("item", "K"): {AK, BK, FK},
    ("item", "L"): {FL},
    # whoever does not see M does not know the class of what is held at F
    ("item", "M"): {FM, FL},
    ("holding", "first"): {AI},
    ("holding", "second"): {AI},
    ("holding", "foreign"): {AK},
    # that none of its own item is at its own site the viewer knows without what else is there
    ("holding", "near"): {BK},
    # that none of L is held at F is known from what is shown of its class there
    ("holding", "other"): {FM, FL},
    ("target", "at A"): {AI},
    ("target", "of BN"): {BI},
    # whoever sees the target and not the unit takes it for a general one; at A a better one holds
    ("party", "BN"): {BI},
    ("consumption", "I at A"): {AI},
    ("consumption", "I at B"): {BI},
    ("consumption", "L at F"): {FL},
    ("consumption", "K at F"): {FK},
    ("same_item", "v"): set(),
}


@pytest.mark.parametrize(("name", "key"), CASES, ids=[" ".join(one) for one in CASES])
def test_days_that_rest_on_a_closed_row_are_closed_and_no_others(name: str, key: str) -> None:
    t, used = made(name, key)
    assert closed_rows(t, days_of_supply(t, used)) == CASES[name, key]


LOTS: dict[tuple[str, str], set[tuple[int, int]]] = {
    ("site", "A"): {AI},
    ("item", "I"): {AI},
    ("holding", "first"): {AI},
    ("holding", "second"): {AI},
    ("consumption", "I at A"): {AI},
    ("consumption", "I at B"): set(),
    ("holding", "foreign"): set(),
    ("target", "at A"): set(),
}


@pytest.mark.parametrize(("name", "key"), LOTS, ids=[" ".join(one) for one in LOTS])
def test_every_lot_of_an_item_at_a_site_is_as_closed_as_the_others(name: str, key: str) -> None:
    t, used = made(name, key)
    lots = unused_lots(t, used)
    assert lots["lot"].to_list() == ["first", "second"]
    each = [closed_rows(t, lots[i]) for i in range(2)]
    assert each == [LOTS[name, key]] * 2


@pytest.mark.parametrize(
    ("name", "key", "closed"),
    [
        ("holding", "first", {AI}),
        ("holding", "foreign", {AI}),  # added to the stock of I
        ("consumption", "K at F", {FK}),
        ("item", "K", {AI, BI, FK}),
        ("item", "I", {AI, BI, FK}),
        ("same_item", "v", {AI, BI, FK}),
        ("item", "L", {FL}),
    ],
)
def test_merged_days_rest_on_every_record_in_them_and_on_what_made_them_one(
    name: str, key: str, closed: set[tuple[int, int]]
) -> None:
    t, used = made(name, key)
    item = t["item"]["label"].to_list()
    article = [item[I], item[K], *t["same_item"]["label"].to_list()]
    units = pl.DataFrame(
        {"item_ix": [I, K, L, M], "factor_to_group_unit": [1.0] * 4,
         "labels": [article, article, [item[L]], [item[M]]]},
        schema_overrides={"item_ix": pl.Int32, "labels": pl.List(pl.Int32)},
    )  # fmt: skip
    none = pl.DataFrame(
        schema={"a_ix": pl.Int32, "b_ix": pl.Int32, "score": pl.Float64, "why": pl.String}
    )
    groups = Groups("item", np.array([0, 0, 2, 3], np.int32), ("",) * 4, none)
    if name == "consumption":  # it rests on the verdict's label, which closes the article as well
        closed = closed | {AI, BI}
    merged = days_of_supply(t, used, items=groups, units=units)
    rows = {(F, K) if row == (F, I) else row for row in closed_rows(t, merged)}
    assert rows == closed


def test_stock_that_the_viewer_is_not_shown_is_unknown_and_never_zero() -> None:
    t = twin()
    frame = days_of_supply(t, uses(t))
    found = {
        (site, item): row
        for site, item, *row in frame.select(
            "site_ix", "item_ix", "on_hand", "reserved", "free", "days"
        ).iter_rows()
    }
    assert found[BI] == [0.0, 0.0, 0.0, 0.0]  # its own item at its own site: there is none
    assert found[FL] == [0.0, 0.0, 0.0, 0.0]  # others of the class are shown there: there is none
    assert found[FK] == [None, None, None, None]  # nothing of the class is shown there


@pytest.mark.parametrize(
    ("site", "item", "known"),
    [("A", "NLD:K", True), ("NLD:F", "I", True), ("NLD:F", "NLD:K", False)],
)
def test_an_own_item_or_an_own_site_makes_no_stock_a_known_zero(
    site: str, item: str, known: bool
) -> None:
    t = twin()
    t = build_twin(
        {name: t.named(name).pipe(_raw, name) for name in ("site", "item")},
        {1: LABELS[1]}, viewer="DEU", as_of=t.as_of,
    )  # fmt: skip
    at, of = t.find("site", site), t.find("item", item)
    frame = pl.DataFrame(
        [(at, of, 2.0, "demand history", [0])],
        schema={"site_ix": pl.Int32, "item_ix": pl.Int32, "per_day": pl.Float64,
                "basis": pl.String, "labels": pl.List(pl.Int32)},
        orient="row",
    )  # fmt: skip
    (row,) = days_of_supply(t, Consumption(frame, DAY, 365)).rows(named=True)
    assert (row["on_hand"], row["days"]) == ((0.0, 0.0) if known else (None, None))


def _raw(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    return frame.with_columns(label=pl.lit(1, pl.Int32), since=pl.lit(1)).select(
        *frame_schema(table(name))
    )
