r"""First expired, first out: how much of each lot consumption can't use in time.

Let the lots of an item at a site be ordered by last day, with quantities :math:`q_k` and
:math:`t_k` days left, and let :math:`d` be consumed per day. By the end of the last day of lot *k*
the first *k* lots have given :math:`U_k = \min(U_{k-1} + q_k, d t_k)`: consumption takes from them
for as long as they last. Written out, with :math:`Q_k = q_1 + \dots + q_k`,

.. math:: U_k - Q_k = M_k = \min(0, \min_{j \le k}(d t_j - Q_j)),

so the waste of lot *k* is :math:`M_{k-1} - M_k`: one running minimum, no simulation. The recursion
follows from the definition; a property test compares it with a day-by-day issue of the lots.
"""

import polars as pl

from redball.model import NOWHERE, Consumption, Twin

_PAIR = ["site_ix", "item_ix"]


def unused_lots(
    twin: Twin, consumption: Consumption, *, condition: str = "serviceable"
) -> pl.DataFrame:
    """Quantity of every lot with a last day that can't be used by then.

    Stock is taken as it stands at the end of ``consumption.as_of``; a lot can be used up to and on
    its last day. The reserved part of a lot leaves by its promise and is neither consumed nor
    wasted, unless the lot is past its last day: then all of it is wasted. Lots without a last day
    are issued last.

    Returns
    -------
    polars.DataFrame
        ``holding_ix`` (row of the twin), ``site_ix``, ``item_ix``, ``lot``, ``quantity``,
        ``expiry``, ``days_left`` (d, negative when past), ``per_day`` (null when no consumption is
        known), ``wasted`` (units of issue; all that is free when no consumption is known),
        ``label``. Sorted by site, item, expiry and row; lots without a last day are left out.
    """
    day = consumption.as_of
    lots = (
        twin["holding"]
        .lazy()
        .with_row_index("holding_ix")
        .filter(
            pl.col("condition") == condition,
            pl.col("expiry").is_not_null(),
            pl.col("site_ix") != NOWHERE,
            pl.col("item_ix") != NOWHERE,
        )
        .select(
            pl.col("holding_ix").cast(pl.Int32), *_PAIR, "lot", "quantity", "expiry", "label",
            days_left=(pl.col("expiry") - pl.lit(day)).dt.total_days(),
            free=(pl.col("quantity") - pl.col("reserved").fill_null(0.0)).clip(lower_bound=0.0),
        )
        .join(consumption.frame.lazy().select(*_PAIR, "per_day"), on=_PAIR, how="left")
        .sort(*_PAIR, "expiry", "holding_ix")
    )  # fmt: skip
    past = pl.col("days_left") < 0
    usable = pl.when(past).then(0.0).otherwise("free")
    short = pl.col("per_day").fill_null(0.0) * pl.col("days_left").clip(lower_bound=0) - pl.col(
        "given"
    )
    running = short.clip(upper_bound=0.0).cum_min().over(_PAIR)
    before = pl.col("running").shift(1, fill_value=0.0).over(_PAIR)
    waste = before - pl.col("running")
    # the difference of two sums leaves rounding dust, far below any unit of issue
    clean = pl.when(waste > 1e-9 * pl.col("given").clip(lower_bound=1.0)).then(waste).otherwise(0.0)
    return (
        lots.with_columns(given=usable.cum_sum().over(_PAIR))
        .with_columns(running=running)
        .with_columns(
            wasted=pl.when(past)
            .then("quantity")
            .otherwise(pl.min_horizontal(clean, pl.col("free")))
        )
        .select(
            "holding_ix", *_PAIR, "lot", "quantity", "expiry", "days_left", "per_day", "wasted",
            "label",
        )
        .collect()
    )  # fmt: skip
