"""Forecast tables of demand without a twin: files, other systems, studies."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from redball.forecasting.laws import check_levels
from redball.forecasting.points import POINT_METHODS, observed
from redball.forecasting.selection import (
    CANDIDATES,
    METHODS,
    Progress,
    Selected,
    Settings,
    select,
)
from redball.forecasting.series.frames import Absent, Returns, series_table
from redball.model import BadData, BadUse
from redball.model.compiled import Floats, Longs

LEVELS = (0.8, 0.9, 0.95, 0.99)
"""Service levels when none are given."""


@dataclass(frozen=True)
class SeriesForecast:
    """Demand of many series over a horizon, as distributions.

    Attributes
    ----------
    frame : polars.DataFrame
        One row per series: ``site``, ``item`` and ``class`` where given, or ``series`` (row of the
        matrix); ``horizon`` (periods), ``per_period``, ``mean``, ``variance`` (over the horizon),
        ``quantiles`` (list, at ``levels``), ``law``, ``method``, ``periods`` (observed),
        ``origins`` (rolling origins), ``bias``, ``coverage``, ``pinball`` (null without origins).
        A series without history and without a class to borrow from has no law: null.
    levels : tuple of float
    assumptions : tuple of str
    """

    frame: pl.DataFrame
    levels: tuple[float, ...]
    assumptions: tuple[str, ...]


def forecast_series(
    demand: pl.DataFrame | Floats,
    *,
    horizon: float | Floats,
    horizon_sd: float | Floats = 0.0,
    levels: tuple[float, ...] = LEVELS,
    methods: Sequence[str] = METHODS,
    origins: int = 6,
    absent: Absent | None = None,
    returns: Returns = "net",
    seed: int = 0,
    progress: Progress | None = None,
) -> SeriesForecast:
    """Distribution of demand over a horizon, by the method that fits each series best.

    Parameters
    ----------
    demand : polars.DataFrame or float64 array, shape (series, periods)
        A long table (see :func:`redball.forecasting.series_table`) or a matrix, NaN for gaps.
    horizon : float or array, shape (series,), in periods
        What the demand is wanted for: lead time plus review. May be fractional. An array is in the
        order of the series: rows of the matrix, or site, item and class sorted.
    horizon_sd : float or array, in periods
        Standard deviation of the lead time.
    levels : tuple of float
        Service levels, increasing within 0 and 1; the choice is made at these.
    methods : sequence of str
        Laws that compete, of :data:`METHODS`; ``nb tsb`` must be one.
    origins : int
        Rolling origins, where the history has room.
    absent, returns
        Rules for a long table, see :func:`redball.forecasting.series_table`.
    seed : int
        Of the bootstrap. The forecasts do not depend on the order of the series.
    progress : callable, optional
        Told the share done, 0 to 1; what it raises ends the work.

    Raises
    ------
    BadData
        The demand can't be read.
    BadUse
        A parameter can't be used.
    """
    chosen = settings_for(levels, methods, origins, seed)
    if isinstance(demand, pl.DataFrame):
        table = series_table(demand, absent=absent, returns=returns)
        keys, matrix, said = table.keys, table.matrix, table.assumptions
    else:
        matrix, said = np.asarray(demand, dtype=np.float64), ()
        keys = pl.select(series=pl.int_range(len(matrix)))
    past = observed(matrix)
    length = _per_series("horizon", horizon, len(past.values))
    spread = _per_series("horizon_sd", horizon_sd, len(past.values))
    if (length <= 0).any():
        raise BadUse("A horizon is zero.", mend="Give a horizon above 0, in periods.")
    group = _groups(keys)
    found = select(past, length, spread, group, chosen, progress)
    frame = keys.hstack(as_frame(found, chosen.methods, length, past.counts))
    return SeriesForecast(frame, levels, (*said, *rules(origins)))


def forecast_points(
    demand: pl.DataFrame | Floats,
    *,
    methods: Sequence[str] = ("tsb",),
    absent: Absent | None = None,
    returns: Returns = "net",
) -> pl.DataFrame:
    """Mean demand per period by point methods at their default parameters.

    Returns
    -------
    polars.DataFrame
        The keys of each series and a column for each method; see :data:`POINT_METHODS`.

    Raises
    ------
    BadData, BadUse
        The demand can't be read, or a method is unknown.
    """
    unknown = [name for name in methods if name not in POINT_METHODS]
    if unknown:
        raise BadUse(
            f"There is no method '{unknown[0]}'.", mend=f"Methods: {', '.join(POINT_METHODS)}."
        )
    if isinstance(demand, pl.DataFrame):
        table = series_table(demand, absent=absent, returns=returns)
        keys, matrix = table.keys, table.matrix
    else:
        matrix = np.asarray(demand, dtype=np.float64)
        keys = pl.select(series=pl.int_range(len(matrix)))
    return keys.with_columns(pl.Series(name, POINT_METHODS[name](matrix)) for name in methods)


def settings_for(
    levels: tuple[float, ...], methods: Sequence[str], origins: int, seed: int
) -> Settings:
    """Checked settings."""
    check_levels(levels)
    unknown = [name for name in methods if name not in CANDIDATES]
    if unknown or METHODS[0] not in methods:
        raise BadUse(
            f"There is no method '{unknown[0]}'." if unknown else "The method 'nb tsb' is missing.",
            mend=f"Choose of {', '.join(METHODS)}; the first must be among them.",
        )
    if origins < 0 or seed < 0:
        raise BadUse(f"{origins} origins with seed {seed} can't be used.", mend="Use 0 or more.")
    ordered = tuple(name for name in METHODS if name in methods)
    return Settings(levels, ordered, origins, seed)


def as_frame(
    found: Selected, methods: tuple[str, ...], horizon: Floats, periods: Longs
) -> pl.DataFrame:
    """Figures of each series as columns."""
    names = [CANDIDATES[name] for name in methods]
    laws = pl.Series([one.law for one in names], dtype=pl.String)
    texts = pl.Series([one.text for one in names], dtype=pl.String)
    which = pl.Series(found.method)
    known = pl.select(pl.when(which >= 0).then(which)).to_series()
    none = np.isnan(found.mean)
    frame = pl.DataFrame(
        {
            "horizon": horizon,
            "per_period": found.mean / horizon,
            "mean": found.mean,
            "variance": found.variance,
            "quantiles": quantile_lists(found.quantiles),
            "law": laws.gather(known),
            "method": texts.gather(known),
            "periods": periods.astype(np.int32),
            "origins": found.scored.astype(np.int32),
            "bias": found.bias,
            "coverage": found.coverage,
            "pinball": found.pinball,
        }
    )
    quantiles = pl.when(pl.lit(pl.Series(none))).then(None).otherwise("quantiles")
    return frame.with_columns(pl.col(pl.Float64).fill_nan(None), quantiles.alias("quantiles"))


def quantile_lists(quantiles: Floats) -> pl.Series:
    """Rows of quantiles as lists."""
    kind = pl.List(pl.Float64)
    if not len(quantiles):
        return pl.Series("quantiles", [], dtype=kind)
    flat = pl.Series("quantiles", np.ascontiguousarray(quantiles).ravel())
    return flat.reshape(quantiles.shape).cast(kind)


def rules(origins: int) -> tuple[str, ...]:
    """What every forecast of this kind assumes, in sentences."""
    return (
        "Periods are independent over the horizon; a random lead time adds rate squared times its "
        "variance.",
        "A gap is not a zero: periods that were not observed are left out and the others joined.",
        "Of a part of a period each unit counts with the probability of that part.",
        f"The method of each series is chosen by scaled pinball loss at the levels over up to "
        f"{origins} rolling origins, with as much weight on its own scores as their spread "
        "between series supports, the rest on its class; the scores shown are those of the "
        "choice, so slightly flattering.",
        "Series borrow only from series of the same class and similar horizon.",
        "A series that never had a demand takes the gamma prior of its class, without one "
        "Jeffreys' prior.",
    )


def _groups(keys: pl.DataFrame) -> Longs:
    if "class" not in keys.columns:
        return np.zeros(keys.height, np.int64)
    return keys["class"].cast(pl.String).fill_null("").rank("dense").to_numpy().astype(np.int64) - 1


def _per_series(name: str, value: float | Floats, series: int) -> Floats:
    given = np.asarray(value, dtype=np.float64)
    if given.shape not in ((), (series,)):
        raise BadUse(
            f"{name} of shape {given.shape} does not fit {series} series.",
            mend="Give one number, or one for each series.",
        )
    every = np.ascontiguousarray(np.broadcast_to(given, (series,)))
    if not (np.isfinite(every) & (every >= 0)).all():
        raise BadData(
            f"A {name} is missing, negative or infinite.",
            where=f"series {int(np.argmin(np.isfinite(every) & (every >= 0)))}",
            mend="Give 0 or more periods.",
        )
    return every
