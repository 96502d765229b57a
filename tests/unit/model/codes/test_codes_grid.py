"""MGRS: a reference names a square that must lie where it says."""

import pytest

from redball.model.codes import check_code, parse_position
from redball.model.errors import BadData


def test_a_reference_is_the_centre_of_its_square() -> None:
    position = parse_position("32U NE 66 34")
    south_west = parse_position("32UNE6600034000")
    north_east = parse_position("32UNE6699934999")
    assert position.form == "mgrs"
    middle = (south_west.latitude + north_east.latitude) / 2
    assert position.latitude == pytest.approx(middle, abs=1e-5)
    middle = (south_west.longitude + north_east.longitude) / 2
    assert position.longitude == pytest.approx(middle, abs=1e-5)


@pytest.mark.parametrize(
    ("text", "latitude", "longitude"),
    [
        ("31NAA6602100000", 0.0, 0.0),
        ("04QFJ1234567890", 21.4098, -157.9161),
        ("4QFJ1234567890", 21.4098, -157.9161),
        ("4q fj 12345 67890", 21.4098, -157.9161),
        ("ZAH1234512345", 89.8427, 135.0),
    ],
)
def test_references_of_all_zones_are_read(text: str, latitude: float, longitude: float) -> None:
    position = parse_position(text)
    assert position.latitude == pytest.approx(latitude, abs=1e-4)
    assert position.longitude == pytest.approx(longitude, abs=1e-4)


def test_norway_has_a_wider_zone_32_and_svalbard_no_zone_32() -> None:
    assert parse_position("32VKL5000050000").longitude < 6
    with pytest.raises(BadData, match="not in its zone and band"):
        parse_position("32XMM1234512345")
    assert check_code("position", "33XVG1234512345").problem == ""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("32INE6600034000", "not an MGRS reference"),
        ("32UNO6600034000", "not an MGRS reference"),
        ("61UNE6600034000", "not an MGRS reference"),
        ("00UNE6600034000", "not an MGRS reference"),
        ("32UNE66000340", None),
        ("32UNE660003400", "9 digits"),
        ("32UNE660003400012", "12 digits"),
        ("32UAA6600034000", "not in its zone and band"),
        ("32TNE6600034000", "not in its zone and band"),
    ],
)
def test_a_reference_against_the_rules_is_refused(text: str, problem: str | None) -> None:
    if problem is None:
        assert parse_position(text).precision_m == 10
        return
    with pytest.raises(BadData, match=problem):
        parse_position(text)


def test_a_square_across_the_edge_of_its_zone_is_read() -> None:
    # this square of 100 km reaches over the edge of zone 32, where its centre is in zone 33
    assert parse_position("32UQU").precision_m == 100_000
