"""Whatever is in a package, the reader returns or raises an error of ours; nothing else."""

import io
import tempfile
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.often import often

from redball.exchange.package import Limits, Manifest, read_package, write_package
from redball.model import RedballError

LIMITS = Limits(
    total_bytes=8 << 20, sheet_bytes=4 << 20, cells=100_000, rows=100_000, cell_length=1_000
)
MANIFEST = Manifest("DEU", datetime(2026, 1, 31, 6, tzinfo=UTC), mapping="mapping.toml")
HOLDING = pl.DataFrame(
    {
        "site": ["A", "B", "C;\n\"'"],
        "item": ["1", None, "ü"],
        "quantity": [4.5, 0.1, -1234567.0],
        "condition": ["serviceable", "unserviceable", None],
        "expiry": [date(2027, 3, 31), None, date(2026, 2, 28)],
    }
)
ITEM = pl.DataFrame({"key": ["1"], "name": ["x"], "reparable": [True], "price": [1.5]})
SITE = pl.DataFrame({"key": ["A", "B"], "latitude": [53.5, None], "country": ["DEU", "NLD"]})
COLUMNS: dict[str, object] = {
    "site": "Ort",
    "item": {"column": "Nr", "pattern": "^(.*)$", "replace": {"x": "y"}, "default": "0"},
    "quantity": {"column": "Menge", "factor": "0.45359237"},
    "condition": {"column": "Zustand", "codes": {"A": "serviceable", "B": "unserviceable"}},
    "expiry": {"column": "Verfall", "date": "%d.%m.%Y"},
}
MAPPING: dict[str, object] = {
    "table": [
        {"table": "holding", "file": "B.csv", "delimiter": ";", "decimal": ",", "columns": COLUMNS},
        {"table": "item", "file": "I.xlsx", "columns": {n: n.upper() for n in ITEM.columns}},
        {"table": "site", "file": "S.parquet", "columns": {n: n.upper() for n in SITE.columns}},
    ]
}


