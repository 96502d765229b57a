from decimal import Decimal

import pytest

from redball.exchange.package import parse_mapping
from redball.model import BadData

FULL = r"""
[[table]]
table = "holding"
file = "Bestand.csv"
header_line = 2
encoding = "cp1252"
delimiter = ";"
decimal = ","
thousands = "."
date = "%d.%m.%Y"
true = ["ja", "J"]
false = ["nein"]
ignore = ["Bemerkung"]

[table.columns]
site = "Lagerort"
quantity = { column = "Menge", factor = "0.45359237" }
condition = { column = "Zustand", codes = { A = "serviceable" }, other = "quarantine" }
label = { constant = "RESTRICTED // REL NLD" }
lot = { join = ["Charge", "Teil"], separator = "-" }
item = { column = "Nr", pattern = "^[0-9]{4}-?([0-9]{9})$", replace = { "-" = "" } }
expiry = { column = "Verfall", date = "%m/%Y", default = "" }
reserved = { column = "Res", decimal = "." }
"""


def block(columns: str = 'site = "Ort"', more: str = "") -> str:
    return f'[[table]]\ntable = "holding"\nfile = "a.csv"\n{more}\n[table.columns]\n{columns}\n'


def test_the_example_of_the_reference_is_read() -> None:
    (table,) = parse_mapping(FULL).tables
    columns = {column.name: column for column in table.columns}
    assert table.encoding == "cp1252"
    assert table.true == {"yes", "true", "1", "ja", "j"}
    assert columns["quantity"].factor == Decimal("0.45359237")
    assert columns["quantity"].decimal == ","
    assert columns["quantity"].thousands == "."
    assert columns["lot"].columns == ("Charge", "Teil")
    assert columns["expiry"].date == "%m/%Y"
    assert columns["expiry"].default is None
    assert columns["label"].constant == "RESTRICTED // REL NLD"
    assert columns["site"].date is None
    assert table.sources[:3] == ("Lagerort", "Menge", "Zustand")


def test_a_column_with_its_own_decimal_mark_drops_the_thousands_mark_it_would_clash_with() -> None:
    columns = {column.name: column for column in parse_mapping(FULL).tables[0].columns}
    assert columns["reserved"].decimal == "."
    assert columns["reserved"].thousands == ""


def test_a_number_in_toml_is_written_with_the_mark_of_the_column() -> None:
    (table,) = parse_mapping(block("quantity = { constant = 1.5 }", 'decimal = ","')).tables
    assert table.columns[0].constant == "1,5"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "at least one"),
        ("tables = 1", "not a known name"),
        ('[[table]]\nfile = "a"', "names no table"),
        ('[[table]]\ntable = "holdings"', "Did you mean 'holding'"),
        ('[[table]]\ntable = "holding"', "'file' must be"),
        ('[[table]]\ntable = "holding"\nfile = "a.csv"', "'columns' must be"),
        (block('sit = "Ort"'), "Did you mean 'site'"),
        (block("site = 3"), "columns.site"),
        (block("site = { colum = 'a' }"), "Did you mean 'column'"),
        (block("site = { column = 'a', constant = 'b' }"), "exactly one of"),
        (block("site = { pattern = '(a)' }"), "exactly one of"),
        (block("site = { column = '' }"), "name of a column"),
        (block("site = { join = [] }"), "name of a column"),
        (block("site = { column = 'a', separator = '-' }"), "needs 'join'"),
        (block("site = { column = 'a', pattern = '(' }"), "can't be used"),
        (block("site = { column = 'a', pattern = 'a(?=b)' }"), "can't be used"),
        (block("site = { column = 'a', pattern = 'abc' }"), "no group"),
        (block(f"site = {{ column = 'a', pattern = '({'a' * 600})' }}"), "longer than 500"),
        (block(r"site = { column = 'a', pattern = '((\\w{900}){900})' }"), "can't be used"),
        (block("site = { column = 'a', replace = { '' = 'x' } }"), "empty text"),
        (block("site = { column = 'a', other = 'x' }"), "needs 'codes'"),
        (block("site = { column = 'a', codes = { a = 1 } }"), "table of texts"),
        (block("site = { column = 'a', factor = '2' }"), "has no meaning"),
        (block("site = { column = 'a', date = '%Y' }"), "has no meaning"),
        (block("quantity = { column = 'a', factor = '0' }"), "other than zero"),
        (block("quantity = { column = 'a', factor = 'NaN' }"), "other than zero"),
        (block("quantity = { column = 'a', factor = '1e99' }"), "other than zero"),
        (block(f"quantity = {{ column = 'a', factor = '0.{'1' * 50}' }}"), "40 digits"),
        (block("quantity = { column = 'a', decimal = '..' }"), "one character"),
        (block("quantity = { column = 'a', decimal = 'e' }"), "decimal and thousands"),
        (block("quantity = 'a'", 'decimal = ","\nthousands = ","'), "decimal and thousands"),
        (block("expiry = { column = 'a', date = '%d.%m' }"), "not a form of dates"),
        (block("expiry = { column = 'a', date = '%Q' }"), "not a form of dates"),
        (block("expiry = { column = 'a', date = '%Y %Y' }"), "twice"),
        (block(more='encoding = "hex"'), "not an encoding"),
        (block(more='encoding = "utf-99"'), "not an encoding"),
        (block(more='encoding = "idna"'), "not an encoding"),
        (block(more='delimiter = "||"'), "one character"),
        (block(more="delimiter = '\"'"), "one character"),
        (block(more="header_line = 0"), "whole number from 1"),
        (block(more='true = ["x"]\nfalse = ["X"]'), "both yes and no"),
    ],
)
def test_a_bad_mapping_says_what_is_wrong_and_where(text: str, says: str) -> None:
    with pytest.raises(BadData, match=says) as caught:
        parse_mapping(text)
    assert caught.value.where.startswith("mapping.toml")


def test_a_mapping_has_a_bounded_number_of_blocks() -> None:
    assert len(parse_mapping(block() * 500).tables) == 500
    with pytest.raises(BadData, match="501 blocks"):
        parse_mapping(block() * 501)
