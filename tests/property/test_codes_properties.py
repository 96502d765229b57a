"""What holds for every code, quantity and position."""

from decimal import Decimal

import mgrs
from hypothesis import assume, given
from hypothesis import strategies as st

from redball.model.codes import (
    UnitKind,
    check_code,
    code_lists,
    convert,
    factor,
    parse_position,
    units,
)
from redball.model.codes.grid import centre

FIXED = [u.code for u in units().values() if u.kind in (UnitKind.MEASURE, UnitKind.COUNT)]
PAIRS = [(a, b) for a in FIXED for b in FIXED if units()[a].dimension == units()[b].dimension]
lists = st.sampled_from(sorted(code_lists()))
quantities = st.decimals(-(10**12), 10**12, allow_nan=False, places=6)
held = st.decimals("0.001", 10**6, allow_nan=False, places=3)
texts = st.text(max_size=24) | st.text("0123456789ABCDEFNSEW.,:;°'\" -+/", max_size=24)


@given(lists, texts)
def test_any_text_gets_an_answer_and_an_accepted_one_is_stable(name: str, text: str) -> None:
    result = check_code(name, text)
    if result.refused:
        assert result.value == ""
        assert result.problem
        assert result.mend
    else:
        again = check_code(name, result.value)
        assert (again.value, again.refused) == (result.value, False)
        assert bool(result.problem) == bool(result.mend)


@given(st.sampled_from(PAIRS))
def test_factors_there_and_back_multiply_to_exactly_one(pair: tuple[str, str]) -> None:
    source, target = pair
    assert factor(source, target) * factor(target, source) == 1


@given(quantities, st.sampled_from(PAIRS))
def test_converting_there_and_back_gives_the_quantity(
    quantity: Decimal, pair: tuple[str, str]
) -> None:
    source, target = pair
    there = convert(quantity, source, target)
    back = convert(there, target, source)
    # both steps round once to 34 digits; where the first needs no rounding, so does the second
    assert abs(back - quantity) <= abs(quantity) * Decimal("1e-32")
    if len(there.as_tuple().digits) < 34:
        assert back == quantity


@given(quantities, held, st.sampled_from(FIXED))
def test_a_pack_there_and_back_gives_the_quantity(
    quantity: Decimal, per_unit: Decimal, content: str
) -> None:
    there = convert(quantity, "BX", content, quantity_per_unit=per_unit, content_unit=content)
    back = convert(there, content, "BX", quantity_per_unit=per_unit, content_unit=content)
    assert there == quantity * per_unit
    assert back == quantity


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_the_canonical_position_is_the_position_to_a_tenth_of_a_metre(
    latitude: float, longitude: float
) -> None:
    text = f"{latitude:.9f},{longitude:.9f}"
    position = parse_position(text)
    again = parse_position(position.text)
    assert again.text == position.text
    assert abs(again.latitude - latitude) <= 6e-7
    assert abs(again.longitude - longitude) <= 6e-7


@given(st.integers(0, 90), st.integers(0, 59), st.integers(0, 180), st.integers(0, 59))
def test_degrees_and_minutes_are_read_exactly(
    north: int, north_minutes: int, east: int, east_minutes: int
) -> None:
    assume(north < 90 and east < 180)
    position = parse_position(f"{north:02d}{north_minutes:02d}S {east:03d}{east_minutes:02d}W")
    assert position.latitude == -(north + north_minutes / 60)
    assert position.longitude == -(east + east_minutes / 60)


@given(st.floats(-89.9, 89.9), st.floats(-179.999, 179.999), st.integers(0, 5))
def test_a_grid_reference_lies_within_its_square_of_the_point_it_was_made_from(
    latitude: float, longitude: float, digits: int
) -> None:
    # a hair south of the equator the package itself writes a square that does not exist (31MAA)
    assume(abs(latitude) > 1e-6)
    reference = mgrs.MGRS().toMGRS(latitude, longitude, MGRSPrecision=digits)
    north, east, side_m = centre(reference)
    assert side_m == 10.0 ** (5 - digits)
    # half a diagonal, with room for the scale of the projection and the width of a degree
    assert abs(north - latitude) * 111_195 <= side_m * 0.75 + 1.5
    assert -180 <= east <= 180
