"""Mean consumption per site and item: history first, planning factors elsewhere."""

from datetime import date

import polars as pl

from redball.forecasting.factors import factor_rates
from redball.forecasting.history import History, history_rates
from redball.model import BadUse, Consumption, Twin

HISTORY = "demand history"
FACTOR = "planning factor"

_PAIR = ["site_ix", "item_ix"]


def consumption(
    twin: Twin,
    *,
    window_days: int = 365,
    as_of: date | None = None,
    min_periods: int = 3,
) -> Consumption:
    """Mean consumption per site and item, in units of issue per day.

    History is the quantity asked for in the ``window_days`` days that end with the last recorded
    day of the owner, ``as_of`` at the latest, divided by the days of the window that the owner's
    history covers. A period that lies partly in the window counts pro rata. Planning factors are
    multiplied with the strength and the fleets of the same owner's units, at the site where each
    unit is.

    Parameters
    ----------
    twin : Twin
        Tables ``demand``, ``factor``, ``party`` and ``fleet`` are read.
    window_days : int, in d
        Length of the window.
    as_of : date, optional
        Last day of the picture; the day of the twin when not given.
    min_periods : int
        Where both exist, history is taken only when at least this many of its periods lie in the
        window.

    Returns
    -------
    Consumption
        Its frame has ``site_ix``, ``item_ix``, ``per_day``, ``basis``, and ``labels``: the labels
        (positions in ``twin.labels``, list of int32) of the rows the figure rests on, of the rows
        that set the owner's window among them. Sorted by site and item. A site and item that was
        once asked for but not in the window has 0.

    Raises
    ------
    BadUse
        ``window_days`` or ``min_periods`` is not positive.
    """
    if window_days < 1 or min_periods < 1:
        raise BadUse(
            f"A window of {window_days} days with at least {min_periods} periods can't be used.",
            mend="Give window_days and min_periods of 1 or more.",
        )
    day = as_of or twin.as_of.date()
    history = history_rates(twin, day, window_days)
    factors, left_out = factor_rates(twin)
    both = history.rates.join(factors, on=_PAIR, how="full", coalesce=True, suffix="_factor")
    by_history = pl.col("per_day").is_not_null() & (
        (pl.col("periods") >= min_periods) | pl.col("per_day_factor").is_null()
    )
    frame = both.select(
        *_PAIR,
        pl.when(by_history).then("per_day").otherwise("per_day_factor").alias("per_day"),
        pl.when(by_history).then(pl.lit(HISTORY)).otherwise(pl.lit(FACTOR)).alias("basis"),
        pl.when(by_history).then("labels").otherwise("labels_factor").alias("labels"),
    ).sort(_PAIR)
    return Consumption(
        frame, day, window_days, _assumptions(history, day, window_days, min_periods, left_out)
    )


def _assumptions(
    history: History, day: date, window_days: int, min_periods: int, left_out: dict[str, int]
) -> tuple[str, ...]:
    said = [
        f"Consumption is the mean demand per day over the {window_days} days up to {day}, or over "
        "the part of them that the owner's history covers; demand is counted whether met or not.",
        "Where an owner's history ends earlier, its window ends with it: an old feed does not "
        "lower the rate.",
        "Inside its owner's recorded history a site without recorded demand counts as zero.",
        "A period that lies partly in the window counts in proportion to its days in it.",
        f"A planning factor is used where there is no history, or fewer than {min_periods} of its "
        "periods in the window; it applies to units of the nation that states it.",
    ]
    late = history.ends.filter(pl.col("last") < day)
    if not late.is_empty():
        named = ", ".join(f"{owner} on {last}" for owner, last in late.iter_rows())
        said.append(f"Recorded demand ends before {day}: {named}.")
    said += [f"{count} {what}" for what, count in left_out.items() if count]
    return tuple(said)
