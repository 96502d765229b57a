"""What moves and what expires."""

from datetime import date

import polars as pl

from redball.model import Twin
from redball.picture.rows import UNDISCLOSED, Facts

_OPEN = ("planned", "in_transit")


def in_transit(twin: Twin, facts: Facts, day: date) -> pl.DataFrame:
    """Consignments planned or on their way.

    Returns
    -------
    polars.DataFrame
        ``nation``, ``consignment``, ``item``, ``quantity``, ``unit_of_issue``, ``mass_t``,
        ``from_site``, ``to_site``, ``mode``, ``status``, ``departed_on``, ``expected_on``,
        ``late_days`` (d past the expected day; 0 when not late, null when no day is expected),
        ``label``; the latest first.
    """
    marks, consignment = facts.marks, twin["consignment"]
    item = facts.items.select("item_ix", "item", "unit_of_issue", "mass_kg", "item_mark")
    rows = (
        consignment.with_columns(own_mark=marks.of(consignment["label"]))
        .filter(pl.col("status").is_in(_OPEN))
        .join(item, on="item_ix", how="left", maintain_order="left")
        .join(_ends(facts, "from"), on="from_site_ix", how="left", maintain_order="left")
        .join(_ends(facts, "to"), on="to_site_ix", how="left", maintain_order="left")
    )
    label = marks.texts(
        rows["own_mark"]
        | rows["item_mark"].fill_null(0)
        | rows["from_mark"].fill_null(0)
        | rows["to_mark"].fill_null(0)
    )
    return rows.select(
        pl.col("owner").cast(pl.String).alias("nation"),
        pl.col("key").alias("consignment"),
        pl.col("item").fill_null(UNDISCLOSED),
        "quantity",
        pl.col("unit_of_issue").cast(pl.String),
        (pl.col("quantity") * pl.col("mass_kg") / 1000).alias("mass_t"),
        pl.col("from_site", "to_site").fill_null(UNDISCLOSED),
        "mode",
        "status",
        "departed_on",
        "expected_on",
        (pl.lit(day) - pl.col("expected_on"))
        .dt.total_days()
        .clip(lower_bound=0)
        .alias("late_days"),
        label,
    ).sort(
        "late_days", "expected_on", "nation", "consignment",
        descending=[True, False, False, False], nulls_last=True,
    )  # fmt: skip


def expiring(holdings: pl.DataFrame, facts: Facts, day: date, horizon_days: int) -> pl.DataFrame:
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
        .join(facts.sites, on="site_ix", how="left", maintain_order="left")
        .join(facts.units, on=["nation", "site_ix"], how="left", maintain_order="left")
    )
    return rows.select(
        pl.col("nation").cast(pl.String), "unit", pl.col("site").fill_null(UNDISCLOSED),
        pl.col("supply_class").cast(pl.String), pl.col("item").fill_null(UNDISCLOSED), "lot",
        "quantity", pl.col("unit_of_issue").cast(pl.String), "mass_t", "value_eur", "expiry",
        "days_left",
        facts.marks.texts(rows["mark"]),
        state=pl.when(pl.col("days_left") < 0)
        .then(pl.lit("past its last day"))
        .otherwise(pl.lit("expires")),
    ).select(
        pl.exclude("label"), "label"
    ).sort("expiry", "nation", "site", "item", "lot", "quantity")  # fmt: skip


def _ends(facts: Facts, end: str) -> pl.DataFrame:
    """Sites as one end of a movement."""
    return facts.sites.select(
        pl.col("site_ix").alias(f"{end}_site_ix"),
        pl.col("site").alias(f"{end}_site"),
        pl.col("site_mark").alias(f"{end}_mark"),
    )
