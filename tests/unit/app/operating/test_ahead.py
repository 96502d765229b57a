"""Stock moved ahead: against a day-by-day reckoning, and what a reader may conclude from it."""

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from redball.app.operating.ahead import (
    Course,
    at_places,
    course_of,
    days_left,
    ranked,
    runs_out,
    word,
)
from redball.app.picture import PictureOptions, Recognised, recognise
from redball.app.seen import Seen
from redball.model import BadUse, Label, build_twin
from redball.stock import StockThresholds

LIMITS = StockThresholds()
TODAY = date(2026, 1, 31)


def course(rows: list[tuple[float, float]], arrivals: list[tuple[int, int, float]]) -> Course:
    """A course from (free, per day) of each pair and (pair, day, quantity) of what arrives."""
    pairs = pl.DataFrame(
        {
            "site_ix": list(range(len(rows))),
            "item_ix": [0] * len(rows),
            "supply_class": ["NATO:I"] * len(rows),
            "free": [free for free, _ in rows],
            "per_day": [rate for _, rate in rows],
            "target_days": [10.0] * len(rows),
        },
        schema_overrides={"free": pl.Float64, "per_day": pl.Float64},
    )
    due = pl.DataFrame(
        sorted(arrivals, key=lambda one: one[1]),
        schema={"pair": pl.UInt32, "day": pl.Int64, "quantity": pl.Float64},
        orient="row",
    )
    return Course(pairs, due, LIMITS)


def by_hand(free: float, rate: float, due: dict[int, float], ahead: int) -> tuple[float, float]:
    """Stock in small steps, and when it first ended; arrivals come at the start of their day."""
    steps = 2_000
    stock, ended = max(free, 0.0), np.inf
    for day in range(ahead + 1):
        stock += due.get(day, 0.0)
        if day == ahead:
            break
        for step in range(steps):
            stock -= rate / steps
            if stock < -1e-9:
                ended = min(ended, day + step / steps)
                stock = 0.0
    return stock, ended


@pytest.mark.parametrize(
    ("free", "rate", "due", "ahead"),
    [
        (100.0, 10.0, {}, 4),
        (100.0, 10.0, {2: 30.0}, 4),
        (10.0, 10.0, {3: 25.0}, 4),
        (10.0, 10.0, {0: 5.0, 1: 5.0, 6: 20.0}, 7),
        (-5.0, 2.0, {2: 9.0}, 5),
        (0.0, 3.0, {}, 0),
    ],
    ids=["alone", "fed", "ends-before", "thrice", "overpromised", "none"],
)
def test_stock_ahead_is_what_a_reckoning_in_small_steps_gives(
    free: float, rate: float, due: dict[int, float], ahead: int
) -> None:
    arrivals = [(0, day, quantity) for day, quantity in due.items()]
    stock, ended = by_hand(free, rate, due, ahead)
    one = course([(free, rate)], arrivals)
    assert days_left(one, ahead)[0] * rate == pytest.approx(stock, abs=0.05)
    if np.isfinite(ended):
        assert runs_out(one)[0] == pytest.approx(ended, abs=0.01)


def test_pairs_do_not_take_each_others_arrivals() -> None:
    both = course([(10.0, 1.0), (10.0, 1.0)], [(1, 2, 5.0)])
    assert days_left(both, 4).tolist() == [6.0, 11.0]
    assert runs_out(both).tolist() == [10.0, 15.0]


@pytest.mark.parametrize("ahead", [-1, 366])
def test_a_day_that_cannot_be_shown_is_refused(ahead: int) -> None:
    with pytest.raises(BadUse, match="can't be shown"):
        days_left(course([(1.0, 1.0)], []), ahead)


def test_levels_are_those_of_the_stock_findings() -> None:
    frame = pl.DataFrame({"days": [2.4, 4.9, 9.9, 10.0, 1.0, 1.0], "target": [10.0] * 4 + [0, None]})
    ranks = frame.select(ranked(pl.col("days"), pl.col("target"), LIMITS)).to_series().to_list()
    assert [word(rank) for rank in ranks] == [
        "critical", "serious", "caution", "normal", "standby", "standby",
    ]  # fmt: skip


def known(**tables: list[dict[str, Any]]) -> Recognised:
    """A recognised twin of one nation from a few rows."""
    sheet = {"owner": "DEU", "label": 0, "since": 1, "sheet": "", "line": 1}
    frames = {
        name: pl.DataFrame([{**sheet, **row} for row in rows], infer_schema_length=None)
        for name, rows in tables.items()
    }
    from redball.model.tables import frame_schema, table  # the schema fills what the rows leave out

    whole = {
        name: frame.with_columns(
            pl.lit(None, dtype).alias(column)
            for column, dtype in frame_schema(table(name)).items()
            if column not in frame.columns
        )
        for name, frame in frames.items()
    }
    twin = build_twin(
        whole,
        {0: Label("DEU", "UNCLASSIFIED", frozenset({"ALL"}))},
        viewer="DEU",
        as_of=datetime(2026, 1, 31, 6, tzinfo=UTC),
    )
    feeds = pl.DataFrame({"owner": ["DEU"], "exercise": [True]})
    return recognise(Seen(twin, feeds), PictureOptions())
