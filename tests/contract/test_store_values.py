"""What goes in comes out the same on every engine, or is refused before anything is written."""

import math
from collections.abc import Callable
from datetime import date, datetime
from itertools import count

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redball.model import BadData, BadUse, NotPermitted
from redball.store import PackageRecord, Store, TableRows

Record = Callable[..., PackageRecord]
Holdings = Callable[..., TableRows]

_days = count(1)

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
odd = st.sampled_from(
    [
        "",
        " ",
        '"',
        '""',
        "'",
        "\n",
        "\r\n",
        "a,b",
        "\\N",
        "\\.",
        "NULL",
        "=1",
        "==",
        "é\u0301",
        "🚚",
        "\ufeff",
    ]
)
rows = st.fixed_dictionaries(
    {
        "lot": st.none() | texts | odd,
        "site": texts | odd,
        "quantity": st.floats(allow_nan=False, allow_infinity=False),
        "expiry": st.none() | st.dates(),
    }
)
keys = texts.filter(lambda text: text != "" and ":" not in text) | st.sampled_from(['"', "\n", "'"])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.dictionaries(keys, rows, max_size=12))
def test_odd_values_survive_the_way_in_and_out(
    store: Store, record: Record, holdings: Holdings, data: dict[str, dict[str, object]]
) -> None:
    result = store.import_package(record(next(_days)), {"holding": holdings(data)})
    labels = list(store.labels())
    frame = store.read(as_of=None, labels=labels, names=["holding"]).frames["holding"]
    found = {row["key"]: row for row in frame.iter_rows(named=True)}
    assert found.keys() == data.keys()
    for key, given_row in data.items():
        assert {name: found[key][name] for name in given_row} == given_row
    # what was stored compares equal to what was given
    again = store.import_package(record(next(_days)), {"holding": holdings(data)})
    assert again.tables[0].unchanged == len(data)
    assert (result.tables[0].added + result.tables[0].changed) <= len(data)


@pytest.mark.parametrize(
    ("attribute", "value", "why"),
    [
        ("lot", "a\0b", "NUL"),
        ("key", "a\0b", "NUL"),
        ("key", "DEU:a", "parts owner from key"),
        ("key", "", "empty"),
        ("key", None, "'key' is empty"),
        ("site", None, "'site' is empty"),
        ("label", None, "'label' is empty"),
        ("quantity", math.nan, "finite"),
        ("quantity", math.inf, "finite"),
        ("reserved", -math.inf, "finite"),
    ],
)
def test_what_can_not_be_kept_is_refused_with_its_place(
    store: Store, record: Record, holdings: Holdings, attribute: str, value: object, why: str
) -> None:
    bad = {"good": 1.0, "bad": {"quantity": 1.0, attribute: value}}
    with pytest.raises(BadData, match=why) as caught:
        store.import_package(record(1), {"holding": holdings(bad)})
    assert caught.value.where == "holding, holding.csv line 3"
    assert store.revisions().is_empty()


def test_negative_zero_is_zero(store: Store, record: Record, holdings: Holdings) -> None:
    store.import_package(record(1), {"holding": holdings({"a": -0.0})})
    found = store.read(as_of=None, labels=[1]).frames["holding"]["quantity"][0]
    assert math.copysign(1.0, found) == 1.0
    assert (
        store.import_package(record(2), {"holding": holdings({"a": 0.0})}).tables[0].unchanged == 1
    )


def test_a_column_that_begins_empty_keeps_its_type(
    store: Store, record: Record, holdings: Holdings
) -> None:
    many: dict[str, object] = {f"k{i:05}": {"quantity": 1.0} for i in range(3_000)}
    many["z"] = {"quantity": 2.5, "lot": "L1", "expiry": date(2027, 1, 1)}
    store.import_package(record(1), {"holding": holdings(many)})
    frame = store.read(as_of=None, labels=[1]).frames["holding"].sort("key")
    assert frame["lot"].null_count() == 3_000
    assert frame.select("lot", "expiry", "quantity").row(-1) == ("L1", date(2027, 1, 1), 2.5)


def test_every_kind_of_column_survives(store: Store, record: Record) -> None:
    frame = pl.DataFrame(
        {
            "key": ["A-1", "A-2"],
            "name": ["Bearing", "Filter"],
            "supply_class": ["NATO:II", "NATO:II"],
            "unit_of_issue": ["EA", "EA"],
            "reparable": [True, False],
            "label": ["UNCLASSIFIED", "UNCLASSIFIED"],
            "sheet": ["item.csv", "item.csv"],
            "line": [2, 3],
        }
    )
    whole = TableRows(_completed("item", frame))
    store.import_package(record(1), {"item": whole})
    found = store.read(as_of=None, labels=[1]).frames["item"].sort("key")
    for column in whole.frame.columns:
        if column not in ("label", "sheet", "line"):
            assert found[column].to_list() == whole.frame[column].to_list(), column


def _completed(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Fill the columns that a test does not care about: a value of the type in the first row."""
    from redball.model import table
    from redball.model.frames import value_schema

    values: dict[type, object] = {
        pl.String: "word", pl.Int64: 2**62 + 1, pl.Float64: 0.1, pl.Boolean: True,
        pl.Date: date(2026, 2, 28), pl.Datetime: datetime(2026, 1, 1),
    }  # fmt: skip
    columns = []
    for column, dtype in value_schema(table(name)).items():
        if column in frame.columns:
            columns.append(pl.col(column))
        else:
            required = table(name)[column].required
            value = values[type(dtype)]
            cells = pl.Series([value, value if required else None], dtype=dtype)
            columns.append(pl.lit(cells).alias(column))
    return frame.select(*columns, "label", "sheet", "line")


@pytest.mark.parametrize(
    ("change", "error", "why"),
    [
        (lambda f: f.drop("lot"), BadUse, "lacks the column 'lot'"),
        (lambda f: f.with_columns(extra=1), BadUse, "does not have the column 'extra'"),
        (lambda f: f.with_columns(since=1), BadUse, "does not have the column 'since'"),
        (lambda f: f.with_columns(pl.col("quantity").cast(pl.String)), BadUse, "'quantity' is"),
        (lambda f: f.with_columns(line=-1), BadUse, "line number"),
        (lambda f: f.with_columns(owner=pl.lit("DEU")), NotPermitted, "owner"),
    ],
)
def test_a_frame_that_is_not_the_tables_is_refused(
    store: Store,
    record: Record,
    holdings: Holdings,
    change: Callable[[pl.DataFrame], pl.DataFrame],
    error: type[Exception],
    why: str,
) -> None:
    rows = TableRows(change(holdings({"a": 1.0}).frame))
    with pytest.raises(error, match=why):
        store.import_package(record(1), {"holding": rows})


def test_a_table_that_does_not_exist_is_refused(
    store: Store, record: Record, holdings: Holdings
) -> None:
    with pytest.raises(BadUse, match="no table 'label'"):
        store.import_package(record(1), {"label": holdings({"a": 1.0})})
