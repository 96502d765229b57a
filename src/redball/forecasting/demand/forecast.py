"""Demand of every site and item of a twin over lead time and review, as a distribution."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from redball.forecasting.demand.lead import lead_times
from redball.forecasting.demand.never import NEVER, never_demanded
from redball.forecasting.demand.periods import Record, recorded
from redball.forecasting.demand.surge import Surge, effective_days
from redball.forecasting.factors import factor_rates
from redball.forecasting.laws import count_quantiles
from redball.forecasting.mean import FACTOR, HISTORY
from redball.forecasting.points import observed
from redball.forecasting.selection import METHODS, Progress, Settings, select
from redball.forecasting.series import LEVELS, as_frame, quantile_lists, rules, settings_for
from redball.model import BadUse, DemandForecast, Twin
from redball.model.compiled import Floats, Longs

_PAIR = ["site_ix", "item_ix"]
_FIGURES = [
    "mean", "variance", "quantiles", "law", "method", "periods", "bias", "coverage", "pinball",
]  # fmt: skip
_COLUMNS = [*_PAIR, "horizon_days", "per_day", *_FIGURES[:5], "basis", *_FIGURES[5:], "labels"]


@dataclass(frozen=True)
class _Question:
    """What is asked of every pair."""

    twin: Twin
    day: date
    lead_days: float | None
    review_days: float
    surge: Sequence[Surge]
    settings: Settings


def forecast_demand(
    twin: Twin,
    *,
    lead_days: float | None = None,
    review_days: float = 30.0,
    levels: tuple[float, ...] = LEVELS,
    as_of: date | None = None,
    period_days: int = 30,
    surge: Sequence[Surge] = (),
    new_items: Iterable[int] = (),
    min_periods: int = 3,
    methods: Sequence[str] = METHODS,
    origins: int = 6,
    seed: int = 0,
    progress: Progress | None = None,
) -> DemandForecast:
    """Forecast demand over lead time and review for every site and item.

    Recorded demand is used where there is enough of it, planning factors where it is thin, and the
    gamma prior of the class of items where a position exists but was never asked for.

    Parameters
    ----------
    twin : Twin
        Tables ``demand``, ``factor`` (with ``party``, ``fleet``, ``system``), ``resupply``,
        ``source``, ``item``, ``holding`` and ``policy`` are read.
    lead_days : float, optional, in d
        Lead time of everything, without spread. When not given it is taken from ``resupply`` and
        ``source``; pairs without one are left out.
    review_days : float, in d
        Time between orders, added to the lead time; above 0.
    levels : tuple of float
        Service levels of the quantiles.
    as_of : date, optional
        Last day of the picture; the day of the twin when not given.
    period_days : int, in d
        Length of the periods that history is cut into.
    surge : sequence of Surge
        Multiples of the ordinary rate over some days.
    new_items : iterable of int
        Rows of ``item`` that are new: the absence of demand says nothing about them.
    min_periods : int
        With fewer periods of history a planning factor is used where there is one.
    methods, origins, seed
        As for :func:`redball.forecasting.forecast_series`.
    progress : callable, optional
        Told the share done, 0 to 1; what it raises ends the work.

    Returns
    -------
    DemandForecast
        Labels of a row: those of its site and item, and of the recorded demand, planning factors
        and lead times it rests on. Pools (similar series) are formed only of series of the same
        owner, class of supply and labels, so that a series that is seen whole or not at all adds
        none to others; the labels of those that can be seen in part hold for their whole class. A
        pair that was never asked for carries the labels of its whole class.

    Raises
    ------
    BadUse
        A parameter can't be used.
    BadData
        Recorded demand holds a negative or missing quantity.
    """
    _check(lead_days, review_days, period_days, min_periods)
    chosen = settings_for(levels, methods, origins, seed)
    question = _Question(twin, as_of or twin.as_of.date(), lead_days, review_days, surge, chosen)
    record = recorded(twin, question.day, period_days)
    record = replace(record, pairs=_placed(twin, record.pairs))
    factors = _placed(twin, factor_rates(twin)[0])
    by_factor = _by_factor(record, factors, min_periods)
    taken = record.pairs.select(_PAIR).join(by_factor.select(_PAIR), on=_PAIR, how="anti")
    parts = [
        _from_history(question, record, taken, progress),
        _from_factors(question, by_factor),
        _from_class(question, record, by_factor, frozenset(new_items)),
    ]
    frame = pl.concat(part.select(_COLUMNS) for part in parts).sort(_PAIR)
    known = frame.filter(pl.col("mean").is_not_null(), pl.col("horizon_days").is_not_null())
    if progress is not None:
        progress(1.0)
    return DemandForecast(known, levels, float(record.period_days), _assumptions(question, record))


def _check(lead_days: float | None, review_days: float, period_days: int, min_periods: int) -> None:
    lead = 0.0 if lead_days is None else lead_days
    if not (0.0 <= lead < np.inf and 0.0 < review_days < np.inf):
        raise BadUse(
            f"A lead time of {lead_days} and a review of {review_days} days can't be used.",
            mend="Give a lead time of 0 or more and a review above 0, in days.",
        )
    if period_days < 1 or min_periods < 1:
        raise BadUse(
            f"Periods of {period_days} days, at least {min_periods} of them, can't be used.",
            mend="Give period_days and min_periods of 1 or more.",
        )


def _with_horizon(question: _Question, pairs: pl.DataFrame) -> tuple[pl.DataFrame, Floats, Floats]:
    """Pairs with ``horizon_days`` (null: no lead time known), ordinary days it is worth, spread."""
    if question.lead_days is None:
        timed = lead_times(question.twin, pairs)
    else:
        timed = pairs.with_columns(
            lead_days=pl.lit(question.lead_days),
            sd_days=pl.lit(0.0),
            lead_labels=pl.lit([], pl.List(pl.Int32)),
        )
    timed = timed.with_columns(
        horizon_days=pl.col("lead_days") + question.review_days,
        labels=pl.concat_list("labels", pl.col("lead_labels").fill_null([]))
        .list.unique()
        .list.sort(),
    )
    # where no lead time is known a figure is computed for the review alone and left out later
    days = timed["horizon_days"].fill_null(question.review_days).to_numpy().astype(np.float64)
    items = timed["item_ix"].to_numpy().astype(np.int64)
    worth = effective_days(question.twin, question.surge, question.day, items, days)
    spread = timed["sd_days"].fill_null(0.0).to_numpy() * np.divide(worth, days)
    return timed.drop("lead_days", "sd_days", "lead_labels"), worth, spread


def _from_history(
    question: _Question, record: Record, taken: pl.DataFrame, progress: Progress | None
) -> pl.DataFrame:
    pairs = record.pairs.with_row_index("row").join(taken, on=_PAIR, how="semi")
    rows = pairs["row"].to_numpy().astype(np.int64)
    timed, worth, spread = _with_horizon(question, pairs.drop("row"))
    grown = timed["labels"].list.len() > pairs["labels"].list.len()
    timed = _with_mixed(question.twin, timed, grown)
    past = observed(record.matrix[rows])
    # a horizon of nothing (a surge that stops demand) is kept just above zero
    horizon = np.maximum(worth / record.period_days, 1e-9)
    group = _pools(question.twin, timed)
    found = select(past, horizon, spread / record.period_days, group, question.settings, progress)
    figures = as_frame(found, question.settings.methods, horizon, past.counts).select(_FIGURES)
    return _finished(timed.hstack(figures), HISTORY)


def _placed(twin: Twin, pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs with the labels of their site and item: without these rows there is no pair."""
    site, item = (
        twin[name]["label"].gather(pairs[f"{name}_ix"]).cast(pl.Int32) for name in ("site", "item")
    )
    own = pl.col("labels").cast(pl.List(pl.Int32))
    both = pl.concat_list(own, pl.lit(site), pl.lit(item)).list.unique().list.sort()
    return pairs.with_columns(labels=both)


