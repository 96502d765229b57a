"""Values keep their meaning on the way to SQL and back."""

from datetime import UTC, datetime, timedelta, timezone

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redball.model import StoreError
from redball.store.columns import loaded, stored, typed
from redball.store.revisions import iso

MOMENT = pl.Datetime("us", "UTC")
moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))


@given(st.lists(st.none() | moments, max_size=5))
def test_timestamps_become_text_that_sorts_as_time_and_come_back(
    given_moments: list[datetime | None],
) -> None:
    frame = pl.DataFrame({"t": given_moments}, schema={"t": MOMENT})
    text = stored(frame)
    assert text.schema["t"] == pl.String
    assert text["t"].str.len_chars().drop_nulls().unique().to_list() in ([], [27])
    sorted_texts = text["t"].drop_nulls().sort()
    assert loaded(text, {"t": MOMENT}, "").equals(frame)
    times = loaded(sorted_texts.to_frame(), {"t": MOMENT}, "")["t"].to_list()
    assert times == sorted(times)


@given(moments, moments)
def test_moments_of_imports_sort_as_text(one: datetime, other: datetime) -> None:
    assert len(iso(one)) == len(iso(other)) == 27
    assert (iso(one) < iso(other)) == (one < other)


def test_a_moment_is_the_same_in_every_zone() -> None:
    here = datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=2)))
    assert iso(here) == "2026-01-01T06:00:00.000000Z"


def test_a_column_that_holds_something_else_is_an_error_of_the_store() -> None:
    with pytest.raises(StoreError, match="do not fit"):
        typed(pl.DataFrame({"d": ["2026-13-40"]}), {"d": pl.Date()}, "store.db")
    with pytest.raises(StoreError, match="do not fit"):
        loaded(pl.DataFrame({"t": ["yesterday"]}), {"t": MOMENT}, "store.db")
