"""Entity codes: a set of nations, never one."""

import pytest

from redball.model.codes import check_code, nations_of_ncage, ncage_structures


@pytest.mark.parametrize(
    ("code", "nations"),
    [
        ("C1234", {"DEU"}),
        ("d12k4", {"DEU"}),
        ("M0001", {"FRA"}),
        ("1ABCG", {"CZE"}),
        ("7A720", {"CAN", "USA"}),
        ("S1234", {"ISL"}),
        ("K0123", set()),
        ("CABCD", set()),
        ("C123", set()),
    ],
)
def test_a_code_names_the_nations_whose_structure_it_has(code: str, nations: set[str]) -> None:
    assert nations_of_ncage(code) == nations


def test_a_known_structure_is_fine_and_an_unknown_one_is_a_warning() -> None:
    assert check_code("ncage", " c1234 ").value == "C1234"
    assert check_code("ncage", "C1234").problem == ""
    result = check_code("ncage", "K0123")
    assert (result.value, result.refused) == ("K0123", False)
    assert "not complete" in result.problem


@pytest.mark.parametrize("code", ["I1O0A", "OOOOO"])
def test_letters_i_and_o_are_not_refused(code: str) -> None:
    assert not check_code("ncage", code).refused


@pytest.mark.parametrize("code", ["C123", "C12345", "C12_4", "Ç1234"])
def test_what_is_not_five_letters_and_digits_is_refused(code: str) -> None:
    assert check_code("ncage", code).refused


def test_every_structure_has_five_places() -> None:
    assert {len(row.structure) for row in ncage_structures()} == {5}
