"""Rows made coarse: what stays, what goes, and that a twin is built from it."""

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from redball.access.agreements.document import Detail
from redball.access.detail import applied, treatments
from redball.access.detail.treatment import Treatment
from redball.model import BadUse, Label, Twin, build_twin, table, tables
from redball.model.frames import frame_schema, value_schema

EXACT, COARSE, OTHER = 1, 2, 3


def rows(name: str, *records: dict[str, Any]) -> pl.DataFrame:
    schema = frame_schema(table(name))
    base = {"owner": "NLD", "label": COARSE, "since": 7, "sheet": "x.csv"}
    full = [{**base, "key": f"K{i}", "line": i + 2, **r} for i, r in enumerate(records)]
    return pl.DataFrame({c: [r.get(c) for r in full] for c in schema}, schema=schema)


HOLDING = {
    "key": "A|I|LOT-9|serviceable", "site": "A", "item": "I", "lot": "LOT-9", "quantity": 247.0,
    "condition": "serviceable", "expiry": date(2027, 5, 17), "reserved": 38.0,
    "counted_on": date(2026, 2, 28),
}  # fmt: skip


def one(detail: Detail, name: str, record: dict[str, Any]) -> dict[str, Any]:
    (found,) = applied(name, rows(name, record), {COARSE: detail}).rows(named=True)
    return found


def test_a_rounded_holding() -> None:
    found = one(Detail.ROUNDED, "holding", HOLDING)
    assert (found["quantity"], found["reserved"]) == (250.0, 38.0)
    assert (found["expiry"], found["counted_on"]) == (date(2027, 5, 1), date(2026, 2, 1))
    assert (found["site"], found["item"], found["condition"]) == ("A", "I", "serviceable")
    assert found["lot"] is None
    assert (found["since"], found["sheet"], found["line"]) == (0, "", 0)
    assert found["key"] == "rounded 1~A|I||serviceable"


def test_a_holding_in_bands() -> None:
    found = one(Detail.BANDED, "holding", HOLDING)
    assert (found["quantity"], found["reserved"]) == (200.0, 20.0)
    assert (found["expiry"], found["counted_on"]) == (date(2027, 4, 1), date(2026, 1, 1))


def test_places_become_coarse_and_lose_their_codes() -> None:
    site = {"name": "Depot", "country": "NLD", "latitude": 52.3477, "longitude": -0.0377,
            "position": "52.3477 -0.0377", "unlocode": "NLAMS", "capacity_t": 5210.0}  # fmt: skip
    found = one(Detail.ROUNDED, "site", site)
    assert (found["latitude"], found["longitude"]) == (52.3, 0.0)
    assert (found["position"], found["unlocode"], found["name"]) == (None, None, "Depot")
    assert found["capacity_t"] == 5200.0
    assert one(Detail.BANDED, "site", site)["latitude"] == 52.0


def test_words_that_must_be_there_are_empty_and_the_rest_missing() -> None:
    verdict = {"item_a": "I", "item_b": "DEU:I", "verdict": "same", "decided_by": "Captain X",
               "decided_on": date(2026, 1, 20), "reason": "drawing"}  # fmt: skip
    found = one(Detail.ROUNDED, "same_item", verdict)
    assert (found["decided_by"], found["reason"]) == ("", None)


def test_exact_rows_and_rows_of_other_labels_stay_as_they_are() -> None:
    frame = rows("holding", {**HOLDING, "label": EXACT}, {**HOLDING, "label": OTHER})
    assert applied("holding", frame, {}).equals(frame)
    assert applied("holding", frame, {EXACT: Detail.EXACT}).equals(frame)
    assert applied("holding", frame, {COARSE: Detail.TOTALS}).equals(frame)
    mixed = applied("holding", frame, {OTHER: Detail.BANDED})
    assert mixed.filter(label=EXACT).equals(frame.filter(label=EXACT))
    assert mixed.filter(label=OTHER)["quantity"].to_list() == [200.0]


def test_an_unknown_table_is_refused() -> None:
    with pytest.raises(BadUse, match="no table"):
        applied("stock", rows("holding"), {})


