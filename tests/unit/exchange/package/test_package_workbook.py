import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime, time

import pytest
import xlsxwriter

from redball.exchange.package import Limits, Note
from redball.exchange.package.sheet import DATE, FLAG, NUMBER, TEXT, Sheet
from redball.exchange.package.workbook import Workbook, canonical
from redball.exchange.package.xlsx_parts import scan_workbook
from redball.model import BadData, UnsafeFile


def book(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    fill(made)
    made.close()
    return out.getvalue()


def changed(data: bytes, parts: Mapping[str, Callable[[bytes], bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, parts[name](part) if name in parts else part)
    return out.getvalue()


def plain(made: xlsxwriter.Workbook) -> None:
    sheet = made.add_worksheet("holding")
    sheet.write_row(0, 0, ["site", "quantity"])
    sheet.write_row(1, 0, ["A", 12])


def read(data: bytes, sheet: str = "holding", header_line: int = 1) -> Sheet:
    found = Workbook(data, "b.xlsx", Limits()).read(sheet, f"b.xlsx!{sheet}", header_line)
    assert isinstance(found, Sheet), found
    return found


def test_typed_cells_become_canonical_text_with_their_kind() -> None:
    def fill(made: xlsxwriter.Workbook) -> None:
        sheet = made.add_worksheet("holding")
        day = made.add_format({"num_format": "dd.mm.yyyy"})
        sheet.write_row(0, 0, ["a", "b", "c", "d", "e"])
        sheet.write_row(1, 0, ["007", 7.0, 0.1, True])
        sheet.write_datetime(1, 4, datetime(2026, 1, 2), day)
        sheet.write_formula(2, 1, "=1+1", None, 2)
        sheet.write_datetime(2, 4, datetime(2026, 1, 2, 3, 4), made.add_format({"num_format": 22}))

    sheet = read(book(fill))
    assert sheet.frame.row(0) == ("007", "7", "0.1", "yes", "2026-01-02")
    assert sheet.frame.row(1) == (None, "2", None, None, "2026-01-02T03:04:00")
    assert sheet.kinds is not None
    assert sheet.kinds.row(0) == (TEXT, NUMBER, NUMBER, FLAG, DATE)
    assert sheet.line.to_list() == [2, 3]


@pytest.mark.parametrize(
    ("cell", "text", "kind"),
    [
        ("", None, TEXT),
        (True, "yes", FLAG),
        (-0.0, "0", NUMBER),
        (1e20, "1e+20", NUMBER),
        (date(2026, 1, 2), "2026-01-02", DATE),
        (time(3, 4), "03:04:00", TEXT),
    ],
)
def test_a_cell_has_one_canonical_text(cell: object, text: str | None, kind: int) -> None:
    assert canonical(cell) == (text, kind)  # type: ignore[arg-type]  # the cases have many types


def test_merged_cells_are_named_and_only_the_first_has_the_value() -> None:
    def fill(made: xlsxwriter.Workbook) -> None:
        sheet = made.add_worksheet("holding")
        sheet.merge_range("A1:B1", "a title above the table does not matter")
        sheet.write_row(1, 0, ["site", "item"])
        sheet.merge_range("A3:A4", "DEPOT")
        sheet.write_column("B3", ["X", "Y"])

    sheet = read(book(fill), header_line=2)
    assert sheet.frame.rows() == [("DEPOT", "X"), (None, "Y")]
    (note,) = sheet.notes
    assert (note.rule, note.severity) == ("merged-cells", "warning")
    assert "(A3:A4)" in note.message


def test_error_cells_are_problems_with_the_error_seen() -> None:
    def fill(made: xlsxwriter.Workbook) -> None:
        sheet = made.add_worksheet("other")
        sheet.write_formula("A1", "=1/0", None, "#DIV/0!")
        sheet = made.add_worksheet("holding")
        sheet.write_row(0, 0, ["site", "quantity"])
        sheet.write_row(1, 0, ["A", 1])
        sheet.write_formula("B4", "=Z1", None, "#REF!")

    sheet = read(book(fill))
    assert sheet.frame.rows() == [("A", "1"), (None, "#REF!")]
    assert sheet.line.to_list() == [2, 4]
    assert sheet.problems.select("row", "column", "rule").rows() == [(1, "quantity", "error-cell")]
    assert "#REF!" in sheet.problems["message"][0]


def test_an_error_alone_in_the_last_row_is_not_lost() -> None:
    def fill(made: xlsxwriter.Workbook) -> None:
        sheet = made.add_worksheet("holding")
        sheet.write_row(0, 0, ["site"])
        sheet.write_formula("A2", "=Z1", None, "#N/A")

    assert read(book(fill)).problems["rule"].to_list() == ["error-cell"]


def test_hidden_sheets_are_known() -> None:
    def fill(made: xlsxwriter.Workbook) -> None:
        made.add_worksheet("seen")
        made.add_worksheet("hidden").hide()
        made.add_worksheet("very").very_hidden()

    found = Workbook(book(fill), "b.xlsx", Limits())
    assert found.names == ("seen", "hidden", "very")
    assert found.hidden == {"hidden", "very"}


def test_a_sheet_without_its_header_row_is_refused() -> None:
    found = Workbook(book(plain), "b.xlsx", Limits()).read("holding", "b.xlsx!holding", 9)
    assert isinstance(found, Note)
    assert found.rule == "header-missing"


def test_a_header_alone_is_an_empty_table() -> None:
    def fill(made: xlsxwriter.Workbook) -> None:
        made.add_worksheet("holding").write_row(0, 0, ["site", "item"])

    assert read(book(fill)).frame.shape == (0, 2)


def test_a_cell_far_away_is_refused_before_the_sheet_is_built() -> None:
    def fill(made: xlsxwriter.Workbook) -> None:
        sheet = made.add_worksheet("holding")
        sheet.write(0, 0, "site")
        sheet.write(1_048_575, 16_383, "x")

    with pytest.raises(UnsafeFile, match=r"1,048,576 rows, 16,384 columns"):
        Workbook(book(fill), "b.xlsx", Limits())


def test_the_span_of_cells_is_seen_through_any_spelling_of_the_xml() -> None:
    def spread(part: bytes) -> bytes:
        return part.replace(b'<c r="A2"', b"<c\n s='0' r='XFD10&#52;8576'", 1)

    data = changed(book(plain), {"xl/worksheets/sheet1.xml": spread})
    with pytest.raises(UnsafeFile, match="spans more than"):
        Workbook(data, "b.xlsx", Limits())


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_entity_bomb_is_refused_in_any_part_and_encoding(part: str, encoding: str) -> None:
    lol = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "lol">{lol}]><x>&l9;</x>'

    def explode(_: bytes) -> bytes:
        return f'<?xml version="1.0" encoding="{encoding}"?>{bomb}'.encode(encoding)

    with pytest.raises(UnsafeFile, match="document type or an entity"):
        scan_workbook(changed(book(plain), {part: explode}), "b.xlsx", Limits())


def test_a_bomb_inside_a_workbook_is_refused() -> None:
    out = io.BytesIO(book(plain))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", bytes(40 << 20))
    with pytest.raises(UnsafeFile, match="zip bomb"):
        Workbook(out.getvalue(), "b.xlsx", Limits())


def test_a_damaged_part_is_bad_data_and_names_the_part() -> None:
    data = changed(book(plain), {"xl/worksheets/sheet1.xml": lambda part: part[:-20]})
    with pytest.raises(BadData, match="damaged") as caught:
        Workbook(data, "b.xlsx", Limits())
    assert caught.value.where == "b.xlsx/xl/worksheets/sheet1.xml"


def test_a_zip_that_is_no_workbook_is_bad_data() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.xml", "<a/>")
    with pytest.raises(BadData, match=r"not an \.xlsx workbook"):
        Workbook(out.getvalue(), "b.xlsx", Limits())


@pytest.mark.parametrize(
    "place", ["A99999999999", "ZZZZZZZZ2", "xfd1048576", "$A$1", "A0", "A", "7", "A1\n"]
)
def test_a_cell_at_no_place_is_refused_before_a_reader_makes_room_for_it(place: str) -> None:
    def move(part: bytes) -> bytes:
        return part.replace(b'r="A2"', f'r="{place}"'.replace("\n", "&#10;").encode())

    data = changed(book(plain), {"xl/worksheets/sheet1.xml": move})
    with pytest.raises(BadData, match="is no cell"):
        scan_workbook(data, "b.xlsx", Limits())


@pytest.mark.parametrize("row", ["0", "4294967295", "-1", "x"])
def test_a_row_at_no_place_is_refused(row: str) -> None:
    def move(part: bytes) -> bytes:
        return part.replace(b'<row r="2"', f'<row r="{row}"'.encode())

    data = changed(book(plain), {"xl/worksheets/sheet1.xml": move})
    with pytest.raises(BadData, match="is no row"):
        scan_workbook(data, "b.xlsx", Limits())


@pytest.mark.parametrize("count", ["99999999999999", "4294967295", "-1", "x"])
@pytest.mark.parametrize("name", ["count", "uniqueCount"])
def test_a_false_count_of_texts_is_refused_before_a_reader_makes_room(
    name: str, count: str
) -> None:
    def claim(part: bytes) -> bytes:
        return part.replace(f' {name}="3"'.encode(), f' {name}="{count}"'.encode())

    data = changed(book(plain), {"xl/sharedStrings.xml": claim})
    with pytest.raises(UnsafeFile, match="entries"):
        scan_workbook(data, "b.xlsx", Limits())
