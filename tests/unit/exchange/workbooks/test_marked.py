"""The error workbook: the sender's own sheets, marked; nothing in it runs."""

from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from redball.exchange.check import Check, check_package
from redball.exchange.package import Manifest, Package, read_package, write_package
from redball.exchange.workbooks import csv_safe, issues_csv_safe, write_error_workbook
from redball.exchange.workbooks.book import sheet_name
from redball.model import BadUse

MANIFEST = Manifest(
    owner="DEU", as_of=datetime(2026, 1, 31, 6, tzinfo=UTC), label="RESTRICTED // REL NLD"
)
NOW = datetime(2026, 2, 1, tzinfo=UTC)

SITES = pl.DataFrame(
    {
        "key": ["A", "B", "C"],
        "name": ["Alpha", '=HYPERLINK("x")', "Charlie"],
        "country": ["DEU", "DEU", "ZZ"],
        "latitude": ["53.5", "53,6", "50"],
        "longitude": ["9.9", "9.8", "8"],
    }
)


@pytest.fixture
def faulty(tmp_path: Path) -> tuple[Package, Check]:
    path = write_package(tmp_path / "package", {"site": SITES}, MANIFEST, form="csv")
    package = read_package(path)
    return package, check_package(package, now=NOW)


def opened(path: Path, name: str) -> Worksheet:
    sheet = openpyxl.load_workbook(path)[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def header(sheet: Worksheet) -> dict[str, int]:
    return {str(cell.value): place for place, cell in enumerate(sheet[1], start=1)}


def test_the_cells_at_fault_are_marked_with_what_is_wrong(
    faulty: tuple[Package, Check], tmp_path: Path
) -> None:
    sheet = opened(write_error_workbook(*faulty, tmp_path / "errors.xlsx"), "site")
    columns = header(sheet)
    wrong = sheet.cell(3, columns["latitude"])
    assert wrong.value == "53,6"
    assert wrong.comment is not None
    assert wrong.comment.text.startswith("ERROR not-a-number (latitude)\nA decimal comma.")
    assert wrong.fill.fill_type == "solid"
    odd = sheet.cell(3, columns["name"])
    assert odd.comment is not None
    assert odd.comment.text.startswith("WARNING formula-like (name)")
    clean = sheet.cell(2, columns["latitude"])
    assert clean.comment is None
    assert clean.fill.fill_type is None


def test_errors_and_warnings_differ_by_more_than_colour(
    faulty: tuple[Package, Check], tmp_path: Path
) -> None:
    sheet = opened(write_error_workbook(*faulty, tmp_path / "errors.xlsx"), "site")
    columns = header(sheet)
    error, warning = sheet.cell(3, columns["latitude"]), sheet.cell(3, columns["name"])
    assert (error.font.bold, warning.font.italic) == (True, True)
    assert error.border.left.style != warning.border.left.style


def test_no_cell_is_a_formula_and_text_stays_as_sent(
    faulty: tuple[Package, Check], tmp_path: Path
) -> None:
    path = write_error_workbook(*faulty, tmp_path / "errors.xlsx")
    for sheet in openpyxl.load_workbook(path).worksheets:
        assert not [c.coordinate for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    assert '=HYPERLINK("x")' in [cell.value for cell in opened(path, "site")["B"]]


def test_the_first_sheet_lists_every_issue_with_a_link_to_its_cell(
    faulty: tuple[Package, Check], tmp_path: Path
) -> None:
    package, check = faulty
    sheet = opened(write_error_workbook(package, check, tmp_path / "errors.xlsx"), "issues")
    assert sheet["A1"].value == "RESTRICTED // FOR DEU NLD ONLY"
    rows = list(sheet.iter_rows(values_only=True))
    head = next(n for n, row in enumerate(rows) if row[0] == "severity")
    listed = rows[head + 1 :]
    errors_first = check.issues.sort("severity", maintain_order=True)
    assert [row[5] for row in listed] == errors_first["rule"].to_list()
    assert [row[3] for row in listed] == errors_first["line"].to_list()
    place = next(n for n, row in enumerate(listed) if row[5] == "not-a-number")
    cell = sheet.cell(head + 2 + place, 10)
    assert cell.value == "site!D3"
    assert cell.hyperlink is not None
    assert cell.hyperlink.location == "'site'!D3"
    assert sheet.auto_filter.ref is not None


def test_a_large_sheet_is_cut_to_its_rows_with_issues_and_says_so(
    faulty: tuple[Package, Check], tmp_path: Path
) -> None:
    package, check = faulty
    path = write_error_workbook(package, check, tmp_path / "errors.xlsx", max_rows=2)
    keys = [cell.value for cell in opened(path, "site")["A"]]
    assert keys == ["key", "B", "C"]
    text = [row[0] for row in opened(path, "issues").iter_rows(values_only=True)]
    assert "Sheet site has 3 rows; only the 2 rows with issues are shown." in text
    marked = opened(path, "site").cell(2, 4)
    assert marked.comment is not None


def test_the_same_check_gives_the_same_bytes(faulty: tuple[Package, Check], tmp_path: Path) -> None:
    one = write_error_workbook(*faulty, tmp_path / "one.xlsx")
    two = write_error_workbook(*faulty, tmp_path / "two.xlsx")
    assert one.read_bytes() == two.read_bytes()


def test_issues_of_a_mapped_sheet_are_shown_at_the_senders_columns(tmp_path: Path) -> None:
    mapping = {
        "table": [
            {
                "table": "site",
                "file": "Orte.csv",
                "delimiter": ";",
                "decimal": ",",
                "columns": {
                    "key": "Ort",
                    "name": "Bezeichnung",
                    "country": "Land",
                    "latitude": "Breite",
                    "longitude": "Laenge",
                },
            }
        ]
    }
    frame = SITES.with_columns(latitude=pl.Series(["53.5", "91", "50"]))
    path = write_package(tmp_path / "package", {"site": frame}, MANIFEST, mapping=mapping)
    package = read_package(path)
    check = check_package(package, now=NOW)
    assert "out-of-range" in check.issues["rule"].to_list()
    sheet = opened(write_error_workbook(package, check, tmp_path / "errors.xlsx"), "Orte")
    columns = header(sheet)
    marked = sheet.cell(3, columns["Breite"])
    assert marked.comment is not None
    assert "out-of-range" in marked.comment.text


def test_names_of_sheets_are_made_acceptable_and_unique() -> None:
    taken = {"issues"}
    assert sheet_name("issues", taken) == "issues (2)"
    assert sheet_name("a/b:c*" + "x" * 40, taken) == "a_b_c_" + "x" * 25
    assert sheet_name("A/B:C*" + "x" * 40, taken) == "A_B_C_" + "x" * 21 + " (2)"
    assert sheet_name("History", taken) == "history_"
    assert sheet_name("'", taken) == "sheet"


def test_csv_for_spreadsheets_runs_nothing(faulty: tuple[Package, Check]) -> None:
    frame = pl.DataFrame(
        {"=a": ["=1+1", "-5", "+4.5", "-x", "@x", "\tx", " =x", "x", None], "n": range(-4, 5)}
    )
    safe = csv_safe(frame)
    assert safe["'=a"].to_list() == ["'=1+1", "-5", "+4.5", "'-x", "'@x", "'\tx", "' =x", "x", None]
    assert safe["n"].to_list() == list(range(-4, 5))
    text = issues_csv_safe(faulty[1])
    assert '"\'=HYPERLINK(""x"")"' in text


def test_it_is_never_written_over_the_package_or_another_sort_of_file(
    faulty: tuple[Package, Check], tmp_path: Path
) -> None:
    package, check = faulty
    store = tmp_path / "redball.sqlite"
    store.write_bytes(b"a store")
    for target in (package.path, package.path / "errors.xlsx", store):
        with pytest.raises(BadUse):
            write_error_workbook(package, check, target)
    assert not (package.path / "errors.xlsx").exists()
    assert store.read_bytes() == b"a store"
