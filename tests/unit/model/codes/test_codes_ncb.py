"""Bureau codes: flagged where unconfirmed, and replaceable by a fuller table."""

from pathlib import Path

import pytest

from redball.model.codes import check_code, load_ncb, ncb_table
from redball.model.codes import nsn as stock_numbers
from redball.model.errors import BadData


def test_canada_holds_two_codes() -> None:
    assert [row.code for row in ncb_table().of_nation("CAN")] == ["20", "21"]


def test_luxembourg_says_that_belgium_catalogues_for_it() -> None:
    row = ncb_table().find("28")
    assert row is not None
    assert row.nation == "LUX"
    assert "Belgium" in row.note


def test_unconfirmed_and_unknown_codes_are_warnings_and_known_ones_are_not() -> None:
    assert check_code("ncb", "12").problem == ""
    assert check_code("ncb", "99").problem == ""
    for code, word in (("43", "unconfirmed"), ("97", "not in the table")):
        result = check_code("ncb", code)
        assert (result.value, result.refused) == (code, False)
        assert word in result.problem


@pytest.mark.parametrize("value", ["0", "123", "1A", "٠٠"])
def test_what_is_not_two_digits_is_refused(value: str) -> None:
    assert check_code("ncb", value).refused


def test_a_fuller_table_settles_what_was_unconfirmed(tmp_path: Path) -> None:
    path = tmp_path / "ncb.csv"
    path.write_text(
        "code,nation,name,verified,source,note\n43,pol,Poland,yes,CodSP-3,\n\n"
        "97,XAA,Agency,second-source,letter,\n"
    )
    table = load_ncb(path)
    assert stock_numbers.check_niin("431234567", table).problem == ""
    assert stock_numbers.check_niin("971234567", table).problem == ""
    assert stock_numbers.check_niin("121234567", table).problem != ""


def test_a_loaded_row_without_verified_counts_as_second_source(tmp_path: Path) -> None:
    path = tmp_path / "ncb.csv"
    path.write_bytes("code,nation,name,source\n27,TUR,Türkiye,list\n".encode("cp1252"))
    row = load_ncb(path).find("27")
    assert row is not None
    assert (row.name, row.verified) == ("Türkiye", "second-source")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty"),
        ("code,nation,name\n12,DEU,Germany\n", "column 'source' is missing"),
        ("code,nation,name,source\n1,USA,United States,x\n", "'1' is not a bureau code"),
        ("code,nation,name,source\n12,Germany,Germany,x\n", "'GERMANY' is not a nation"),
        ("code,nation,name,source\n12,DEU,Germany,x\n12,FRA,France,x\n", "comes twice"),
        ("code,nation,name,source\n12,DEU,Germany\n", "3 cells, not 4"),
        ("code,nation,name,source,verified\n12,DEU,Germany,x,maybe\n", "'maybe'"),
        ('code,nation,name,source\n12,DEU,"' + "x" * 140_000, "not CSV"),
    ],
)
def test_a_wrong_table_is_refused_whole(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "ncb.csv"
    path.write_text(text)
    with pytest.raises(BadData, match=problem) as caught:
        load_ncb(path)
    assert str(path) in caught.value.where


def test_a_file_that_is_absent_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="can't be read"):
        load_ncb(tmp_path / "none.csv")
    path = tmp_path / "binary.csv"
    path.write_bytes(b"\x81\x8d\x8f")
    with pytest.raises(BadData, match="neither UTF-8"):
        load_ncb(path)
