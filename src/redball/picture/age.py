"""How old the data are."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from redball.model import BadUse, Twin
from redball.model.marks import Marks

_NEWEST: Mapping[str, pl.Expr] = {
    "holding": pl.col("counted_on"),
    "demand": pl.col("period_start") + pl.duration(days=pl.col("period_days") - 1),
    "consignment": pl.max_horizontal("departed_on", "arrived_on"),
    "order": pl.col("ordered_on"),
    "rate": pl.col("day"),
    "same_item": pl.col("decided_on"),
}
"""What dates the rows of a table; other tables only have the date of their feed."""


def data_age(twin: Twin, feeds: pl.DataFrame | None, day: date, marks: Marks) -> pl.DataFrame:
    """Rows, newest date and age by nation and table.

    Parameters
    ----------
    feeds : polars.DataFrame, optional
        ``owner``, ``as_of`` and, where a feed is of one table only, ``table``.

    Returns
    -------
    polars.DataFrame
        ``nation``, ``table``, ``rows``, ``newest_on`` (newest date in the rows, not after the
        day), ``feed_as_of`` (moment of the last feed), ``age_days`` (d since ``newest_on``, else
        since the feed; null when neither is known), ``label``.

    Raises
    ------
    BadUse
        ``feeds`` lacks a column.
    """
    parts = [
        _of_table(twin, name, day, marks)
        for name in twin.tables
        if not twin.tables[name].is_empty()
    ]
    schema = {"nation": pl.String, "table": pl.String, "rows": pl.UInt32, "newest_on": pl.Date,
              "mark": pl.UInt64}  # fmt: skip
    rows = pl.concat([pl.DataFrame(schema=schema), *(part.cast(schema) for part in parts)])  # type: ignore[arg-type]
    rows = _with_feeds(rows, feeds)
    dated = pl.coalesce("newest_on", pl.col("feed_as_of").dt.date())
    rows = rows.with_columns(age_days=(pl.lit(day) - dated).dt.total_days())
    return rows.drop("mark").with_columns(marks.texts(rows["mark"])).sort("nation", "table")


def _of_table(twin: Twin, name: str, day: date, marks: Marks) -> pl.DataFrame:
    newest = _NEWEST.get(name, pl.lit(None, pl.Date)).alias("on")
    return (
        twin[name]
        .select(newest, mark=marks.of(twin[name]["label"]), nation=pl.col("owner").cast(pl.String))
        .group_by("nation")
        .agg(
            pl.len().alias("rows"),
            newest_on=pl.col("on").filter(pl.col("on") <= day).max(),
            mark=pl.col("mark").bitwise_or(),
        )
        .select("nation", pl.lit(name).alias("table"), "rows", "newest_on", "mark")
    )


def _with_feeds(rows: pl.DataFrame, feeds: pl.DataFrame | None) -> pl.DataFrame:
    if feeds is None:
        return rows.with_columns(feed_as_of=pl.lit(None, pl.Datetime("us", "UTC")))
    absent = [name for name in ("owner", "as_of") if name not in feeds.columns]
    if absent:
        raise BadUse(f"The feeds have no column '{absent[0]}'.", mend="Give owner and as_of.")
    keys = ["nation", "table"] if "table" in feeds.columns else ["nation"]
    last = (
        feeds.rename({"owner": "nation"})
        .with_columns(pl.col("nation").cast(pl.String))
        .group_by(keys)
        .agg(feed_as_of=pl.col("as_of").max())
    )
    return rows.join(last, on=keys, how="left", maintain_order="left")
