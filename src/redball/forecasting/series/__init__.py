"""Forecasts of tables given as files or arrays: long table in, table out, no twin needed."""

from redball.forecasting.series.clean import net_returns, without_censored
from redball.forecasting.series.forecast import (
    LEVELS,
    SeriesForecast,
    as_frame,
    forecast_points,
    forecast_series,
    quantile_lists,
    rules,
    settings_for,
)
from redball.forecasting.series.frames import SeriesTable, series_table

__all__ = [
    "LEVELS",
    "SeriesForecast",
    "SeriesTable",
    "as_frame",
    "forecast_points",
    "forecast_series",
    "net_returns",
    "quantile_lists",
    "rules",
    "series_table",
    "settings_for",
    "without_censored",
]
