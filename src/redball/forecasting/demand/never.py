"""Positions that exist but were never asked for: the class lends its prior."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from redball.forecasting.demand.periods import Record
from redball.forecasting.laws import Priors, class_priors, predictive_moments
from redball.model import NOWHERE, Twin
from redball.model.compiled import Floats, Longs

NEVER = "class of items"

_PAIR = ["site_ix", "item_ix"]


@dataclass(frozen=True)
class Borrowers:
    """Pairs without demand, and the priors they borrow.

    Attributes
    ----------
    pairs : polars.DataFrame
        ``site_ix``, ``item_ix``, ``labels``; only pairs whose class has a prior, and those without
        one at the end of the list of ``known`` as false.
    known : bool array, shape (pairs,)
        Whether the class has enough series with history.
    exposure : float64 array, shape (pairs,)
        Periods in which nothing was asked for; 0 for new items.
    """

    pairs: pl.DataFrame
    known: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]"
    exposure: Floats
    group: Longs
    priors: Priors

    def moments(self, horizon: Floats, sd: Floats) -> tuple[Floats, Floats]:
        """Mean and variance over the horizon in periods; NaN where no class lends."""
        mean, variance = predictive_moments(
            self.priors, self.group, np.zeros(len(horizon)), self.exposure, horizon, sd
        )
        return np.where(self.known, mean, np.nan), np.where(self.known, variance, np.nan)


def never_demanded(
    twin: Twin, record: Record, others: pl.DataFrame, new_items: frozenset[int]
) -> Borrowers:
    """Find positions (stock held, or a policy) without demand, and fit the priors they borrow.

    The class is owner and class of supply of the item. The record of the position's owner counts as
    time without demand, unless the item is new. A pair carries the labels of its own rows, of the
    rows that set the record, and of all demand of its class.

    Parameters
    ----------
    others : polars.DataFrame
        ``site_ix``, ``item_ix`` of the pairs that are forecast otherwise.
    """
    classes = _classes(twin)
    pairs = _positions(twin).join(others, on=_PAIR, how="anti", maintain_order="left")
    pairs = pairs.join(classes, on="item_ix", how="left", maintain_order="left").sort(_PAIR)
    pool = record.pairs.join(classes, on="item_ix", how="left", maintain_order="left")
    groups = int(classes["group"].max() or 0) + 1 if classes.height else 1  # type: ignore[arg-type]  # a rank is a number
    variance = _variances(record.matrix)
    group = pool["group"].to_numpy().astype(np.int64)
    priors = class_priors(record.total, record.exposure, variance, group, groups)
    pooled = pool.group_by("group").agg(pool_labels=pl.col("labels").explode().unique().sort())
    spans = record.spans.select(
        pl.col("owner").cast(pl.String),
        periods=(pl.col("end") - pl.col("begin")).dt.total_days() / record.period_days,
        span_labels=pl.col("labels").cast(pl.List(pl.Int32)),
    )
    known = (
        pairs.join(pooled, on="group", how="left", maintain_order="left")
        .join(spans, on="owner", how="left", maintain_order="left")
        .with_columns(
            labels=pl.concat_list(
                "labels",
                pl.col("pool_labels").fill_null([]),
                pl.col("span_labels").fill_null([]),
                pl.concat_list("item_label"),
            )
            .list.unique()
            .list.sort()
        )
    )
    is_new = known["item_ix"].is_in(list(new_items))
    exposure = pl.select(pl.when(is_new).then(0.0).otherwise(known["periods"].fill_null(0.0)))
    of_pair = known["group"].to_numpy().astype(np.int64)
    return Borrowers(
        known.select(*_PAIR, "labels"),
        priors.known[of_pair],
        exposure.to_series().to_numpy().astype(np.float64),
        of_pair,
        priors,
    )


def _classes(twin: Twin) -> pl.DataFrame:
    """``item_ix``, ``group`` (owner and class of supply), ``item_label``."""
    return twin["item"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("item_ix"),
        (
            pl.concat_str(
                pl.col("owner").cast(pl.String), pl.col("supply_class").fill_null(""), separator="|"
            ).rank("dense")
            - 1
        )
        .cast(pl.Int64)
        .alias("group"),
        pl.col("label").alias("item_label"),
    )


def _positions(twin: Twin) -> pl.DataFrame:
    """Sites and items with stock or a policy: ``owner``, pair and ``labels``."""
    rows = pl.concat(
        twin[name].select(pl.col("owner").cast(pl.String), *_PAIR, "label")
        for name in ("holding", "policy")
    ).filter(pl.col("site_ix") != NOWHERE, pl.col("item_ix") != NOWHERE)
    return (
        rows.group_by(_PAIR)
        .agg(pl.col("owner").min(), labels=pl.col("label").unique().sort())
        .sort(_PAIR)
    )


def _variances(matrix: Floats) -> Floats:
    """Sample variance of the observed periods of each row; NaN below two."""
    seen = ~np.isnan(matrix)
    count = seen.sum(axis=1)
    filled = np.where(seen, matrix, 0.0)
    mean = filled.sum(axis=1) / np.maximum(count, 1)
    squares = (np.where(seen, matrix - mean[:, None], 0.0) ** 2).sum(axis=1)
    result: Floats = np.where(count > 1, squares / np.maximum(count - 1, 1), np.nan)
    return result
