"""What moves and what expires."""

from datetime import date

import polars as pl

from redball.model import Twin
from redball.picture.marking import marked
from redball.picture.rows import UNDISCLOSED, site_rows

_OPEN = ("planned", "in_transit")


def in_transit(twin: Twin, facts: pl.DataFrame, day: date) -> pl.DataFrame:
    """Consignments planned or on their way.

    Returns
    -------
    polars.DataFrame
        ``nation``, ``consignment``, ``item``, ``quantity``, ``unit_of_issue``, ``mass_t``,
        ``from_site``, ``to_site``, ``mode``, ``status``, ``departed_on``, ``expected_on``,
        ``late_days`` (d past the expected day; 0 when not late, null when no day is expected),
        ``label``; the latest first.
    """
    known = facts.select("item_ix", "item", "unit_of_issue", "mass_kg", "item_label")
    rows = (
        twin["consignment"]
        .filter(pl.col("status").is_in(_OPEN))
        .join(known, on="item_ix", how="left", maintain_order="left")
        .join(_ends(twin, "from"), on="from_site_ix", how="left", maintain_order="left")
        .join(_ends(twin, "to"), on="to_site_ix", how="left", maintain_order="left")
        .select(
            pl.col("owner").cast(pl.String).alias("nation"),
            pl.col("key").alias("consignment"),
            pl.col("item").fill_null(UNDISCLOSED),
            "quantity",
            "unit_of_issue",
            (pl.col("quantity") * pl.col("mass_kg") / 1000).alias("mass_t"),
            pl.col("from_site", "to_site").fill_null(UNDISCLOSED),
            "mode",
            "status",
            "departed_on",
            "expected_on",
            (pl.lit(day) - pl.col("expected_on")).dt.total_days().clip(lower_bound=0)
            .alias("late_days"),
            pl.col("label").alias("own_label"),
            "item_label",
            "from_label",
            "to_label",
        )
    )  # fmt: skip
    return marked(twin, rows, ["own_label", "item_label", "from_label", "to_label"]).sort(
        "late_days", "expected_on", "nation", "consignment",
        descending=[True, False, False, False], nulls_last=True,
    )  # fmt: skip


def expiring(twin: Twin, holdings: pl.DataFrame, day: date, horizon_days: int) -> pl.DataFrame:
    """Serviceable lots past their last day, or reaching it within the horizon.

    Returns
    -------
    polars.DataFrame
        ``nation``, ``unit``, ``site``, ``supply_class``, ``item``, ``lot``, ``quantity``,
        ``unit_of_issue``, ``mass_t``, ``value_eur``, ``expiry``, ``days_left`` (d, negative when
        past), ``state`` (``past its last day`` or ``expires``), ``label``; the first to expire
        first.
    """
    left = (pl.col("expiry") - pl.lit(day)).dt.total_days()
    rows = (
        holdings.filter(
            pl.col("condition") == "serviceable", pl.col("quantity") > 0, left <= horizon_days
        )
        .with_columns(days_left=left)
        .with_columns(
            state=pl.when(pl.col("days_left") < 0)
            .then(pl.lit("past its last day"))
            .otherwise(pl.lit("expires"))
        )
        .select(
            "nation", "unit", "site", "supply_class", "item", "lot", "quantity", "unit_of_issue",
            "mass_t", "value_eur", "expiry", "days_left", "state", "item_label", "site_label",
            "rate_label", "unit_labels", own_label="label",
        )
    )  # fmt: skip
    labels = ["own_label", "item_label", "site_label", "rate_label", "unit_labels"]
    return marked(twin, rows, labels).sort("expiry", "nation", "site", "item", "lot", "quantity")


def _ends(twin: Twin, end: str) -> pl.DataFrame:
    """Sites as one end of a movement."""
    return site_rows(twin).select(
        pl.col("site_ix").alias(f"{end}_site_ix"),
        pl.col("site").alias(f"{end}_site"),
        pl.col("site_label").alias(f"{end}_label"),
    )
