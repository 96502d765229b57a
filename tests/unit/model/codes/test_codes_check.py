"""The door: every list that the tables name is there, and an answer is stable."""

import pytest

from redball.model.codes import check_code, code_lists
from redball.model.errors import BadUse
from redball.model.schema import Kind, tables


def test_every_code_type_of_the_tables_has_its_list() -> None:
    named = {
        attribute.type.target
        for table in tables().values()
        for attribute in table.attributes
        if attribute.type.kind is Kind.CODE
    }
    assert named <= set(code_lists())


def test_every_example_of_a_code_in_the_tables_is_accepted_without_a_problem() -> None:
    examples = [
        (attribute.type.target, attribute.example)
        for table in tables().values()
        for attribute in table.attributes
        if attribute.type.kind is Kind.CODE and attribute.example
    ]
    assert len(examples) > 10
    assert [check_code(*example).problem for example in examples] == [""] * len(examples)


def test_every_value_of_a_drop_down_is_its_own_canonical_form() -> None:
    for name, described in code_lists().items():
        assert len({code for code, _ in described.values}) == len(described.values)
        for code, meaning in described.values:
            result = check_code(name, code)
            assert (result.value, result.refused) == (code, False)
            assert meaning
        assert described.title
        assert described.source
        assert described.pattern


def test_lists_that_are_patterns_have_no_values() -> None:
    patterns = {name for name, described in code_lists().items() if not described.values}
    assert patterns == {"ncage", "niin", "nsn", "position", "unlocode"}


def test_an_unknown_list_is_a_wrong_call() -> None:
    with pytest.raises(BadUse, match="Lists: country"):
        check_code("colour", "red")


@pytest.mark.parametrize("name", sorted(code_lists()))
def test_an_empty_code_is_refused(name: str) -> None:
    result = check_code(name, " \t")
    assert result.refused
    assert result.value == ""
    assert "empty" in result.problem


@pytest.mark.parametrize("name", sorted(code_lists()))
def test_a_refusal_says_how_to_mend_it(name: str) -> None:
    result = check_code(name, "?!")
    assert result.refused
    assert "?!" in result.problem
    assert result.mend
