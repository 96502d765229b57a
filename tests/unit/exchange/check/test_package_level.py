"""Rules about columns, sheets and the package as a whole; nothing is withdrawn by mistake."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from redball.exchange.check import Check, check_package
from redball.exchange.package import Manifest, Note, Package, RawTable
from redball.model import BadUse

Checker = Callable[..., Check]
RawMaker = Callable[..., RawTable]
FrameMaker = Callable[[Sequence[Mapping[str, str | None]]], pl.DataFrame]

SITE = {"key": "A", "name": "Alpha", "country": "DEU", "latitude": "53.5", "longitude": "9.9"}


def only(check: Check, rule: str) -> dict[str, object]:
    found = check.issues.filter(pl.col("rule") == rule)
    assert found.height == 1, check.issues.rows()
    return found.row(0, named=True)


def test_a_missing_column_is_said_once_and_skips_the_rows_of_the_sheet(checked: Checker) -> None:
    rows = [{**SITE, "key": key} for key in "ABC"]
    without = [{n: v for n, v in row.items() if n != "country"} for row in rows]
    result = checked(rows={"site": without})
    issue = only(result, "missing-column")
    assert (issue["column"], issue["line"]) == ("country", None)
    assert result.counts["errors"] == 1
    assert result.tables["site"].rows_skipped == 3
    assert result.tables["site"].skipped_keys == {"A", "B", "C"}


def test_an_unknown_column_is_a_warning_that_names_a_close_one(checked: Checker) -> None:
    result = checked(rows={"site": [{**SITE, "capasity_t": "3"}]})
    issue = only(result, "unknown-column")
    assert issue["severity"] == "warning"
    assert "Did you mean 'capacity_t'?" in str(issue["mend"])
    assert result.ok


def test_a_column_of_a_type_that_can_not_hold_the_values_is_an_error(
    checked: Checker, raw: RawMaker
) -> None:
    frame = pl.DataFrame({"key": ["A"], "name": ["x"], "country": ["DEU"]})
    wrong = frame.with_columns(latitude=pl.lit(date(2026, 1, 1)), longitude=pl.lit(9.9))
    result = checked(raw("site", wrong))
    assert only(result, "wrong-type")["column"] == "latitude"
    binary = frame.with_columns(name=pl.lit(b"x"), latitude=pl.lit(50.0), longitude=pl.lit(9.9))
    assert only(checked(raw("site", binary)), "wrong-type")["column"] == "name"


def test_the_time_of_day_of_a_typed_date_is_dropped_with_a_warning(
    checked: Checker, raw: RawMaker
) -> None:
    frame = pl.DataFrame(
        {
            "key": ["2026-01-01", "2026-01-02"],
            "currency": ["USD", "USD"],
            "day": [datetime(2026, 1, 1), datetime(2026, 1, 2, 23)],
            "per_eur": [1.1, 1.2],
        }
    )
    result = checked(raw("rate", frame))
    assert only(result, "time-of-day-dropped")["line"] == 3
    assert result.tables["rate"].frame["day"].to_list() == [date(2026, 1, 1), date(2026, 1, 2)]


def test_a_package_from_the_future_is_refused_as_a_whole(checked: Checker) -> None:
    now = datetime(2026, 1, 31, 6, tzinfo=UTC)
    sent = {"site": [SITE]}
    at_once = checked(rows=sent, as_of=now, now=now)
    assert at_once.ok
    early = checked(rows=sent, as_of=now + timedelta(seconds=1), now=now)
    assert only(early, "as-of-in-the-future")["severity"] == "error"
    assert early.refused
    assert not early.tables
    assert not at_once.refused


def test_an_owner_that_is_no_owner_code_is_refused_as_a_whole(checked: Checker) -> None:
    result = checked(rows={"site": [SITE]}, owner="de")
    assert only(result, "owner-code")["column"] == "owner"
    assert result.refused
    assert not result.tables
    assert result.label.readers == frozenset()


def test_a_default_label_that_can_not_be_read_spares_rows_with_their_own(checked: Checker) -> None:
    rows = [{**SITE, "label": None}, {**SITE, "key": "B", "label": "UNCLASSIFIED // REL ALL"}]
    result = checked(rows={"site": rows}, label="PUBLIC")
    assert result.tables["site"].frame["key"].to_list() == ["B"]
    assert {i["column"] for i in result.issues.iter_rows(named=True)} == {"label"}


def test_rows_without_a_label_get_the_packages_and_else_are_for_the_owner_only(
    checked: Checker,
) -> None:
    rows = [{**SITE, "label": None}, {**SITE, "key": "B", "label": "restricted // rel pol,nld"}]
    given = checked(rows={"site": rows}, label="RESTRICTED // REL NLD")
    assert given.tables["site"].frame["label"].to_list() == [
        "RESTRICTED // REL NLD",
        "RESTRICTED // REL NLD POL",
    ]
    assert given.label.readers == frozenset({"DEU", "NLD"})
    bare = checked(rows={"site": [SITE]})
    assert bare.tables["site"].frame["label"].to_list() == ["UNCLASSIFIED"]
    assert bare.label.readers == frozenset({"DEU"})


def test_an_empty_table_withdraws_nothing(
    checked: Checker, raw: RawMaker, frame_of: FrameMaker
) -> None:
    empty = raw("item", frame_of([{"key": "I", "name": "n", "supply_class": "NATO:II"}]).clear())
    result = checked(empty, rows={"site": [SITE]})
    assert "item" in str(only(result, "empty-table")["message"])
    assert result.ok
    assert result.tables["item"].content == "changes"
    assert result.tables["site"].content == "full"


def test_nothing_is_withdrawn_while_the_key_of_a_row_can_not_be_read(checked: Checker) -> None:
    rows: list[dict[str, str | None]] = [{**SITE}, {**SITE, "key": None}]
    result = checked(rows={"site": rows})
    assert only(result, "withdrawal-held")["severity"] == "warning"
    assert result.tables["site"].content == "changes"
    readable = checked(rows={"site": [SITE, {**SITE, "key": "B", "name": None}]})
    assert readable.tables["site"].content == "full"
    assert readable.tables["site"].skipped_keys == {"B"}


def test_nothing_is_withdrawn_while_a_sheet_was_not_read(checked: Checker) -> None:
    note = Note("error", "more.csv", "unreadable", "It could not be read.", "Mend it.")
    result = checked(rows={"site": [SITE]}, notes=[note])
    assert not result.ok
    assert only(result, "unreadable")["sheet"] == "more.csv"
    assert result.tables["site"].content == "changes"


def test_what_the_reader_could_not_convert_is_reported_once(
    checked: Checker, raw: RawMaker, frame_of: FrameMaker
) -> None:
    problem = (0, "latitude", "number-format", "Not in the form declared.", "Write 53,5.")
    row = {**SITE, "latitude": "53;5"}
    result = checked(raw("site", frame_of([row]), problems=[problem]))
    issue = result.issues.row(0, named=True)
    assert result.issues.height == 1
    assert (issue["rule"], issue["value"], issue["line"]) == ("number-format", "53;5", 2)


def test_a_row_the_reader_could_not_split_has_no_key(
    checked: Checker, raw: RawMaker, frame_of: FrameMaker
) -> None:
    problem = (0, "", "ragged", "The row has 3 cells; 5 were expected.", "Quote the text.")
    result = checked(raw("site", frame_of([SITE]), problems=[problem]))
    assert result.tables["site"].skipped_keys == frozenset()
    assert result.tables["site"].content == "changes"
    assert set(result.issues["rule"]) == {"ragged", "withdrawal-held"}


def test_a_key_in_two_sheets_names_both_sheets(
    checked: Checker, raw: RawMaker, frame_of: FrameMaker
) -> None:
    north = raw("site", frame_of([SITE]), sheet="north.csv")
    south = raw("site", frame_of([{**SITE, "name": "Other"}]), sheet="south.csv")
    result = checked(north, south)
    issues = result.issues.filter(pl.col("rule") == "duplicate-key")
    assert issues["sheet"].to_list() == ["north.csv", "south.csv"]
    assert issues["message"].unique().to_list() == [
        "The key 'A' is on lines north.csv line 2, south.csv line 2."
    ]
    assert result.tables["site"].rows_in == result.tables["site"].rows_skipped == 2


def test_long_lists_are_cut_with_every_rule_in_it_and_all_counted(checked: Checker) -> None:
    rows: list[dict[str, str | None]]
    rows = [{**SITE, "key": f"S{n}", "latitude": "91"} for n in range(500)]
    rows.append({**SITE, "key": "LAST", "name": None})
    result = checked(rows={"site": rows}, max_issues=50)
    assert result.counts["errors"] == 501
    assert result.issues.height == 50
    assert set(result.issues["rule"]) == {"out-of-range", "missing-cell", "issues-cut"}


def test_a_warning_that_holds_for_every_row_is_said_once(checked: Checker) -> None:
    item = {"name": "x", "supply_class": "NATO:II", "price": "3"}
    rows = [{**item, "key": f"I{n}"} for n in range(30)]
    result = checked(rows={"item": rows})
    issue = only(result, "price-without-currency")
    assert issue["line"] is None
    assert str(issue["message"]).startswith("Every row:")
    assert result.counts["warnings"] == 1


def test_now_needs_a_zone(tmp_path: object, checked: Checker) -> None:
    with pytest.raises(BadUse, match="no zone"):
        checked(rows={"site": [SITE]}, now=datetime(2026, 2, 1))


def test_progress_is_told_table_by_table(raw: RawMaker, frame_of: FrameMaker) -> None:
    from pathlib import Path

    manifest = Manifest(owner="DEU", as_of=datetime(2026, 1, 31, tzinfo=UTC))
    package = Package(Path("p"), "0", manifest, (raw("site", frame_of([SITE])),), ())
    told: list[tuple[str, int, int]] = []
    check_package(
        package,
        now=datetime(2026, 2, 1, tzinfo=UTC),
        progress=lambda what, done, of: told.append((what, done, of)),
    )
    assert told == [("checked site", 1, 1)]