def _classes(twin: Twin, pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs with ``owner_class``: owner and class of supply of the item."""
    items = twin["item"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("item_ix"),
        owner_class=pl.concat_str(
            pl.col("owner").cast(pl.String), pl.col("supply_class").fill_null(""), separator="|"
        ),
    )
    return pairs.join(items, on="item_ix", how="left", maintain_order="left")


def _with_mixed(twin: Twin, pairs: pl.DataFrame, grown: pl.Series) -> pl.DataFrame:
    """Pairs with the labels of all pairs of their class that can be seen in part.

    Whoever sees only some rows of such a pair (of its demand, or all but its lead time) would find
    it in another pool, and from there other figures for the pairs in that.

    Parameters
    ----------
    grown : bool series
        Whether the lead time brings a label that the demand, site and item do not have.
    """
    demand = twin["demand"].group_by(_PAIR).agg(kinds=pl.col("label").n_unique())
    classed = _classes(twin, pairs).join(demand, on=_PAIR, how="left", maintain_order="left")
    mixed = (
        classed.filter((pl.col("kinds") > 1) | grown)
        .group_by("owner_class")
        .agg(mixed=pl.col("labels").explode().unique())
    )
    joined = classed.join(mixed, on="owner_class", how="left", maintain_order="left")
    both = pl.concat_list("labels", pl.col("mixed").fill_null([])).list.unique().list.sort()
    return joined.with_columns(labels=both).drop("owner_class", "kinds", "mixed")


def _pools(twin: Twin, pairs: pl.DataFrame) -> Longs:
    """Number of the pool of each pair: owner and class of the item, and the labels used."""
    labels = pl.col("labels").cast(pl.List(pl.String)).list.join(" ")
    keyed = _classes(twin, pairs).select(pl.concat_str("owner_class", labels, separator="|"))
    return keyed.to_series().rank("dense").to_numpy().astype(np.int64) - 1


def _by_factor(record: Record, factors: pl.DataFrame, min_periods: int) -> pl.DataFrame:
    """Rates by planning factor of the pairs whose history is too short, or that have none."""
    counts = (~np.isnan(record.matrix)).sum(axis=1)
    enough = record.pairs.select(_PAIR).filter(pl.Series(counts >= min_periods))
    return factors.join(enough, on=_PAIR, how="anti", maintain_order="left")


def _from_factors(question: _Question, by_factor: pl.DataFrame) -> pl.DataFrame:
    timed, worth, spread = _with_horizon(question, by_factor)
    rate = timed["per_day"].to_numpy().astype(np.float64)
    mean = rate * worth
    variance = mean + (rate * spread) ** 2
    return _finished(
        _law_by_moments(timed.drop("per_day"), mean, variance, question, "rate times strength"),
        FACTOR,
    )


def _from_class(
    question: _Question, record: Record, by_factor: pl.DataFrame, new_items: frozenset[int]
) -> pl.DataFrame:
    other = pl.concat([record.pairs.select(_PAIR), by_factor.select(_PAIR)])
    rows = never_demanded(question.twin, record, other, new_items)
    timed, worth, spread = _with_horizon(question, _placed(question.twin, rows.pairs))
    mean, variance = rows.moments(worth / record.period_days, spread / record.period_days)
    return _finished(
        _law_by_moments(timed, mean, variance, question, "gamma prior of the class"), NEVER
    )


def _law_by_moments(
    timed: pl.DataFrame, mean: Floats, variance: Floats, question: _Question, method: str
) -> pl.DataFrame:
    """Figures of rows whose law follows from mean and variance."""
    quantiles = count_quantiles(mean, variance, question.settings.levels)
    over = pl.Series(variance > mean * (1.0 + 1e-12))
    nothing = pl.lit(None, pl.Float64)
    return timed.with_columns(
        pl.Series("mean", mean).fill_nan(None),
        pl.Series("variance", variance).fill_nan(None),
        quantile_lists(quantiles),
        law=pl.when(over).then(pl.lit("negative binomial")).otherwise(pl.lit("poisson")),
        method=pl.lit(method),
        periods=pl.lit(0, pl.Int32),
        bias=nothing,
        coverage=nothing,
        pinball=nothing,
    )


def _finished(frame: pl.DataFrame, basis: str) -> pl.DataFrame:
    return frame.with_columns(
        per_day=pl.col("mean") / pl.col("horizon_days"),
        basis=pl.lit(basis),
        periods=pl.col("periods").cast(pl.Int32),
    )


def _assumptions(question: _Question, record: Record) -> tuple[str, ...]:
    """Sentences on what was assumed; without counts, which would tell of rows not in the labels."""
    said = [
        f"Demand is forecast from {question.day} over lead time plus a review of "
        f"{question.review_days:g} days, from periods of {record.period_days} days.",
        "Recorded demand is what was asked for, met or not; inside its owner's record a site "
        "without a row counts as zero.",
        "Planning factors give the mean of a Poisson law; they apply to units of the nation that "
        "states them, where the site of the unit and its strength or hours per day are known.",
        "Pools are formed of series of the same owner, class of supply and labels.",
        *rules(question.settings.origins),
        "A site and item that was never asked for is left out where its class has no history to "
        "borrow from.",
    ]
    if question.surge:
        said.append("A surge multiplies the rate, and with it mean and variance, for its days.")
    if question.lead_days is not None:
        said.append(f"Every lead time is {question.lead_days:g} days, without spread.")
    else:
        said.append("Sites and items for which no lead time is known are left out.")
    return tuple(said)
