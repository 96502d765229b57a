"""The score: each part by hand on a small package."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from redball.exchange.check import Check
from redball.exchange.check.score import RECOMMENDED, expected_columns, timeliness
from redball.model import table, tables

Checker = Callable[..., Check]

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
SITE = {"key": "A", "name": "Alpha", "country": "DEU", "latitude": "53.5", "longitude": "9.9"}


@pytest.mark.parametrize(
    ("age_days", "expected"), [(0, 1), (30, 1), (45, 0.75), (60, 0.5), (90, 0), (900, 0)]
)
def test_timeliness_falls_from_one_cadence_to_three(age_days: float, expected: float) -> None:
    now = AS_OF + timedelta(days=age_days)
    assert timeliness(AS_OF, now, 30) == pytest.approx(expected)


def test_recommended_columns_exist_and_are_not_required() -> None:
    for name, columns in RECOMMENDED.items():
        assert not {c for c in columns if table(name)[c].required}
    assert set(RECOMMENDED) <= set(tables())


def test_a_clean_and_full_package_scores_one(checked: Checker) -> None:
    score = checked(rows={"site": [SITE]}).score
    assert score.as_dict() == {
        "completeness": 1.0,
        "validity": 1.0,
        "timeliness": 1.0,
        "consistency": 1.0,
        "overall": 1.0,
    }


def test_completeness_counts_empty_cells_of_expected_columns(checked: Checker) -> None:
    assert expected_columns(table("site")) == ("key", "name", "country", "latitude", "longitude")
    rows = [SITE, {**SITE, "key": "B", "latitude": None, "longitude": None}]
    assert checked(rows={"site": rows}).score.completeness == pytest.approx(8 / 10)


def test_coordinates_filled_from_a_position_count_as_given(checked: Checker) -> None:
    row = {"key": "A", "name": "x", "country": "DEU", "position": "50.1000,8.2000"}
    assert checked(rows={"site": [row]}).score.completeness == 1


def test_validity_counts_cells_at_fault(checked: Checker) -> None:
    rows = [SITE, {**SITE, "key": "B", "latitude": "91"}]
    assert checked(rows={"site": rows}).score.validity == pytest.approx(1 - 1 / 10)


def test_a_missing_cell_costs_completeness_and_not_validity(checked: Checker) -> None:
    score = checked(rows={"site": [SITE, {**SITE, "key": "B", "name": None}]}).score
    assert score.validity == 1
    assert score.completeness == pytest.approx(9 / 10)


def test_consistency_counts_references_and_rules_over_columns(checked: Checker) -> None:
    lanes = [{"from_site": "A", "to_site": "A"}, {"from_site": "A", "to_site": "GONE"}]
    result = checked(rows={"site": [SITE], "lane": lanes})
    # site: 3 rules on 1 row; lane: 2 rules on 2 rows, 4 references; 1 rule and 1 reference fail
    assert result.score.consistency == pytest.approx(1 - 2 / (3 + 4 + 4))


def test_a_package_without_rows_is_not_complete(checked: Checker) -> None:
    assert checked().score.completeness == 0
