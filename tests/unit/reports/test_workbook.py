"""Workbooks: everything is there, marked on every sheet, and nothing is a formula."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import polars as pl
import pytest

from redball.model import BadUse
from redball.reports import Exhibit, Form, ReportContent, as_bytes, form_of, write_file
from redball.reports.workbook import as_workbook

FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    '=HYPERLINK("https://x")',
    "https://x.mil",
    "007",
)


def _book(content: ReportContent) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(as_workbook(content)))


def test_text_stays_text(content: ReportContent) -> None:
    frame = pl.DataFrame({"=name": list(FORMULAS)})
    exhibit = Exhibit("x", "=T", content.label, tables={"=A1": frame}, assumptions=FORMULAS)
    made = as_workbook(replace(content, exhibits=(exhibit,), tables={}, title="=1+1"))
    with ZipFile(BytesIO(made)) as parts:
        names = [name for name in parts.namelist() if name.startswith("xl/worksheets")]
        sheets = [parts.read(name) for name in names if name.endswith(".xml")]
    assert len(sheets) >= 3
    assert all(b"<f>" not in sheet and b"<hyperlink" not in sheet for sheet in sheets)
    book = openpyxl.load_workbook(BytesIO(made))
    cells = [cell.value for cell in book.worksheets[-1]["A"]][3:]
    assert [str(cell).strip() for cell in cells] == [text.strip() for text in FORMULAS]


def test_every_sheet_says_label_age_and_hash(content: ReportContent) -> None:
    book = _book(content)
    assert book.sheetnames[0] == "About"
    about = {row[0].value: row[1].value for row in book["About"].iter_rows()}
    assert about["Twin"] == content.origin.twin_hash
    assert content.label.text in str(about["Label"])
    for sheet in book.worksheets[1:]:
        assert content.label.text in str(sheet["A1"].value)
        assert content.origin.twin_hash in str(sheet["A2"].value)
        assert content.label.text in str(sheet.oddHeader and sheet.oddHeader.center.text)
    assert len(book.sheetnames) == len(set(map(str.lower, book.sheetnames)))


def test_all_rows_are_there(content: ReportContent) -> None:
    exhibit = Exhibit("x", "X", content.label, tables={"t": pl.DataFrame({"n": range(5000)})})
    sheet = _book(replace(content, exhibits=(exhibit,), tables={}, findings=())).worksheets[-1]
    assert [row[0].value for row in sheet.iter_rows(min_row=4)] == list(range(5000))


@pytest.mark.parametrize(
    "names", [("a" * 40, "a" * 40 + "b"), ("A/B", "a:b"), ("About", "history"), ("", "'")], ids=str
)
def test_names_of_sheets_are_made_fit(content: ReportContent, names: tuple[str, ...]) -> None:
    frame = pl.DataFrame({"n": [1]})
    exhibit = Exhibit("x", "", content.label, tables=dict.fromkeys(names, frame))
    book = _book(replace(content, exhibits=(exhibit,), tables={}, findings=()))
    assert len(book.sheetnames) == len(names) + 1


@pytest.mark.parametrize("form", list(Form), ids=str)
def test_a_report_is_written_whole_or_not(
    content: ReportContent, tmp_path: Path, form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"r.{form.value}"
    assert write_file(content, path).read_bytes()[:4] == as_bytes(content, form)[:4]
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("redball.reports.writing.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_file(content, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["r.docx", "r", "none/r.pdf", "r.sqlite"])
def test_other_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadUse) as refused:
        form_of(tmp_path / name)
    assert refused.value.mend
