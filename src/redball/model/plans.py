"""Values that decisions about stock are handed on as: forecasts and stock plans."""

from dataclasses import dataclass

import polars as pl

from redball.model.labels import ResultLabel


@dataclass(frozen=True)
class DemandForecast:
    """Demand of each item at each site over a horizon, as a distribution.

    Attributes
    ----------
    frame : polars.DataFrame
        One row per site and item, sorted by both:
        ``site_ix``, ``item_ix`` (int32, rows of the twin), ``horizon_days`` (float64, what the
        distribution covers: lead time plus review), ``per_day`` (float64, mean rate),
        ``mean``, ``variance`` (float64, of demand over the horizon, units of issue),
        ``quantiles`` (list of float64, at ``levels``, not decreasing),
        ``law`` (``poisson``, ``negative binomial``, ``empirical`` or ``bootstrap``),
        ``method`` (how the mean and the law were found), ``basis`` (``demand history``,
        ``planning factor`` or ``class of items``), ``periods`` (int32, periods of history used),
        ``bias`` (float64, share, rolling origin; null where there was too little history),
        ``coverage`` (float64, share of outcomes at or below the highest level's quantile),
        ``pinball`` (float64, mean scaled loss at the levels), ``labels`` (list of int32).
    levels : tuple of float
        Service levels of ``quantiles``, increasing, within 0 and 1.
    period_days : float
        Length of the periods that the history was cut into.
    assumptions : tuple of str
        What was assumed, in sentences.
    """

    frame: pl.DataFrame
    levels: tuple[float, ...]
    period_days: float
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True)
class StockPlan:
    """How much of what to hold where, what that costs and what it gives.

    Attributes
    ----------
    frame : polars.DataFrame
        One row per site and item that is held or changes: ``site_ix``, ``item_ix`` (int32),
        ``stock`` (float64, units to hold), ``have`` (float64, units now), ``move`` (float64,
        units that come from, if negative go to, other sites), ``buy`` (float64, units to buy),
        ``cost`` (float64, of the buy).
    currency : str
        ISO 4217 code of every amount.
    cost : float
        Of all buys.
    readiness_before, readiness_after : float
        Mean availability of the systems, share.
    value, bound : float
        Geometric mean of the availabilities, weighted by number of systems: what was maximised,
        and what the best hull of assortments of this cost gives; ``bound`` is NaN where none was
        sought.
    label : ResultLabel
        Dominant label of what went in.
    assumptions : tuple of str
    """

    frame: pl.DataFrame
    currency: str
    cost: float
    readiness_before: float
    readiness_after: float
    value: float
    bound: float
    label: ResultLabel
    assumptions: tuple[str, ...] = ()
