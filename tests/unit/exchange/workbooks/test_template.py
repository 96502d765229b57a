"""The template: filled in, it is a package; it says what every column wants."""

from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from redball.exchange.check import check_package
from redball.exchange.package import read_package
from redball.exchange.workbooks import write_template
from redball.exchange.workbooks.template import must_be_filled
from redball.model import BadUse, table, tables
from redball.model.codes import code_lists
from redball.model.schema import Kind

NOW = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_template(tmp_path_factory.mktemp("template") / "template.xlsx")


def sheet_of(book: Workbook, name: str) -> Worksheet:
    sheet = book[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def header(sheet: Worksheet) -> dict[str, int]:
    return {str(cell.value): place for place, cell in enumerate(sheet[1], start=1)}


def put(book: Workbook, table_name: str, line: int, /, **cells: str | float | date) -> None:
    sheet = sheet_of(book, table_name)
    columns = header(sheet)
    for column, value in cells.items():
        sheet.cell(line, columns[column]).value = value


def fill_manifest(book: Workbook) -> None:
    sheet = sheet_of(book, "package")
    values = {"owner": "DEU", "as_of": "2026-01-31T06:00:00Z", "label": "UNCLASSIFIED // REL ALL"}
    for row in range(1, sheet.max_row + 1):
        if (name := str(sheet.cell(row, 1).value)) in values:
            sheet.cell(row, 2).value = values[name]


def test_a_filled_in_template_is_a_clean_package(template: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(template)
    fill_manifest(book)
    put(book, "site", 2, key="A", name="Alpha", country="DEU", latitude=53.5, longitude=9.9)
    put(book, "site", 3, key="B", name="Bravo", country="NLD", position="5333N 00958E")
    put(book, "item", 2, key="00012", name="Bolt", supply_class="NATO:II", niin="012345678")
    put(book, "holding", 2, site="A", item="00012", quantity=3, expiry=date(2027, 1, 1))
    put(book, "holding", 3, site="B", item="00012", quantity=2.5, label="RESTRICTED // REL NLD")
    path = tmp_path / "filled.xlsx"
    book.save(path)
    package = read_package(path)
    result = check_package(package, now=NOW)
    assert result.ok, result.issues.rows()
    assert set(result.issues["rule"]) == {"empty-table"}
    holding = result.tables["holding"].frame
    assert holding["key"].to_list() == ["A|00012||serviceable", "B|00012||serviceable"]
    assert holding["expiry"].to_list() == [date(2027, 1, 1), None]
    assert holding["label"].to_list() == ["UNCLASSIFIED // REL ALL", "RESTRICTED // REL NLD"]
    assert result.tables["item"].frame["niin"].to_list() == ["012345678"]
    assert result.tables["party"].content == "changes"


def test_the_rows_of_the_examples_are_clean_in_the_sheets_they_belong_to(
    template: Path, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(template)
    fill_manifest(book)
    for name in ("nation", "rate", "hazard"):
        spec = table(name)
        wanted = {a.name: a.example for a in spec.attributes if a.example}
        for left in ("site", "party", "lane"):
            wanted.pop(left, None)
        put(book, name, 2, **wanted)
    path = tmp_path / "examples.xlsx"
    book.save(path)
    result = check_package(read_package(path), now=NOW)
    assert result.ok, result.issues.rows()


def test_every_table_has_its_columns_in_order_and_a_comment_on_each(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    for name, spec in tables().items():
        sheet = sheet_of(book, name)
        cells = list(sheet[1])
        assert [cell.value for cell in cells] == [*spec.names, "label"]
        for cell, attribute in zip(cells, spec.attributes, strict=False):
            text = cell.comment.text if cell.comment else ""
            assert attribute.description in text
            assert attribute.unit in text
            assert text.startswith("REQUIRED.") == must_be_filled(attribute)


def test_required_columns_differ_by_more_than_colour(template: Path) -> None:
    sheet = sheet_of(openpyxl.load_workbook(template), "holding")
    columns = header(sheet)
    needed, optional = sheet.cell(1, columns["quantity"]), sheet.cell(1, columns["expiry"])
    assert (needed.font.bold, needed.font.underline) == (True, "single")
    assert (optional.font.bold, optional.font.underline) == (False, None)


def test_words_and_codes_have_drop_downs(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    codes = sheet_of(book, "_codes")
    columns = header(codes)
    for name, spec in tables().items():
        sheet = sheet_of(book, name)
        rules = {
            str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation
        }
        for column, attribute in enumerate(spec.attributes, start=1):
            cell = sheet.cell(2, column).coordinate
            if attribute.type.kind is Kind.ENUM:
                assert rules[cell].formula1 == f'"{",".join(attribute.type.choices)}"'
            if attribute.type.kind is Kind.CODE and code_lists()[attribute.type.target].values:
                assert "_codes!" in str(rules[cell].formula1)
                assert attribute.type.target in columns


def test_nothing_in_it_is_a_formula(template: Path) -> None:
    for sheet in openpyxl.load_workbook(template).worksheets:
        assert not [c.coordinate for row in sheet.iter_rows() for c in row if c.data_type == "f"]


def test_it_can_be_asked_for_some_tables_and_is_the_same_every_time(tmp_path: Path) -> None:
    first = write_template(tmp_path / "a.xlsx", names=["item", "site"])
    second = write_template(tmp_path / "b.xlsx", names=["site", "item"])
    assert first.read_bytes() == second.read_bytes()
    names = openpyxl.load_workbook(first).sheetnames
    assert names == ["package", "site", "item", "_examples", "_columns", "_codes"]


def test_an_unknown_table_and_a_missing_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadUse, match="no table 'items'"):
        write_template(tmp_path / "a.xlsx", names=["items"])
    with pytest.raises(BadUse, match="can't be written"):
        write_template(tmp_path / "missing" / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_template_that_somebody_filled_in_is_not_written_over(template: Path) -> None:
    before = template.read_bytes()
    with pytest.raises(BadUse, match="already"):
        write_template(template)
    assert template.read_bytes() == before