@pytest.mark.parametrize("name", list(tables()))
@pytest.mark.parametrize("detail", [Detail.ROUNDED, Detail.BANDED])
def test_every_table_shows_nothing_that_is_withheld_or_exact(name: str, detail: Detail) -> None:
    record = {a: _example(kind) for a, kind in value_schema(table(name)).items()}
    found = one(detail, name, record)
    for attribute, treatment in treatments(name).items():
        value = found[attribute]
        if treatment is Treatment.WITHHELD:
            assert value in (None, ""), attribute
        elif treatment is Treatment.KEPT and attribute != "key":
            assert value == record[attribute], attribute
        elif treatment is not Treatment.KEPT:
            assert value != record[attribute], attribute


def _example(kind: pl.DataType) -> Any:
    values = {pl.Int64(): 2347, pl.Float64(): 2347.77, pl.Date(): date(2026, 2, 17)}
    return True if kind == pl.Boolean() else values.get(kind, "secret")


@pytest.mark.parametrize("detail", [Detail.ROUNDED, Detail.BANDED])
def test_no_key_spells_what_is_withheld_or_coarse(detail: Detail) -> None:
    assert "LOT-9" not in str(one(detail, "holding", HOLDING))
    need = {"key": "NLD|I|2026-09-17|U", "nation": "NLD", "item": "I", "unit": "U",
            "quantity": 5.0, "needed_by": date(2026, 9, 17)}  # fmt: skip
    assert "09-17" not in str(one(detail, "requirement", need))


def test_rows_that_look_alike_keep_keys_of_their_own_without_their_order() -> None:
    lots = [
        {**HOLDING, "key": f"A|I|{lot}|serviceable", "lot": lot, "quantity": quantity}
        for lot, quantity in (("Z", 200.0), ("Y", 100.0), ("X", 300.0), ("W", 100.4))
    ]
    there = applied("holding", rows("holding", *lots), {COARSE: Detail.ROUNDED})
    back = applied("holding", rows("holding", *lots[::-1]), {COARSE: Detail.ROUNDED})
    assert there["key"].n_unique() == 4
    assert there.equals(back)


def test_a_key_made_by_hand_can_not_be_taken_for_a_coarse_one() -> None:
    forged = {**HOLDING, "key": "rounded 1~A|I||serviceable", "label": EXACT}
    frame = rows("holding", HOLDING, forged)
    assert applied("holding", frame, {COARSE: Detail.ROUNDED})["key"].n_unique() == 2


def twin_of(detail: Detail, *, with_item: bool = True) -> Twin:
    stock = [{**HOLDING, "key": f"{s}|I||serviceable", "site": s} for s in "ABC"]
    orders = [{"supplier": f"S{s}", "item": "I", "site": s, "quantity": 10.0, "status": "open",
               "ordered_on": date(2026, 1, 5)} for s in "ABC"]  # fmt: skip
    frames = {"holding": rows("holding", *stock), "order": rows("order", *orders)}
    for name in frames:
        frames[name] = applied(name, frames[name], {COARSE: detail})
    item = {"key": "I", "name": "Item", "supply_class": "NATO:II", "label": EXACT}
    frames["item"] = rows("item", *[item] * with_item)
    label = Label("NLD", "RESTRICTED", frozenset({"DEU"}), under="MLS-1")
    labels = {EXACT: Label("NLD", release=frozenset({"ALL"})), COARSE: label}
    return build_twin(frames, labels, viewer="DEU", as_of=datetime(2026, 3, 1, tzinfo=UTC))


def test_a_twin_of_totals_has_items_and_no_sites() -> None:
    twin = twin_of(Detail.TOTALS)
    (total,) = twin["holding"].rows(named=True)
    assert (total["item_ix"], total["site_ix"], total["quantity"]) == (0, -1, 3 * (247.0 - 38.0))
    assert total["key"] == "totals 1~|I||serviceable"
    (order,) = twin["order"].rows(named=True)
    assert (order["supplier_ix"], order["site_ix"], order["unit_price"]) == (-1, -1, None)
    assert (order["quantity"], order["ordered_on"]) == (30.0, date(2026, 1, 1))
    assert twin.label_of("holding").agreements == {"MLS-1"}


@pytest.mark.parametrize("detail", [Detail.ROUNDED, Detail.BANDED, Detail.TOTALS])
def test_a_twin_does_not_spell_an_item_that_is_not_shown(detail: Detail) -> None:
    twin = twin_of(detail, with_item=False)
    assert not twin["holding"].is_empty()
    assert "I" not in "".join(twin["holding"]["key"].to_list() + twin["order"]["key"].to_list()
                              ).replace("K", "").split("|")  # fmt: skip
    assert set(twin["holding"]["item_ix"].to_list()) == {-1}
