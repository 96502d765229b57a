"""Totals: which are shown, which are not, and what they leave out."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from redball.access.detail import TOTALLED, totals
from redball.model import Kind, table, tables
from redball.model.frames import frame_schema


def rows(name: str, *records: dict[str, Any]) -> pl.DataFrame:
    schema = frame_schema(table(name))
    base = {"owner": "NLD", "label": 1, "since": 7, "sheet": "x.csv", "line": 2}
    full = [{**base, "key": f"K{i}", **r} for i, r in enumerate(records)]
    return pl.DataFrame({c: [r.get(c) for r in full] for c in schema}, schema=schema)


def stock(*held: tuple[str, float], **more: Any) -> pl.DataFrame:
    base = {"item": "I", "condition": "serviceable", "reserved": 0.0, **more}
    return rows("holding", *({**base, "site": site, "quantity": q} for site, q in held))


def shown(frame: pl.DataFrame, name: str = "holding") -> list[float]:
    return totals(name, frame)[TOTALLED[name].measure].to_list()


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ([("A", 10.0), ("B", 20.0), ("C", 5.0)], [35.0]),
        ([("A", 10.0), ("B", 20.0)], []),
        ([("A", 10.0), ("B", 20.0), ("C", 0.0)], []),  # who has none is no contributor
        ([("A", 10.0), ("B", 20.0), ("C", 5.0), ("D", 0.0)], [35.0]),
        ([("A", 10.0), ("A", 20.0), ("B", 5.0)], []),  # three rows, two sites
        ([("A", 1.0), ("NLD:A", 1.0), ("B", 1.0)], []),  # one site spelled in two ways
        ([("A", 80.0), ("B", 15.0), ("C", 5.0)], []),  # 80 %
        ([("A", 79.0), ("B", 15.0), ("C", 6.0)], [100.0]),
        ([("A", 0.0), ("B", 0.0), ("C", 0.0)], []),
        ([], []),
    ],
)
def test_which_totals_are_shown(held: list[tuple[str, float]], expected: list[float]) -> None:
    assert shown(stock(*held)) == expected


def test_only_what_is_not_promised_is_added() -> None:
    frame = stock(("A", 10.0), ("B", 20.0), ("C", 30.0), reserved=4.0)
    (total,) = totals("holding", frame).rows(named=True)
    assert (total["quantity"], total["reserved"]) == (48.0, 0.0)
    assert shown(stock(("A", 10.0), ("B", 20.0), ("C", 3.0), reserved=4.0)) == []


def test_a_sum_is_correctly_rounded_in_any_order() -> None:
    assert sum([0.1] * 10) != 1.0
    assert shown(stock(*((site, 0.1) for site in "ABCDEFGHIJ"))) == [1.0]


def test_totals_of_two_markings_and_two_owners_stay_apart() -> None:
    frame = pl.concat([stock(("A", 1.0), ("B", 1.0)), stock(("C", 1.0), ("D", 1.0), label=2)])
    assert shown(frame) == []
    both = pl.concat([stock(("A", 1.0), ("B", 1.0)), stock(("A", 1.0), owner="BEL")])
    assert shown(both) == []


def fleet(*units: tuple[str, int, int | None]) -> dict[str, Any]:
    held = [{"unit": u, "system": "S", "count": c, "available": a} for u, c, a in units]
    (found,) = totals("fleet", rows("fleet", *held)).rows(named=True)
    return found


def test_availability_is_told_where_neither_it_nor_the_rest_tells_of_one_unit() -> None:
    assert fleet(("A", 10, 8), ("B", 10, 7), ("C", 10, 9))["available"] == 24
    one_unit_lacks_all = fleet(("A", 10, 10), ("B", 10, 7), ("C", 10, 10))
    assert (one_unit_lacks_all["count"], one_unit_lacks_all["available"]) == (30, None)
    silent = fleet(("A", 10, 8), ("B", 10, None), ("C", 10, 9), ("D", 10, 7))
    assert (silent["count"], silent["available"]) == (40, None)
    more_than_all = fleet(("A", 10, 12), ("B", 10, 7), ("C", 10, 7), ("D", 10, 7))
    assert more_than_all["available"] is None


def test_an_order_needs_three_sites_and_three_suppliers() -> None:
    def order(site: str, supplier: str, due: date | None = None) -> dict[str, Any]:
        return {"item": "I", "site": site, "supplier": supplier, "quantity": 5.0,
                "status": "open", "ordered_on": date(2026, 2, 3), "due_on": due}  # fmt: skip

    due = date(2026, 8, 19)
    frame = rows("order", *(order(s, f"P{s}", due) for s in "ABC"))
    (total,) = totals("order", frame).rows(named=True)
    assert (total["ordered_on"], total["due_on"]) == (date(2026, 1, 1), date(2026, 7, 1))
    assert shown(rows("order", *(order(s, "P") for s in "ABC")), "order") == []
    assert shown(rows("order", *(order("A", f"P{s}") for s in "ABC")), "order") == []


def test_requirements_without_a_unit_count_as_one_contributor() -> None:
    need = {"nation": "NLD", "item": "I", "quantity": 3.0, "needed_by": date(2026, 9, 30)}
    assert shown(rows("requirement", *[need] * 5), "requirement") == []
    units = [{**need, "unit": unit} for unit in ("U", "V", None)]
    (total,) = totals("requirement", rows("requirement", *units)).rows(named=True)
    assert (total["quantity"], total["needed_by"]) == (9.0, date(2026, 7, 1))


@pytest.mark.parametrize("name", [name for name in tables() if name not in TOTALLED])
def test_what_can_not_be_added_is_absent(name: str) -> None:
    assert totals(name, rows(name, {}, {}, {})).is_empty()


@pytest.mark.parametrize("name", list(TOTALLED))
def test_the_rule_of_a_table_names_its_own_attributes(name: str) -> None:
    how, spec = TOTALLED[name], table(name)
    assert {*how.by, *how.over, how.measure} <= set(spec.names)
    assert {how.less, how.part} - {""} <= set(spec.names)
    assert all(spec[over].type.kind is Kind.REF for over in how.over)
    assert not set(how.by) & set(how.over)
    assert {day for day, _ in how.dates} <= set(how.by)


def test_a_total_names_nothing_but_what_its_rows_share() -> None:
    frame = stock(("A", 10.0), ("B", 20.0), ("C", 5.0), lot="L", expiry=date(2027, 1, 1))
    (total,) = totals("holding", frame).rows(named=True)
    assert {c: v for c, v in total.items() if v not in (None, "", 0)} == {
        "owner": "NLD", "item": "I", "quantity": 35.0, "condition": "serviceable", "label": 1,
    }  # fmt: skip
