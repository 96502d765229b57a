"""Rates from planning factors: consumption per person, per system or per operating hour."""

import polars as pl

from redball.model import NOWHERE, Twin

_PARTS = ["site_ix", "item_ix", "per_day", "labels"]


def factor_rates(twin: Twin) -> tuple[pl.DataFrame, dict[str, int]]:
    """Consumption by planning factor at the sites of the factor owner's units.

    ======================  ==========================================================
    basis of the factor     multiplied with
    ======================  ==========================================================
    ``person_day``          ``party.personnel`` of each unit
    ``system_day``          ``fleet.count`` of that system in each unit
    ``system_hour``         ``fleet.count`` times ``fleet.hours_per_day``
    ======================  ==========================================================

    Returns
    -------
    rates : polars.DataFrame
        ``site_ix``, ``item_ix``, ``per_day``, ``labels``; one row per site and item.
    left_out : dict of str to int
        What could not be counted, as the rest of a sentence, and how many.
    """
    factor = twin["factor"].filter(pl.col("item_ix") != NOWHERE)
    every = twin["party"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("unit_ix"),
        "owner", "kind", "site_ix", "personnel", pl.col("label").alias("unit_label"),
    )  # fmt: skip
    all_units = every.filter(pl.col("kind") == "unit").drop("kind")
    units = all_units.filter(pl.col("site_ix") != NOWHERE)
    fleet = twin["fleet"].select(
        "owner", "unit_ix", "system_ix", "count", "hours_per_day",
        pl.col("label").alias("fleet_label"),
    ).join(units.drop("owner"), on="unit_ix")  # fmt: skip
    people = factor.filter(pl.col("basis") == "person_day").join(units, on="owner")
    systems = factor.filter(pl.col("basis") != "person_day", pl.col("system_ix") != NOWHERE).join(
        fleet, on=["owner", "system_ix"]
    )
    system = twin["system"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("system_ix"),
        pl.col("label").alias("system_label"),
    )
    systems = systems.join(system, on="system_ix", maintain_order="left")
    hourly = pl.col("basis") == "system_hour"
    worked = pl.col("count") * pl.when(hourly).then("hours_per_day").otherwise(1.0)
    parts = pl.concat(
        [
            people.with_columns(
                per_day=pl.col("quantity") * pl.col("personnel"),
                labels=pl.concat_list("label", "unit_label"),
            ).select(_PARTS),
            systems.with_columns(
                per_day=pl.col("quantity") * worked,
                labels=pl.concat_list("label", "unit_label", "fleet_label", "system_label"),
            ).select(_PARTS),
        ]
    )
    left_out = {
        "units are not counted by planning factor: their site is not given or not visible.": (
            all_units.height - units.height
        ),
        "pairs of unit and planning factor are not counted: the strength or the hours per day are "
        "not given.": parts["per_day"].null_count(),
    }
    rates = (
        parts.drop_nulls("per_day")
        .group_by("site_ix", "item_ix", maintain_order=True)
        .agg(per_day=pl.col("per_day").sum(), labels=pl.col("labels").explode().unique().sort())
    )
    return rates, left_out
