"""Rates from recorded demand."""

from datetime import date, timedelta

import polars as pl

from redball.model import NOWHERE, Twin


def history_rates(twin: Twin, day: date, window_days: int) -> pl.DataFrame:
    """Mean demand per site and item over the window that ends with ``day``.

    The recorded history of an owner runs from the first day of its first period to the last day of
    its last one (periods that begin after ``day`` are left out). The divisor is the number of days
    that this history shares with the window, the same for all sites and items of the owner, so
    that a site which recorded nothing in a period counts as zero in it.

    Returns
    -------
    polars.DataFrame
        ``site_ix``, ``item_ix``, ``per_day``, ``periods`` (periods with days in the window),
        ``labels``.
    """
    first, end = day - timedelta(days=window_days - 1), day + timedelta(days=1)
    stop = pl.col("period_start") + pl.duration(days="period_days")
    inside = pl.min_horizontal("stop", pl.lit(end)) - pl.max_horizontal(
        "period_start", pl.lit(first)
    )
    rows = (
        twin["demand"]
        .lazy()
        .filter(pl.col("period_start") <= day)
        .with_columns(stop=stop)
        .with_columns(days_inside=inside.dt.total_days().clip(lower_bound=0))
    )
    covered = (
        pl.min_horizontal(pl.col("stop").max(), pl.lit(end))
        - pl.max_horizontal(pl.col("period_start").min(), pl.lit(first))
    ).dt.total_days()
    spans = rows.group_by("owner").agg(covered=covered).filter(pl.col("covered") > 0)
    counted = pl.col("days_inside") > 0
    return (
        rows.filter(pl.col("site_ix") != NOWHERE, pl.col("item_ix") != NOWHERE)
        .group_by("owner", "site_ix", "item_ix")
        .agg(
            asked=(pl.col("quantity") * pl.col("days_inside") / pl.col("period_days")).sum(),
            periods=counted.sum(),
            labels=pl.col("label").unique(),
        )
        .join(spans, on="owner")
        .sort("site_ix", "item_ix", pl.col("owner").cast(pl.String))
        .group_by("site_ix", "item_ix", maintain_order=True)
        .agg(
            per_day=(pl.col("asked") / pl.col("covered")).sum(),
            periods=pl.col("periods").sum(),
            labels=pl.col("labels").explode().unique().sort(),
        )
        .collect()
    )
