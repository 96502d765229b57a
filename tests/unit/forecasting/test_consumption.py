"""Consumption: history pro rata over the recorded window, planning factors elsewhere."""

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from redball.forecasting import FACTOR, HISTORY, consumption
from redball.model import BadUse, Label, Twin, build_twin, table
from redball.model.frames import frame_schema

LABELS = {
    1: Label("DEU", "UNCLASSIFIED", frozenset({"ALL"})),
    2: Label("DEU", "RESTRICTED"),
    3: Label("NLD", "UNCLASSIFIED", frozenset({"ALL"})),
}


def rows(name: str, *records: dict[str, Any]) -> pl.DataFrame:
    schema = frame_schema(table(name))
    base = {"owner": "DEU", "label": 1, "since": 1, "sheet": "x.csv", "line": 2}
    full = [{**base, **record} for record in records]
    return pl.DataFrame({c: [r.get(c) for r in full] for c in schema}, schema=schema)


def twin(**tables: list[dict[str, Any]]) -> Twin:
    tables.setdefault("site", [{"key": "A"}, {"key": "B"}])
    tables.setdefault("item", [{"key": "I"}, {"key": "J"}, {"key": "R"}])
    frames = {name: rows(name, *records) for name, records in tables.items()}
    noon = datetime(2026, 1, 30, 12, tzinfo=UTC)
    return build_twin(frames, LABELS, viewer="DEU", as_of=noon)


def demand(key: str, start: date, days: int, quantity: float, **more: Any) -> dict[str, Any]:
    period = {"period_start": start, "period_days": days, "quantity": quantity}
    return {"key": key, "site": "A", "item": "I", **period, **more}


UNIT = {"key": "BN", "kind": "unit", "site": "B", "personnel": 500}


def test_the_mean_is_the_quantity_over_the_days_of_the_window() -> None:
    t = twin(demand=[demand("1", date(2026, 1, 1), 30, 60.0)])
    result = consumption(t, window_days=30)
    assert result.frame.drop("labels").rows() == [(0, 0, 2.0, HISTORY)]
    assert (result.as_of, result.window_days) == (date(2026, 1, 30), 30)


def test_a_period_partly_in_the_window_counts_pro_rata_at_both_ends() -> None:
    t = twin(
        demand=[
            demand("1", date(2026, 1, 11), 20, 40.0),  # 10 of 20 days in the window: 20
            demand("2", date(2026, 1, 31), 30, 999.0),  # begins after the day: not counted
            demand("3", date(2026, 1, 26), 10, 50.0, item="J"),  # 5 of 10 days: 25
        ]
    )
    frame = consumption(t, window_days=10).frame
    assert frame.select("item_ix", "per_day").rows() == [(0, 2.0), (1, 2.5)]


def test_a_short_history_is_divided_by_the_days_it_covers_and_gaps_in_it_count_as_zero() -> None:
    t = twin(
        demand=[
            demand("1", date(2026, 1, 1), 10, 30.0),
            demand("2", date(2026, 1, 21), 10, 10.0, site="B"),
        ]
    )
    frame = consumption(t, window_days=365).frame
    assert frame.select("site_ix", "per_day").rows() == [(0, 1.0), (1, pytest.approx(1 / 3))]


def test_what_was_asked_for_only_before_the_window_is_zero_while_the_owner_still_records() -> None:
    t = twin(
        demand=[
            demand("1", date(2024, 1, 1), 30, 300.0),
            demand("2", date(2026, 1, 1), 30, 30.0, item="J"),
        ]
    )
    frame = consumption(t, window_days=30).frame
    assert frame.select("item_ix", "per_day", "basis").rows() == [
        (0, 0.0, HISTORY),
        (1, 1.0, HISTORY),
    ]


def test_the_window_of_an_old_feed_ends_with_it_so_that_its_rate_is_not_lowered() -> None:
    t = twin(
        demand=[
            demand("1", date(2024, 1, 1), 30, 300.0),
            demand("2", date(2023, 12, 2), 30, 900.0),
        ]
    )
    found = consumption(t, window_days=30)
    assert found.frame["per_day"].to_list() == [10.0]
    assert "Recorded demand ends before 2026-01-30: DEU on 2024-01-30." in found.assumptions


