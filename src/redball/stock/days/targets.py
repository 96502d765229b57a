"""Which target of days of supply holds for an item at a site: the most specific one."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce

import polars as pl

from redball.model import NOWHERE, Twin
from redball.model.codes import to_nato
from redball.model.marks import Marks
from redball.stock.days.degraded import degraded

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
_AT_SITES = (
    _Shape((0, 1), ("site_ix", "item_ix")),
    _Shape((2, 3), ("site_ix", "owner", "code")),
    _Shape((2, 3), ("site_ix", "owner", "nato")),
    _Shape((4, 5), ("site_ix", "owner")),
)
_ANYWHERE = (
    _Shape((6,), ("item_ix",)),
    _Shape((7,), ("owner", "code")),
    _Shape((7,), ("owner", "nato")),
    _Shape((8,), ("owner",)),
)


def with_targets(twin: Twin, pairs: pl.DataFrame, marks: Marks) -> pl.DataFrame:
    """Add ``target_days``, ``target_basis`` and ``target_ix`` to rows of site and item.

    Targets for a unit, a site or a class apply to the item records of the target's owner; a target
    for an item applies to that record whoever set it. Among equally specific targets the highest
    holds. What the target rests on joins ``mark``.
    """
    items = _item_keys(twin)
    targets = placed_targets(twin, twin["target"]).with_columns(pl.col("row").alias("target_ix"))
    given = targets.with_columns(
        mark=_resting(twin, targets, marks),
    ).sort("row")
    everywhere = _best(items, given, _ANYWHERE)
    chosen = pl.DataFrame(
        {
            "target_ix": everywhere["target_ix"].gather(pairs["item_ix"]),
            "rank": everywhere["rank"].gather(pairs["item_ix"]),
        }
    )
    for shapes, rows in _parts(pairs, items, given, _AT_SITES):
        chosen = _update(chosen, rows["_row"], _best(rows, given, shapes))
    words = pl.Series(TARGET_ORDER)
    target = chosen["target_ix"]
    place = given.select("row", "days", "mark")
    found = target.rename("row").to_frame().join(
        place, on="row", how="left", maintain_order="left"
    )  # fmt: skip
    marked = pairs["mark"] | found["mark"].fill_null(0)
    return pairs.with_columns(
        target_days=found["days"],
        target_basis=words.gather(chosen["rank"]),
        target_ix=target,
        mark=marked | _withheld(twin, pairs, items, chosen["rank"], marks),
    )


def _item_keys(twin: Twin) -> pl.DataFrame:
    """What targets are looked up by, of every item row in order."""
    codes = twin["item"]["supply_class"].drop_nulls().unique().sort().to_list()
    classes = {code: to_nato(code).code for code in codes}
    return twin["item"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("item_ix"),
        "owner",
        code=pl.col("supply_class"),
        nato=pl.col("supply_class").replace_strict(classes, default=None, return_dtype=pl.String),
    )


def placed_targets(twin: Twin, target: pl.DataFrame) -> pl.DataFrame:
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
    rows = target if "row" in target.columns else target.with_row_index("row")
    return (
        rows.with_columns(pl.col("row").cast(pl.Int32), rank=rank.cast(pl.Int32))
        .join(unit_site, on="unit_ix", how="left", maintain_order="left")
        .with_columns(site_ix=pl.when(site).then("site_ix").otherwise("unit_site"))
        .filter((pl.col("rank") > 5) | (pl.col("site_ix") != NOWHERE))
        .with_columns(code="supply_class", nato="supply_class", days="days_of_supply")
    )


def _resting(twin: Twin, targets: pl.DataFrame, marks: Marks) -> pl.Series:
    """Marks of the targets and the units that place them; site and item are marked by the pair."""
    unit = marks.of_rows(twin["party"]["label"], targets["unit_ix"])
    return marks.of(targets["label"]) | unit


def _best(rows: pl.DataFrame, targets: pl.DataFrame, shapes: tuple[_Shape, ...]) -> pl.DataFrame:
    return reduce(_first_specific, (_look_up(rows, targets, shape) for shape in shapes))


def _parts(
    pairs: pl.DataFrame, items: pl.DataFrame, targets: pl.DataFrame, shapes: tuple[_Shape, ...]
) -> Iterator[tuple[tuple[_Shape, ...], pl.DataFrame]]:
    """Pairs at sites that have targets of their own, with what these are looked up by."""
    sites = targets.filter(pl.col("rank") <= shapes[-1].ranks[-1])["site_ix"].unique()
    if sites.is_empty():
        return
    place = pairs.select(
        "site_ix", "item_ix", pl.int_range(pl.len(), dtype=pl.UInt32).alias("_row")
    )
    at = place.filter(pl.col("site_ix").is_in(sites.implode()))
    yield shapes, at.join(items, on="item_ix", how="left", maintain_order="left")


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


def _update(chosen: pl.DataFrame, rows: pl.Series, found: pl.DataFrame) -> pl.DataFrame:
    """Put what was found for some rows before what holds anywhere."""
    known = found["rank"].is_not_null()
    at = rows.filter(known)
    return pl.DataFrame(
        {
            name: chosen[name].scatter(at, found[name].filter(known))
            for name in ("target_ix", "rank")
        }
    )


def _withheld(
    twin: Twin, pairs: pl.DataFrame, items: pl.DataFrame, rank: pl.Series, marks: Marks
) -> pl.Series:
    """Marks of rows without which another target would hold: :mod:`redball.stock.days.degraded`."""
    found = pl.zeros(pairs.height, dtype=pl.UInt64, eager=True)
    wider = degraded(twin, marks)
    if wider.is_empty():
        return found
    rows = pairs.select("site_ix", "item_ix").join(
        items, on="item_ix", how="left", maintain_order="left"
    )
    targets = placed_targets(twin, wider)
    for shape in (*_AT_SITES, *_ANYWHERE):
        for one in shape.ranks:
            reach = (
                targets.filter(pl.col("rank") == one)
                .group_by(shape.keys)
                .agg(pl.col("mark").bitwise_or())
            )
            if reach.is_empty():
                continue
            reached = rows.join(reach, on=list(shape.keys), how="left", maintain_order="left")
            beats = (rank.is_null() | (rank >= one)).cast(pl.UInt64)
            found = found | reached["mark"].fill_null(0) * beats
    return found
