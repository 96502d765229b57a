"""Stock moved ahead: against a day-by-day count, and what is refused."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redball.app.operating.ahead import MOST_DAYS, Course, days_left, ranked, runs_out, word
from redball.model import BadUse, Level
from redball.stock import StockThresholds

LIMITS = StockThresholds()


def _course(
    stock: list[float], rate: list[float], arrivals: list[tuple[int, int, float]]
) -> Course:
    pairs = pl.DataFrame(
        {"site_ix": [0] * len(stock), "item_ix": list(range(len(stock))), "free": stock,
         "per_day": rate, "target_days": [10.0] * len(stock)},
        schema_overrides={"free": pl.Float64, "per_day": pl.Float64},
    )  # fmt: skip
    due = pl.DataFrame(
        arrivals,
        schema={"pair": pl.UInt32, "day": pl.Int64, "quantity": pl.Float64},
        orient="row",
    )
    return Course(pairs, due.sort("day", "pair"), LIMITS)


def _counted(stock: float, rate: float, due: dict[int, float], ahead: int) -> tuple[float, float]:
    """Stock on a day and when it first ended, one day after the other."""
    stock, ended = max(stock, 0.0), np.inf
    for day in range(ahead + 1):
        stock += due.get(day, 0.0)
        if day == ahead:
            break
        if stock < rate:
            ended = min(ended, day + stock / rate)
        stock = max(stock - rate, 0.0)
    return stock, ended


# whole numbers: sums are exact, so that both ways agree on the day itself
_AMOUNT = st.integers(0, 40).map(float)
_PAIR = st.tuples(
    _AMOUNT, st.integers(1, 9).map(float), st.dictionaries(st.integers(0, 20), _AMOUNT)
)


@given(st.lists(_PAIR, min_size=1, max_size=4), st.integers(0, 25))
def test_the_course_is_what_counting_day_by_day_gives(
    pairs: list[tuple[float, float, dict[int, float]]], ahead: int
) -> None:
    course = _course(
        [one[0] for one in pairs], [one[1] for one in pairs],
        [(n, day, much) for n, one in enumerate(pairs) for day, much in one[2].items()],
    )  # fmt: skip
    left, out = days_left(course, ahead), runs_out(course)
    for number, (stock, rate, due) in enumerate(pairs):
        assert left[number] == pytest.approx(_counted(stock, rate, due, ahead)[0] / rate)
        assert out[number] == pytest.approx(_counted(stock, rate, due, 1_000)[1])


def test_less_than_nothing_is_nothing() -> None:
    assert days_left(_course([-5.0], [1.0], [(0, 2, 3.0)]), 2).tolist() == [3.0]


@pytest.mark.parametrize("ahead", [-1, MOST_DAYS + 1], ids=["past", "far"])
def test_a_day_that_is_not_ahead_is_refused(ahead: int) -> None:
    with pytest.raises(BadUse, match="days ahead"):
        days_left(_course([1.0], [1.0], []), ahead)


def test_levels_are_cut_at_the_limits_of_the_findings() -> None:
    ratios = [
        np.nextafter(LIMITS.critical_ratio, 0), LIMITS.critical_ratio, LIMITS.serious_ratio,
        LIMITS.caution_ratio,
    ]  # fmt: skip
    frame = pl.DataFrame({"days": [*(10 * one for one in ratios), 1.0, 1.0],
                          "target": [*([10.0] * 4), None, 0.0]})  # fmt: skip
    ranks = frame.select(ranked(pl.col("days"), pl.col("target"), LIMITS)).to_series().to_list()
    expected = [Level.CRITICAL, Level.SERIOUS, Level.CAUTION, Level.NORMAL, Level.STANDBY,
                Level.STANDBY]  # fmt: skip
    assert [word(rank) for rank in ranks] == [level.value for level in expected]
