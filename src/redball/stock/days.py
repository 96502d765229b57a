"""Days of supply per site and item."""

from datetime import date

import polars as pl

from redball.model import NOWHERE, BadUse, Consumption, Groups, Twin, table
from redball.stock.targets import with_targets

_PAIR = ["site_ix", "item_ix"]
_COLUMNS = [
    *_PAIR, "on_hand", "reserved", "free", "per_day", "basis", "days", "target_days",
    "target_basis", "target_ix", "labels",
]  # fmt: skip


def days_of_supply(
    twin: Twin,
    consumption: Consumption,
    *,
    items: Groups | None = None,
    units: pl.DataFrame | None = None,
    condition: str = "serviceable",
) -> pl.DataFrame:
    """Days that usable stock lasts at each site, and the days that should be held.

    ``days = max(free, 0) / per_day`` with ``free = on_hand - reserved``. On hand is the quantity in
    the condition that is not past its last day; reserved is everything promised out of lots in the
    condition, also out of lots that are past it, because the promise stands.

    Parameters
    ----------
    twin : Twin
    consumption : Consumption
        Its ``as_of`` decides which lots are past their last day.
    items : Groups, optional
        Recognised items. When given, records of one group at one site become one row, with the
        group's smallest item row (that has a factor) as ``item_ix``.
    units : polars.DataFrame, optional
        ``item_ix`` and ``factor_to_group_unit``: what one unit of issue of a record is in the
        group's unit. A record without a factor keeps a row of its own. Without this table only
        records with the same unit of issue and content as the group's first record are merged.
    condition : str
        Condition that counts as usable.

    Returns
    -------
    polars.DataFrame
        One row per site and item that has stock or consumption, sorted: ``site_ix``, ``item_ix``,
        ``on_hand``, ``reserved``, ``free``, ``per_day`` (units of issue and units per day; of the
        group's unit where merged), ``basis``, ``days`` (d; null without consumption),
        ``target_days`` (d; null without a target), ``target_basis`` (a word of ``TARGET_ORDER``),
        ``target_ix`` (row of the target), ``labels`` (positions in ``twin.labels`` of the rows
        used).

    Raises
    ------
    BadUse
        ``condition`` is not one of the holding table.
    """
    choices = table("holding")["condition"].type.choices
    if condition not in choices:
        raise BadUse(
            f"'{condition}' is not a condition.", mend=f"Use one of: {', '.join(choices)}."
        )
    used = _with_label_lists(consumption.frame, twin)
    pairs = _on_hand(twin, consumption.as_of, condition).join(
        used, on=_PAIR, how="full", coalesce=True, suffix="_used"
    )
    pairs = pairs.with_columns(
        pl.col("on_hand", "reserved").fill_null(0.0),
        labels=_union(pl.col("labels"), pl.col("labels_used")),
    ).drop("labels_used")
    pairs = with_targets(twin, pairs)
    if items is not None:
        pairs = _merged(pairs, _leads(twin, items, units))
    free = pl.col("on_hand") - pl.col("reserved")
    lasting = free.clip(lower_bound=0.0) / pl.col("per_day")
    return (
        pairs.with_columns(free=free, days=pl.when(pl.col("per_day") > 0).then(lasting))
        .select(_COLUMNS)
        .sort(_PAIR)
    )


def _on_hand(twin: Twin, day: date, condition: str) -> pl.DataFrame:
    usable = pl.col("expiry").is_null() | (pl.col("expiry") >= day)
    return (
        twin["holding"]
        .lazy()
        .filter(
            pl.col("condition") == condition,
            pl.col("site_ix") != NOWHERE,
            pl.col("item_ix") != NOWHERE,
        )
        .group_by(_PAIR)
        .agg(
            on_hand=pl.col("quantity").filter(usable).sum(),
            reserved=pl.col("reserved").fill_null(0.0).sum(),
            labels=pl.col("label").unique().sort(),
        )
        .collect()
    )


def _with_label_lists(frame: pl.DataFrame, twin: Twin) -> pl.DataFrame:
    """Consumption with the labels of its rows; every label of the twin where it brings none."""
    if "labels" in frame.columns:
        return frame.with_columns(pl.col("labels").cast(pl.List(pl.Int32)))
    every = pl.lit(pl.Series([list(range(len(twin.labels)))], dtype=pl.List(pl.Int32)))
    return frame.with_columns(labels=every)


def _union(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """Distinct labels of two list columns; a missing list is empty."""
    return (
        pl.when(right.is_null())
        .then(left)
        .when(left.is_null())
        .then(right)
        .otherwise(left.list.set_union(right).list.sort())
    )


def _leads(twin: Twin, items: Groups, units: pl.DataFrame | None) -> pl.DataFrame:
    """For each item row: the row its figures are added to and the factor that takes them there."""
    if items.table != "item" or len(items.group) != twin["item"].height:
        raise BadUse(
            "The groups are not of the items of this twin.",
            mend="Pass what recognise_items gave for the same twin.",
        )
    pack = ["unit_of_issue", "quantity_per_unit", "content_unit"]
    rows = twin["item"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("item_ix"), *pack
    ).with_columns(lead=pl.Series(items.group, dtype=pl.Int32))  # fmt: skip
    if units is not None:
        factors = units.select("item_ix", pl.col("factor_to_group_unit").cast(pl.Float64))
        rows = rows.join(factors, on="item_ix", how="left", maintain_order="left")
    else:
        first = rows.select(
            pl.col("item_ix").alias("lead"), *(pl.col(c).alias(f"_{c}") for c in pack)
        )
        same = pl.all_horizontal(pl.col(c).eq_missing(pl.col(f"_{c}")) for c in pack)
        rows = rows.join(first, on="lead", how="left", maintain_order="left").with_columns(
            factor_to_group_unit=pl.when(same).then(1.0)
        )
    known = pl.col("factor_to_group_unit").is_not_null()
    return rows.select(
        "item_ix",
        # led by the smallest row that can be converted, so that no two units share a row
        lead=pl.when(known)
        .then(pl.col("item_ix").filter(known).min().over("lead"))
        .otherwise("item_ix"),
        factor=pl.col("factor_to_group_unit").fill_null(1.0),
    )


def _merged(pairs: pl.DataFrame, leads: pl.DataFrame) -> pl.DataFrame:
    """Add up the records of a group at a site; the highest of their targets holds."""
    amounts = ["on_hand", "reserved", "per_day"]
    rows = pairs.join(leads, on="item_ix", how="left").with_columns(
        pl.col(c) * pl.col("factor") for c in amounts
    )
    strictest = pl.col("target_days").arg_max()
    return (
        rows.sort("site_ix", "lead", "item_ix")
        .group_by("site_ix", "lead", maintain_order=True)
        .agg(
            pl.col("on_hand", "reserved").sum(),
            pl.when(pl.col("per_day").count() > 0).then(pl.col("per_day").sum()).alias("per_day"),
            pl.col("basis").drop_nulls().unique().sort().str.join(" and ").replace("", None),
            pl.col("target_days").max(),
            pl.col("target_basis", "target_ix").get(strictest),
            pl.col("labels").explode().unique().sort(),
        )
        .rename({"lead": "item_ix"})
    )
