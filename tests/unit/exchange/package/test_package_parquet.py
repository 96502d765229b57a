import io
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest

from redball.exchange.package import Limits, Note, RawTable
from redball.exchange.package.convert import unmapped
from redball.exchange.package.parquet import as_text, read_parquet, text_of
from redball.exchange.package.sheet import DATE, FLAG, NUMBER, TEXT, Sheet


def data_of(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.write_parquet(out)
    return out.getvalue()


def sheet_of(frame: pl.DataFrame) -> Sheet:
    sheet = read_parquet(data_of(frame), "a.parquet", Limits())
    assert isinstance(sheet, Sheet), sheet
    return sheet


def table_of(frame: pl.DataFrame, name: str = "holding") -> RawTable:
    return unmapped(sheet_of(frame), name, "full", typed=True)


def test_columns_of_a_fitting_type_pass_through() -> None:
    frame = pl.DataFrame(
        {"site": ["A", ""], "quantity": [1.5, None], "expiry": [date(2026, 1, 2), None]}
    )
    raw = table_of(frame)
    assert raw.frame.schema == {"site": pl.String, "quantity": pl.Float64, "expiry": pl.Date}
    assert raw.frame["site"].to_list() == ["A", None]
    assert raw.line.to_list() == [2, 3]
    assert raw.raw.equals(raw.frame)


def test_numbers_of_other_widths_are_cast_and_words_become_text() -> None:
    frame = pl.DataFrame(
        {
            "site": pl.Series(["A"], dtype=pl.Categorical),
            "lot": pl.Series([7], dtype=pl.Int32),
            "quantity": pl.Series([Decimal("1.25")], dtype=pl.Decimal(9, 2)),
            "reserved": pl.Series([3], dtype=pl.UInt8),
            "expiry": [datetime(2026, 1, 2)],
            "counted_on": [datetime(2026, 1, 2, 3)],
            "condition": pl.Series([None], dtype=pl.Null),
        }
    )
    raw = table_of(frame)
    assert raw.frame.row(0, named=True) == {
        "site": "A",
        "lot": "7",
        "quantity": 1.25,
        "condition": None,
        "expiry": "2026-01-02",
        "reserved": 3.0,
        "counted_on": "2026-01-02T03:00:00.000000",
    }


def test_whole_numbers_and_flags_fit_their_attributes() -> None:
    frame = pl.DataFrame({"key": ["x"], "shelf_life_days": pl.Series([9], dtype=pl.Int16)})
    raw = table_of(frame.with_columns(reparable=pl.lit(True)), "item")
    assert raw.frame.schema["shelf_life_days"] == pl.Int64
    assert raw.frame.schema["reparable"] == pl.Boolean


def test_words_in_a_flag_column_are_read_like_those_of_a_text_file() -> None:
    assert table_of(pl.DataFrame({"reparable": ["Yes", "0"]}), "item").frame[
        "reparable"
    ].to_list() == ["yes", "no"]


@pytest.mark.parametrize(
    ("series", "text"),
    [
        (pl.Series([1.0, 0.1, -2e20, None]), ["1", "0.1", "-2e+20", None]),
        (pl.Series([True, False, None]), ["yes", "no", None]),
        (pl.Series([date(2026, 1, 2)]), ["2026-01-02"]),
        (pl.Series([5], dtype=pl.UInt64), ["5"]),
    ],
)
def test_typed_values_have_one_canonical_text(series: pl.Series, text: list[str | None]) -> None:
    assert text_of(series).to_list() == text


def test_for_a_mapping_typed_columns_become_text_with_their_kind() -> None:
    frame = pl.DataFrame({"a": [1.5], "b": ["x"], "c": [True], "d": [date(2026, 1, 2)]})
    sheet = as_text(sheet_of(frame))
    assert sheet.frame.row(0) == ("1.5", "x", "yes", "2026-01-02")
    assert sheet.kinds is not None
    assert sheet.kinds.row(0) == (NUMBER, TEXT, FLAG, DATE)
    assert as_text(sheet_of(frame.select("b"))).kinds is None


@pytest.mark.parametrize(
    ("frame", "rule"),
    [
        (pl.DataFrame({"a": [[1, 2]]}), "column-type"),
        (pl.DataFrame({"a": [{"b": 1}]}), "column-type"),
        (pl.DataFrame({"a": [b"x"]}), "column-type"),
        (pl.DataFrame({"a": [1, 2, 3]}), "too-many-rows"),
        (pl.DataFrame({"a": [1], "b": [1], "c": [1]}), "too-many-columns"),
    ],
)
def test_what_no_table_holds_is_refused_from_the_footer(frame: pl.DataFrame, rule: str) -> None:
    note = read_parquet(data_of(frame), "a.parquet", Limits(rows=2, columns=2))
    assert isinstance(note, Note)
    assert (note.rule, note.severity) == (rule, "error")


@pytest.mark.parametrize("data", [b"", b"PAR1", b"hello, world", b"PAR1" + b"\xff" * 40 + b"PAR1"])
def test_a_damaged_file_is_an_error(data: bytes) -> None:
    note = read_parquet(data, "a.parquet", Limits())
    assert isinstance(note, Note)
    assert note.rule == "unreadable"


def test_moments_with_a_zone_are_told_in_utc() -> None:
    series = pl.Series([datetime(2026, 1, 2, 3, tzinfo=UTC)])
    assert text_of(series)[0].startswith("2026-01-02T03:00:00")