def test_a_history_that_reaches_beyond_the_day_ends_with_the_day() -> None:
    t = twin(demand=[demand("1", date(2026, 1, 1), 60, 600.0)])
    found = consumption(t, window_days=30)
    assert found.frame["per_day"].to_list() == [10.0]
    assert not any("ends before" in one for one in found.assumptions)


def test_each_owner_has_its_own_recorded_history() -> None:
    other = {"owner": "NLD", "label": 3, "site": "DEU:A", "item": "DEU:I"}
    t = twin(
        demand=[
            demand("1", date(2026, 1, 1), 30, 30.0),
            demand("2", date(2026, 1, 21), 10, 50.0, **other),
        ]
    )
    frame = consumption(t, window_days=30).frame
    assert frame["per_day"].to_list() == [1.0 + 5.0]
    assert frame["labels"].to_list() == [[0, 1]]


def test_planning_factors_count_people_systems_and_hours_at_the_site_of_the_unit() -> None:
    t = twin(
        party=[UNIT],
        system=[{"key": "IFV", "name": "IFV"}],
        fleet=[{"key": "f", "unit": "BN", "system": "IFV", "count": 40, "hours_per_day": 2.5}],
        factor=[
            {"key": "1", "item": "R", "basis": "person_day", "quantity": 1.2},
            {"key": "2", "item": "I", "basis": "system_day", "system": "IFV", "quantity": 0.5},
            {"key": "3", "item": "I", "basis": "system_hour", "system": "IFV", "quantity": 3.0},
        ],
    )
    frame = consumption(t).frame.select("site_ix", "item_ix", "per_day", "basis")
    assert frame.rows() == [
        (1, 0, 40 * 0.5 + 40 * 2.5 * 3.0, FACTOR),
        (1, 2, 600.0, FACTOR),
    ]


def test_a_factor_of_one_nation_does_not_feed_the_units_of_another() -> None:
    factor = {"key": "1", "item": "DEU:R", "basis": "person_day", "quantity": 1.0}
    t = twin(party=[UNIT], factor=[{**factor, "owner": "NLD", "label": 3}])
    assert consumption(t).frame.is_empty()


@pytest.mark.parametrize(("periods", "basis"), [(2, FACTOR), (3, HISTORY)])
def test_history_wins_over_a_factor_once_it_has_enough_periods(periods: int, basis: str) -> None:
    months = [demand(str(m), date(2025, 12 - m, 1), 30, 3.0, site="B") for m in range(periods)]
    factor = {"key": "1", "item": "I", "basis": "person_day", "quantity": 1.0}
    t = twin(party=[UNIT], factor=[factor], demand=months)
    assert consumption(t).frame["basis"].to_list() == [basis]


def test_too_little_history_is_still_used_where_there_is_no_factor() -> None:
    t = twin(demand=[demand("1", date(2026, 1, 1), 30, 60.0)])
    assert consumption(t, min_periods=12).frame["basis"].to_list() == [HISTORY]


def test_labels_of_a_figure_are_those_of_the_rows_it_rests_on() -> None:
    factor = {"key": "1", "item": "R", "basis": "person_day", "quantity": 1.0, "label": 2}
    t = twin(party=[UNIT], factor=[factor])
    (labels,) = consumption(t).frame["labels"].to_list()
    assert {t.labels[i].classification for i in labels} == {"UNCLASSIFIED", "RESTRICTED"}


def test_what_could_not_be_counted_is_said() -> None:
    t = twin(
        party=[{**UNIT, "site": None}, {**UNIT, "key": "B2", "personnel": None}],
        factor=[{"key": "1", "item": "R", "basis": "person_day", "quantity": 1.0}],
    )
    said = consumption(t).assumptions
    assert any(text.startswith("1 units are not counted") for text in said)
    assert any(text.startswith("1 pairs of unit") for text in said)


@pytest.mark.parametrize("wrong", [{"window_days": 0}, {"min_periods": 0}])
def test_a_window_without_days_or_periods_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(BadUse, match="can't be used"):
        consumption(twin(), **wrong)  # type: ignore[arg-type]  # one keyword of two


def test_an_empty_twin_has_no_consumption() -> None:
    frame = consumption(twin()).frame
    assert frame.is_empty()
    assert frame.columns == ["site_ix", "item_ix", "per_day", "basis", "labels"]
