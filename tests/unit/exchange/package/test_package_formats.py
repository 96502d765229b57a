from decimal import Decimal

import polars as pl
import pytest

from redball.exchange.package.formats import NO, YES, dates, flags, numbers


def number(
    text: str, decimal: str = ".", thousands: str = "", factor: str | None = None
) -> str | None:
    scale = None if factor is None else Decimal(factor)
    made: str | None = numbers(pl.Series([text]), decimal, thousands, scale)[0]
    return made


@pytest.mark.parametrize(
    ("text", "decimal", "thousands", "made"),
    [
        ("12", ".", "", "12"),
        ("+1.5", ".", "", "1.5"),
        ("-.5", ".", "", "-.5"),
        ("1.234.567,5", ",", ".", "1234567.5"),
        ("1234567,5", ",", ".", "1234567.5"),
        ("1 234,5", ",", " ", "1234.5"),
        ("1\u202f234,5", ",", " ", "1234.5"),
        ("1’234.5", ".", "'", "1234.5"),
        ("5,00-", ",", "", "-5.00"),
        ("\u22125", ".", "", "-5"),
        ("1e3", ".", "", "1e3"),
        # an edge that is allowed, beside the ones that are refused
        ("12.345", ",", ".", "12345"),
        ("12.34", ",", ".", None),
        ("1.2345,0", ",", ".", None),
        ("1,5", ".", "", None),
        ("1.5.2", ".", "", None),
        ("--5", ".", "", None),
        ("1e9999", ".", "", None),
        ("twelve", ".", "", None),
        ("٣", ".", "", None),
        ("1" * 401, ".", "", None),
    ],
)
def test_a_number_has_exactly_the_form_it_should_have(
    text: str, decimal: str, thousands: str, made: str | None
) -> None:
    assert number(text, decimal, thousands) == made


def test_ten_pounds_are_exactly_so_many_kilograms() -> None:
    assert number("10", factor="0.45359237") == "4.5359237"
    assert number("1,000.00", ".", ",", factor="0.45359237") == "453.59237"


def test_a_factor_never_rounds_and_never_leaves_an_exponent() -> None:
    assert number("1e-20", factor="3") == "0.00000000000000000003"
    assert number("12345678901234567890", factor="1.1") == "13580246791358024679"
    assert number("-0.0", factor="7") == "0"


@pytest.mark.parametrize(
    ("text", "form", "made"),
    [
        ("2026-01-05", None, "2026-01-05"),
        ("31.01.2026", "%d.%m.%Y", "2026-01-31"),
        ("31.02.2026", "%d.%m.%Y", None),
        ("1.2.26", "%d.%m.%y", "2026-02-01"),
        ("02/2028", "%m/%Y", "2028-02-29"),
        ("2027", "%Y", "2027-12-31"),
        ("05 Jan 2026", "%d %b %Y", "2026-01-05"),
        ("2026031", "%Y%j", "2026-01-31"),
        ("05.01.2026 14:30", "%d.%m.%Y %H:%M", "2026-01-05"),
        ("2026-01-05x", None, None),
        ("05.01.2026", None, None),
    ],
)
def test_a_date_is_read_in_its_form(text: str, form: str | None, made: str | None) -> None:
    assert dates(pl.Series([text, None]), form).to_list() == [made, None]


def test_words_for_yes_and_no_are_read_without_regard_to_capitals() -> None:
    words = pl.Series(["JA", "Yes", "0", "nein", "maybe", None])
    assert flags(words, {"ja", *YES}, {"nein", *NO}).to_list() == [
        "yes",
        "yes",
        "no",
        "no",
        None,
        None,
    ]


def test_an_empty_column_stays_empty() -> None:
    nothing = pl.Series([], dtype=pl.String)
    assert numbers(nothing, ",", ".", Decimal(2)).len() == 0
    assert dates(nothing, "%m/%Y").len() == 0
    assert flags(nothing, YES, NO).len() == 0
