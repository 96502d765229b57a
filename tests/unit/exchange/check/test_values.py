"""Values: how cells are read, in which form they are kept, and what the message says."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime

import polars as pl
import pytest

from redball.exchange.check import Check
from redball.exchange.check.cells import Cells
from redball.exchange.check.dates import parse_timestamp
from redball.exchange.check.log import Log
from redball.exchange.package import RawTable
from redball.model import table
from redball.model.frames import value_schema
from redball.model.schema import Attribute, parse_type

Row = Mapping[str, str | None]
Checker = Callable[..., Check]
RawMaker = Callable[..., RawTable]

SITE: Row = {"key": "A", "name": "Alpha", "country": "DEU", "latitude": "53.5", "longitude": "9.9"}
ITEM: Row = {"key": "I", "name": "Bolt", "supply_class": "NATO:II"}
HOLDING: Row = {"site": "A", "item": "I1", "quantity": "5"}


def kept(check: Check, name: str, column: str) -> list[object]:
    return check.tables[name].frame[column].to_list()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,5", "A decimal comma. Other cells of the column use a decimal point."),
        ("1.234,5", "Marks between thousands, perhaps with a decimal comma. Other cells"),
        ("1,234.5", "Marks between thousands."),
        ("12 kg", "A number with other text."),
        ("many", "This is not a number."),
    ],
)
def test_the_message_names_the_form_a_number_seems_to_have(
    text: str, message: str, checked: Checker
) -> None:
    items = [{**ITEM, "mass_kg": "2.5"}, {**ITEM, "key": "J", "mass_kg": text}]
    issue = checked(rows={"item": items}).issues.row(0, named=True)
    assert (issue["rule"], issue["value"]) == ("not-a-number", text)
    assert issue["message"].startswith(message)


def test_the_message_names_the_forms_that_a_column_of_dates_mixes(checked: Checker) -> None:
    days = ["2027-01-01", "01.02.2027", "02/03/2027", "46023"]
    rows = [{**HOLDING, "lot": day, "expiry": day} for day in days]
    issues = checked(rows={"holding": rows}, world=True).issues
    assert issues["value"].to_list() == days[1:]
    assert issues["message"].str.contains("The column mixes 4 forms: ").all()
    assert '"%d.%m.%Y"' in issues["mend"][0]


def test_dates_of_a_spreadsheet_at_midnight_are_dates(checked: Checker) -> None:
    days = ["2027-01-01", "2027-01-02T00:00:00", "2027-01-03 00:00:00.000"]
    rows = [{**HOLDING, "lot": day, "expiry": day} for day in days]
    result = checked(rows={"holding": rows}, world=True)
    assert kept(result, "holding", "expiry") == [date(2027, 1, day) for day in (1, 2, 3)]


def test_timestamps_need_a_zone_and_are_kept_in_utc() -> None:
    attribute = Attribute("at", parse_type("timestamp"), "", True, "", "", "", "")
    texts = ["2026-01-31T06:00:00Z", "2026-01-31 07:00+01:00", "2026-01-31T06:00:00", "soon", None]
    log = Log(len(texts), 10)
    moments = parse_timestamp(Cells(attribute, pl.Series("at", texts), "DEU", log, 0))
    six = datetime(2026, 1, 31, 6, tzinfo=UTC)
    assert moments.to_list() == [six, six, None, None, None]
    assert [row for frame in log.row_issues() for row in frame["row"]] == [2, 3]
    assert next(iter(log.row_issues()))["rule"].unique().to_list() == ["not-a-timestamp"]


def test_yes_and_no_are_read_in_the_words_of_the_format(checked: Checker) -> None:
    words = ["yes", "No", "TRUE", "false", "1", "0"]
    rows = [{**ITEM, "key": f"I{n}", "reparable": word} for n, word in enumerate(words)]
    assert kept(checked(rows={"item": rows}), "item", "reparable") == [True, False] * 3


def test_typed_columns_pass_without_becoming_text(checked: Checker, raw: RawMaker) -> None:
    frame = pl.DataFrame(
        {
            "site": pl.Series(["A", "B"], dtype=pl.Categorical),
            "item": ["I1", "I2"],
            "quantity": pl.Series([3, 4], dtype=pl.Int32),
            "expiry": [date(2027, 1, 1), None],
            "lot": [4711, 4712],
        }
    )
    result = checked(raw("holding", frame), world=True)
    assert result.issues.is_empty()
    assert kept(result, "holding", "quantity") == [3.0, 4.0]
    assert kept(result, "holding", "lot") == ["4711", "4712"]


def test_numbers_in_a_key_column_are_written_without_a_fraction(
    checked: Checker, raw: RawMaker
) -> None:
    frame = pl.DataFrame({"key": [12.0, 0.5], "name": ["a", "b"], "supply_class": ["NATO:II"] * 2})
    assert kept(checked(raw("item", frame)), "item", "key") == ["12", "0.5"]


def test_codes_and_words_are_kept_in_their_canonical_form(checked: Checker) -> None:
    rows = [{**SITE, "country": "de", "kind": "Fuel-Terminal"}]
    result = checked(rows={"site": rows})
    assert (kept(result, "site", "country"), kept(result, "site", "kind")) == (
        ["DEU"],
        ["fuel_terminal"],
    )


def test_an_unknown_word_is_answered_with_a_close_one(checked: Checker) -> None:
    issue = checked(rows={"site": [{**SITE, "kind": "depo"}]}).issues.row(0, named=True)
    assert issue["mend"].startswith("Did you mean 'depot'?")


def test_lists_and_pairs_are_kept_in_one_form(checked: Checker) -> None:
    source = {
        "party": "P1",
        "item": "I1",
        "lead_time_days": "3",
        "price_breaks": "1000: 14.20 ;100:16.50;",
        "origin_shares": "de:0.7;cz:0.30",
    }
    item = {**ITEM, "materials": " steel ; chromium;;steel"}
    result = checked(
        rows={
            "source": [source],
            "item": [item, {**ITEM, "key": "I1"}],
            "party": [{"key": "P1", "name": "One"}],
        }
    )
    assert kept(result, "source", "price_breaks") == ["100:16.5;1000:14.2"]
    assert kept(result, "source", "origin_shares") == ["CZE:0.3;DEU:0.7"]
    assert kept(result, "item", "materials") == ["steel;chromium", None]


def test_defaults_fill_what_was_left_out(checked: Checker) -> None:
    result = checked(rows={"holding": [HOLDING]}, world=True)
    assert kept(result, "holding", "condition") == ["serviceable"]
    assert kept(result, "holding", "reserved") == [0.0]
    assert kept(result, "site", "kind") == ["depot", "depot", "depot"]


def test_a_position_fills_the_coordinates_and_nothing_else(checked: Checker) -> None:
    bare = {**SITE, "latitude": None, "longitude": None, "position": "50.1000,8.2000"}
    both = {**SITE, "key": "B", "latitude": "50.1", "longitude": "8.2", "position": "50.11N,8.2E"}
    result = checked(rows={"site": [bare, both]})
    assert kept(result, "site", "latitude") == [50.1, 50.1]
    assert kept(result, "site", "longitude") == [8.2, 8.2]


def test_keys_are_made_from_their_parts(checked: Checker) -> None:
    demand = {"site": "NLD:Z", "item": "I1", "period_start": "2025-06-01", "quantity": "1"}
    holding = {**HOLDING, "lot": "L:7"}
    given = {**HOLDING, "key": "MINE", "lot": "L8"}
    result = checked(rows={"demand": [demand], "holding": [holding, given]}, world=True)
    assert kept(result, "demand", "key") == ["NLD.Z|I1|2025-06-01"]
    assert kept(result, "holding", "key") == ["A|I1|L.7|serviceable", "MINE"]


def test_no_key_is_made_from_a_part_that_can_not_be_read(checked: Checker) -> None:
    good = {**HOLDING}
    bad = {**HOLDING, "condition": "servicable"}
    result = checked(rows={"holding": [good, bad]}, world=True)
    assert kept(result, "holding", "key") == ["A|I1||serviceable"]
    assert set(result.issues["rule"]) == {"unknown-word", "withdrawal-held"}


def test_a_missing_part_of_a_key_is_reported_and_not_the_key(checked: Checker) -> None:
    result = checked(rows={"holding": [{**HOLDING, "item": None}]}, world=True)
    rows = result.issues.filter(pl.col("line").is_not_null())
    assert rows.select("column", "rule").rows() == [("item", "missing-cell")]


def test_a_repeated_row_with_an_error_is_one_error_and_not_a_repeat(checked: Checker) -> None:
    bad = {**HOLDING, "quantity": "-5"}
    result = checked(rows={"holding": [bad, bad]}, world=True)
    assert result.issues["rule"].to_list() == ["out-of-range", "out-of-range"]


def test_a_row_beside_an_unreadable_one_with_its_key_is_not_taken_in(checked: Checker) -> None:
    rows = [{**HOLDING, "expiry": None}, {**HOLDING, "expiry": "31.12.27"}]
    result = checked(rows={"holding": rows}, world=True)
    assert result.tables["holding"].frame.is_empty()
    assert result.issues["rule"].to_list().count("duplicate-key") == 2


def test_a_rule_over_several_columns_is_silent_where_one_can_not_be_read(checked: Checker) -> None:
    row = {**SITE, "latitude": "53,5"}
    assert checked(rows={"site": [row]}).issues["rule"].to_list() == ["not-a-number"]


def test_the_frame_has_the_columns_and_types_of_the_language(
    checked: Checker, world: Mapping[str, Sequence[Row]]
) -> None:
    for name, result in checked(rows={"holding": [HOLDING]}, world=True).tables.items():
        values = dict(value_schema(table(name)))
        expected = {**values, "label": pl.String(), "sheet": pl.String(), "line": pl.Int32()}
        assert dict(result.frame.schema) == expected
        assert result.frame["line"].to_list() == list(range(2, 2 + result.rows_in))


def test_the_value_seen_is_what_the_sender_wrote(checked: Checker, raw: RawMaker) -> None:
    made = raw("site", pl.DataFrame([dict(SITE)]).with_columns(latitude=pl.lit("x")))
    sent = pl.DataFrame({"Breite": ["53 Grad"], "Minuten": ["30'"]})
    mapped = RawTable(
        table="site",
        sheet="Orte.csv",
        content="full",
        frame=made.frame,
        raw=sent,
        line=pl.Series([7], dtype=pl.Int32),
        columns={"latitude": ("Breite", "Minuten")},
        unknown=(),
        problems=made.problems,
        notes=(),
    )
    issue = checked(mapped).issues.row(0, named=True)
    assert (issue["sheet"], issue["line"], issue["value"]) == ("Orte.csv", 7, "53 Grad | 30'")
