import pytest

from redball.exchange.package import Limits, Note
from redball.exchange.package.delimited import read_delimited
from redball.exchange.package.sheet import Sheet


def read(data: bytes | str, **options: object) -> Sheet:
    raw = data.encode() if isinstance(data, str) else data
    sheet = read_delimited(raw, "a.csv", Limits(), **options)  # type: ignore[arg-type]  # options of three types
    assert isinstance(sheet, Sheet), sheet
    return sheet


def refused(data: bytes | str, limits: Limits | None = None, **options: object) -> Note:
    raw = data.encode() if isinstance(data, str) else data
    note = read_delimited(raw, "a.csv", limits or Limits(), **options)  # type: ignore[arg-type]  # options of three types
    assert isinstance(note, Note)
    assert note.severity == "error"
    assert note.mend
    return note


def test_everything_is_text_and_the_first_row_is_line_two() -> None:
    sheet = read("site,quantity\nA,007\nB,\n")
    assert sheet.frame.rows() == [("A", "007"), ("B", None)]
    assert sheet.line.to_list() == [2, 3]
    assert sheet.problems.is_empty()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_line_endings_are_read(end: str) -> None:
    sheet = read(f"a,b{end}1,2{end}3,4")
    assert sheet.frame.rows() == [("1", "2"), ("3", "4")]
    assert sheet.line.to_list() == [2, 3]


def test_lines_are_counted_through_quoted_line_breaks_and_blank_lines() -> None:
    sheet = read('a,b\n"x\ny",1\n\n"say ""no""",2\n,\n3,4\n')
    assert sheet.frame.rows() == [("x\ny", "1"), ('say "no"', "2"), ("3", "4")]
    assert sheet.line.to_list() == [2, 5, 7]


def test_a_header_may_have_line_breaks_and_stray_quotes() -> None:
    sheet = read('"Lager\nort",Size 5"\nA,1\n')
    assert sheet.frame.columns == ["Lager\nort", 'Size 5"']
    assert sheet.line.to_list() == [3]


def test_a_header_further_down_is_found_by_its_line() -> None:
    sheet = read('Stand: "Januar\n\na;b\n1;2\n', delimiter=";", header_line=3)
    assert sheet.frame.rows() == [("1", "2")]
    assert sheet.line.to_list() == [4]


def test_rows_of_another_length_are_named_with_their_line() -> None:
    sheet = read("a,b\n1,2\n3\n4,5,6\n7,8\n")
    assert sheet.frame.rows() == [("1", "2"), ("3", None), ("4", "5"), ("7", "8")]
    assert sheet.problems["row"].to_list() == [1, 2]
    assert sheet.problems["rule"].unique().to_list() == ["ragged-row"]
    assert "Line 4 has 3 fields" in sheet.problems["message"][1]


def test_a_stray_quote_inside_a_cell_is_a_letter() -> None:
    sheet = read('a,b\n5" pipe,1\n6" pipe,2\n')
    assert sheet.frame.rows() == [('5" pipe', "1"), ('6" pipe', "2")]
    assert sheet.line.to_list() == [2, 3]


def test_dropping_blank_rows_keeps_the_places_of_problems() -> None:
    sheet = read("a,b\n,\n3\n1,2\n")
    assert sheet.frame.rows() == [("3", None), ("1", "2")]
    assert sheet.problems["row"].to_list() == [0]
    assert sheet.line.to_list() == [3, 4]


def test_a_single_column_with_blank_lines_keeps_its_lines() -> None:
    sheet = read("a\n1\n\n2\n")
    assert sheet.frame["a"].to_list() == ["1", "2"]
    assert sheet.line.to_list() == [2, 4]


def test_a_header_alone_is_an_empty_table() -> None:
    sheet = read("a,b")
    assert sheet.frame.shape == (0, 2)


def test_columns_without_name_and_cells_are_left_out() -> None:
    assert read("a,b,\n1,2,\n").frame.columns == ["a", "b"]


def test_columns_with_cells_but_no_name_and_doubled_names_are_errors() -> None:
    notes = read("a,,A \n1,2,3\n").notes
    assert [(note.rule, note.severity) for note in notes] == [
        ("header-blank", "error"),
        ("header-duplicate", "error"),
    ]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        ("", "header-missing"),
        ("\n\n", "header-missing"),
        (",,\n1,2,3\n", "header-missing"),
        ("a,b\n1,\0\n", "nul-byte"),
        ("a,b\n" + '1,"' + "x" * 200_000, "not-delimited-text"),
    ],
)
def test_what_is_no_table_is_refused(data: str, rule: str) -> None:
    assert refused(data).rule == rule


def test_too_many_columns_rows_and_letters_are_refused() -> None:
    assert refused("a,b,c\n", Limits(columns=2)).rule == "too-many-columns"
    assert refused("a\n1\n2\n3\n", Limits(rows=2)).rule == "too-many-rows"
    sheet = read_delimited(b"a,b\n12345,\xc3\xa4\xc3\xa4\xc3\xa4\n", "a", Limits(cell_length=4))
    assert isinstance(sheet, Sheet)
    assert sheet.problems.select("column", "rule").rows() == [("a", "cell-too-long")]


def test_a_wrong_encoding_names_byte_and_line_and_guesses() -> None:
    note = refused("a,b\nx,1\nGröße,2\n".encode("cp1252"))
    assert note.rule == "encoding"
    assert "byte 10 in line 3" in note.message
    assert "cp1252" in note.mend


def test_utf_16_is_recognised_with_and_without_its_mark() -> None:
    assert "utf-16" in refused("a,b\nGröße,2\n".encode("utf-16-le")).mend
    marked = read("a,b\nGröße,2\n".encode("utf-16"))
    assert marked.frame["a"].to_list() == ["Größe"]
    assert [note.rule for note in marked.notes] == ["encoding-repaired"]
    assert not read("a,b\nGröße,2\n".encode("utf-16"), encoding="utf-16").notes


def test_a_utf_8_mark_is_taken_off_and_wins_over_another_encoding() -> None:
    data = "\ufeffGröße,b\n1,2\n".encode()
    assert read(data).frame.columns == ["Größe", "b"]
    repaired = read(data, encoding="cp1252")
    assert repaired.frame.columns == ["Größe", "b"]
    assert [note.severity for note in repaired.notes] == ["warning"]


def test_letters_lost_before_sending_are_a_warning() -> None:
    (note,) = read("a\nGr\ufffd\ufffde\n").notes
    assert (note.rule, note.severity) == ("encoding-damaged", "warning")
