"""Which target of days of supply holds for an item at a site: the most specific one."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

import polars as pl

from redball.model import NOWHERE, Twin
from redball.model.codes import to_nato

TARGET_ORDER = (
    "unit and item",
    "site and item",
    "unit and class",
    "site and class",
    "unit",
    "site",
    "item",
    "class",
    "general",
)
"""What a target may be set for, most specific first. A unit's target applies to its site."""


@dataclass(frozen=True)
class _Shape:
    """Ranks of :data:`TARGET_ORDER` that are looked up by the same columns."""

    ranks: tuple[int, ...]
    keys: tuple[str, ...]


# The class is compared as written first, then as the NATO class of the item.
_SHAPES = (
    _Shape((0, 1), ("site_ix", "item_ix")),
    _Shape((2, 3), ("site_ix", "owner", "code")),
    _Shape((2, 3), ("site_ix", "owner", "nato")),
    _Shape((4, 5), ("site_ix", "owner")),
    _Shape((6,), ("item_ix",)),
    _Shape((7,), ("owner", "code")),
    _Shape((7,), ("owner", "nato")),
    _Shape((8,), ("owner",)),
)


def with_targets(twin: Twin, pairs: pl.DataFrame) -> pl.DataFrame:
    """Add ``target_days``, ``target_basis`` and ``target_ix`` to rows of site and item.

    Targets for a unit, a site or a class apply to the item records of the target's owner; a target
    for an item applies to that record whoever set it. Among equally specific targets the highest
    holds. The labels of the item and of the target join ``labels``.
    """
    classes = _nato_classes(twin)
    items = twin["item"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("item_ix"),
        pl.col("owner").cast(pl.String),
        code=pl.col("supply_class"),
        nato=pl.col("supply_class").replace_strict(classes, default=None, return_dtype=pl.String),
        item_label="label",
    )
    targets = _placed_targets(twin)
    rows = pairs.join(items, on="item_ix", how="left", maintain_order="left")
    found = [_look_up(rows, targets, shape) for shape in _SHAPES]
    rank = reduce(_first_specific, found)
    chosen = targets.select("target_ix", "rank", "days", "label")
    named = rank.select("target_ix").join(chosen, on="target_ix", how="left", maintain_order="left")
    words = dict(enumerate(TARGET_ORDER))
    return pl.concat([rows, named], how="horizontal").select(
        *(c for c in pairs.columns if c != "labels"),
        target_days="days",
        target_basis=pl.col("rank").replace_strict(words, default=None, return_dtype=pl.String),
        target_ix="target_ix",
        labels=pl.concat_list(
            pl.col("labels"), pl.concat_list("item_label"), pl.concat_list("label")
        ).list.drop_nulls().list.unique().list.sort(),
    )  # fmt: skip


def _nato_classes(twin: Twin) -> Mapping[str, str | None]:
    """NATO class of every class code the items carry."""
    codes = twin["item"]["supply_class"].drop_nulls().unique().sort().to_list()
    return {code: to_nato(code).code for code in codes}


def _placed_targets(twin: Twin) -> pl.DataFrame:
    """Targets with the site they apply at and their rank; units without a known site drop out."""
    unit_site = twin["party"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("unit_ix"),
        pl.col("site_ix").alias("unit_site"),
    )
    unit, site = pl.col("unit_ix") != NOWHERE, pl.col("site_ix") != NOWHERE
    item, klass = pl.col("item_ix") != NOWHERE, pl.col("supply_class").is_not_null()
    rank = (
        pl.when(unit & item).then(0).when(site & item).then(1)
        .when(unit & klass & ~item).then(2).when(site & klass & ~item).then(3)
        .when(unit).then(4).when(site).then(5)
        .when(item).then(6).when(klass).then(7).otherwise(8)
    )  # fmt: skip
    return (
        twin["target"]
        .with_columns(
            pl.col("owner").cast(pl.String),
            target_ix=pl.int_range(pl.len(), dtype=pl.Int32),
            rank=rank.cast(pl.Int32),
        )
        .join(unit_site, on="unit_ix", how="left", maintain_order="left")
        .with_columns(site_ix=pl.when(site).then("site_ix").otherwise("unit_site"))
        .filter((pl.col("rank") > 5) | (pl.col("site_ix") != NOWHERE))
        .select(
            "target_ix", "rank", "owner", "site_ix", "item_ix", "label",
            code="supply_class", nato="supply_class", days="days_of_supply",
        )
    )  # fmt: skip


def _look_up(rows: pl.DataFrame, targets: pl.DataFrame, shape: _Shape) -> pl.DataFrame:
    """Best target of a shape for each row: columns ``target_ix`` and ``rank``, nulls for none."""
    best = (
        targets.filter(pl.col("rank").is_in(shape.ranks))
        .sort("rank", "days", "target_ix", descending=[False, True, False])
        .unique(shape.keys, keep="first", maintain_order=True)
        .select(*shape.keys, "target_ix", "rank")
    )
    joined = rows.select(shape.keys).join(
        best, on=list(shape.keys), how="left", maintain_order="left"
    )
    return joined.select("target_ix", "rank")


def _first_specific(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """Keep the more specific of two finds in each row; shapes come in order of specificity."""
    better = left["rank"].is_not_null()
    return pl.DataFrame(
        {
            name: pl.select(pl.when(better).then(left[name]).otherwise(right[name])).to_series()
            for name in ("target_ix", "rank")
        }
    )
