"""Who gets what of a reserve within hours."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from redball.model import NOWHERE, Consumption, Groups, Twin
from redball.stock.reserves import ReleasePlan, ReserveItems, release_plan, transit_hours

_HOURS = 24.0
_LOWEST_PRIORITY = 15
_DEMAND = {
    "to_site_ix": pl.Int32, "item_ix": pl.Int32, "units": pl.Float64, "priority": pl.Float64,
    "due_hours": pl.Float64, "labels": pl.List(pl.Int32),
}  # fmt: skip


@dataclass(frozen=True)
class Release:
    """A release with the labels of what it rests on."""

    plan: ReleasePlan
    labels: pl.Series
    said: tuple[str, ...]
    assumptions: tuple[str, ...]


def release_of(
    twin: Twin,
    groups: Groups,
    units: pl.DataFrame,
    use: Consumption,
    items: ReserveItems,
    chosen: pl.DataFrame,
    *,
    days: float | None,
    hours: tuple[float, ...],
    progress: Callable[[float], None] | None = None,
) -> Release:
    """Plan what leaves from where within hours.

    Parameters
    ----------
    chosen : polars.DataFrame
        Items of the reserve: ``item``, ``item_ix``, ``mass_kg``, ``labels``.
    days : float or None
        Bring every site that uses an item to so many days of it; ``None`` sends what the table
        ``requirement`` asks for, to the sites of the units.
    """
    known = chosen.select("item_ix", "item")
    lots = items.lots.join(known, on=["item_ix", "item"]).filter(
        pl.col("days_left").is_null() | (pl.col("days_left") >= 0)
    )
    stock = lots.group_by("site_ix", "item").agg(units=pl.col("quantity").sum())
    lead = pl.Series("lead", groups.group)
    if days is None:
        asked = _required(twin, lead, units)
        whose = "Released is what the table requirement asks for, at the sites of its units."
    else:
        asked = _short(use, lots, lead, units, days)
        whose = f"Released is what brings every site that uses an item to {days:g} days of it."
    asked = asked.join(known, on="item_ix", how="inner")
    ways = transit_hours(twin, lots["site_ix"].unique().to_list())
    names = twin["site"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("ix"),
        pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":").alias("name"),
        "throughput_t_per_day",
        "label",
    )
    plan = release_plan(
        _at(stock, names, "site"),
        _at(asked.drop("labels", "item_ix"), names, "to_site").sort("priority", "to_site", "item"),
        _at(_at(ways.drop("labels"), names, "from_site"), names, "to_site").filter(
            pl.col("from_site") != pl.col("to_site")
        ),
        chosen.select("item", "mass_kg"),
        names.select(site="name", t_per_day="throughput_t_per_day"),
        hours=hours,
        progress=progress,
    )
    used = pl.concat(
        [
            lots["labels"].explode(), asked["labels"].explode(), ways["labels"].explode(),
            names["label"].cast(pl.Int32),
        ]
    ).drop_nulls().unique()  # fmt: skip
    return Release(
        plan,
        used.implode(),
        _said(plan),
        (whose, "Transit follows the lanes at their mean times.", *plan.assumptions),
    )


def _at(frame: pl.DataFrame, names: pl.DataFrame, column: str) -> pl.DataFrame:
    return frame.join(
        names.select(pl.col("ix").alias(f"{column}_ix"), pl.col("name").alias(column)),
        on=f"{column}_ix",
        maintain_order="left",
    ).drop(f"{column}_ix")


def _in_lead_units(rows: pl.DataFrame, lead: pl.Series, units: pl.DataFrame) -> pl.DataFrame:
    """Rows with ``item_ix`` of the article's lead and ``units`` in its unit."""
    factors = units.select("item_ix", factor=pl.col("factor_to_group_unit"))
    known = rows.join(factors, on="item_ix", how="left", maintain_order="left")
    return known.with_columns(
        item_ix=lead.gather(known["item_ix"]).cast(pl.Int32),
        units=pl.col("units") * pl.col("factor").fill_null(1.0),
    ).drop("factor")


def _required(twin: Twin, lead: pl.Series, units: pl.DataFrame) -> pl.DataFrame:
    site = twin["party"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("unit_ix"),
        to_site_ix="site_ix",
        unit_label=pl.col("label").cast(pl.Int32),
    )
    day = twin.as_of.date()
    rows = (
        twin["requirement"]
        .join(site, on="unit_ix")
        .filter(pl.col("to_site_ix") != NOWHERE, pl.col("item_ix") != NOWHERE)
        .select(
            "to_site_ix", "item_ix",
            units="quantity",
            priority=pl.col("priority").fill_null(_LOWEST_PRIORITY).cast(pl.Float64),
            due_hours=((pl.col("needed_by") - pl.lit(day)).dt.total_days() + 1) * _HOURS,
            labels=pl.concat_list(pl.col("label").cast(pl.Int32), "unit_label"),
        )
    )  # fmt: skip
    late = rows.with_columns(due_hours=pl.col("due_hours").cast(pl.Float64))
    # what is overdue is still wanted, as soon as it can be had
    overdue = pl.when(pl.col("due_hours") > 0).then("due_hours").alias("due_hours")
    return _in_lead_units(late.with_columns(overdue), lead, units).select(list(_DEMAND))


def _short(
    use: Consumption, lots: pl.DataFrame, lead: pl.Series, units: pl.DataFrame, days: float
) -> pl.DataFrame:
    used = _in_lead_units(
        use.frame.select("site_ix", "item_ix", "labels", units="per_day"), lead, units
    )
    per_day = used.group_by("site_ix", "item_ix").agg(
        pl.col("units").sum(), pl.col("labels").explode().unique()
    )
    held = lots.group_by("site_ix", "item_ix").agg(
        have=pl.col("quantity").sum(), held_labels=pl.col("labels").explode().unique()
    )
    return (
        per_day.join(held, on=["site_ix", "item_ix"], how="left")
        .with_columns(units=pl.col("units") * days - pl.col("have").fill_null(0.0))
        .filter(pl.col("units") > 0)
        .select(
            to_site_ix="site_ix",
            item_ix="item_ix",
            units="units",
            priority=pl.lit(1.0),
            due_hours=pl.lit(None, pl.Float64),
            labels=pl.concat_list("labels", pl.col("held_labels").fill_null([])),
        )
    )


def _said(plan: ReleasePlan) -> tuple[str, ...]:
    if plan.shipments.is_empty():
        return ("Nothing is released: no demand that a site with stock, mass and lanes can serve.",)
    by_end = plan.shipments.group_by("leaves_by_hours").agg(pl.col("mass_t").sum()).sort(
        "leaves_by_hours"
    )  # fmt: skip
    parts = ", ".join(f"{mass:,.1f} t by hour {end:g}" for end, mass in by_end.iter_rows())
    return (f"Release: {parts}; {plan.unmet.height} demands are not sent whole.",)