@cache
def files() -> dict[str, bytes]:
    """A sound package in all forms of file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p"
        tables = {"holding": HOLDING, "item": ITEM, "site": SITE}
        write_package(path, tables, MANIFEST, mapping=MAPPING)
        return {file.name: file.read_bytes() for file in sorted(path.iterdir())}


def as_zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def read_or_refuse(parts: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, data in parts.items():
            (Path(folder) / name).write_bytes(data)
        single = next((name for name in parts if name in ("p.zip", "p.xlsx")), "")
        try:
            read = read_package(Path(folder) / single, limits=LIMITS)
        except RedballError:
            return
    for raw in read.tables:
        assert raw.frame.height == raw.raw.height == raw.line.len()
        assert raw.line.dtype == pl.Int32
        assert raw.problems.filter(pl.col("row") >= raw.frame.height).is_empty()
        assert set(raw.columns) == set(raw.frame.columns)


@st.composite
def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    """Bytes with a few of them changed, removed, doubled or cut off."""
    out = bytearray(data)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(out) - 1, 0)))
        kind = draw(st.sampled_from(["set", "insert", "delete", "cut", "double", "number"]))
        if kind == "set" and out:
            out[at] = draw(st.integers(0, 255))
        elif kind == "insert":
            out[at:at] = draw(st.binary(max_size=8))
        elif kind == "delete":
            del out[at : at + draw(st.integers(1, 64))]
        elif kind == "cut":
            del out[at:]
        elif kind == "double":
            out[at:at] = out[at : at + draw(st.integers(1, 64))]
        elif kind == "number":
            out[at : at + 4] = draw(st.sampled_from([b"\0" * 4, b"\xff" * 4, b"\xff\xff\xff\x7f"]))
    return bytes(out)


@often(75)
@given(st.data())
@pytest.mark.parametrize("name", ["manifest.toml", "mapping.toml", "B.csv", "I.xlsx", "S.parquet"])
def test_a_damaged_file_ends_in_a_result_or_an_error_of_ours(
    name: str, data: st.DataObject
) -> None:
    read_or_refuse({**files(), name: data.draw(damaged(files()[name]))})


@often(75)
@given(st.data())
def test_a_damaged_zip_ends_in_a_result_or_an_error_of_ours(data: st.DataObject) -> None:
    read_or_refuse({"p.zip": data.draw(damaged(as_zip(files())))})


@often(75)
@given(st.data())
def test_a_damaged_part_of_a_workbook_ends_in_a_result_or_an_error_of_ours(
    data: st.DataObject,
) -> None:
    with zipfile.ZipFile(io.BytesIO(files()["I.xlsx"])) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(st.sampled_from(sorted(parts)))
    parts[name] = data.draw(damaged(parts[name]))
    read_or_refuse({**files(), "I.xlsx": as_zip(parts)})


@often(50)
@given(st.binary(max_size=200), st.sampled_from(["p.zip", "p.xlsx"]))
def test_any_bytes_end_in_an_error_of_ours(data: bytes, name: str) -> None:
    read_or_refuse({name: data})


SCRAPS = st.text('ab;,"\n\r\t 1.-é\ufeff', max_size=60)


@often(75)
@given(SCRAPS, st.sampled_from(["utf-8", "utf-16", "cp1252"]))
def test_any_text_is_read_or_refused(text: str, encoding: str) -> None:
    data = text.encode(encoding, "replace")
    parts = {"manifest.toml": b'owner = "DEU"\nas_of = 2026-01-31T06:00:00Z\n'}
    read_or_refuse({**parts, "holding.csv": b"site,quantity\n" + data, "item.csv": data})


VALUES: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)
NAMES = st.sampled_from(
    [
        "column",
        "constant",
        "join",
        "separator",
        "pattern",
        "replace",
        "codes",
        "other",
        "default",
        "decimal",
        "thousands",
        "factor",
        "date",
    ]
)


@often(75)
@given(
    st.dictionaries(NAMES, VALUES, max_size=4),
    st.sampled_from(["site", "item", "quantity", "condition", "expiry", "label"]),
)
def test_any_entry_of_a_mapping_is_used_or_refused(entry: dict[str, object], name: str) -> None:
    from redball.exchange.package.convert import mapped
    from redball.exchange.package.delimited import read_delimited
    from redball.exchange.package.mapping_file import mapping_from
    from redball.exchange.package.sheet import Sheet

    block = {"table": "holding", "file": "a.csv", "columns": {name: {"column": "a", **entry}}}
    sheet = read_delimited(b"a,b\nx,1\n,2\n31.12.2026,3\n", "a.csv", LIMITS)
    assert isinstance(sheet, Sheet)
    try:
        (made,) = mapping_from({"table": [block]}).tables
    except RedballError:
        return
    assert mapped(sheet, made, "full").line.to_list() == [2, 3, 4]


def _reader(pattern: str) -> Callable[[], None]:
    def run() -> None:
        columns = {"site": {"column": "Ort", "pattern": pattern}}
        mapping = {"table": [{"table": "holding", "file": "B.csv", "columns": columns}]}
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "p"
            write_package(path, {"site": SITE}, MANIFEST, mapping={"table": []})
            from redball.exchange.package.toml_text import toml_text

            (path / "mapping.toml").write_text(toml_text(mapping), encoding="utf-8")
            (path / "B.csv").write_text("Ort\n" + "a" * 900 + "!\n", encoding="utf-8")
            read = read_package(path)
        assert read.tables[-1].problems["rule"].to_list() == ["pattern-mismatch"]

    return run


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^((a|aa)+)$", "^(.*)*=$"])
def test_patterns_that_explode_elsewhere_take_linear_time(pattern: str) -> None:
    # with backtracking these would not end within the life of the machine
    _reader(pattern)()
