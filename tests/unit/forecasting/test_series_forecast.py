"""Tables and matrices in, distributions out: rules for what is not plain, and the choice."""

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from redball.forecasting import (
    METHODS,
    forecast_points,
    forecast_series,
    net_returns,
    series_table,
    tsb,
)
from redball.forecasting.selection.choice import best_available, credible_scores
from redball.forecasting.selection.rolling import Trial, origins
from redball.forecasting.series import without_censored
from redball.model import BadData, BadUse
from redball.model.compiled import Floats

NAN = float("nan")


def long_table(matrix: Floats, **columns: object) -> pl.DataFrame:
    series, periods = matrix.shape
    frame = pl.DataFrame(
        {
            "site": [f"S{i % 2}" for i in range(series) for _ in range(periods)],
            "item": [f"I{i:04d}" for i in range(series) for _ in range(periods)],
            "period": list(range(1, periods + 1)) * series,
            "quantity": matrix.ravel(),
        }
    )
    return frame.with_columns(**{k: pl.lit(v) for k, v in columns.items()})


def intermittent(series: int, periods: int = 36, seed: int = 3) -> Floats:
    rng = np.random.default_rng(seed)
    return rng.poisson(rng.gamma(0.7, 1.0, (series, 1)), (series, periods)).astype(np.float64)


def test_a_long_table_in_any_order_becomes_the_matrix() -> None:
    matrix = intermittent(6)
    table = series_table(long_table(matrix).sample(fraction=1.0, shuffle=True, seed=5))
    order = sorted(range(6), key=lambda i: (i % 2, i))
    assert table.keys.rows() == [(f"S{i % 2}", f"I{i:04d}") for i in order]
    assert (table.matrix == matrix[order]).all()
    assert table.assumptions == ()


def test_rows_of_the_same_period_add_up_and_a_missing_quantity_is_a_gap() -> None:
    frame = pl.DataFrame(
        {
            "site": ["A"] * 4, "item": ["I"] * 4, "period": [1, 1, 2, 3],
            "quantity": [1.0, 2.0, None, 0.0],
        }
    )  # fmt: skip
    (row,) = series_table(frame).matrix.tolist()
    assert row[0] == 3.0
    assert np.isnan(row[1])
    assert row[2] == 0.0


def sparse(quantities: list[float], periods: list[int]) -> pl.DataFrame:
    rows = len(periods)
    return pl.DataFrame(
        {
            "site": ["A"] * rows,
            "item": ["I"] * rows,
            "period": periods,
            "quantity": quantities,
        }
    )


def test_absent_rows_are_gaps_where_zeros_are_recorded() -> None:
    table = series_table(sparse([2.0, 0.0, 4.0], [1, 2, 5]))
    assert np.isnan(table.matrix[0, 2:4]).all()
    assert "2 periods without a row are taken as a gap, not a zero." in table.assumptions


def test_absent_rows_without_any_zero_must_be_explained() -> None:
    frame = sparse([2.0, 4.0], [1, 4])
    with pytest.raises(BadData, match="no zero is recorded"):
        series_table(frame)
    assert series_table(frame, absent="zero").matrix.tolist() == [[2.0, 0.0, 0.0, 4.0]]
    assert np.isnan(series_table(frame, absent="gap").matrix[0, 1:3]).all()


def test_before_its_first_row_nothing_was_observed_of_a_series() -> None:
    frame = pl.concat(
        [
            sparse([1.0, 1.0], [1, 4]),
            sparse([3.0], [3]).with_columns(item=pl.lit("J")),
        ]
    )
    matrix = series_table(frame, absent="zero").matrix
    assert np.isnan(matrix[1, :2]).all()
    assert matrix[1, 2:].tolist() == [3.0, 0.0]


