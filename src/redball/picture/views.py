"""Stock and days of supply, added up by any of nation, unit, site and class."""

from collections.abc import Sequence

import polars as pl

from redball.model import Twin
from redball.model.codes import supply_classes
from redball.picture.marking import gathered, labels_in, marked

SAID = (
    "Lines, mass, volume, value and quantity are of usable stock: serviceable and not past its "
    "last day; what is not usable is in unusable_t.",
    "Days of supply of a group are the median over its sites and items, with the lowest tenth "
    "(days_p10: the largest observed value that at most a tenth lie below) and the worst item by "
    "name; days of different items are not added up or weighed against each other.",
    "The target of a group is the median of the targets that hold in it; below_target_share "
    "compares each site and item with its own target.",
)


def stock_view(
    twin: Twin, holdings: pl.DataFrame, days: pl.DataFrame, keys: Sequence[str]
) -> pl.DataFrame:
    """Add up holdings and days of supply by the keys.

    Returns
    -------
    polars.DataFrame
        The keys; ``lines`` (recognised items on hand), ``mass_t`` (t), ``volume_m3`` (m3),
        ``value_eur`` (EUR; null when nothing has a price), ``quantity`` and ``unit_of_issue``
        (where all is counted in one unit), ``mass_unknown``, ``value_unknown`` (holdings without
        one), ``unusable_t`` (t); ``days_median``, ``days_p10``, ``days_worst`` (d),
        ``worst_item``, ``target_days`` (d), ``days_known`` (sites and items behind the days),
        ``below_target_share``, ``history_share`` (share of days from demand history), ``label``.
    """
    stock = _stock(holdings, keys)
    supply = _supply(days, keys)
    both = stock.join(supply, on=list(keys), how="full", coalesce=True, nulls_equal=True)
    counts = ["lines", "mass_unknown", "value_unknown", "days_known"]
    both = both.with_columns(
        pl.col(counts).fill_null(0), pl.col("mass_t", "volume_m3", "unusable_t").fill_null(0.0)
    )
    both = both.with_columns(supply_labels=labels_in("supply_labels"))
    named = marked(twin, both, ["stock_labels", "supply_labels"])
    if "supply_class" in keys:
        titles = {code: one.title for code, one in supply_classes().items()}
        title = pl.col("supply_class").replace_strict(titles, default=None, return_dtype=pl.String)
        named = named.with_columns(class_title=title)
        first = [*keys, "class_title"]
        named = named.select(*first, pl.exclude(first))
    return named.sort(keys, nulls_last=True)


def _stock(holdings: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    held = pl.col("usable") & (pl.col("quantity") > 0)
    one_unit = pl.col("unit_of_issue").filter(held).n_unique() == 1
    value = pl.col("value_eur").filter(held)
    return (
        holdings.lazy()
        .group_by(keys)
        .agg(
            lines=pl.col("group").filter(held).drop_nulls().n_unique(),
            mass_t=pl.col("mass_t").filter(held).sum(),
            volume_m3=pl.col("volume_m3").filter(held).sum(),
            value_eur=pl.when(value.count() > 0).then(value.sum()),
            quantity=pl.when(one_unit).then(pl.col("quantity").filter(held).sum()),
            unit_of_issue=pl.when(one_unit).then(pl.col("unit_of_issue").filter(held).first()),
            mass_unknown=pl.col("mass_t").filter(held).null_count(),
            value_unknown=value.null_count(),
            unusable_t=pl.col("mass_t").filter(~pl.col("usable")).sum(),
            stock_labels=gathered("label", "item_label", "site_label", "rate_label"),
            unit_labels=pl.col("unit_labels").explode().unique(),
        )
        .with_columns(stock_labels=pl.concat_list("stock_labels", "unit_labels"))
        .drop("unit_labels")
        .collect()
    )


def _supply(days: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    known = pl.col("days").is_not_null()
    rated = known & pl.col("target_days").is_not_null()
    below = (pl.col("days") < pl.col("target_days")).filter(rated)
    history = (pl.col("basis") == "demand history").filter(known)
    return (
        days.lazy()
        # a row of several nations counts once where they are added up
        .unique([*keys, "site_ix", "item_ix"], keep="first", maintain_order=True)
        .group_by(keys, maintain_order=True)
        .agg(
            days_median=pl.col("days").median(),
            days_p10=pl.col("days").quantile(0.1, "lower"),
            days_worst=pl.col("days").min(),
            worst_item=pl.col("item").filter(known).first(),
            target_days=pl.col("target_days").median(),
            days_known=known.sum(),
            below_target_share=below.mean(),
            history_share=history.mean(),
            supply_labels=pl.col("label_set").unique(),
        )
        .collect()
    )
