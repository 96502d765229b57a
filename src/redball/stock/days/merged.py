"""Records of one article at one site, added up in the unit of the article."""

import polars as pl

from redball.model import BadUse, Groups, Twin
from redball.model.marks import Marks

_AMOUNTS = ["on_hand", "reserved", "per_day"]
_PACK = ["unit_of_issue", "quantity_per_unit", "content_unit"]


def merged(
    twin: Twin, pairs: pl.DataFrame, items: Groups, units: pl.DataFrame | None, marks: Marks
) -> pl.DataFrame:
    """Add up the records of a group at a site; the highest of their targets holds.

    What the recognition of a record rests on joins its ``mark``: which rows are one article is
    part of the answer, for records that stay alone as well.

    Raises
    ------
    BadUse
        The groups are not of the items of this twin.
    """
    leads = _leads(twin, items, units).with_columns(known=_recognised(twin, units, marks))
    at = leads[pairs["item_ix"]]
    rows = pairs.with_columns(
        *(pl.col(name) * at["factor"] for name in _AMOUNTS),
        lead=at["lead"],
        mark=pairs["mark"] | at["known"],
    )
    alone = rows.filter(~at["shared"]).drop("lead")
    return pl.concat([alone, _added_up(rows.filter(at["shared"]))], how="diagonal")


def _added_up(rows: pl.DataFrame) -> pl.DataFrame:
    ordered = rows.sort("target_days", "item_ix", descending=[True, False], nulls_last=True)
    low, high = pl.col("basis_low"), pl.col("basis_high")
    return (
        ordered.group_by("site_ix", "lead")
        .agg(
            *(pl.when(pl.col(a).count() > 0).then(pl.col(a).sum()).alias(a) for a in _AMOUNTS),
            pl.col("target_days", "target_basis", "target_ix").first(),
            pl.col("mark").bitwise_or(),
            used=pl.col("per_day").count(),
            basis_low=pl.col("basis").min(),
            basis_high=pl.col("basis").max(),
        )
        .with_columns(
            per_day=pl.when(pl.col("used") > 0).then("per_day"),
            # a consumption knows two words for its basis
            basis=pl.when(low == high).then(low).otherwise(pl.format("{} and {}", low, high)),
        )
        .drop("used", "basis_low", "basis_high")
        .rename({"lead": "item_ix"})
    )


def _leads(twin: Twin, items: Groups, units: pl.DataFrame | None) -> pl.DataFrame:
    """For each item row: the row its figures are added to and the factor that takes them there.

    ``shared`` says whether figures of several rows are added to one.
    """
    if items.table != "item" or len(items.group) != twin["item"].height:
        raise BadUse(
            "The groups are not of the items of this twin.",
            mend="Pass what recognise_items gave for the same twin.",
        )
    rows = twin["item"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("item_ix"),
        *_PACK,
        lead=pl.Series(items.group, dtype=pl.Int32),
    )
    if units is not None:
        factors = units.select("item_ix", pl.col("factor_to_group_unit").cast(pl.Float64))
        rows = rows.join(factors, on="item_ix", how="left", maintain_order="left")
    else:
        first = rows.select(_PACK)[rows["lead"]]
        same = pl.all_horizontal(pl.col(name).eq_missing(first[name]) for name in _PACK)
        rows = rows.with_columns(factor_to_group_unit=pl.when(same).then(1.0))
    known = pl.col("factor_to_group_unit").is_not_null()
    return rows.select(
        # led by the smallest row that can be converted, so that no two units share a row
        lead=pl.when(known)
        .then(pl.col("item_ix").filter(known).min().over("lead"))
        .otherwise("item_ix"),
        factor=pl.col("factor_to_group_unit").fill_null(1.0),
    ).with_columns(shared=pl.len().over("lead") > 1)


def _recognised(twin: Twin, units: pl.DataFrame | None, marks: Marks) -> pl.Series:
    """Marks of what the recognition of each item row rests on; of all it can rest on if unsaid."""
    item, verdicts = twin["item"], twin["same_item"]
    if units is None or "labels" not in units.columns:
        every = marks.together(item["label"], verdicts["label"])
        return pl.repeat(every, item.height, dtype=pl.UInt64, eager=True)
    return marks.of_lists(units.sort("item_ix")["labels"])
