"""Stock numbers: the NIIN is the key, and what is no NATO number is told apart."""

import pytest

from redball.model.codes import (
    Niin,
    Nsn,
    OtherStockNumber,
    check_code,
    niin_of,
    parse_stock_number,
)
from redball.model.errors import BadData


@pytest.mark.parametrize(
    "text", ["5905007345199", "5905-00-734-5199", " 5905 00 734 5199 ", "5905‑00‑734‑5199"]
)
def test_an_nsn_is_read_with_and_without_hyphens(text: str) -> None:
    number = parse_stock_number(text)
    assert number == Nsn(niin="007345199", fsc="5905")
    assert isinstance(number, Nsn)
    assert (number.fsg, number.ncb, number.text) == ("59", "00", "5905007345199")


def test_two_nsns_that_differ_in_class_have_one_niin() -> None:
    assert niin_of("5905-00-734-5199") == niin_of("5999-00-734-5199") == niin_of("007345199")


def test_nine_digits_are_a_niin() -> None:
    assert parse_stock_number("12-345-6789") == Niin("123456789")


def test_letters_in_place_of_the_bureau_mark_a_navy_item_control_number() -> None:
    assert parse_stock_number("1234ll1234567") == OtherStockNumber(
        "1234LL1234567", "navy item control number"
    )


@pytest.mark.parametrize("text", ["6205-2RS", "M39029/58-360", "12345678", "59050073451990"])
def test_anything_else_is_a_part_number_and_keeps_its_hyphens(text: str) -> None:
    assert parse_stock_number(text) == OtherStockNumber(text, "part number")


@pytest.mark.parametrize("text", ["6205-2RS", "1234LL1234567", "٣" * 13])
def test_a_number_without_a_niin_is_refused_when_one_is_asked_for(text: str) -> None:
    with pytest.raises(BadData, match="neither an NSN nor a NIIN"):
        niin_of(text)


def test_an_empty_stock_number_is_refused() -> None:
    with pytest.raises(BadData, match="empty"):
        parse_stock_number(" - ")


def test_codes_are_kept_without_hyphens() -> None:
    assert check_code("nsn", "5905-00-734-5199").value == "5905007345199"
    assert check_code("niin", "00-734-5199").value == "007345199"


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("niin", "5905007345199", "column nsn; its NIIN is 007345199"),
        ("niin", "7345199", "leading zeros"),
        ("nsn", "007345199", "column niin"),
        ("nsn", "1234LL1234567", "column part_number"),
        ("nsn", "6205-2RS", "13 digits"),
    ],
)
def test_a_number_in_the_wrong_column_is_refused_with_the_right_one(
    name: str, value: str, mend: str
) -> None:
    result = check_code(name, value)
    assert result.refused
    assert mend in result.mend


def test_an_unknown_bureau_is_a_warning_and_the_number_is_kept() -> None:
    result = check_code("niin", "971234567")
    assert (result.value, result.refused) == ("971234567", False)
    assert "97 is not in the table" in result.problem


def test_an_unconfirmed_bureau_is_a_warning_that_says_so() -> None:
    result = check_code("nsn", "1005431234567")
    assert (result.value, result.refused) == ("1005431234567", False)
    assert "Poland, which is unconfirmed" in result.problem


def test_letters_in_a_niin_are_a_warning_because_they_are_unconfirmed() -> None:
    result = check_code("niin", "12345678O")
    assert (result.value, result.refused) == ("12345678O", False)
    assert "O in place of 0" in result.mend
    assert niin_of("12345678O") == "12345678O"
