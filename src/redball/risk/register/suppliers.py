"""Suppliers over time: parts that are shown with what they rest on, and no score without them.

Deliveries give what they can: how many came on time, how late the others were, how prices moved.
Capacity comes from what suppliers state. Everything else (quality, finance, place, ownership) is
given by the user as indicators with a day and a source. Nothing is weighed together.
"""

from datetime import date, timedelta

import polars as pl

from redball.model import BadData

SUPPLIER_PARTS = (
    "on_time", "on_time_before", "late_days", "price_drift", "load", "deliveries", "priced",
)  # fmt: skip
INDICATORS = {
    "supplier": pl.String, "name": pl.String, "value": pl.Float64, "on": pl.Date,
    "source": pl.String,
}  # fmt: skip
"""Columns of a table of indicators that users give."""
WINDOW_DAYS = 365
LEAST = 5
"""Deliveries below which a share says little: it is shown as absent."""


def supplier_assessment(
    orders: pl.DataFrame, arrivals: pl.DataFrame, sources: pl.DataFrame, today: date
) -> pl.DataFrame:
    """Performance of each supplier in the last year and the year before.

    Parameters
    ----------
    orders : polars.DataFrame
        ``order``, ``supplier``, ``item``, ``quantity``, ``ordered_on``, ``due_on``, ``price_eur``
        (null where not known).
    arrivals : polars.DataFrame
        ``order``, ``arrived_on``: the last consignment of each order that has arrived.
    sources : polars.DataFrame
        ``supplier``, ``item``, ``capacity_per_month`` (null where not stated).
    today : date

    Returns
    -------
    polars.DataFrame
        A row for each supplier that has an order: ``on_time`` and ``on_time_before`` (shares of
        what was due in the last year and the year before; null below 5 deliveries), ``late_days``
        (mean of those late), ``price_drift`` (relative change a year: median over items of the
        slope of log price over time), ``load`` (orders of the last year over stated capacity, of
        the tightest item), ``deliveries``, ``priced`` (counts that these rest on).

    Raises
    ------
    BadData
        A column is missing.
    """
    _need(orders, "orders", "order", "supplier", "item", "quantity", "ordered_on", "due_on",
          "price_eur")  # fmt: skip
    _need(arrivals, "arrivals", "order", "arrived_on")
    _need(sources, "sources", "supplier", "item", "capacity_per_month")
    since, before = today - timedelta(WINDOW_DAYS), today - timedelta(2 * WINDOW_DAYS)
    came = orders.join(arrivals, on="order", how="inner").filter(
        pl.col("due_on").is_not_null(), pl.col("arrived_on") <= today
    ).with_columns(
        late=(pl.col("arrived_on") - pl.col("due_on")).dt.total_days().clip(0),
        now=pl.col("due_on") > since, past=pl.col("due_on").is_between(before, since),
    )  # fmt: skip
    on_time = came.group_by("supplier").agg(
        on_time=_share(pl.col("now")), on_time_before=_share(pl.col("past")),
        late_days=pl.col("late").filter(pl.col("late") > 0, pl.col("now")).mean(),
        deliveries=pl.col("now").sum().cast(pl.Int64),
    )  # fmt: skip
    suppliers = orders.select("supplier").unique().drop_nulls()
    return (
        suppliers.join(on_time, on="supplier", how="left")
        .join(_drift(orders), on="supplier", how="left")
        .join(_load(orders, sources, since, today), on="supplier", how="left")
        .with_columns(pl.col("deliveries", "priced").fill_null(0))
        .select("supplier", *SUPPLIER_PARTS)
        .sort("supplier")
    )


def _share(when: pl.Expr) -> pl.Expr:
    in_time = (pl.col("late") <= 0).filter(when)
    return pl.when(in_time.len() >= LEAST).then(in_time.mean())


def _drift(orders: pl.DataFrame) -> pl.DataFrame:
    """Median over items of the slope of log price, a year; items bought at three times or more."""
    day = pl.col("ordered_on").cast(pl.Int32).cast(pl.Float64) / 365.0
    priced = orders.filter(pl.col("price_eur") > 0).with_columns(
        at=day, log=pl.col("price_eur").log()
    )
    slope = pl.cov("at", "log", ddof=0) / pl.col("at").var(ddof=0)
    return (
        priced.group_by("supplier", "item")
        .agg(slope=slope, times=pl.col("at").n_unique(), rows=pl.len())
        .filter(pl.col("times") >= 3)
        .group_by("supplier")
        .agg(price_drift=pl.col("slope").median().exp() - 1.0, priced=pl.col("rows").sum())
        .with_columns(pl.col("priced").cast(pl.Int64))
    )


def _load(orders: pl.DataFrame, sources: pl.DataFrame, since: date, today: date) -> pl.DataFrame:
    months = WINDOW_DAYS / 30.0
    asked = (
        orders.filter(pl.col("ordered_on") > since, pl.col("ordered_on") <= today)
        .group_by("supplier", "item")
        .agg(pl.col("quantity").sum())
    )
    able = sources.filter(pl.col("capacity_per_month") > 0).group_by("supplier", "item").agg(
        pl.col("capacity_per_month").sum()
    )  # fmt: skip
    return (
        asked.join(able, on=["supplier", "item"])
        .with_columns(load=pl.col("quantity") / (pl.col("capacity_per_month") * months))
        .group_by("supplier")
        .agg(pl.col("load").max())
    )


def _need(frame: pl.DataFrame, what: str, *columns: str) -> None:
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise BadData(
            f"The column '{missing[0]}' is missing.",
            where=what,
            mend=f"It has: {', '.join(frame.columns)}.",
        )
