from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from redball.exchange.package import FORMS, Manifest, parse_mapping, read_package, write_package
from redball.exchange.package.toml_text import toml_text
from redball.model import BadData, BadUse

MANIFEST = Manifest(
    "DEU",
    datetime(2026, 1, 31, 6, tzinfo=UTC),
    label="RESTRICTED // REL NLD",
    title="Stand Januar",
    exercise=True,
    cadence_days=7,
    content="changes",
    content_by_table={"site": "full"},
)
HOLDING = pl.DataFrame(
    {
        "site": ["A", "B", "=1+1"],
        "item": ["1", 'x;"y', "ü\nz"],
        "quantity": [4.5359237, 0.1, 1234567.0],
        "condition": ["serviceable", "unserviceable", None],
        "expiry": [date(2027, 3, 31), None, date(2026, 2, 28)],
        "label": [None, "UNCLASSIFIED", None],
    }
)
SUFFIX = {"zip": ".zip", "workbook": ".xlsx"}
MAPPING: dict[str, object] = {
    "table": [
        {
            "table": "holding",
            "file": "Bestand.csv",
            "header_line": 3,
            "encoding": "cp1252",
            "delimiter": ";",
            "decimal": ",",
            "thousands": ".",
            "columns": {
                "site": "Lagerort",
                "item": "Artikel",
                "quantity": {"column": "Menge", "factor": "0.45359237"},
                "condition": {
                    "column": "Zustand",
                    "codes": {"A": "serviceable", "B": "unserviceable"},
                },
                "expiry": {"column": "Verfall", "date": "%m/%Y"},
                "label": {"column": "VS"},
            },
        }
    ]
}


def target(tmp_path: Path, form: str) -> Path:
    return tmp_path / f"p{SUFFIX.get(form, '')}"


@pytest.mark.parametrize("form", FORMS)
def test_what_is_written_is_read_back(tmp_path: Path, form: str) -> None:
    read = read_package(
        write_package(target(tmp_path, form), {"holding": HOLDING}, MANIFEST, form=form)
    )
    assert read.manifest == MANIFEST
    (raw,) = read.tables
    frame = raw.frame.with_columns(
        pl.col("quantity").cast(pl.Float64), pl.col("expiry").cast(pl.String)
    )
    expected = HOLDING.with_columns(pl.col("expiry").cast(pl.String))
    assert frame.select(HOLDING.columns).equals(expected)
    assert read.notes == raw.notes == ()


@pytest.mark.parametrize("form", FORMS)
def test_the_same_input_gives_the_same_bytes(tmp_path: Path, form: str) -> None:
    packages = []
    for name in "ab":
        path = target(tmp_path / name, form)
        write_package(path, {"holding": HOLDING}, MANIFEST, form=form)
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        packages.append([file.read_bytes() for file in files])
    assert packages[0] == packages[1]


def test_the_national_form_is_what_the_nation_would_write(tmp_path: Path) -> None:
    path = write_package(tmp_path / "p", {"holding": HOLDING}, MANIFEST, mapping=MAPPING)
    lines = (path / "Bestand.csv").read_bytes().decode("cp1252").split("\r\n")
    assert lines[:4] == [
        "Stand Januar",
        "",
        "Lagerort;Artikel;Menge;Zustand;Verfall;VS",
        "A;1;10;A;03/2027;",
    ]
    assert lines[5] == '=1+1;"ü\nz";2.721.754,336387977602;;02/2026;'
    assert parse_mapping((path / "mapping.toml").read_text(encoding="utf-8")).tables
    raw = read_package(path).tables[0]
    assert raw.frame["quantity"].cast(pl.Float64).to_list() == HOLDING["quantity"].to_list()
    assert raw.frame["condition"].to_list() == HOLDING["condition"].to_list()
    assert raw.line.to_list() == [4, 5, 6]


def test_texts_in_place_of_numbers_are_written_as_they_are(tmp_path: Path) -> None:
    faulty = HOLDING.with_columns(
        quantity=pl.Series(["12.5", "zwölf", "1,5"]), expiry=pl.lit("31.12.2026")
    )
    path = write_package(tmp_path / "p", {"holding": faulty}, MANIFEST, mapping=MAPPING)
    raw = read_package(path).tables[0]
    assert raw.raw["Menge"].to_list() == ["12.5", "zwölf", "1,5"]
    assert raw.problems.select("column", "rule").unique().sort("column").rows() == [
        ("expiry", "date-format"),
        ("quantity", "number-format"),
    ]


