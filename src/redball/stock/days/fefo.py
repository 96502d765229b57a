r"""First expired, first out: how much of each lot consumption can't use in time.

Let the lots of an item at a site be ordered by last day, with quantities :math:`q_k` and
:math:`t_k` days left, and let :math:`d` be consumed per day. By the end of the last day of lot *k*
the first *k* lots have given :math:`U_k = \min(U_{k-1} + q_k, d t_k)`: consumption takes from them
for as long as they last. Written out, with :math:`Q_k = q_1 + \dots + q_k`,

.. math:: U_k - Q_k = M_k = \min(0, \min_{j \le k}(d t_j - Q_j)),

so the waste of lot *k* is :math:`M_{k-1} - M_k`: one running minimum, no simulation. The recursion
follows from the definition; a property test compares it with a day-by-day issue of the lots.
"""

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import NOWHERE, Consumption, Twin
from redball.model.compiled import compiled
from redball.model.marks import Marks
from redball.stock.days.supply_days import consumed

_PAIR = ["site_ix", "item_ix"]
_DUST = 1e-9
"""The difference of two sums leaves rounding dust, far below any unit of issue."""

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]


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
        ``labels`` (positions in ``twin.labels`` that together have the dominant label of all rows
        used, the other lots of the item at the site among them). Sorted by site, item, expiry and
        row; lots without a last day are left out.
    """
    marks = Marks(twin.labels)
    rows = marked_lots(twin, consumption, marks, condition=condition)
    return rows.drop("mark").with_columns(labels=marks.lists(rows["mark"]))


def marked_lots(
    twin: Twin, consumption: Consumption, marks: Marks, *, condition: str = "serviceable"
) -> pl.DataFrame:
    """Lots with ``mark`` in place of ``labels``; see :func:`unused_lots`."""
    rows = _lots(twin, consumption, marks, condition)
    new = (
        rows.select(pl.any_horizontal(pl.col(name) != pl.col(name).shift() for name in _PAIR))
        .to_series()
        .fill_null(value=True)
        .to_numpy()
    )
    wasted = _wasted(
        new,
        rows["quantity"].to_numpy(),
        rows["reserved"].fill_null(0.0).to_numpy(),
        rows["days_left"].cast(pl.Float64).to_numpy(),
        rows["per_day"].fill_null(0.0).to_numpy(),
    )
    named = marks.of_rows(twin["item"]["label"], rows["item_ix"]) | marks.of_rows(
        twin["site"]["label"], rows["site_ix"]
    )
    return rows.drop("reserved").with_columns(
        wasted=pl.Series(wasted), mark=_of_pair(rows["mark"] | named, new)
    ).select(
        "holding_ix", *_PAIR, "lot", "quantity", "expiry", "days_left", "per_day", "wasted", "mark"
    )  # fmt: skip


def _lots(twin: Twin, consumption: Consumption, marks: Marks, condition: str) -> pl.DataFrame:
    """Dated lots in order of issue, with the consumption that they serve."""
    used = consumption.frame.select(
        *_PAIR, "per_day", mark_used=consumed(consumption.frame, marks, len(twin.labels))
    )
    lots = (
        twin["holding"]
        .with_row_index("holding_ix")
        .filter(
            pl.col("condition") == condition,
            pl.col("expiry").is_not_null(),
            pl.col("site_ix") != NOWHERE,
            pl.col("item_ix") != NOWHERE,
        )
        .select(
            pl.col("holding_ix").cast(pl.Int32), *_PAIR, "lot", "quantity", "reserved", "expiry",
            "label", days_left=(pl.col("expiry") - pl.lit(consumption.as_of)).dt.total_days(),
        )
        .join(used, on=_PAIR, how="left")
        .sort(*_PAIR, "expiry", "holding_ix")
    )  # fmt: skip
    return lots.with_columns(mark=marks.of(lots["label"]) | lots["mark_used"].fill_null(0)).drop(
        "label", "mark_used"
    )


def _of_pair(mark: pl.Series, new: Booleans) -> pl.Series:
    """Marks of all lots of an item at a site, for each of them."""
    if mark.is_empty():
        return mark
    together = np.bitwise_or.reduceat(mark.to_numpy(), np.flatnonzero(new))
    return pl.Series("mark", together[np.cumsum(new) - 1])


@compiled
def _wasted(
    new: Booleans, quantity: Floats, reserved: Floats, days_left: Floats, per_day: Floats
) -> Floats:
    """Waste of each lot by the running minimum; ``new``: it is the first of an item at a site."""
    wasted = np.zeros(len(quantity))
    given = running = 0.0
    for lot in range(len(quantity)):
        if new[lot]:
            given = running = 0.0
        if days_left[lot] < 0:
            wasted[lot] = quantity[lot]
            continue
        free = max(quantity[lot] - reserved[lot], 0.0)
        given += free
        lower = min(running, per_day[lot] * days_left[lot] - given)
        waste, running = running - lower, lower
        if waste > _DUST * max(given, 1.0):
            wasted[lot] = min(waste, free)
    return wasted
