"""Rates: the last one not after the day, never a guess."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from redball.model.codes import Rate, Rates
from redball.model.errors import BadData, UnknownCode

DAY = date(2026, 1, 10)


def frame(*rows: tuple[str, date, float]) -> pl.DataFrame:
    schema = {"currency": pl.String, "day": pl.Date, "per_eur": pl.Float64}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


@pytest.fixture
def rates() -> Rates:
    return Rates.from_frame(
        frame(
            ("USD", date(2026, 1, 9), 1.25),
            ("USD", date(2026, 1, 2), 1.09),
            ("USD", date(2026, 1, 11), 9.0),
            ("PLN", date(2026, 1, 2), 4.0),
        )
    )


def test_the_last_rate_not_after_the_day_is_used(rates: Rates) -> None:
    assert rates.convert(Decimal(10), "EUR", "USD", DAY) == Decimal("12.5")
    assert rates.convert(Decimal(10), "EUR", "USD", date(2026, 1, 8)) == Decimal("10.9")
    assert rates.used("EUR", "USD", DAY) == (Rate("USD", date(2026, 1, 9), Decimal("1.25")),)


def test_a_rate_of_the_day_itself_counts(rates: Rates) -> None:
    assert rates.convert(Decimal(1), "EUR", "USD", date(2026, 1, 11)) == 9


def test_two_other_currencies_go_by_way_of_the_euro(rates: Rates) -> None:
    assert rates.convert(Decimal(5), "USD", "PLN", DAY) == 16
    assert [str(rate) for rate in rates.used("USD", "PLN", DAY)] == [
        "1.25 USD/EUR of 2026-01-09",
        "4.0 PLN/EUR of 2026-01-02",
    ]


def test_one_currency_needs_no_rate() -> None:
    assert Rates().convert(Decimal("1.1"), "NOK", "NOK", DAY) == Decimal("1.1")
    assert Rates().used("NOK", "nok", DAY) == ()


def test_a_missing_rate_is_refused(rates: Rates) -> None:
    with pytest.raises(BadData, match="no rate for NOK on or before 2026-01-10"):
        rates.convert(Decimal(1), "NOK", "EUR", DAY)
    with pytest.raises(BadData, match="no rate for USD on or before 2026-01-01"):
        rates.convert(Decimal(1), "USD", "EUR", date(2026, 1, 1))


def test_a_rate_is_used_up_to_its_greatest_age_and_refused_beyond() -> None:
    old = Rates.from_frame(frame(("USD", date(2026, 1, 1), 1.5)), max_age_days=9)
    assert old.convert(Decimal(2), "EUR", "USD", DAY) == 3
    with pytest.raises(BadData, match="10 days old, 9 are allowed"):
        old.convert(Decimal(2), "EUR", "USD", date(2026, 1, 11))


def test_rates_are_taken_as_written_and_not_as_binary_fractions(rates: Rates) -> None:
    assert rates.convert(Decimal(100), "EUR", "USD", date(2026, 1, 5)) == Decimal("109")


def test_equal_rows_may_repeat_and_different_ones_may_not() -> None:
    row = ("USD", DAY, 1.1)
    assert Rates.from_frame(frame(row, row)).convert(Decimal(1), "EUR", "USD", DAY) == Decimal(
        "1.1"
    )
    with pytest.raises(BadData, match="two rates"):
        Rates.from_frame(frame(row, ("USD", DAY, 1.2)))


@pytest.mark.parametrize("number", [0.0, -1.0, float("nan"), float("inf")])
def test_a_rate_is_a_number_above_zero(number: float) -> None:
    with pytest.raises(BadData, match="rate of USD"):
        Rates.from_frame(frame(("USD", DAY, number)))


def test_the_rate_of_the_euro_is_one() -> None:
    assert Rates.from_frame(frame(("EUR", DAY, 1.0))).convert(Decimal(1), "EUR", "EUR", DAY) == 1
    with pytest.raises(BadData, match="per EUR"):
        Rates.from_frame(frame(("EUR", DAY, 1.1)))


def test_incomplete_or_unknown_rates_are_refused() -> None:
    with pytest.raises(BadData, match="no column 'per_eur'"):
        Rates.from_frame(frame().drop("per_eur"))
    with pytest.raises(BadData, match="incomplete"):
        Rates.from_frame(frame(("USD", DAY, 1.0)).with_columns(day=pl.lit(None, pl.Date)))
    with pytest.raises(UnknownCode):
        Rates.from_frame(frame(("ZZZ", DAY, 1.0)))
    with pytest.raises(UnknownCode):
        Rates().convert(Decimal(1), "EUR", "ZZZ", DAY)
