"""Every rule of the check: the row that breaks it, and the row beside it that does not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest

from redball.exchange.check import Check, render_rules, rules
from redball.model import tables

Row = Mapping[str, str | None]
Rows = tuple[Row, ...]

GOOD: Mapping[str, Row] = {
    "nation": {"key": "XAG", "name": "Agency", "kind": "agency"},
    "site": {
        "key": "X",
        "name": "Xray",
        "country": "DEU",
        "latitude": "50",
        "longitude": "8",
    },
    "party": {"key": "PX", "name": "Ex"},
    "item": {"key": "IX", "name": "Bolt", "supply_class": "NATO:II"},
    "structure": {"parent": "I1", "child": "I2"},
    "system": {"key": "SX", "name": "Radar"},
    "fleet": {"unit": "P1", "system": "S1", "count": "4"},
    "source": {"party": "P1", "item": "I1", "lead_time_days": "10"},
    "supply": {"supplier": "P1", "customer": "P2", "input": "steel"},
    "lane": {"from_site": "A", "to_site": "B"},
    "holding": {"site": "A", "item": "I1", "quantity": "5"},
    "demand": {"site": "A", "item": "I1", "period_start": "2025-06-01", "quantity": "3"},
    "requirement": {"nation": "DEU", "item": "I1", "quantity": "5", "needed_by": "2026-09-30"},
    "order": {
        "key": "O1",
        "supplier": "P1",
        "item": "I1",
        "site": "A",
        "quantity": "5",
        "ordered_on": "2025-11-02",
    },
    "consignment": {"key": "C1", "from_site": "A", "to_site": "B", "item": "I1", "quantity": "5"},
    "hazard": {"key": "H1", "name": "Flood", "kind": "natural", "site": "A"},
    "target": {"unit": "P1", "days_of_supply": "30"},
    "factor": {"item": "I1", "quantity": "1"},
    "rate": {"currency": "USD", "day": "2026-01-02", "per_eur": "1.09"},
    "resupply": {"site": "B", "from_site": "A", "ship_days": "5"},
    "repair": {"site": "A", "item": "IR", "repair_days": "6"},
    "policy": {"site": "A", "item": "I1", "reorder_point": "4", "order_up_to": "9"},
    "support": {"giver": "DEU", "receiver": "NLD"},
    "same_item": {
        "item_a": "I1",
        "item_b": "I2",
        "verdict": "same",
        "decided_by": "Cell",
        "decided_on": "2026-01-20",
    },
}
"""A row of each table that breaks no rule in the world of the fixtures."""


@dataclass(frozen=True)
class Case:
    """Changes to the good row that break a rule, and changes beside them that do not."""

    rule: str
    table: str
    column: str
    bad: Row
    good: Row
    also: Row | None = None

    def rows(self, change: Row) -> Rows:
        base = GOOD[self.table]
        extra = () if self.also is None else ({**base, **self.also},)
        return (*extra, {**base, **change})


CASES = (
    Case("missing-cell", "item", "name", {"name": None}, {"name": "Bolt"}),
    Case("missing-cell", "item", "name", {"name": "   "}, {"name": " Bolt "}),
    Case("not-yours", "site", "owner", {"owner": "NLD"}, {"owner": "DEU"}),
    Case("not-a-number", "holding", "quantity", {"quantity": "1,5"}, {"quantity": "1.5"}),
    Case("not-a-number", "holding", "quantity", {"quantity": "12 kg"}, {"quantity": "12"}),
    Case("not-a-whole-number", "fleet", "count", {"count": "2.5"}, {"count": "2.0"}),
    Case("not-finite", "holding", "quantity", {"quantity": "nan"}, {"quantity": "0"}),
    Case("not-finite", "holding", "quantity", {"quantity": "inf"}, {"quantity": "1e9"}),
    Case("out-of-range", "holding", "quantity", {"quantity": "-1"}, {"quantity": "0"}),
    Case("out-of-range", "order", "quantity", {"quantity": "0"}, {"quantity": "0.001"}),
    Case("out-of-range", "site", "latitude", {"latitude": "90.1"}, {"latitude": "90"}),
    Case("not-yes-or-no", "item", "reparable", {"reparable": "maybe"}, {"reparable": "YES"}),
    Case("not-a-date", "holding", "expiry", {"expiry": "01.02.2027"}, {"expiry": "2027-02-01"}),
    Case("not-a-date", "holding", "expiry", {"expiry": "2027-02-30"}, {"expiry": "2027-02-28"}),
    Case(
        "date-implausible", "holding", "expiry", {"expiry": "9999-12-31"}, {"expiry": "2200-12-31"}
    ),
    Case(
        "date-out-of-range", "holding", "expiry", {"expiry": "0000-01-01"}, {"expiry": "2027-01-01"}
    ),
    Case("out-of-range", "holding", "quantity", {"quantity": "1.1e15"}, {"quantity": "1e15"}),
    Case("text-too-long", "holding", "lot", {"lot": "x" * 65}, {"lot": "x" * 64}),
    Case("control-character", "item", "name", {"name": "Bo\u200blt"}, {"name": "Bölt"}),
    Case("control-character", "item", "key", {"key": "I\u202e9"}, {"key": "I9"}),
    Case("control-character", "item", "name", {"name": "Bo\u061clt"}, {"name": "بولت"}),
    Case("control-character", "item", "name", {"name": "Bo\u00adlt"}, {"name": "Bo-lt"}),
    Case("control-character", "item", "name", {"name": "Bo\U000e0041lt"}, {"name": "Bolt"}),
    Case("control-character", "item", "materials", {"materials": "a\x07;b"}, {"materials": "a;b"}),
    Case("line-break", "item", "name", {"name": "Bolt\nlong"}, {"name": "Bolt long"}),
    Case("formula-like", "item", "name", {"name": "=1+1"}, {"name": "1+1"}),
    Case("formula-like", "item", "materials", {"materials": "steel;@x"}, {"materials": "steel;x"}),
    Case("key-form", "site", "key", {"key": "X:1"}, {"key": "X-1"}),
    Case("key-form", "site", "key", {"key": " X"}, {"key": "X Y"}),
    Case("reference-form", "holding", "site", {"site": "DEU:A:1"}, {"site": "DEU:A"}),
    Case("unknown-word", "site", "kind", {"kind": "depott"}, {"kind": "Fuel Terminal"}),
    Case("code-refused", "item", "unit_of_issue", {"unit_of_issue": "Q?"}, {"unit_of_issue": "KG"}),
    Case("code-refused", "site", "country", {"country": "ZZ"}, {"country": "de"}),
    Case("code-doubtful", "party", "ncage", {"ncage": "ABCDE"}, {"ncage": "C1234"}),
    Case(
        "pairs-form",
        "source",
        "price_breaks",
        {"price_breaks": "100=3"},
        {"price_breaks": "100:3;10:4"},
    ),
    Case(
        "pairs-form",
        "source",
        "origin_shares",
        {"origin_shares": "QQ:1"},
        {"origin_shares": "DE:1"},
    ),
    Case(
        "shares-of-origin-above-one",
        "source",
        "origin_shares",
        {"origin_shares": "DEU:0.7;CZE:0.4"},
        {"origin_shares": "DEU:0.7;CZE:0.3"},
    ),
    Case(
        "label-unreadable",
        "item",
        "label",
        {"label": "RESTRICTED // NLD"},
        {"label": "RESTRICTED // REL NLD"},
    ),
    Case(
        "pack-without-quantity",
        "item",
        "quantity_per_unit",
        {"unit_of_issue": "BX"},
        {"unit_of_issue": "BX", "quantity_per_unit": "12", "content_unit": "EA"},
    ),
    Case(
        "content-without-unit",
        "item",
        "content_unit",
        {"quantity_per_unit": "12"},
        {"quantity_per_unit": "12", "content_unit": "EA"},
    ),
    Case(
        "nsn-against-niin",
        "item",
        "niin",
        {"nsn": "3110-12-345-6789", "niin": "129999999"},
        {"nsn": "3110-12-345-6789", "niin": "123456789"},
    ),
    Case(
        "price-without-currency",
        "item",
        "currency",
        {"price": "3"},
        {"price": "3", "currency": "EUR"},
    ),
    Case(
        "price-without-currency",
        "lane",
        "currency",
        {"cost_per_t": "3"},
        {"cost_per_t": "3", "currency": "EUR"},
    ),
    Case("reserved-above-quantity", "holding", "reserved", {"reserved": "6"}, {"reserved": "5"}),
    Case(
        "expired-when-counted",
        "holding",
        "expiry",
        {"expiry": "2026-01-01", "counted_on": "2026-01-02"},
        {"expiry": "2026-01-02", "counted_on": "2026-01-02"},
    ),
    Case(
        "dated-after-the-data",
        "holding",
        "counted_on",
        {"counted_on": "2026-02-01"},
        {"counted_on": "2026-01-31"},
    ),
    Case(
        "due-before-ordered", "order", "due_on", {"due_on": "2025-11-01"}, {"due_on": "2025-11-02"}
    ),
    Case(
        "arrived-without-day",
        "consignment",
        "arrived_on",
        {"status": "arrived"},
        {"status": "arrived", "arrived_on": "2026-01-09"},
    ),
    Case(
        "day-without-arrived",
        "consignment",
        "status",
        {"arrived_on": "2026-01-09"},
        {"arrived_on": "2026-01-09", "status": "arrived"},
    ),
    Case(
        "arrived-before-departed",
        "consignment",
        "arrived_on",
        {"status": "arrived", "departed_on": "2026-01-10", "arrived_on": "2026-01-09"},
        {"status": "arrived", "departed_on": "2026-01-09", "arrived_on": "2026-01-09"},
    ),
    Case("consignment-to-itself", "consignment", "to_site", {"to_site": "A"}, {"to_site": "B"}),
    Case("item-compared-with-itself", "same_item", "item_b", {"item_b": "I1"}, {"item_b": "I2"}),
    Case(
        "position-missing",
        "site",
        "latitude",
        {"latitude": None, "longitude": None},
        {"latitude": None, "longitude": None, "position": "50.1,8.1"},
    ),
    Case("half-a-position", "site", "longitude", {"longitude": None}, {"longitude": "8"}),
    Case(
        "position-disagrees",
        "site",
        "position",
        {"position": "50.1000,8.0000"},
        {"position": "50.0100,8.0000"},
    ),
    Case("lane-to-itself", "lane", "to_site", {"to_site": "A"}, {"to_site": "B"}),
    Case("supplier-of-itself", "supply", "customer", {"customer": "P1"}, {"customer": "P2"}),
    Case("available-above-count", "fleet", "available", {"available": "5"}, {"available": "4"}),
    Case(
        "hazard-without-scope", "hazard", "site", {"site": None}, {"site": None, "country": "DEU"}
    ),
    Case(
        "area-incomplete",
        "hazard",
        "radius_km",
        {"latitude": "50", "longitude": "8"},
        {"latitude": "50", "longitude": "8", "radius_km": "20"},
    ),
    Case("target-without-scope", "target", "unit", {"unit": None}, {"unit": None, "site": "A"}),
    Case(
        "factor-without-system",
        "factor",
        "system",
        {"basis": "system_day"},
        {"basis": "system_day", "system": "S1"},
    ),
    Case(
        "duplicate-key",
        "holding",
        "key",
        {"quantity": "6"},
        {"quantity": "6", "lot": "L2"},
        also={},
    ),
    Case("repeated-row", "holding", "key", {}, {"lot": "L2"}, also={}),
    Case(
        "periods-overlap",
        "demand",
        "period_start",
        {"period_start": "2025-06-30"},
        {"period_start": "2025-07-01"},
        also={},
    ),
    Case(
        "shares-above-one",
        "source",
        "share",
        {"party": "P2", "share": "0.5"},
        {"party": "P2", "share": "0.4"},
        also={"share": "0.6"},
    ),
    Case("reference-missing", "holding", "site", {"site": "Z"}, {"site": "A"}),
    Case("reference-undisclosed", "holding", "site", {"site": "NLD:Z"}, {"site": "B"}),
    Case("structure-cycle", "structure", "child", {"child": "I1"}, {"child": "I2"}),
    Case(
        "needed-above-quantity",
        "structure",
        "needed",
        {"quantity": "4", "needed": "5"},
        {"quantity": "4", "needed": "4"},
    ),
    Case("resupply-of-itself", "resupply", "from_site", {"from_site": "B"}, {"from_site": None}),
    Case(
        "resupply-cycle",
        "resupply",
        "from_site",
        {},
        {"site": "B", "from_site": "C"},
        also={"site": "A", "from_site": "B"},
    ),
    Case(
        "resupply-cycle",
        "resupply",
        "from_site",
        {"site": "A", "from_site": "B", "item": "I1"},
        {"site": "A", "from_site": "C", "item": "I1"},
        also={},
    ),
    Case(
        "repair-in-no-time",
        "repair",
        "repair_days",
        {"repair_days": "0", "repaired_share": "0.1"},
        {"repair_days": "0", "repaired_share": "0"},
    ),
    Case("policy-incomplete", "policy", "kind", {"reorder_point": None}, {"reorder_point": "0"}),
    Case("policy-incomplete", "policy", "kind", {"order_up_to": None}, {"order_up_to": "5"}),
    Case(
        "policy-incomplete",
        "policy",
        "kind",
        {"kind": "fixed_quantity", "order_up_to": None},
        {"kind": "fixed_quantity", "order_up_to": None, "quantity": "5"},
    ),
    Case(
        "policy-incomplete",
        "policy",
        "kind",
        {"kind": "base_stock", "reorder_point": None, "order_up_to": None},
        {"kind": "base_stock", "reorder_point": None, "order_up_to": "0"},
    ),
    Case(
        "reorder-point-not-below-level",
        "policy",
        "reorder_point",
        {"reorder_point": "9"},
        {"reorder_point": "8"},
    ),
    Case(
        "reorder-point-not-below-level",
        "policy",
        "reorder_point",
        {"kind": "base_stock", "reorder_point": "9"},
        {"kind": "base_stock", "reorder_point": "8"},
    ),
    Case("policy-number-unused", "policy", "order_up_to", {"quantity": "5"}, {"quantity": None}),
    Case(
        "policy-number-unused",
        "policy",
        "order_up_to",
        {"kind": "fixed_quantity", "quantity": "5"},
        {"kind": "fixed_quantity", "quantity": "5", "order_up_to": None},
    ),
    Case("support-of-oneself", "support", "receiver", {"receiver": "DEU"}, {"receiver": "NLD"}),
    Case(
        "support-ends-before-it-begins",
        "support",
        "valid_until",
        {"valid_from": "2026-05-02", "valid_until": "2026-05-01"},
        {"valid_from": "2026-05-01", "valid_until": "2026-05-01"},
    ),
    Case(
        "support-has-ended",
        "support",
        "valid_until",
        {"valid_until": "2026-01-30"},
        {"valid_until": "2026-01-31"},
    ),
    Case(
        "support-item-and-class",
        "support",
        "supply_class",
        {"item": "I1", "supply_class": "NATO:II"},
        {"supply_class": "NATO:II"},
    ),
    Case(
        "support-of-anothers-stock",
        "support",
        "giver",
        {"giver": "NLD", "receiver": "DEU"},
        {"giver": "DEU", "receiver": "NLD"},
    ),
    Case("said-twice", "repair", "item", {"key": "Z"}, {"key": "Z", "site": "B"}, also={}),
    Case("said-twice", "policy", "item", {"key": "Z"}, {"key": "Z", "item": "I2"}, also={}),
    Case("said-twice", "resupply", "item", {"key": "Z"}, {"key": "Z", "item": "I2"}, also={}),
    Case("repair-of-consumable", "repair", "repaired_share", {"item": "I2"}, {"item": "IR"}),
    Case(
        "repair-of-consumable",
        "repair",
        "repaired_share",
        {"item": "I2", "repaired_share": "0.01"},
        {"item": "I2", "repaired_share": "0"},
    ),
    Case(
        "isolation-in-consumable",
        "structure",
        "isolation",
        {"isolation": "0.4"},
        {"parent": "IR", "isolation": "0.4"},
    ),
    Case(
        "isolation-above-one",
        "structure",
        "isolation",
        {"parent": "IR", "child": "I1", "isolation": "0.5"},
        {"parent": "IR", "child": "I1", "isolation": "0.4"},
        also={"parent": "IR", "isolation": "0.6"},
    ),
)

ELSEWHERE = {
    "missing-column",
    "unknown-column",
    "wrong-type",
    "time-of-day-dropped",
    "not-a-timestamp",
    "owner-code",
    "as-of-in-the-future",
    "empty-table",
    "withdrawal-held",
    "issues-cut",
    "reference-to-skipped",
    "reference-to-stored",
}
"""Rules that a row alone can't break; their tests are in the modules beside this one."""

