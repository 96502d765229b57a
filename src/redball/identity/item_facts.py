"""What else is known of an item record that speaks for or against a pair."""

import polars as pl

from redball.identity.measures import in_base_units
from redball.identity.names import plain_names
from redball.identity.numbers import ncage_column, part_column
from redball.model import Twin
from redball.model.codes import to_nato
from redball.model.marks import Marks
from redball.model.money import euro_prices


def item_facts(twin: Twin) -> pl.DataFrame:
    """Facts of every item row.

    Returns
    -------
    polars.DataFrame
        ``row``, ``owner``, ``part``, ``ncage``, ``nato`` (NATO class; the class as
        written where there is none), ``unit``, ``base`` (unit in which price and mass are given),
        ``price_eur`` and ``mass_kg`` for one base unit, ``digits`` (words of the name that hold a
        digit).
    """
    item = twin["item"]
    codes = item["supply_class"].drop_nulls().unique().to_list()
    nato = {code: to_nato(code).code or code for code in codes}
    rows = item.select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("row"),
        pl.col("owner").cast(pl.String),
        part=part_column(item),
        ncage=ncage_column(item),
        nato=pl.col("supply_class").replace_strict(nato, default=None, return_dtype=pl.String),
        unit="unit_of_issue",
        mass_kg="mass_kg",
        digits=plain_names(item["name"])
        .str.split(" ")
        .list.eval(pl.element().filter(pl.element().str.contains(r"\p{N}"))),
    )
    rows = pl.concat([rows, in_base_units(item), _in_euro(twin)], how="horizontal")
    return rows.with_columns(
        price_eur=pl.col("price_eur") / pl.col("content"),
        mass_kg=pl.col("mass_kg") / pl.col("content"),
    ).drop("content")


def _in_euro(twin: Twin) -> pl.DataFrame:
    """Price of one unit of issue; labels play no part in telling articles apart."""
    return euro_prices(twin, Marks(twin.labels)).select("price_eur")
