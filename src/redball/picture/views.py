"""Stock and days of supply, added up by any of nation, unit, site and class."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from redball.model.codes import supply_classes
from redball.picture.rows import UNDISCLOSED, Facts, gathered

SAID = (
    "Lines, mass, volume, value and quantity are of usable stock: serviceable and not past its "
    "last day; what is not usable is in unusable_t.",
    "Days of supply of a group are the median over its sites and items, with the lowest tenth "
    "(days_p10: the largest observed value that at most a tenth lie below) and the worst item by "
    "name; days of different items are not added up or weighed against each other.",
    "The target of a group is the median of the targets that hold in it; below_target_share "
    "compares each site and item with its own target.",
)

_SUMS = ["mass_t", "volume_m3", "value_eur", "quantity", "unusable_t"]
_COUNTS = ["held", "mass_unknown", "value_unknown"]


@dataclass(frozen=True)
class Base:
    """Holdings and days of supply, numbered by cell: what every view is made from.

    Attributes
    ----------
    cells : polars.DataFrame
        ``cell``, :data:`redball.picture.rows.KEYS` and ``unit_key``.
    stock : polars.DataFrame
        Sums of holdings by cell.
    lines : polars.DataFrame
        ``cell`` and ``group`` of usable stock, each pair once.
    supply : polars.DataFrame
        Days of supply, one row for each nation, site and item; shortest first.
    touched : polars.DataFrame
        ``cell`` and ``mark`` of records that stand in another record's row.
    facts : Facts
    """

    cells: pl.DataFrame
    stock: pl.DataFrame
    lines: pl.DataFrame
    supply: pl.DataFrame
    touched: pl.DataFrame
    facts: Facts


def base_of(
    holdings: pl.DataFrame, supply: pl.DataFrame, touched: pl.DataFrame, facts: Facts
) -> Base:
    """Number the cells and add up the holdings of each."""
    parts = [frame["cell"].unique() for frame in (holdings, supply, touched)]
    number = pl.concat(parts).unique().sort()
    usable = holdings.filter("usable", pl.col("quantity") > 0)
    lines = usable.select("cell", "group").drop_nulls().unique()
    cells = facts.cells(number).with_columns(number.alias("cell"))
    site = gathered(facts.sites.select("site", "site_key"), cells["site_ix"])
    named = pl.concat([cells, site], how="horizontal").join(
        facts.units.drop("unit_mark"), on=["nation", "site_ix"], how="left", maintain_order="left"
    )  # fmt: skip
    named = named.with_columns(pl.col("site").fill_null(UNDISCLOSED))
    return Base(named, _by_cell(holdings), lines, supply, touched, facts)


def _by_cell(holdings: pl.DataFrame) -> pl.DataFrame:
    held = pl.col("usable") & (pl.col("quantity") > 0)
    figures = holdings.select(
        "cell",
        *(pl.when(held).then(name).alias(name)
          for name in ("mass_t", "volume_m3", "value_eur", "quantity")),
        unusable_t=pl.when(~pl.col("usable")).then("mass_t"),
        held=held,
        mass_unknown=held & pl.col("mass_t").is_null(),
        value_unknown=held & pl.col("value_eur").is_null(),
        unit=pl.when(held).then(pl.col("unit_of_issue").to_physical().cast(pl.Int64).fill_null(-1)),
        unit_of_issue=pl.when(held).then("unit_of_issue"),
        mark=pl.col("mark") | pl.col("known_mark").fill_null(0),
    )  # fmt: skip
    # in order, here and where they are added up: sums of floats differ by the order of their terms
    return figures.lazy().group_by("cell", maintain_order=True).agg(
        pl.col(_SUMS).sum(),
        pl.col(_COUNTS).sum(),
        pl.col("unit_of_issue").drop_nulls().first(),
        pl.col("mark").bitwise_or(),
        unit_low=pl.col("unit").min(),
        unit_high=pl.col("unit").max(),
    ).collect()  # fmt: skip


def stock_view(base: Base, keys: Sequence[str]) -> pl.DataFrame:
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
    by = [*keys, "unit_key"] if "unit" in keys else list(keys)
    views = base.cells.select(by).unique().with_row_index("view")
    view = base.cells.join(views, on=by, how="left", nulls_equal=True).select("cell", "view")
    stock = _stock(base, view)
    supply = days_by_view(base.supply.join(view, on="cell", maintain_order="left"), base, keys)
    both = stock.join(supply, on="view", how="full", coalesce=True)
    touched = base.touched.join(view, on="cell").group_by("view").agg(
        touched=pl.col("mark").bitwise_or()
    )  # fmt: skip
    rows = both.join(touched, on="view", how="left").join(views, on="view", how="left")
    rows = rows.with_columns(
        pl.col("lines", "mass_unknown", "value_unknown", "days_known").fill_null(0),
        pl.col("mass_t", "volume_m3", "unusable_t").fill_null(0.0),
    )
    marks = _known(rows, "mark") | _known(rows, "supply_mark") | _known(rows, "touched")
    named = rows.with_columns(base.facts.marks.texts(marks | _gaps(rows, keys, base)))
    order = [*keys, "class_title"] if "supply_class" in keys else list(keys)
    if "supply_class" in keys:
        titles = {code: one.title for code, one in supply_classes().items()}
        title = pl.col("supply_class").replace_strict(titles, default=None, return_dtype=pl.String)
        named = named.with_columns(class_title=title)
    return named.sort(by, nulls_last=True).select(*order, *_FIGURES, "label")


_FIGURES = [
    "lines", "mass_t", "volume_m3", "value_eur", "quantity", "unit_of_issue", "mass_unknown",
    "value_unknown", "unusable_t", "days_median", "days_p10", "days_worst", "worst_item",
    "target_days", "days_known", "below_target_share", "history_share",
]  # fmt: skip


def _known(rows: pl.DataFrame, column: str) -> pl.Series:
    return rows[column].fill_null(0)


def _gaps(rows: pl.DataFrame, keys: Sequence[str], base: Base) -> pl.Series:
    """Marks of what must be visible to say that a site, a class or a unit is not known.

    Whoever sees fewer sites finds more stock without one, so the row without a site rests on all of
    them; likewise for items and, where sites are added up, for the units of the nation.
    """
    facts = base.facts
    gaps = pl.lit(0, pl.UInt64)
    if "site" in keys:
        gaps |= _all_of(facts.sites["site_mark"], pl.col("site_key").is_null())
    if "supply_class" in keys:
        gaps |= _all_of(facts.items["item_mark"], pl.col("supply_class") == UNDISCLOSED)
    if "unit" in keys and "site" not in keys:
        # without the unit's row or its site, the stock there would have no unit
        site = facts.sites["site_mark"].gather(facts.units["site_ix"])
        of_nation = (
            facts.units.select("nation", units_mark=facts.units["unit_mark"] | site)
            .group_by("nation")
            .agg(pl.col("units_mark").bitwise_or())
        )
        rows = rows.join(of_nation, on="nation", how="left", maintain_order="left")
        gaps |= (
            pl.when(pl.col("unit").is_null()).then(pl.col("units_mark").fill_null(0)).otherwise(0)
        )
    return rows.select(pl.repeat(0, pl.len(), dtype=pl.UInt64) | gaps).to_series()


def _all_of(marks: pl.Series, where: pl.Expr) -> pl.Expr:
    every = marks.bitwise_or() if len(marks) else 0
    return pl.when(where).then(pl.lit(every, pl.UInt64)).otherwise(pl.lit(0, pl.UInt64))


def _stock(base: Base, view: pl.DataFrame) -> pl.DataFrame:
    lines = base.lines.join(view, on="cell").select("view", "group").unique()
    counted = lines.group_by("view").agg(lines=pl.len())
    one_unit = (pl.col("held") > 0) & (pl.col("unit_low") == pl.col("unit_high"))
    cells = base.stock.join(view, on="cell", maintain_order="left")
    sums = cells.group_by("view", maintain_order=True).agg(
        pl.col(_SUMS).sum(),
        pl.col(_COUNTS).sum(),
        pl.col("unit_of_issue").drop_nulls().first(),
        pl.col("unit_low").min(),
        pl.col("unit_high").max(),
        pl.col("mark").bitwise_or(),
    )  # fmt: skip
    return sums.join(counted, on="view", how="left").with_columns(
        pl.col("lines").fill_null(0),
        value_eur=pl.when(pl.col("held") > pl.col("value_unknown")).then("value_eur"),
        quantity=pl.when(one_unit).then("quantity"),
        unit_of_issue=pl.when(one_unit).then(pl.col("unit_of_issue").cast(pl.String)),
    ).drop("held", "unit_low", "unit_high")  # fmt: skip


def days_by_view(days: pl.DataFrame, base: Base, keys: Sequence[str]) -> pl.DataFrame:
    """Figures of days of supply by ``view``; the rows come shortest first."""
    if "nation" not in keys:
        days = days.filter("once")  # a row of several nations counts once where they are added up
    known, rated = pl.col("days").is_not_null(), pl.col("target_days").is_not_null()
    found = (
        days.lazy()
        .with_columns(
            below=pl.when(known & rated).then(pl.col("days") < pl.col("target_days")),
            history=pl.when(known).then(pl.col("history")),
        )
        .group_by("view", maintain_order=True)
        .agg(
            days_median=pl.col("days").median(),
            days_p10=pl.col("days").quantile(0.1, "lower"),
            days_worst=pl.col("days").min(),
            worst=pl.col("item").first(),
            target_days=pl.col("target_days").median(),
            days_known=pl.col("days").count(),
            below_target_share=pl.col("below").mean(),
            history_share=pl.col("history").mean(),
            supply_mark=pl.col("mark").bitwise_or(),
        )
        .collect()
    )
    worst = base.facts.items["item"].gather(found["worst"])
    return found.drop("worst").with_columns(
        worst_item=pl.when(pl.col("days_known") > 0).then(worst)
    )


def worst_classes(base: Base) -> pl.DataFrame:
    """Class with the lowest median days by nation and site: ``nation``, ``site_key``.

    With ``worst_class``, ``worst_class_days`` (d) and ``supply_mark``: of the days of every class
    there, because each of them could be the worst.
    """
    days = base.supply.with_columns(view=pl.col("cell"))
    place = ["nation", "site_key"]
    return (
        days.group_by("view")
        .agg(pl.col("days").median(), pl.col("mark").bitwise_or())
        .join(base.cells, left_on="view", right_on="cell")
        .sort("days", "supply_class", nulls_last=True)
        .group_by(place, maintain_order=True)
        .agg(
            worst_class=pl.col("supply_class").first(),
            worst_class_days=pl.col("days").first(),
            supply_mark=pl.col("mark").bitwise_or(),
        )
        .with_columns(
            worst_class=pl.when(pl.col("worst_class_days").is_not_null()).then("worst_class")
        )
    )
