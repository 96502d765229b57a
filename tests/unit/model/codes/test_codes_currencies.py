"""Currencies: withdrawn ones are known as such."""

import pytest

from redball.model.codes import check_code, code_lists, currencies, currency
from redball.model.errors import UnknownCode


def test_minor_digits_differ_by_currency() -> None:
    digits = {code: currency(code).minor_digits for code in ("EUR", "JPY", "ISK", "KWD")}
    assert digits == {"EUR": 2, "JPY": 0, "ISK": 0, "KWD": 3}


def test_a_withdrawn_currency_is_a_warning_and_not_offered() -> None:
    result = check_code("currency", "hrk")
    assert (result.value, result.refused) == ("HRK", False)
    assert "2023-01-01" in result.problem
    assert "HRK" not in dict(code_lists()["currency"].values)


def test_a_successor_is_a_currency_in_use() -> None:
    gone = [row for row in currencies().values() if row.withdrawn]
    assert gone
    assert all(not currency(row.successor).withdrawn for row in gone)


@pytest.mark.parametrize("code", ["XXX", "XTS", "XAU", "EURO", "€", "GBX"])
def test_what_is_no_currency_is_refused(code: str) -> None:
    assert check_code("currency", code).refused
    with pytest.raises(UnknownCode):
        currency(code)
