"""Items, lots and days of a twin as the tables that reserves are planned from."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from redball.model import NOWHERE, BadUse, Consumption, DemandForecast, Groups, Twin
from redball.model.marks import Marks
from redball.model.money import euro_prices
from redball.stock.days.supply_days import marked_days

ITEM_RULES = (
    "Prices are in EUR at the last rate not after the day of the twin.",
    "Stock is what is serviceable, not past its last day and not promised; stock at sites that is "
    "not shown to the viewer is not counted.",
    "Price, mass and volume of recognised items are those of the first record that knows them, "
    "per unit of the row; the shelf life is the shortest.",
)
"""What always holds; it tells of no row."""


@dataclass(frozen=True)
class ReserveItems:
    """What a twin knows of the items of a reserve.

    Attributes
    ----------
    frame : polars.DataFrame
        One row per item with consumption or stock at the sites: ``item`` (``OWNER:KEY``),
        ``item_ix`` (row of the twin; of recognised items the first record), ``name``, ``unit``
        (what all figures are counted in), ``demand_per_day`` (units per day; null when no
        consumption is known), ``have`` (units on hand less promises, at least 0; null where the
        viewer is not shown any stock), ``price`` (EUR per unit), ``mass_kg``, ``volume_m3``,
        ``shelf_life_days`` (null where unknown), ``labels`` (positions in ``twin.labels`` that
        together have the dominant label of all rows used).
    lots : polars.DataFrame
        Serviceable lots of these items: ``item``, ``item_ix``, ``site_ix``, ``lot``, ``quantity``
        (units less promises), ``expiry``, ``days_left`` (whole days, negative when past, null
        without a last day), ``labels``.
    assumptions : tuple of str
        They count and name items: who shows only some of them says :data:`ITEM_RULES` instead.
    """

    frame: pl.DataFrame
    lots: pl.DataFrame
    assumptions: tuple[str, ...]


def reserve_items(
    twin: Twin,
    consumption: Consumption | DemandForecast,
    *,
    sites: Sequence[int] | None = None,
    items: Groups | None = None,
    units: pl.DataFrame | None = None,
) -> ReserveItems:
    """Collect demand, stock, prices, mass, volume, shelf life and lots of the items at some sites.

    Parameters
    ----------
    consumption : Consumption or DemandForecast
        Mean use per day by site and item; added up over the sites.
    sites : sequence of int, optional
        Rows of the sites whose use and stock count; all when not given.
    items : Groups, optional
        Recognised items: records of one group become one row in the unit of the group.
    units : polars.DataFrame, optional
        ``item_ix``, ``factor_to_group_unit``, ``group_unit``, ``labels``, as
        :func:`redball.stock.days_of_supply` takes them.

    Raises
    ------
    BadUse
        A site is not a row of the twin, or the groups are of another twin.
    """
    used = _as_consumption(twin, consumption)
    marks = Marks(twin.labels)
    place = _sites(twin, sites)
    rows = marked_days(twin, used, marks, items=items, units=units)
    rows = rows.filter(pl.col("site_ix").is_in(place.implode()))
    summed = rows.group_by("item_ix").agg(
        *(_known_sum(name) for name in ("per_day", "free")),
        pl.col("mark").bitwise_or(),
        hidden=pl.col("free").is_null().sum(),
    ).sort("item_ix")  # fmt: skip
    leads = _leads(twin, items, units, marks)
    frame = summed.join(_facts(leads), left_on="item_ix", right_on="lead", how="left")
    frame = frame.sort("item_ix").with_columns(
        mark=pl.col("mark") | pl.col("fact_mark").fill_null(0)
    )
    lots = _lots(twin, used, leads, place, marks)
    lots = lots.join(frame.select("item_ix", "item"), on="item_ix", how="inner")
    return ReserveItems(
        frame=frame.select(
            "item", "item_ix", "name", "unit", demand_per_day="per_day",
            have=pl.col("free").clip(0.0), price="price", mass_kg="mass_kg",
            volume_m3="volume_m3", shelf_life_days="shelf_life_days",
            labels=marks.lists(frame["mark"]),
        ),
        lots=lots.sort("item_ix", "site_ix", "expiry", "lot", nulls_last=True).pipe(
            lambda made: made.select(
                "item", "item_ix", "site_ix", "lot", "quantity", "expiry", "days_left",
                labels=marks.lists(made["mark"]),
            )
        ),
        assumptions=(*consumption.assumptions, *_said(frame, lots)),
    )  # fmt: skip


def _known_sum(name: str) -> pl.Expr:
    """Sum of what is known; null when nothing is."""
    return pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name)


def _as_consumption(twin: Twin, given: Consumption | DemandForecast) -> Consumption:
    if isinstance(given, Consumption):
        return given
    frame = given.frame.select("site_ix", "item_ix", "per_day", "basis", "labels")
    window = int(given.frame["periods"].fill_null(0).to_numpy().max(initial=0))
    return Consumption(frame, twin.as_of.date(), int(window * given.period_days), given.assumptions)


def _sites(twin: Twin, sites: Sequence[int] | None) -> pl.Series:
    count = twin["site"].height
    if sites is None:
        return pl.int_range(count, dtype=pl.Int32, eager=True)
    wrong = [one for one in sites if not 0 <= one < count]
    if wrong:
        raise BadUse(
            f"There is no site row {wrong[0]}.", where="sites",
            mend=f"Give rows of the table site, 0 to {count - 1}.",
        )  # fmt: skip
    return pl.Series(sorted(set(sites)), dtype=pl.Int32)


def _leads(
    twin: Twin, items: Groups | None, units: pl.DataFrame | None, marks: Marks
) -> pl.DataFrame:
    """Every item row with the row it is counted in and the factor that takes it there."""
    item = twin["item"]
    prices = euro_prices(twin, marks)
    rows = item.select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("item_ix"),
        pl.concat_str("owner", "key", separator=":").alias("item"),
        pl.col("name").fill_null(pl.col("key")),
        "unit_of_issue", "quantity_per_unit", "content_unit", "mass_kg", "volume_m3",
        "shelf_life_days",
    ).with_columns(
        price=prices["price_eur"],
        own=marks.of(item["label"]),
        price_mark=prices["mark"],
    )  # fmt: skip
    if items is None:
        return rows.with_columns(
            lead="item_ix",
            factor=pl.lit(1.0),
            group_unit=pl.col("unit_of_issue"),
            known=pl.lit(0, pl.UInt64),
        )
    known_mark = _recognised(twin, units, marks)
    rows = rows.with_columns(group=pl.Series(items.group, dtype=pl.Int32), known=known_mark)
    if units is not None:
        columns = ["item_ix", "factor_to_group_unit"]
        named = "group_unit" in units.columns
        known = units.select(*columns, *(["group_unit"] if named else []))
        rows = rows.join(known, on="item_ix", how="left", maintain_order="left")
        if not named:
            rows = rows.with_columns(group_unit=pl.lit(None, pl.String))
    else:
        pack = ["unit_of_issue", "quantity_per_unit", "content_unit"]
        same = pl.all_horizontal(
            pl.col(name).eq_missing(pl.col(name).first().over("group")) for name in pack
        )
        rows = rows.with_columns(
            factor_to_group_unit=pl.when(same).then(1.0), group_unit=pl.col("unit_of_issue")
        )
    factor = pl.col("factor_to_group_unit")
    lead = pl.col("item_ix").filter(factor.is_not_null()).min().over("group")
    return rows.with_columns(
        lead=pl.when(factor.is_not_null()).then(lead).otherwise("item_ix"),
        group_unit=pl.when(factor.is_not_null()).then("group_unit"),
        factor=factor.fill_null(1.0),
    ).with_columns(pl.col("group_unit").fill_null(pl.col("unit_of_issue")))


def _recognised(twin: Twin, units: pl.DataFrame | None, marks: Marks) -> pl.Series:
    """Marks of what the recognition of each item row rests on; of all it can rest on if unsaid."""
    item = twin["item"]
    if units is None or "labels" not in units.columns:
        every = marks.together(item["label"], twin["same_item"]["label"])
        return pl.repeat(every, item.height, dtype=pl.UInt64, eager=True)
    return marks.of_lists(units.sort("item_ix")["labels"])


def _facts(leads: pl.DataFrame) -> pl.DataFrame:
    """Facts by lead, per unit of the lead: of its first record that knows them.

    A pack of twelve at 24 kg gives 2 kg for each. The mark is of every record of the lead, because
    a record that is not seen could be the one that knows.
    """
    per_unit = [pl.col(name) / pl.col("factor") for name in ("price", "mass_kg", "volume_m3")]
    shortest = pl.col("shelf_life_days").cast(pl.Float64)
    return (
        leads.with_columns(*per_unit, shelf_life_days=shortest)
        .sort("lead", "item_ix")
        .group_by("lead", maintain_order=True)
        .agg(
            pl.col("item", "name").first(),
            pl.col("group_unit").first().alias("unit"),
            pl.col("price", "mass_kg", "volume_m3").drop_nulls().first(),
            pl.col("shelf_life_days").min(),
            fact_mark=(pl.col("own") | pl.col("price_mark")).bitwise_or(),
        )
    )


def _lots(
    twin: Twin, used: Consumption, leads: pl.DataFrame, place: pl.Series, marks: Marks
) -> pl.DataFrame:
    holding = twin["holding"]
    rows = holding.with_columns(mark=marks.of(holding["label"])).filter(
        pl.col("condition") == "serviceable",
        pl.col("item_ix") != NOWHERE,
        pl.col("site_ix").is_in(place.implode()),
    )
    of_item = leads.select("item_ix", "lead", "factor", own=pl.col("own") | pl.col("known"))
    rows = rows.join(of_item, on="item_ix", how="left", maintain_order="left")
    site = marks.of_rows(twin["site"]["label"], rows["site_ix"])
    free = (pl.col("quantity") - pl.col("reserved").fill_null(0.0)).clip(0.0)
    return rows.select(
        "site_ix", "lot", "expiry",
        item_ix="lead",
        quantity=free * pl.col("factor"),
        days_left=(pl.col("expiry") - pl.lit(used.as_of)).dt.total_days(),
        mark=pl.col("mark") | pl.col("own") | site,
    ).filter(pl.col("quantity") > 0)  # fmt: skip


def _said(frame: pl.DataFrame, lots: pl.DataFrame) -> tuple[str, ...]:
    said = list(ITEM_RULES)
    for column, what in (
        ("per_day", "consumption"), ("free", "stock"), ("price", "price in EUR"),
        ("mass_kg", "mass"), ("volume_m3", "volume"), ("shelf_life_days", "shelf life"),
    ):  # fmt: skip
        missing = frame.filter(pl.col(column).is_null())
        if missing.height:
            names = ", ".join(missing["item"].head(5).to_list())
            more = ", ..." if missing.height > 5 else ""
            said.append(f"{what} unknown, left empty, for {missing.height} items: {names}{more}.")
    partly = frame.filter((pl.col("hidden") > 0) & pl.col("free").is_not_null())
    if partly.height:
        said.append(
            f"For {partly.height} items the stock of some sites is not shown to the viewer and is "
            "not counted."
        )
    past = lots.filter(pl.col("days_left") < 0).height
    if past:
        said.append(f"{past} lots are past their last day and do not count as stock.")
    return tuple(said)
