"""Conversion is exact, and refuses what has no fixed quantity."""

from decimal import Decimal
from fractions import Fraction

import pytest

from redball.model.codes import convert, factor
from redball.model.errors import BadData, UnknownCode


@pytest.mark.parametrize(
    ("quantity", "source", "target", "result"),
    [
        ("100", "LB", "KG", "45.359237"),
        ("1", "GL", "LI", "3.785411784"),
        ("42", "GL", "BLL", "1"),
        ("2", "DZ", "EA", "24"),
        ("144", "EA", "GR", "1"),
        ("1", "TN", "TNE", "0.90718474"),
        ("5", "H87", "EA", "5"),
        ("-1.5", "FT", "IN", "-18"),
        ("0", "KG", "LB", "0"),
        ("7", "BX", "BX", "7"),
    ],
)
def test_fixed_units_convert_exactly(quantity: str, source: str, target: str, result: str) -> None:
    assert convert(Decimal(quantity), source, target) == Decimal(result)


def test_a_result_without_end_is_rounded_once_to_34_digits() -> None:
    assert convert(Decimal(1), "EA", "DZ") == Decimal("0.08333333333333333333333333333333333")
    assert factor("EA", "DZ") == Fraction(1, 12)


def test_a_box_converts_with_the_items_quantity_both_ways() -> None:
    twelve = Decimal(12)
    to_each = convert(Decimal(3), "BX", "EA", quantity_per_unit=twelve, content_unit="EA")
    to_dozen = convert(Decimal(3), "BX", "DZ", quantity_per_unit=twelve, content_unit="EA")
    back = convert(Decimal(36), "EA", "BX", quantity_per_unit=twelve, content_unit="EA")
    assert [to_each, to_dozen, back] == [36, 3, 3]


def test_a_drum_of_fuel_converts_to_litres() -> None:
    drum = convert(Decimal(1), "DR", "LI", quantity_per_unit=Decimal(55), content_unit="GL")
    assert drum == Decimal("208.19764812")


def test_an_item_quantity_is_not_used_between_fixed_units() -> None:
    assert convert(Decimal(1), "DZ", "EA", quantity_per_unit=Decimal(99), content_unit="EA") == 12


@pytest.mark.parametrize(("source", "target"), [("BX", "EA"), ("EA", "RO"), ("SE", "EA")])
def test_a_pack_or_article_without_the_items_quantity_is_refused(source: str, target: str) -> None:
    with pytest.raises(BadData, match=r"has (no fixed size|contents of its own)"):
        convert(Decimal(1), source, target)
    with pytest.raises(BadData, match="quantity_per_unit and content_unit"):
        convert(Decimal(1), source, target, quantity_per_unit=Decimal(2))


def test_one_pack_to_another_is_refused_even_with_a_quantity() -> None:
    with pytest.raises(BadData, match="neither has a fixed quantity"):
        convert(Decimal(1), "BX", "CT", quantity_per_unit=Decimal(2), content_unit="EA")


def test_a_pack_can_not_hold_packs() -> None:
    with pytest.raises(BadData, match="no fixed quantity either"):
        convert(Decimal(1), "BX", "EA", quantity_per_unit=Decimal(2), content_unit="CT")


@pytest.mark.parametrize("number", ["0", "-1", "NaN", "Infinity"])
def test_a_pack_holds_a_number_above_zero(number: str) -> None:
    with pytest.raises(BadData, match="can't hold"):
        convert(Decimal(1), "BX", "EA", quantity_per_unit=Decimal(number), content_unit="EA")


def test_units_of_different_dimensions_are_refused() -> None:
    with pytest.raises(BadData, match=r"KG \(kilogram, mass\) .* LI \(litre, volume\)"):
        convert(Decimal(1), "KG", "LI")
    with pytest.raises(BadData, match="density"):
        convert(Decimal(1), "DR", "KG", quantity_per_unit=Decimal(200), content_unit="LI")


def test_an_unknown_unit_and_a_number_that_is_none_are_refused() -> None:
    with pytest.raises(UnknownCode, match="'QQ'"):
        convert(Decimal(1), "QQ", "KG")
    with pytest.raises(BadData, match="not a quantity"):
        convert(Decimal("NaN"), "LB", "KG")
