import polars as pl

from redball.exchange.package import Limits, RawTable, parse_mapping
from redball.exchange.package.convert import mapped, unmapped
from redball.exchange.package.delimited import read_delimited
from redball.exchange.package.sheet import DATE, NUMBER, TEXT, Sheet


def sheet_of(text: str) -> Sheet:
    sheet = read_delimited(text.encode(), "a.csv", Limits(), delimiter=";")
    assert isinstance(sheet, Sheet)
    return sheet


def convert(text: str, columns: str, more: str = "", table: str = "holding") -> RawTable:
    block = f'[[table]]\ntable = "{table}"\nfile = "a.csv"\n{more}\n[table.columns]\n{columns}\n'
    return mapped(sheet_of(text), parse_mapping(block).tables[0], "full")


def column(text: str, entry: str, name: str = "lot", more: str = "") -> list[str | None]:
    made: list[str | None] = convert(text, f"{name} = {entry}", more).frame[name].to_list()
    return made


def faults(raw: RawTable) -> list[tuple[int, str, str]]:
    return raw.problems.select("row", "column", "rule").rows()


def test_a_column_is_renamed_and_trimmed_and_empty_cells_are_empty() -> None:
    assert column("Los;b\n  x ;1\n   ;2\n\u00a0;3\n", '"Los"') == ["x", None, None]


def test_a_constant_fills_all_rows() -> None:
    assert column("a\n1\n2\n", '{ constant = "L" }') == ["L", "L"]


def test_a_join_skips_empty_parts_and_is_empty_when_all_are() -> None:
    text = "a;b;c\n1;2;x\n1;;x\n;;x\n"
    assert column(text, '{ join = ["a", "b"], separator = "-" }') == ["1-2", "1", None]


def test_a_pattern_keeps_its_first_group_and_names_cells_without_it() -> None:
    raw = convert("a\n1005-12-345\nrubbish\n\n", "lot = { column = 'a', pattern = '^([0-9]{4})-' }")
    assert raw.frame["lot"].to_list() == ["1005", "rubbish"]
    assert faults(raw) == [(1, "lot", "pattern-mismatch")]
    assert raw.problems["message"][0].startswith("'rubbish' does not have the form")


def test_a_group_that_takes_no_part_in_a_match_gives_an_empty_cell() -> None:
    raw = convert("a;b\nx;1\ny;2\n", "lot = { column = 'a', pattern = '(x)|y' }")
    assert raw.frame["lot"].to_list() == ["x", None]
    assert faults(raw) == []


def test_replacements_are_literal_and_follow_the_pattern() -> None:
    entry = "{ column = 'a', pattern = '^(.*)!$', replace = { '.' = '-', 'x' = '' } }"
    assert column("a;b\na.b!;1\nx!;2\n", entry) == ["a-b", None]


def test_codes_are_translated_and_unknown_ones_are_problems() -> None:
    codes = "condition = { column = 'a', codes = { A = 'serviceable', B = 'unserviceable' } }"
    raw = convert("a;b\nA;1\nZ;2\n;3\n", codes)
    assert raw.frame["condition"].to_list() == ["serviceable", "Z", None]
    assert faults(raw) == [(1, "condition", "code-not-in-mapping")]
    assert "A, B" in raw.problems["mend"][0]


def test_other_catches_codes_that_are_not_listed() -> None:
    entry = "{ column = 'a', codes = { A = 'serviceable' }, other = 'quarantine' }"
    assert column("a;b\nA;1\nZ;2\n;3\n", entry, "condition") == ["serviceable", "quarantine", None]


def test_a_code_may_mean_an_empty_cell() -> None:
    raw = convert("a;b\n-;1\nx;2\n", "lot = { column = 'a', codes = { '-' = '', x = 'X' } }")
    assert raw.frame["lot"].to_list() == [None, "X"]
    assert faults(raw) == []


def test_a_default_fills_empty_cells_and_is_formatted_like_them() -> None:
    entry = '{ column = "a", default = "1.000,5" }'
    marks = 'decimal = ","\nthousands = "."'
    assert column("a;b\n2,5;1\n;2\n", entry, "quantity", marks) == ["2.5", "1000.5"]


def test_numbers_that_lack_the_form_stay_as_sent() -> None:
    raw = convert("a\n1,5\n1.5\n", 'quantity = "a"', 'decimal = ","')
    assert raw.frame["quantity"].to_list() == ["1.5", "1.5"]
    assert faults(raw) == [(1, "quantity", "number-format")]
    assert raw.raw["a"].to_list() == ["1,5", "1.5"]


