"""Dangerous goods: class 1 comes with its compatibility group."""

import pytest

from redball.model.codes import check_code, code_lists


def test_class_1_has_35_classification_codes() -> None:
    codes = [code for code, _ in code_lists()["hazard"].values if code[-1].isalpha()]
    assert len(codes) == 35


@pytest.mark.parametrize("value", ["1.1A", "1.4s", "1.6N", "2.1", "3", "6.2", "7", "9", "1.4 S"])
def test_a_class_or_division_is_accepted(value: str) -> None:
    assert check_code("hazard", value).problem == ""


@pytest.mark.parametrize("value", ["1.1K", "1.1S", "1.5A", "1.6D", "1.2A", "1.4I"])
def test_a_group_that_the_division_can_not_have_is_refused_with_those_it_can(value: str) -> None:
    result = check_code("hazard", value)
    assert result.refused
    assert result.mend.startswith("It can have ")


@pytest.mark.parametrize("value", ["1", "1.1", "1.0"])
def test_an_explosive_without_its_group_is_a_warning(value: str) -> None:
    result = check_code("hazard", value)
    assert not result.refused
    assert "no compatibility group" in result.problem


def test_a_class_that_a_spreadsheet_made_a_decimal_is_read() -> None:
    assert check_code("hazard", "3.0").value == "3"


@pytest.mark.parametrize("value", ["0", "10", "2.4", "3.1", "1.7A", "2.1 (8)", "UN1203"])
def test_other_values_are_refused(value: str) -> None:
    assert check_code("hazard", value).refused
