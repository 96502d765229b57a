"""Positions: many forms, one meaning, latitude first."""

import pytest

from redball.model.codes import check_code, parse_position
from redball.model.errors import BadData

DMS = "degrees and minutes"


@pytest.mark.parametrize(
    ("text", "form", "latitude", "longitude"),
    [
        ("53.55,9.99", "decimal", 53.55, 9.99),
        ("53.55; -9.99", "decimal", 53.55, -9.99),
        ("+53.55+009.99/", "decimal", 53.55, 9.99),
        ("-33.9-018.4", "decimal", -33.9, -18.4),
        ("53.55N 9.99E", "decimal", 53.55, 9.99),
        ("9.99w, 53.55s", "decimal", -53.55, -9.99),
        ("5333N 00958E", "unlocode", 53.55, 9 + 58 / 60),
        ("3355S01825W", "unlocode", -(33 + 55 / 60), -(18 + 25 / 60)),
        ("53°33'00\"N 9°59'24\"E", DMS, 53.55, 9.99),
        ("9°59′24″E, 53°33′00″N", DMS, 53.55, 9.99),
        ("53°33.0'N 9°59.4'E", DMS, 53.55, 9.99),
        ("53:33:00S 009:59:24W", DMS, -53.55, -9.99),
        ("90,180", "decimal", 90, 180),
        ("-90,-180", "decimal", -90, -180),
    ],
)
def test_every_form_gives_degrees(text: str, form: str, latitude: float, longitude: float) -> None:
    position = parse_position(text)
    assert position.form == form
    assert position.latitude == pytest.approx(latitude, abs=1e-9)
    assert position.longitude == pytest.approx(longitude, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("139.7,35.6", "longitude first"),
        ("91,181", "out of range"),
        ("35.6,180.1", "out of range"),
        ("9533N 00958E", "out of range"),
        ("5360N 00958E", "60 minutes"),
        ("53°33.5'30\"N 9°59'24\"E", "parts of a minute"),
        ("53.55N 9.99N", "two values of one kind"),
        ("53.55N 9.99", "mixes signs and letters"),
        ("-53.55S 9.99E", "mixes signs and letters"),
        ("53,55;9,99", "not a position"),
        ("53.55-9.99", "not a position"),
        ("53.55", "not a position"),
        ("Hamburg", "not a position"),
        ("", "not a position"),
    ],
)
def test_what_is_no_position_is_refused(text: str, problem: str) -> None:
    with pytest.raises(BadData, match=problem) as caught:
        parse_position(text)
    assert caught.value.mend


def test_longitude_first_is_shown_the_right_way_round() -> None:
    assert check_code("position", "139.7,35.6").mend == "Write latitude first: 35.6,139.7."


def test_a_decimal_comma_is_told_to_be_a_point() -> None:
    assert "decimal mark" in check_code("position", "53,55;9,99").mend


def test_whole_degrees_are_a_warning_since_the_comma_may_be_a_decimal_mark() -> None:
    result = check_code("position", "53,55")
    assert (result.value, result.refused) == ("53.000000,55.000000", False)
    assert "decimal mark" in result.mend
    assert check_code("position", "53.0,55.0").problem == ""


def test_zero_zero_is_a_warning_in_every_form() -> None:
    for text in ("0,0", "0.0,-0.0", "0000N 00000E"):
        result = check_code("position", text)
        assert (result.value, result.refused) == ("0.000000,0.000000", False)
        assert "Gulf of Guinea" in result.problem


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("53.55,9.99", 1112),
        ("53.5512,9.99", 1112),
        ("5333N 00958E", 1853),
        ("53°33'00\"N 9°59'24\"E", 31),
        ("32UNE6634", 1000),
        ("32UNE6600034000", 1),
    ],
)
def test_precision_is_the_smallest_step_of_the_coarser_value(text: str, metres: float) -> None:
    assert parse_position(text).precision_m == pytest.approx(metres, rel=0.005)


def test_the_canonical_form_has_six_decimals() -> None:
    assert check_code("position", "5333N 00958E").value == "53.550000,9.966667"