def test_returns_are_taken_from_the_latest_demand_before_them() -> None:
    netted, dropped = net_returns(np.array([[-2.0, 5.0, 3.0, NAN, -4.0, 1.0]]))
    assert netted[0, [0, 1, 2, 4, 5]].tolist() == [0.0, 4.0, 0.0, 0.0, 1.0]
    assert np.isnan(netted[0, 3])
    assert dropped == 2.0
    table = series_table(sparse([5.0, -2.0, -9.0], [1, 2, 3]))
    assert table.matrix.tolist() == [[0.0, 0.0, 0.0]]
    assert any("2 returns" in text and "6 units" in text for text in table.assumptions)
    with pytest.raises(BadData, match="negative in 2 rows"):
        series_table(sparse([5.0, -2.0, -9.0], [1, 2, 3]), returns="refuse")


def test_censored_demand_counts_only_where_it_is_high() -> None:
    matrix = np.array([[2.0, 4.0, 1.0, 9.0]])
    kept = without_censored(matrix, np.array([[0.0, 0.0, 1.0, 1.0]]))
    assert np.isnan(kept[0, 2])
    assert kept[0, [0, 1, 3]].tolist() == [2.0, 4.0, 9.0]
    frame = sparse([2.0, 4.0, 1.0], [1, 2, 3]).with_columns(
        censored=pl.Series([False, False, True])
    )
    assert np.isnan(series_table(frame).matrix[0, 2])


def test_mixed_units_of_an_item_are_refused() -> None:
    frame = sparse([1.0, 2.0], [1, 2]).with_columns(unit=pl.Series(["EA", "BX"]))
    with pytest.raises(BadData, match="item I: Its demand is counted in several units: BX, EA"):
        series_table(frame)
    assert series_table(frame.with_columns(unit=pl.lit("EA"))).keys.height == 1


@pytest.mark.parametrize(
    ("first", "second", "gap"),
    [
        (date(2025, 11, 1), date(2026, 2, 1), 3),  # months
        (date(2025, 1, 6), date(2025, 1, 27), 1),  # one step between two dates
    ],
)
def test_dates_become_periods(first: date, second: date, gap: int) -> None:
    frame = sparse([1.0, 2.0], [1, 2]).with_columns(period=pl.Series([first, second]))
    assert series_table(frame, absent="zero").matrix.shape == (1, gap + 1)


def test_weeks_are_found_and_irregular_dates_refused() -> None:
    weeks = [date(2025, 1, 6), date(2025, 1, 13), date(2025, 1, 27)]
    frame = sparse([1.0, 2.0, 3.0], [1, 2, 3])
    found = series_table(frame.with_columns(period=pl.Series(weeks)), absent="zero")
    assert found.matrix.tolist() == [[1.0, 2.0, 0.0, 3.0]]
    odd = [date(2025, 1, 6), date(2025, 1, 13), date(2025, 1, 24)]
    with pytest.raises(BadData, match="neither a day of each month"):
        series_table(frame.with_columns(period=pl.Series(odd)), absent="zero")


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"quantity": pl.lit(float("inf"))}, "infinite"),
        ({"quantity": pl.lit("x")}, "not a number"),
        ({"site": pl.lit(None, pl.String)}, "site is missing"),
        ({"period": pl.lit(1.5)}, "can't be ordered"),
        ({"period": pl.col("period") * 1_000_000}, "span"),
        ({"class": pl.col("period").cast(pl.String)}, "several classes"),
        ({"censored": pl.lit("no")}, "not true or false"),
    ],
)
def test_a_table_that_can_not_be_read_is_refused(change: dict[str, pl.Expr], match: str) -> None:
    with pytest.raises(BadData, match=match):
        series_table(sparse([1.0, 0.0], [1, 2]).with_columns(**change))
    with pytest.raises(BadData, match="Column 'item' is missing"):
        series_table(sparse([1.0, 0.0], [1, 2]).drop("item"))


def test_point_forecasts_of_a_table_are_those_of_the_matrix() -> None:
    matrix = intermittent(5)
    found = forecast_points(long_table(matrix), methods=("tsb", "mean"))
    by_item = found.sort("item")
    np.testing.assert_allclose(by_item["tsb"].to_numpy(), tsb(matrix))
    np.testing.assert_allclose(by_item["mean"].to_numpy(), matrix.mean(axis=1))
    with pytest.raises(BadUse, match="no method 'arima'"):
        forecast_points(matrix, methods=("arima",))


