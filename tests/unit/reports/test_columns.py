from datetime import UTC, date, datetime, timedelta, timezone

import polars as pl
import pytest

from redball.reports.columns import MISSING, date_time_group, describe, grouped, show, zulu


@pytest.mark.parametrize(
    ("name", "words", "unit"),
    [
        ("mass_t", "Mass", "t"),
        ("flow_t_per_day", "Flow", "t/d"),
        ("value_eur", "Value", "EUR"),
        ("target_days", "Target", "days"),
        ("days", "Days of supply", "days"),
        ("radius_km", "Radius", "km"),
        ("lines", "Lines", ""),
    ],
)
def test_the_unit_moves_from_the_name_into_the_heading(name: str, words: str, unit: str) -> None:
    column = describe(pl.Series(name, [1.0, 2.0]))
    assert (column.words, column.unit, column.numeric) == (words, unit, True)


def test_a_share_between_0_and_1_is_written_as_percent() -> None:
    column = describe(pl.Series("availability", [0.659, None]))
    assert (column.kind, column.unit, show(0.659, column)) == ("percent", "%", "66")


def test_a_target_in_days_is_never_taken_for_a_share() -> None:
    assert describe(pl.Series("target_days", [0.5, 1.0])).kind == "number"
    assert describe(pl.Series("target", [0.85])).kind == "percent"


def test_a_score_above_1_stays_the_number_it_is() -> None:
    assert describe(pl.Series("score", [66.0, 90.0])).kind == "number"


def test_a_column_has_the_same_decimals_in_every_row() -> None:
    column = describe(pl.Series("days", [1.5, 12.0]))
    assert [show(v, column) for v in (1.5, 12.0)] == ["1.50", "12.00"]


def test_level_columns_are_known_by_their_name() -> None:
    assert describe(pl.Series("worst_level", ["critical"])).kind == "level"


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (1234567, 0, "1\u202f234\u202f567"),
        (-1234.5, 1, "−1\u202f234.5"),
        (-0.2, 0, "0"),
        (float("inf"), 0, "∞"),
        (999, 0, "999"),
    ],
)
def test_numbers_are_grouped_by_a_narrow_space(value: float, digits: int, shown: str) -> None:
    assert grouped(value, digits) == shown


@pytest.mark.parametrize("value", [None, float("nan")])
def test_what_is_not_known_is_a_dash(value: float | None) -> None:
    assert show(value, describe(pl.Series("days", [1.0]))) == MISSING


def test_every_other_kind_of_cell_is_readable() -> None:
    text = describe(pl.Series("x", ["a"]))
    assert show(True, describe(pl.Series("late", [True]))) == "yes"
    assert show(date(2026, 1, 2), describe(pl.Series("expiry", [date(2026, 1, 2)]))) == "2026-01-02"
    assert show(["a", "b"], text) == "a, b"
    assert show(pl.Series(["a", None]), text) == f"a, {MISSING}"


def test_a_moment_is_written_in_zulu_whatever_zone_it_came_in() -> None:
    moment = datetime(2026, 1, 31, 8, 0, tzinfo=timezone(timedelta(hours=2)))
    assert zulu(moment) == "2026-01-31 06:00Z"
    assert zulu(datetime(2026, 1, 31, 6, 0)) == "2026-01-31 06:00Z"
    assert date_time_group(datetime(2026, 1, 31, 6, 0, tzinfo=UTC)) == "310600ZJAN26"