def test_a_cell_given_up_is_kept_as_sent_through_the_later_steps() -> None:
    entry = "quantity = { column = 'a', pattern = '^q(.*)$', default = '7', factor = '2' }"
    raw = convert("a;b\nq3;1\n5;2\n;3\n", entry)
    assert raw.frame["quantity"].to_list() == ["6", "5", "14"]
    assert faults(raw) == [(1, "quantity", "pattern-mismatch")]


def test_dates_and_flags_take_the_forms_of_the_block() -> None:
    raw = convert(
        "a;b\n31.12.2026;ja\n2026-12-31;vielleicht\n",
        'key = { constant = "x" }\nreparable = "b"',
        'true = ["ja"]\nfalse = ["nein"]',
        table="item",
    )
    assert raw.frame["reparable"].to_list() == ["yes", "vielleicht"]
    assert faults(raw) == [(1, "reparable", "flag-word")]
    raw = convert("a\n31.12.2026\n2026-12-31\n", 'expiry = "a"', 'date = "%d.%m.%Y"')
    assert raw.frame["expiry"].to_list() == ["2026-12-31", "2026-12-31"]
    assert faults(raw) == [(1, "expiry", "date-format")]


def test_typed_cells_are_not_read_in_the_form_of_texts() -> None:
    frame = pl.DataFrame({"q": ["1.234", "1.234"], "d": ["2026-01-02T03:00:00", "02.01.2026"]})
    kinds = pl.DataFrame({"q": [NUMBER, TEXT], "d": [DATE, TEXT]}, schema_overrides={"q": pl.UInt8})
    line = pl.Series([2, 3], dtype=pl.Int32)
    sheet = Sheet("b.xlsx!x", frame, line, kinds, sheet_of("a\n").problems, ())
    text = (
        '[[table]]\ntable = "holding"\nfile = "b.xlsx"\ndecimal = ","\nthousands = "."\n'
        'date = "%d.%m.%Y"\n[table.columns]\nquantity = { column = "q", factor = "2" }\n'
        'expiry = "d"'
    )
    raw = mapped(sheet, parse_mapping(text).tables[0], "full")
    assert raw.frame["quantity"].to_list() == ["2.468", "2468"]
    assert raw.frame["expiry"].to_list() == ["2026-01-02", "2026-01-02"]
    assert faults(raw) == []


def test_a_missing_column_is_an_error_with_a_guess_and_the_rest_is_read() -> None:
    raw = convert("Lagerrt;b\nA;1\n", 'site = "Lagerort"\nlot = "b"')
    assert raw.frame.columns == ["lot"]
    (note,) = raw.notes
    assert (note.severity, note.rule, note.column) == ("error", "missing-column", "Lagerort")


def test_capitals_and_blanks_of_a_header_are_forgiven_with_a_warning() -> None:
    raw = convert("Lager  Ort \nA\n", 'site = "lager ort"')
    assert raw.frame["site"].to_list() == ["A"]
    assert [(note.severity, note.rule) for note in raw.notes] == [("warning", "header-spelling")]
    assert raw.columns == {"site": ("Lager  Ort ",)}


def test_columns_nobody_asked_for_are_listed_but_not_the_ignored_ones() -> None:
    raw = convert("a;b;Bemerkung\n1;2;3\n", 'lot = "a"', 'ignore = ["bemerkung"]')
    assert raw.unknown == ("b",)


def test_problems_of_the_reader_are_told_in_columns_of_the_language() -> None:
    sheet = read_delimited(b"a,b\n12345,1\n", "a.csv", Limits(cell_length=4))
    assert isinstance(sheet, Sheet)
    text = '[[table]]\ntable = "holding"\nfile = "a.csv"\n[table.columns]\nlot = "a"'
    raw = mapped(sheet, parse_mapping(text).tables[0], "full")
    assert faults(raw) == [(0, "lot", "cell-too-long")]


def test_own_columns_are_taken_in_any_order_and_others_are_unknown() -> None:
    raw = unmapped(sheet_of("label;Site ;colour;quantity\nx;A;red; 5\n"), "holding", "changes")
    assert raw.frame.rows(named=True) == [{"site": "A", "quantity": "5", "label": "x"}]
    assert raw.unknown == ("colour",)
    assert raw.content == "changes"
    assert [note.rule for note in raw.notes] == ["header-spelling"]


def test_flags_in_own_columns_become_yes_and_no_where_they_can() -> None:
    raw = unmapped(sheet_of("key;reparable\n1;TRUE\n2;0\n3;ja\n"), "item", "full")
    assert raw.frame["reparable"].to_list() == ["yes", "no", "ja"]