def test_a_forecast_says_everything_the_contract_names() -> None:
    found = forecast_series(long_table(intermittent(40)), horizon=2.5, horizon_sd=0.5)
    frame = found.frame
    assert frame.columns == [
        "site", "item", "horizon", "per_period", "mean", "variance", "quantiles", "law", "method",
        "periods", "origins", "bias", "coverage", "pinball",
    ]  # fmt: skip
    assert frame.height == 40
    assert found.levels == (0.8, 0.9, 0.95, 0.99)
    assert frame["origins"].to_list() == [6] * 40
    assert set(frame["law"]) <= {"poisson", "negative binomial", "empirical", "bootstrap"}
    quantiles = np.array(frame["quantiles"].to_list())
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert (quantiles == np.rint(quantiles)).all()
    assert len(found.assumptions) >= 5


@pytest.mark.parametrize("method", METHODS)
def test_every_law_alone_forecasts_poisson_demand_about_right(method: str) -> None:
    rng = np.random.default_rng(9)
    matrix = rng.poisson(4.0, (300, 60)).astype(np.float64)
    methods = ("nb tsb",) if method == "nb tsb" else ("nb tsb", method)
    found = forecast_series(matrix, horizon=2.0, levels=(0.5, 0.9), methods=methods, origins=3)
    assert found.frame["mean"].mean() == pytest.approx(8.0, rel=0.03)
    outcomes = rng.poisson(8.0, (300, 50))
    upper = np.array(found.frame["quantiles"].to_list())[:, 1]
    share = (outcomes <= upper[:, None]).mean()
    assert 0.85 < share < 0.96


def test_a_series_that_never_had_a_demand_takes_the_prior_of_its_class() -> None:
    matrix = intermittent(60)
    matrix[0] = 0.0
    found = forecast_series(matrix, horizon=1.0).frame
    assert found["method"][0] == "gamma prior of the class"
    assert 0.0 < found["mean"][0] < matrix.mean()


def test_a_new_series_borrows_from_its_own_class_only() -> None:
    rng = np.random.default_rng(6)
    low = rng.poisson(0.2, (40, 30)).astype(np.float64)
    high = rng.poisson(5.0, (40, 30)).astype(np.float64)
    both = np.concatenate([low, high])
    both[[0, 40]] = NAN
    classes = ["cheap"] * 40 + ["dear"] * 40
    frame = long_table(both).with_columns(
        pl.Series("class", np.repeat(classes, 30)), site=pl.lit("S")
    )
    found = forecast_series(frame, horizon=1.0).frame.sort("item")
    assert found["mean"][0] == pytest.approx(0.2, rel=0.3)
    assert found["mean"][40] == pytest.approx(5.0, rel=0.1)
    assert found["periods"][0] == 0


def test_nothing_to_borrow_from_gives_no_law_rather_than_a_number() -> None:
    found = forecast_series(np.full((1, 5), NAN), horizon=1.0).frame
    assert found.select("mean", "quantiles", "law", "method").row(0) == (None,) * 4


def test_a_history_shorter_than_the_horizon_is_forecast_from_its_moments() -> None:
    found = forecast_series(intermittent(50, periods=6), horizon=12.0).frame
    assert found["origins"].to_list() == [0] * 50
    assert not found["mean"].has_nulls()
    assert found["bias"].null_count() == 50
    assert set(found["method"]) <= {
        "TSB mean, variance of the history", "gamma prior of the class",
    }  # fmt: skip


def test_demand_that_is_not_in_whole_units_is_not_rounded() -> None:
    rng = np.random.default_rng(2)
    litres = rng.gamma(2.0, 10.0, (30, 40))
    quantiles = np.array(forecast_series(litres, horizon=2.0).frame["quantiles"].to_list())
    assert (quantiles != np.rint(quantiles)).any()
    assert (np.diff(quantiles, axis=1) >= 0).all()


