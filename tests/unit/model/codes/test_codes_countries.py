"""Countries: any ISO code in, alpha-3 out."""

import pytest

from redball.model.codes import check_code, code_lists


@pytest.mark.parametrize("value", ["DEU", "deu", "DE", "276", " De "])
def test_all_three_codes_give_alpha_3(value: str) -> None:
    result = check_code("country", value)
    assert (result.value, result.problem) == ("DEU", "")


def test_a_numeric_code_that_lost_its_zeros_is_read_with_a_warning() -> None:
    result = check_code("country", "8")
    assert (result.value, result.refused) == ("ALB", False)
    assert "008" in result.problem
    assert check_code("country", "008").problem == ""


@pytest.mark.parametrize("value", ["XAA", "XKY", "XZZ", "AA", "QMM", "ZZZ"])
def test_codes_that_iso_leaves_to_its_users_are_refused(value: str) -> None:
    result = check_code("country", value)
    assert result.refused
    assert "leaves to its users" in result.problem


@pytest.mark.parametrize("value", ["UK", "GER", "Germany", "999", "0", "2760"])
def test_other_codes_are_refused(value: str) -> None:
    assert check_code("country", value).refused


@pytest.mark.parametrize("value", ["QAT", "QA"])
def test_qatar_is_not_taken_for_a_user_assigned_code(value: str) -> None:
    assert check_code("country", value).value == "QAT"


def test_the_list_holds_the_249_countries_of_iso_3166() -> None:
    assert len(code_lists()["country"].values) == 249


@pytest.mark.parametrize("value", ["XKX", "XK", "xkx"])
def test_kosovo_can_be_said_with_a_warning(value: str) -> None:
    found = check_code("country", value)
    assert (found.value, found.refused) == ("XKX", False)
    assert "Kosovo" in found.problem
