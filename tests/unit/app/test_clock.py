"""What 'now' means in a store of exercise data and in a real one."""

from datetime import UTC, datetime, timedelta, timezone

import polars as pl
import pytest

from redball.app.clock import exercise_only, import_moment, moment_of, parse_moment
from redball.model import BadUse

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
THEN = datetime(2026, 1, 31, 6, tzinfo=UTC)


def revisions(*rows: tuple[datetime, bool]) -> pl.DataFrame:
    return pl.DataFrame(
        {"imported_at": [r[0] for r in rows], "exercise": [r[1] for r in rows]},
        schema={"imported_at": pl.Datetime("us", "UTC"), "exercise": pl.Boolean},
    )


def test_an_exercise_store_stands_at_its_last_import() -> None:
    held = revisions((THEN, True), (THEN + timedelta(hours=1), True))
    assert exercise_only(held)
    assert moment_of(held, None, NOW) == THEN + timedelta(hours=1)


def test_a_store_with_one_real_package_is_on_the_real_clock() -> None:
    held = revisions((THEN, True), (NOW, False))
    assert not exercise_only(held)
    assert moment_of(held, None, NOW) == NOW
    assert import_moment(held, package_as_of=THEN, exercise=True, now=NOW) == NOW


def test_an_empty_store_is_on_the_real_clock() -> None:
    assert moment_of(revisions(), None, NOW) == NOW


def test_the_moment_asked_for_wins() -> None:
    asked = datetime(2025, 5, 1, 14, tzinfo=timezone(timedelta(hours=2)))
    assert moment_of(revisions((THEN, True)), asked, NOW) == datetime(2025, 5, 1, 12, tzinfo=UTC)


def test_exercise_imports_follow_each_other_strictly() -> None:
    first = import_moment(revisions(), package_as_of=THEN, exercise=True, now=NOW)
    assert first == THEN
    older = THEN - timedelta(days=70)
    second = import_moment(revisions((first, True)), package_as_of=older, exercise=True, now=NOW)
    assert second == THEN + timedelta(seconds=1)


def test_a_real_package_is_imported_now() -> None:
    held = revisions((THEN, True))
    assert import_moment(held, package_as_of=THEN, exercise=False, now=NOW) == NOW


def test_a_date_means_its_end_and_a_time_needs_a_zone() -> None:
    assert parse_moment("2026-01-31") == datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)
    assert parse_moment("2026-01-31T06:00Z") == THEN
    assert parse_moment("2026-01-31T08:00+02:00") == THEN
    for text in ("2026-01-31T06:00", "yesterday", "", "2026-13-01", "9999-12-31", "0001-01-01"):
        with pytest.raises(BadUse):
            parse_moment(text)
