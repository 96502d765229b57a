"""Whatever is sent, the check answers; what it lets through is clean when it is sent again."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from tests.often import often

from redball.exchange.check import Check, check_package
from redball.exchange.package import Manifest, Package, RawTable
from redball.model import parse_label, table, tables
from redball.model.frames import value_schema

MANIFEST = Manifest(owner="DEU", as_of=datetime(2026, 1, 31, 6, tzinfo=UTC))
NOW = datetime(2026, 2, 1, tzinfo=UTC)
PROBLEMS = pl.DataFrame(
    schema={
        "row": pl.UInt32,
        "column": pl.String,
        "rule": pl.String,
        "message": pl.String,
        "mend": pl.String,
    }
)

WORDS = st.sampled_from(
    [
        "A",
        "B",
        "DEU:A",
        "NLD:A",
        "A:B:C",
        "1",
        "1,5",
        "-1",
        "1e400",
        "nan",
        "2026-01-01",
        "01.02.2026",
        "yes",
        "EA",
        "BX",
        "NATO:II",
        "DEU",
        "EUR",
        "serviceable",
        "=1+1",
        " ",
        "",
        "a\x00b",
        "a\nb",
        "\u202e",
        "RESTRICTED // REL NLD",
        "100:1;5:2",
        "DEU:0.7",
        "50.1,8.2",
        "9" * 40,
        "9999-99-99",
        "123456789",
        "3110123456789",
    ]
)
CELL = st.one_of(st.none(), WORDS, st.text(max_size=12))


def raw(name: str, frame: pl.DataFrame) -> RawTable:
    line = pl.int_range(2, 2 + frame.height, dtype=pl.Int32, eager=True)
    known = {column: (column,) for column in frame.columns}
    return RawTable(name, f"{name}.csv", "full", frame, frame, line, known, (), PROBLEMS, ())


def check(*raws: RawTable) -> Check:
    return check_package(Package(Path("p"), "0", MANIFEST, raws, ()), now=NOW)


GOOD = {
    "site": {
        "key": "AB",
        "name": "xy",
        "country": ["DEU", "nl"],
        "latitude": ["50", "51.5"],
        "longitude": ["8", "9"],
    },
    "party": {
        "key": "ABCD",
        "name": "xy",
        "ultimate_parent": [None, *"ABCDEF"],
        "site": [None, *"ABC"],
    },
    "item": {
        "key": "ABC",
        "name": "xy",
        "supply_class": ["NATO:II", "US:IX"],
        "unit_of_issue": ["EA", "BX", None],
        "price": [None, "1.5"],
    },
    "structure": {"parent": "ABC", "child": "ABC", "quantity": [None, "2"]},
    "holding": {
        "site": "AB",
        "item": "ABC",
        "lot": [None, "L1"],
        "quantity": ["0", "5.5"],
        "condition": [None, "serviceable"],
        "label": [None, "RESTRICTED // REL NLD"],
    },
    "demand": {
        "site": "AB",
        "item": "AB",
        "period_start": ["2025-06-01", "2025-07-01"],
        "quantity": ["0", "5"],
    },
}
"""Cells that are mostly right, so that rows get far enough to break the later rules."""


@st.composite
def text_tables(draw: st.DrawFn) -> list[RawTable]:
    names = draw(st.lists(st.sampled_from(sorted(tables())), min_size=1, max_size=3, unique=True))
    made = []
    for name in names:
        every = [*table(name).names, "label"]
        columns = draw(st.lists(st.sampled_from(every), min_size=1, unique=True))
        height = draw(st.integers(0, 5))
        cells = {
            column: draw(st.lists(CELL, min_size=height, max_size=height)) for column in columns
        }
        made.append(raw(name, pl.DataFrame(cells, schema=dict.fromkeys(columns, pl.String))))
    return made


@st.composite
def nearly_good_tables(draw: st.DrawFn) -> list[RawTable]:
    made = []
    for name in draw(st.lists(st.sampled_from(list(GOOD)), min_size=1, unique=True)):
        height = draw(st.integers(0, 5))
        good = {column: list(values) for column, values in GOOD[name].items()}
        cells = {
            column: draw(st.lists(st.sampled_from(v), min_size=height, max_size=height))
            for column, v in good.items()
        }
        for _ in range(draw(st.integers(0, 2)) if height else 0):
            column = draw(st.sampled_from(list(cells)))
            cells[column][draw(st.integers(0, height - 1))] = draw(CELL)
        made.append(raw(name, pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String))))
    return made


SENT = st.one_of(text_tables(), nearly_good_tables(), nearly_good_tables())


@often(40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SENT)
def test_any_text_is_answered_and_what_is_kept_holds(raws: list[RawTable]) -> None:
    result = check(*raws)
    for sent in raws:
        checked = result.tables[sent.table]
        spec = table(sent.table)
        assert checked.rows_in == sent.frame.height
        assert checked.frame.height + checked.rows_skipped == checked.rows_in
        assert checked.frame["key"].n_unique() == checked.frame.height
        required = [a.name for a in spec.attributes if a.required]
        assert checked.frame.select(pl.col(required).null_count()).sum_horizontal().item() == 0
        assert not checked.skipped_keys & set(checked.frame["key"].to_list())
        for text in checked.frame["label"].to_list():
            assert parse_label(text, "DEU").text == text
        for name, dtype in value_schema(spec).items():
            if dtype == pl.Float64:
                assert checked.frame[name].drop_nulls().is_finite().all()
    errors = result.issues["severity"] == "error"
    assert result.counts["errors"] == int(errors.sum())
    assert all(0 <= part <= 1 for part in result.score.as_dict().values())


@often(30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SENT)
def test_what_is_kept_is_clean_when_it_is_sent_again(raws: list[RawTable]) -> None:
    first = check(*raws)
    again = check(*(raw(name, c.frame.drop("sheet", "line")) for name, c in first.tables.items()))
    assert again.issues.filter(pl.col("severity") == "error").rows() == []
    for name, checked in again.tables.items():
        assert checked.frame.drop("line").equals(first.tables[name].frame.drop("line"))


@often(30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SENT)
def test_the_order_of_rows_does_not_change_what_is_kept(raws: list[RawTable]) -> None:
    first = check(*raws)
    turned = check(*(raw(r.table, r.frame.reverse()) for r in raws))
    for name, checked in first.tables.items():
        other = turned.tables[name].frame.drop("line").sort("key")
        assert checked.frame.drop("line").sort("key").equals(other)
        assert checked.skipped_keys == turned.tables[name].skipped_keys


TYPED = [
    pl.Series([1, None, -3], dtype=pl.Int8),
    pl.Series([2**63, None, 3], dtype=pl.UInt64),
    pl.Series([1.5, float("nan"), float("-inf")]),
    pl.Series(["1.25", None, "3"]).cast(pl.Decimal(10, 2)),
    pl.Series([True, None, False]),
    pl.Series([1, None, 3_000_000], dtype=pl.Int32).cast(pl.Date),
    pl.Series([0, None, 10**15]).cast(pl.Datetime("us")),
    pl.Series([0, None, 10**15]).cast(pl.Datetime("ms", "UTC")),
    pl.Series([0, None, 5]).cast(pl.Duration("us")),
    pl.Series([0, None, 5]).cast(pl.Time),
    pl.Series(["a", None, "b"], dtype=pl.Categorical),
    pl.Series([["a"], None, ["b", "c"]]),
    pl.Series([[1], None, [2, 3]]),
    pl.Series([{"a": 1}, None, {"a": 2}]),
    pl.Series([b"x", None, b"\xff"]),
    pl.Series([None, None, None]),
]
"""A column of every type a Parquet file may bring."""


@often(40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(tables())), st.data())
def test_a_column_of_any_type_is_answered(name: str, data: st.DataObject) -> None:
    every = st.sampled_from([*table(name).names, "label"])
    columns = data.draw(st.lists(every, min_size=1, unique=True))
    frame = pl.DataFrame([data.draw(st.sampled_from(TYPED)).alias(column) for column in columns])
    checked = check(raw(name, frame)).tables[name]
    assert checked.frame.height + checked.rows_skipped == checked.rows_in == 3
