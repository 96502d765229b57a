"""Holdings and days of supply with everything they are added up by."""

import polars as pl

from redball.model import NOWHERE, Consumption, Groups, Twin
from redball.model.codes import to_nato
from redball.picture.marking import label_set

UNDISCLOSED = "undisclosed"
"""Name of a site or item that is not given or that the viewer may not see."""

KEYS = ["nation", "unit", "site", "site_key", "supply_class"]
"""What holdings and days of supply are added up by."""


def item_rows(twin: Twin, items: Groups, prices: pl.DataFrame) -> pl.DataFrame:
    """Facts of every item row; ``supply_class`` is the NATO class where there is one."""
    item = twin["item"]
    codes = item["supply_class"].drop_nulls().unique().to_list()
    nato = {code: to_nato(code).code or code for code in codes}
    return pl.concat(
        [
            item.select(
                pl.int_range(pl.len(), dtype=pl.Int32).alias("item_ix"),
                pl.Series("group", items.group, dtype=pl.Int32),
                item_owner=pl.col("owner").cast(pl.String),
                item=pl.col("name").fill_null(pl.col("key")),
                supply_class=pl.col("supply_class").replace_strict(
                    nato, default=None, return_dtype=pl.String
                ),
                unit_of_issue="unit_of_issue",
                mass_kg="mass_kg",
                volume_m3="volume_m3",
                item_label="label",
            ),
            prices,
        ],
        how="horizontal",
    )


def site_rows(twin: Twin) -> pl.DataFrame:
    """``site_ix``, ``site``, ``site_key`` (``OWNER:KEY``) and ``site_label`` of every site row."""
    return twin["site"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("site_ix"),
        site=pl.col("name").fill_null(pl.col("key")),
        site_key=pl.concat_str("owner", "key", separator=":"),
        site_label="label",
    )


def unit_rows(twin: Twin) -> pl.DataFrame:
    """Units of a nation at a site, their names joined: ``nation``, ``site_ix``, ``unit``."""
    return (
        twin["party"]
        .filter(pl.col("kind") == "unit", pl.col("site_ix") != NOWHERE)
        .sort("site_ix", "name")
        .group_by(pl.col("owner").cast(pl.String).alias("nation"), "site_ix", maintain_order=True)
        .agg(unit=pl.col("name").str.join(", "), unit_labels=pl.col("label").unique().sort())
    )


def holding_rows(twin: Twin, consumption: Consumption, facts: pl.DataFrame) -> pl.DataFrame:
    """Every holding with :data:`KEYS`, ``group``, ``usable`` and its mass, volume and value."""
    usable = (pl.col("condition") == "serviceable") & (
        pl.col("expiry").is_null() | (pl.col("expiry") >= consumption.as_of)
    )
    rows = (
        twin["holding"]
        .select(
            "site_ix", "item_ix", "lot", "quantity", "condition", "expiry", "label",
            nation=pl.col("owner").cast(pl.String),
            usable=usable,
        )
        .join(facts, on="item_ix", how="left", maintain_order="left")
        .with_columns(
            pl.col("item", "supply_class").fill_null(UNDISCLOSED),
            mass_t=pl.col("quantity") * pl.col("mass_kg") / 1000,
            volume_m3=pl.col("quantity") * pl.col("volume_m3"),
            value_eur=pl.col("quantity") * pl.col("price_eur"),
        )
    )  # fmt: skip
    return placed(twin, rows)


def day_rows(
    twin: Twin, consumption: Consumption, days: pl.DataFrame, facts: pl.DataFrame
) -> pl.DataFrame:
    """Days of supply with :data:`KEYS`, once for each nation with stock or demand; shortest first.

    A row of ``days`` may stand for one record or, where recognised items were merged, for several
    of several nations. The nation of a record is the owner of its holdings, else of the item.
    """
    place = ["site_ix", "item_ix"]
    held = twin["holding"].select("site_ix", "item_ix", nation=pl.col("owner").cast(pl.String))
    owner = facts.select("item_ix", nation="item_owner")
    used = (
        consumption.frame.select(place).join(held, on=place, how="anti").join(owner, on="item_ix")
    )
    group = facts.select("item_ix", "group")
    lead = (
        days.select("site_ix", pl.col("item_ix").alias("lead"))
        .join(group, left_on="lead", right_on="item_ix")
        .group_by("site_ix", "group")
        .agg(pl.col("lead").min())
    )
    own = days.select(*place, own="item_ix")
    nations = (
        pl.concat([held.unique(), used.unique()])
        .join(group, on="item_ix")
        .join(own, on=place, how="left")
        .join(lead, on=["site_ix", "group"], how="left")
        .select("nation", "site_ix", item_ix=pl.coalesce("own", "lead"))
        .drop_nulls()
        .unique()
    )
    rows = (
        days.select(*place, "basis", "days", "target_days", "labels")
        .join(nations, on=place, how="left")
        .join(
            facts.select("item_ix", "item", "item_owner", "supply_class"), on="item_ix", how="left"
        )
        .with_columns(
            pl.col("supply_class").fill_null(UNDISCLOSED),
            nation=pl.coalesce("nation", "item_owner"),
        )
        .with_columns(label_set=label_set("labels"))
        .drop("labels")
        .sort("days", "item", "site_ix", "nation", nulls_last=True)
    )
    return placed(twin, rows)


def placed(twin: Twin, rows: pl.DataFrame) -> pl.DataFrame:
    """Add the names of site and units to rows with ``site_ix`` and ``nation``."""
    return (
        rows.join(site_rows(twin), on="site_ix", how="left", maintain_order="left")
        .join(unit_rows(twin), on=["nation", "site_ix"], how="left", maintain_order="left")
        .with_columns(pl.col("site").fill_null(UNDISCLOSED))
    )
