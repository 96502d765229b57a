"""Units: a closed table in which a box is no number."""

from fractions import Fraction

import pytest

from redball.model.codes import UnitKind, check_code, is_fixed, needs_item_quantity, unit, units
from redball.model.errors import UnknownCode


@pytest.mark.parametrize(
    ("code", "canonical"),
    [("EA", "EA"), ("kgm", "KG"), ("LBR", "LB"), ("GLL", "GL"), ("TNE", "TNE"), ("H87", "H87")],
)
def test_both_codes_are_read_and_the_unit_of_issue_is_kept(code: str, canonical: str) -> None:
    result = check_code("unit", code)
    assert (result.value, result.problem) == (canonical, "")


@pytest.mark.parametrize("code", ["GL", "GP", "MC", "OT", "SX", "PT"])
def test_a_unit_of_issue_that_means_something_else_elsewhere_is_a_warning(code: str) -> None:
    result = check_code("unit", code)
    assert (result.value, result.refused) == (code, False)
    assert "also means" in result.problem


@pytest.mark.parametrize("code", ["CM", "LT", "CZ"])
def test_a_code_that_lists_read_differently_is_refused_with_both_readings(code: str) -> None:
    result = check_code("unit", code)
    assert result.refused
    assert result.mend.startswith("Write ")
    with pytest.raises(UnknownCode, match="read differently"):
        unit(code)


def test_what_to_write_in_place_of_an_ambiguous_code_is_in_the_table() -> None:
    for row in units().values():
        if row.kind is UnitKind.AMBIGUOUS:
            words = row.other_meaning.rstrip(".").split()
            named = [word for word in words if word.isupper()]
            assert named
            assert all(check_code("unit", word).problem == "" for word in named)


@pytest.mark.parametrize("code", ["HA", "ST", "PCS", "XX", "ß"])
def test_a_unit_outside_the_table_is_refused(code: str) -> None:
    assert check_code("unit", code).refused
    with pytest.raises(UnknownCode, match="closed"):
        unit(code)


def test_an_unconfirmed_code_is_a_warning() -> None:
    assert "unconfirmed" in check_code("unit", "FV").problem


def test_packs_need_the_items_quantity_and_measures_articles_and_counts_do_not() -> None:
    assert all(needs_item_quantity(code) for code in ("BX", "RO", "DR", "BL", "CN", "LO"))
    assert not any(needs_item_quantity(code) for code in ("EA", "KG", "DZ", "KT", "SE", "BLL"))


def test_measures_and_counts_are_fixed_and_kits_are_not() -> None:
    assert all(is_fixed(code) for code in ("EA", "KG", "DZ", "GL", "BLL"))
    assert not any(is_fixed(code) for code in ("BX", "KT"))


def test_the_container_barrel_is_not_the_petroleum_barrel() -> None:
    assert unit("BL").kind is UnitKind.PACK
    assert unit("BLL").factor == 42 * unit("GL").factor


def test_exact_factors_follow_from_their_definitions() -> None:
    yard, pound, inch = Fraction("0.9144"), Fraction("0.45359237"), Fraction("0.0254")
    expected = {
        "IN": yard / 36,
        "FT": yard / 3,
        "SMI": 1760 * yard,
        "SO": 30 * yard,
        "SF": (yard / 3) ** 2,
        "SY": yard**2,
        "CI": inch**3,
        "CF": (yard / 3) ** 3,
        "CD": yard**3,
        "MC": 1000 * (yard / 3) ** 3,
        "BF": 144 * inch**3,
        "GL": 231 * inch**3,
        "QT": 231 * inch**3 / 4,
        "PT": 231 * inch**3 / 8,
        "OZA": 231 * inch**3 / 128,
        "OZ": pound / 16,
        "TN": 2000 * pound,
        "LTN": 2240 * pound,
        "TO": 480 * pound / 7000,
        "GLI": Fraction("0.00454609"),
        "QTI": Fraction("0.00454609") / 4,
        "PTI": Fraction("0.00454609") / 8,
        "CWA": 100 * pound,
        "GR": Fraction(144),
        "GGR": Fraction(1728),
    }
    assert {code: unit(code).factor for code in expected} == expected


def test_fixed_units_have_a_factor_and_others_have_none() -> None:
    for row in units().values():
        fixed = row.kind in (UnitKind.MEASURE, UnitKind.COUNT)
        assert (row.factor > 0) == fixed
        assert bool(row.dimension) == fixed
        assert row.source