def test_no_series_and_wrong_parameters_have_their_answers() -> None:
    assert forecast_series(np.zeros((0, 4)), horizon=1.0).frame.is_empty()
    matrix = intermittent(3)
    wrongs: list[dict[str, Any]] = [
        {"horizon": 0.0},
        {"horizon": np.ones(2)},
        {"horizon": 1.0, "origins": -1},
        {"horizon": 1.0, "methods": ("empirical",)},
        {"horizon": 1.0, "methods": ("nb tsb", "prophet")},
        {"horizon": 1.0, "levels": (1.5,)},
    ]
    for wrong in wrongs:
        with pytest.raises(BadUse):
            forecast_series(matrix, **wrong)
    for bad in (-1.0, NAN, float("inf")):
        with pytest.raises(BadData, match="horizon"):
            forecast_series(matrix, horizon=bad)


def test_progress_rises_to_one_and_what_it_raises_ends_the_work() -> None:
    told: list[float] = []
    forecast_series(intermittent(20), horizon=np.repeat([1.0, 4.0], 10), progress=told.append)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)

    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        forecast_series(intermittent(20), horizon=1.0, progress=stop)


def test_origins_lie_evenly_and_leave_room_for_the_outcome() -> None:
    assert origins(51, 3, 6) == [48, 42, 36, 29, 23, 17]
    assert origins(10, 2, 6) == [8, 7, 6]
    assert origins(7, 2, 6) == []


def trials(loss: Floats) -> list[Trial]:
    """Trials of losses, shape (origins, methods, series)."""
    single = np.zeros(loss.shape[1:], np.float32)
    return [
        Trial(10 * (k + 1), single[:, :, None], single, np.zeros(loss.shape[2]), one)
        for k, one in enumerate(loss)
    ]


def test_scores_follow_the_class_where_series_do_not_differ_and_the_series_where_they_do() -> None:
    rng = np.random.default_rng(1)
    noise = rng.normal(0.0, 1.0, (6, 2, 400))
    alike = noise + np.array([1.0, 0.5])[None, :, None]
    group = np.zeros(400, np.int64)
    scores = credible_scores(trials(alike), 2, group, 1, 1).loss
    assert (scores.argmin(axis=0) == 1).mean() == 1.0
    # half the series do better with the first method, by much more than the noise
    split = noise.copy()
    split[:, 1, :200] += 8.0
    split[:, 1, 200:] -= 8.0
    best = credible_scores(trials(split), 2, group, 1, 1).loss.argmin(axis=0)
    assert best[:200].tolist() == [0] * 200
    assert best[200:].tolist() == [1] * 200


def test_a_series_without_origins_takes_the_choice_of_its_class() -> None:
    rng = np.random.default_rng(1)
    loss = rng.normal(0.0, 0.1, (6, 2, 50)) + np.array([1.0, 0.2])[None, :, None]
    loss[:, :, 0] = NAN
    scores = credible_scores(trials(loss), 2, np.zeros(50, np.int64), 1, 1)
    assert scores.scored[0] == 0
    assert scores.loss[:, 0].argmin() == 1


def test_in_a_small_class_a_method_must_win_by_a_standard_error() -> None:
    loss = np.array([[[1.0], [0.0]], [[1.0], [2.1]], [[1.0], [0.7]]])  # mean 1.0 against 0.93
    assert credible_scores(trials(loss), 2, np.zeros(1, np.int64), 1, 1).loss[:, 0].argmin() == 0
    clear = np.array([[[1.0], [0.5]], [[1.0], [0.6]], [[1.0], [0.4]]])
    assert credible_scores(trials(clear), 2, np.zeros(1, np.int64), 1, 1).loss[:, 0].argmin() == 1


def test_the_best_method_must_be_available() -> None:
    scores = np.array([[2.0, np.inf, 1.0], [1.0, np.inf, 2.0]])
    available = np.array([[True, True, False], [False, True, False]])
    assert best_available(scores, available).tolist() == [0, 0, -1]