def test_rows_go_to_the_block_whose_constants_they_have(tmp_path: Path) -> None:
    def block(file: str, condition: str) -> dict[str, object]:
        columns = {"site": "Ort", "condition": {"constant": condition}}
        return {"table": "holding", "file": file, "columns": columns}

    mapping = {"table": [block("a.csv", "serviceable"), block("b.xlsx", "condemned")]}
    frame = pl.DataFrame({"site": ["A", "B"], "condition": ["condemned", "serviceable"]})
    path = write_package(tmp_path / "p", {"holding": frame}, MANIFEST, mapping=mapping)
    found = {raw.sheet: raw.frame.row(0) for raw in read_package(path).tables}
    assert found == {"a.csv": ("B", "serviceable"), "b.xlsx!holding": ("A", "condemned")}
    other = frame.with_columns(condition=pl.lit("quarantine"))
    with pytest.raises(BadUse, match="2 rows of 'holding' differ from the constants"):
        write_package(tmp_path / "q", {"holding": other}, MANIFEST, mapping=mapping)


def test_a_column_with_a_pattern_is_written_from_the_one_that_holds_it_whole(
    tmp_path: Path,
) -> None:
    columns = {
        "niin": {"column": "NSN", "pattern": "^[0-9]{4}([0-9]{9})$"},
        "nsn": {"column": "NSN"},
    }
    mapping = {"table": [{"table": "item", "file": "i.csv", "columns": columns}]}
    frame = pl.DataFrame({"niin": ["123456789"], "nsn": ["1005123456789"]})
    path = write_package(tmp_path / "p", {"item": frame}, MANIFEST, mapping=mapping)
    assert read_package(path).tables[0].frame.row(0) == ("123456789", "1005123456789")
    alone = {"table": [{"table": "item", "file": "i.csv", "columns": {"niin": columns["niin"]}}]}
    with pytest.raises(BadUse, match="can't be written back through the pattern"):
        write_package(tmp_path / "q", {"item": frame.drop("nsn")}, MANIFEST, mapping=alone)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"form": "pdf"}, "not a form of package"),
        ({"form": "zip"}, "ends in .zip"),
        ({"form": "workbook", "mapping": MAPPING}, "ends in .xlsx"),
        ({"tables": {"holdings": HOLDING}}, "no table 'holdings'"),
        ({"tables": {"holding": HOLDING.rename({"site": "sit"})}}, "no attribute 'sit'"),
        (
            {"tables": {"holding": HOLDING.with_columns(lot=pl.lit("x"))}, "mapping": MAPPING},
            "no place for 'lot'",
        ),
        (
            {"tables": {"holding": HOLDING.with_columns(site=pl.lit("仓"))}, "mapping": MAPPING},
            "can't be written in cp1252",
        ),
        (
            {
                "tables": {"holding": HOLDING.with_columns(quantity=pl.lit(float("inf")))},
                "mapping": MAPPING,
            },
            "no number",
        ),
    ],
)
def test_what_can_not_be_written_is_refused_and_leaves_nothing(
    tmp_path: Path, change: dict[str, object], says: str
) -> None:
    arguments: dict[str, object] = {"tables": {"holding": HOLDING}, "manifest": MANIFEST, **change}
    with pytest.raises(BadUse, match=says):
        write_package(tmp_path / "p", **arguments)  # type: ignore[arg-type]  # cases of many types
    assert not (tmp_path / "p").exists()


def test_nothing_is_written_over(tmp_path: Path) -> None:
    write_package(tmp_path / "p", {"holding": HOLDING}, MANIFEST)
    with pytest.raises(BadUse, match="something already"):
        write_package(tmp_path / "p", {"holding": HOLDING}, MANIFEST)
    with pytest.raises(BadUse, match="can't carry a mapping"):
        write_package(tmp_path / "w.xlsx", {}, MANIFEST, mapping=MAPPING, form="workbook")


def test_a_manifest_the_reader_would_refuse_is_not_written(tmp_path: Path) -> None:
    naive = Manifest("DEU", datetime(2026, 1, 31))
    with pytest.raises(BadData, match="has no zone"):
        write_package(tmp_path / "p", {}, naive)


def test_numbers_beyond_the_digits_of_a_workbook_are_written_as_text(tmp_path: Path) -> None:
    exact = [0.1 + 0.2, 1 / 3, 2.0**60, -1e-7]
    frame = pl.DataFrame({"key": list("abcd"), "price": exact})
    path = write_package(tmp_path / "w.xlsx", {"item": frame}, MANIFEST, form="workbook")
    assert read_package(path).tables[0].frame["price"].cast(pl.Float64).to_list() == exact


def test_toml_texts_are_escaped() -> None:
    import tomllib

    values = {"a b": 'x"\\\n\x7fü', "n": {"k": [1, 2.5, True, date(2026, 1, 2)], "e": {}}}
    assert tomllib.loads(toml_text(values)) == values
    with pytest.raises(BadUse, match="can't be written as TOML"):
        toml_text({"a": object()})