Checker = Callable[..., Check]


def _with(world: Mapping[str, Rows], case: Case, change: Row) -> dict[str, Rows]:
    return {case.table: (*world.get(case.table, ()), *case.rows(change))}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{case.table}-{case.column}")
def test_the_row_that_breaks_a_rule_is_named_with_its_line_and_column(
    case: Case, checked: Checker, world: Mapping[str, Rows]
) -> None:
    sent = _with(world, case, case.bad)
    result = checked(rows=sent, world=True)
    found = result.issues.filter(pl.col("rule") == case.rule)
    assert found["column"].unique().to_list() == [case.column]
    assert len(sent[case.table]) + 1 in found["line"].to_list()
    assert found["severity"].unique().to_list() == [rules()[case.rule].severity]
    assert found["message"].str.len_chars().min() != 0
    assert found["mend"].str.len_chars().min() != 0
    skipped = result.tables[case.table].rows_skipped
    assert (skipped > 0) == (rules()[case.rule].severity == "error" or case.rule == "repeated-row")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{case.table}-{case.column}")
def test_the_row_beside_it_breaks_no_rule(
    case: Case, checked: Checker, world: Mapping[str, Rows]
) -> None:
    sent = _with(world, case, case.good)
    result = checked(rows=sent, world=True)
    assert result.issues.rows(named=True) == []
    assert result.tables[case.table].rows_skipped == 0


def test_every_rule_has_a_case_or_a_test_of_its_own() -> None:
    assert {case.rule for case in CASES} | ELSEWHERE == set(rules())


def test_every_table_has_a_good_row(checked: Checker, world: Mapping[str, Rows]) -> None:
    sent = {name: (*world.get(name, ()), GOOD[name]) for name in tables()}
    result = checked(rows=sent)
    assert result.issues.rows(named=True) == []
    assert result.ok
    assert {name: t.rows_in for name, t in result.tables.items()} == {
        name: len(rows) for name, rows in sent.items()
    }


def test_the_reference_page_is_what_the_registry_renders(request: pytest.FixtureRequest) -> None:
    page = request.config.rootpath / "docs" / "reference" / "check-rules.md"
    text = page.read_text(encoding="utf-8")
    assert text.endswith(render_rules()), "write it again: make docs"


def test_each_rule_says_why_and_how_to_mend() -> None:
    empty: list[Any] = [r.id for r in rules().values() if not (r.title and r.why and r.mend)]
    assert empty == []
