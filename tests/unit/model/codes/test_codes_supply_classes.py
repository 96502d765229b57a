"""Classes of supply: a scheme is always named, and the crosswalk says what it loses."""

import pytest

from redball.model.codes import check_code, supply_classes, to_nato, to_us
from redball.model.errors import UnknownCode

US = [code for code in supply_classes() if code.startswith("US:")]
NATO = [code for code in supply_classes() if code.startswith("NATO:")]


def test_nato_has_five_classes_and_aviation_fuel_and_the_us_has_ten() -> None:
    assert NATO == ["NATO:I", "NATO:II", "NATO:III", "NATO:IIIA", "NATO:IV", "NATO:V"]
    tops = {code for code in US if code[-1] in "IVX"}
    assert len(tops) == 10


@pytest.mark.parametrize(
    ("text", "code"),
    [("nato:iiia", "NATO:IIIA"), ("US IX", "US:IX"), ("US : III", "US:III"), ("NATO-V", "NATO:V")],
)
def test_a_class_with_its_scheme_is_read(text: str, code: str) -> None:
    assert check_code("supply_class", text).value == code


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("I", "Write NATO:I or US:I."),
        ("V", "Write NATO:V or US:V."),
        ("IIIA", "Write NATO:IIIA or US:IIIA."),
        ("VII", "Write US:VII."),
    ],
)
def test_a_class_without_its_scheme_is_refused_with_what_it_could_be(text: str, mend: str) -> None:
    result = check_code("supply_class", text)
    assert result.refused
    assert result.mend == mend


@pytest.mark.parametrize("text", ["NATO:VI", "NATO:IX", "US:XI", "UK:I", "3", "US:IIII"])
def test_a_class_that_its_scheme_does_not_have_is_refused(text: str) -> None:
    assert check_code("supply_class", text).refused
    with pytest.raises(UnknownCode):
        to_nato(text)


def test_nato_ii_is_what_the_us_splits_in_three() -> None:
    assert to_us("NATO:II") == {"US:II", "US:VII", "US:IX"}
    assert all(to_nato(code).code == "NATO:II" for code in to_us("NATO:II"))
    assert all(to_nato(code).lossy for code in to_us("NATO:II"))


def test_nato_iv_includes_additional_vehicles() -> None:
    assert to_us("NATO:IV") == {"US:IV", "US:VII"}


def test_subclasses_go_to_the_class_of_their_class() -> None:
    assert to_nato("US:IIIB").code == to_nato("US:IIIP").code == "NATO:III"
    assert to_nato("US:IIIA").code == "NATO:IIIA"
    assert to_us("NATO:III") == {"US:III"}
    assert to_us("NATO:IIIA") == {"US:IIIA"}


@pytest.mark.parametrize("code", ["US:VI", "US:VIII", "US:X"])
def test_some_us_classes_have_no_nato_class_and_the_note_says_unconfirmed(code: str) -> None:
    crosswalk = to_nato(code)
    assert (crosswalk.code, crosswalk.lossy) == (None, True)
    assert "unconfirmed" in crosswalk.note


@pytest.mark.parametrize("code", US)
def test_a_way_that_loses_nothing_leads_back_to_the_class_alone(code: str) -> None:
    crosswalk = to_nato(code)
    assert crosswalk.lossy == (crosswalk.note != "")
    if not crosswalk.lossy:
        assert crosswalk.code is not None
        assert to_us(crosswalk.code) == {code}


@pytest.mark.parametrize("code", NATO)
def test_a_nato_class_is_its_own_nato_class(code: str) -> None:
    assert to_nato(code).code == code
    assert not to_nato(code).lossy
    assert to_us(code)


def test_a_us_class_is_its_own_us_class() -> None:
    assert to_us("US:X") == {"US:X"}
