"""What is written in a national form is read back with equal values, whatever the form."""

import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from tests.often import often

from redball.exchange.package import FORMS, Manifest, read_package, write_package

MANIFEST = Manifest("DEU", datetime(2026, 1, 31, 6, tzinfo=UTC), title='Stand; "Januar"')
SUFFIX = {"zip": ".zip", "workbook": ".xlsx"}
LETTERS = "abcXYZ0189 .,;:'\"-_/=+@#%äöüßéÉñ€\n"

texts = st.text(LETTERS, min_size=1, max_size=12).map(str.strip).filter(bool)
quantities = st.floats(min_value=-1e12, max_value=1e12, allow_nan=False, allow_infinity=False).map(
    lambda value: value + 0.0
)
days = st.dates(date(1950, 1, 1), date(2090, 12, 31))
conditions = st.sampled_from(["serviceable", "unserviceable", "in_repair"])


@st.composite
def holdings(draw: st.DrawFn) -> pl.DataFrame:
    size = draw(st.integers(1, 6))

    def column(values: st.SearchStrategy[object], *, empty: bool = True) -> list[object]:
        cells = st.none() | values if empty else values
        return draw(st.lists(cells, min_size=size, max_size=size))

    return pl.DataFrame(
        {
            "site": column(texts, empty=False),
            "item": column(texts),
            "quantity": column(quantities),
            "condition": column(conditions),
            "expiry": column(days),
            "reserved": column(st.integers(0, 10**9).map(float)),
            "label": column(st.sampled_from(["UNCLASSIFIED", "RESTRICTED // REL NLD POL"])),
        },
        schema={
            "site": pl.String,
            "item": pl.String,
            "quantity": pl.Float64,
            "condition": pl.String,
            "expiry": pl.Date,
            "reserved": pl.Float64,
            "label": pl.String,
        },
    )


@st.composite
def mappings(draw: st.DrawFn) -> dict[str, object]:
    decimal, thousands = draw(
        st.sampled_from([(".", ""), (",", ""), (",", "."), (".", ","), (",", " "), (".", "'")])
    )
    quantity: dict[str, object] = {"column": "Menge, gesamt"}
    if draw(st.booleans()):
        quantity["factor"] = draw(st.sampled_from(["0.45359237", "12", "0.001", "-3", "1e3"]))
    codes = {"A": "serviceable", "Ü;1": "unserviceable", "R": "in_repair"}
    block: dict[str, object] = {
        "table": "holding",
        "file": draw(st.sampled_from(["Bestand.csv", "B/Bestand.txt", "B.xlsx", "B.parquet"])),
        "encoding": draw(st.sampled_from(["utf-8", "cp1252", "utf-16", "utf-16-le", "utf-8-sig"])),
        "delimiter": draw(st.sampled_from([",", ";", "\t", "|"])),
        "header_line": draw(st.integers(1, 4)),
        "decimal": decimal,
        "thousands": thousands,
        "columns": {
            "site": "Lager\u00a0Ort",
            "item": "Größe",
            "quantity": quantity,
            "condition": {"column": "Zustand", "codes": codes},
            "reserved": "reserviert",
            "expiry": "Verfall",
            "label": "VS",
        },
    }
    form = draw(st.sampled_from(["", "%d.%m.%Y", "%Y%m%d", "%m/%d/%Y", "%d %b %Y", "%Y-%j"]))
    if form:
        block["date"] = form
    if str(block["file"]).endswith("parquet"):
        block["header_line"] = 1
    return {"table": [block]}


def typed(frame: pl.DataFrame) -> pl.DataFrame:
    """Canonical text to values, as the check does it."""
    return frame.select(
        "site",
        "item",
        pl.col("quantity").cast(pl.Float64),
        "condition",
        pl.col("expiry").cast(pl.String).str.to_date("%Y-%m-%d"),
        pl.col("reserved").cast(pl.Float64),
        "label",
    )


@often(75)
@given(holdings(), mappings(), st.booleans())
def test_a_national_package_gives_its_values_back(
    frame: pl.DataFrame, mapping: dict[str, object], packed: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        form = "zip" if packed else "csv"
        path = Path(folder) / f"p{SUFFIX.get(form, '')}"
        write_package(path, {"holding": frame}, MANIFEST, mapping=mapping, form=form)
        read = read_package(path)
    assert not read.notes
    (raw,) = read.tables
    assert not raw.notes
    assert raw.problems.is_empty(), raw.problems.rows()
    assert raw.unknown == ()
    assert typed(raw.frame).equals(frame), (raw.frame.rows(), frame.rows())
    assert raw.line.is_sorted()


@often(30)
@given(holdings(), st.sampled_from(FORMS))
def test_a_package_in_own_columns_gives_its_values_back(frame: pl.DataFrame, form: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"p{SUFFIX.get(form, '')}"
        write_package(path, {"holding": frame}, MANIFEST, form=form)
        read = read_package(path)
    assert not read.notes
    (raw,) = read.tables
    assert typed(raw.frame).equals(frame)
    assert read.manifest == MANIFEST
