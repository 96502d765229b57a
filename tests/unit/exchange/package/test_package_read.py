import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xlsxwriter

from redball.exchange.package import Limits, Package, read_package
from redball.model import BadData, UnsafeFile

MANIFEST = 'owner = "DEU"\nas_of = 2026-01-31T06:00:00Z\n'
HOLDING = "site,item,quantity,condition\nA,X,5,serviceable\n"


def package(tmp_path: Path, files: dict[str, str | bytes], manifest: str = MANIFEST) -> Path:
    root = tmp_path / "p"
    for name, data in {"manifest.toml": manifest, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    return root


def book(sheets: dict[str, list[list[object]]], hidden: tuple[str, ...] = ()) -> bytes:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    made.add_worksheet("_cover")
    for name, rows in sheets.items():
        sheet = made.add_worksheet(name)
        for row, cells in enumerate(rows):
            sheet.write_row(row, 0, cells)
        if name in hidden:
            sheet.hide()
    made.close()
    return out.getvalue()


def rules(read: Package) -> list[tuple[str, str, str]]:
    return [(note.severity, note.sheet, note.rule) for note in read.notes]


def test_files_named_like_tables_are_read_in_the_order_of_the_language(tmp_path: Path) -> None:
    read = read_package(
        package(tmp_path, {"holding.csv": HOLDING, "Site.CSV": "key,name\nA,Depot\n"})
    )
    assert [(raw.table, raw.sheet) for raw in read.tables] == [
        ("site", "Site.CSV"),
        ("holding", "holding.csv"),
    ]
    assert read.manifest.as_of == datetime(2026, 1, 31, 6, tzinfo=UTC)
    assert read.notes == ()
    assert len(read.hash) == 64


def test_sheets_named_like_tables_are_read_from_any_workbook(tmp_path: Path) -> None:
    data = book(
        {"Holding": [["site", "quantity"], ["A", 5]], "ideas": [["x"]], "site": [["key"], ["A"]]},
        hidden=("site",),
    )
    read = read_package(package(tmp_path, {"any.xlsx": data}))
    assert [(raw.table, raw.sheet) for raw in read.tables] == [("holding", "any.xlsx!Holding")]
    assert rules(read) == [
        ("warning", "any.xlsx!ideas", "sheet-not-read"),
        ("warning", "any.xlsx!site", "hidden-sheet"),
    ]


def test_a_hidden_sheet_is_read_when_the_mapping_names_it(tmp_path: Path) -> None:
    data = book({"Lager": [["Ort"], ["A"]]}, hidden=("Lager",))
    mapping = (
        '[[table]]\ntable = "holding"\nfile = "b.xlsx"\nsheet = "Lager"\ncolumns = {site = "Ort"}'
    )
    root = package(tmp_path, {"b.xlsx": data, "m.toml": mapping}, MANIFEST + 'mapping = "m.toml"')
    read = read_package(root)
    assert read.tables[0].frame["site"].to_list() == ["A"]
    assert read.notes == ()


def test_other_files_are_named_in_a_warning_and_those_with_an_underscore_are_not(
    tmp_path: Path,
) -> None:
    files: dict[str, str | bytes] = {
        "readme.md": "x",
        "holdings.csv": HOLDING,
        "sub/holding.csv": HOLDING,
        "_notes.txt": "x",
    }
    read = read_package(package(tmp_path, files))
    assert rules(read) == [
        ("warning", "holdings.csv", "file-not-read"),
        ("warning", "readme.md", "file-not-read"),
        ("warning", "sub/holding.csv", "file-not-read"),
    ]


def test_several_blocks_may_fill_one_table_and_own_files_are_read_beside_them(
    tmp_path: Path,
) -> None:
    mapping = """
    [[table]]
    table = "holding"
    file = "gut.csv"
    columns = { site = "Ort", condition = { constant = "serviceable" } }
    [[table]]
    table = "holding"
    file = "schlecht.csv"
    columns = { site = "Ort", condition = { constant = "condemned" } }
    """
    files: dict[str, str | bytes] = {
        "m.toml": mapping,
        "gut.csv": "Ort\nA\n",
        "schlecht.csv": "Ort\nB\n",
        "holding.csv": HOLDING,
    }
    read = read_package(package(tmp_path, files, MANIFEST + 'mapping = "m.toml"'))
    found = [(raw.sheet, raw.frame["condition"][0]) for raw in read.tables]
    assert found == [
        ("gut.csv", "serviceable"),
        ("schlecht.csv", "condemned"),
        ("holding.csv", "serviceable"),
    ]


def test_what_the_mapping_names_and_the_package_lacks_is_an_error(tmp_path: Path) -> None:
    mapping = """
    [[table]]
    table = "holding"
    file = "gone.csv"
    columns = { site = "a" }
    [[table]]
    table = "holding"
    file = "b.xlsx"
    sheet = "gone"
    columns = { site = "a" }
    [[table]]
    table = "holding"
    file = "a.json"
    columns = { site = "a" }
    """
    files: dict[str, str | bytes] = {"m.toml": mapping, "b.xlsx": book({}), "a.json": "{}"}
    read = read_package(package(tmp_path, files, MANIFEST + 'mapping = "m.toml"'))
    assert rules(read) == [
        ("error", "gone.csv", "missing-file"),
        ("error", "b.xlsx!gone", "missing-sheet"),
        ("error", "a.json", "file-not-read"),
    ]


def test_an_unreadable_file_does_not_hide_the_others(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "holding.csv": HOLDING,
        "site.parquet": b"no parquet",
        "item.csv": "key,name\n1,Größe\n".encode("cp1252"),
        "lane.xlsx": b"no workbook",
    }
    read = read_package(package(tmp_path, files))
    assert [raw.table for raw in read.tables] == ["holding"]
    assert rules(read) == [
        ("error", "item.csv", "encoding"),
        ("error", "lane.xlsx", "unreadable"),
        ("error", "site.parquet", "unreadable"),
    ]


def test_a_bomb_in_a_workbook_refuses_the_package(tmp_path: Path) -> None:
    out = io.BytesIO(book({"holding": [["site"]]}))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/big.xml", bytes(40 << 20))
    root = package(tmp_path, {"any.xlsx": out.getvalue()})
    with pytest.raises(UnsafeFile, match="zip bomb"):
        read_package(root)


def test_content_is_told_for_each_table(tmp_path: Path) -> None:
    manifest = MANIFEST + 'content = "changes"\n[content_by_table]\nsite = "full"\n'
    files: dict[str, str | bytes] = {"holding.csv": HOLDING, "site.csv": "key\nA\n"}
    read = read_package(package(tmp_path, files, manifest))
    assert {raw.table: raw.content for raw in read.tables} == {"site": "full", "holding": "changes"}


def test_a_single_workbook_brings_its_manifest_in_a_sheet(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    cells: list[list[object]] = [["owner", "NLD"], ["as_of", "2026-01-31T06:00:00Z"], ["title", ""]]
    path.write_bytes(book({"Package": cells, "holding": [["site"], ["A"]]}))
    read = read_package(path)
    assert read.manifest.owner == "NLD"
    assert [raw.sheet for raw in read.tables] == ["a.xlsx!holding"]
    assert read.notes == ()


@pytest.mark.parametrize(
    ("files", "manifest", "says"),
    [
        ({}, "", "owner is missing"),
        ({}, MANIFEST + 'mapping = "m.toml"', "no mapping file 'm.toml'"),
        ({"m.toml": "x"}, MANIFEST + 'mapping = "m.toml"', "not valid TOML"),
        ({"m.toml": b"\xff"}, MANIFEST + 'mapping = "m.toml"', "not utf-8"),
    ],
)
def test_without_a_sound_manifest_and_mapping_nothing_is_read(
    tmp_path: Path, files: dict[str, str | bytes], manifest: str, says: str
) -> None:
    with pytest.raises(BadData, match=says):
        read_package(package(tmp_path, files, manifest))


def test_a_folder_without_manifest_and_a_workbook_without_its_sheet_are_refused(
    tmp_path: Path,
) -> None:
    with pytest.raises(BadData, match=r"no manifest\.toml"):
        read_package(tmp_path)
    path = tmp_path / "a.xlsx"
    path.write_bytes(book({}))
    with pytest.raises(BadData, match="no sheet 'package'"):
        read_package(path)


def test_a_manifest_that_is_no_short_text_is_refused(tmp_path: Path) -> None:
    root = package(tmp_path, {}, MANIFEST + "# " + "x" * 100)
    with pytest.raises(UnsafeFile, match="larger than 100 bytes"):
        read_package(root, limits=Limits(config_bytes=100))


def test_a_name_given_twice_in_the_sheet_package_is_refused(tmp_path: Path) -> None:
    rows: list[list[object]] = [["owner", "NLD"], ["as_of", "2026-01-31T06:00:00Z"]]
    path = tmp_path / "b.xlsx"
    path.write_bytes(book({"package": [*rows, [" owner", "DEU"]]}))
    with pytest.raises(BadData, match="'owner' is given twice"):
        read_package(path)
