"""What else is known of an item record that speaks for or against a pair."""

import polars as pl

from redball.identity.measures import in_base_units
from redball.identity.names import plain_names
from redball.identity.numbers import ncage_column, part_column
from redball.model import Twin
from redball.model.codes import to_nato


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
        price="price",
        mass_kg="mass_kg",
        digits=plain_names(item["name"])
        .str.split(" ")
        .list.eval(pl.element().filter(pl.element().str.contains(r"\p{N}"))),
        currency="currency",
    )
    rows = pl.concat([rows, in_base_units(item)], how="horizontal")
    money = _own_currency(twin)
    return (
        rows.with_columns(
            pl.col("currency").fill_null(
                pl.col("owner").replace_strict(money, default=None, return_dtype=pl.String)
            )
        )
        .join(_last_rates(twin), on="currency", how="left", maintain_order="left")
        .with_columns(
            price_eur=pl.col("price") / pl.col("per_eur") / pl.col("content"),
            mass_kg=pl.col("mass_kg") / pl.col("content"),
        )
        .drop("price", "currency", "per_eur", "content")
    )


def _own_currency(twin: Twin) -> dict[str, str]:
    known = twin["nation"].drop_nulls("currency")
    return dict(known.select("key", "currency").iter_rows())


def _last_rates(twin: Twin) -> pl.DataFrame:
    """Last rate of each currency; good enough to tell a price from one ten times as high."""
    euro = pl.DataFrame({"currency": ["EUR"], "per_eur": [1.0]})
    rates = (
        twin["rate"]
        .filter(pl.col("day") <= twin.as_of.date(), pl.col("currency") != "EUR")
        .sort("day", pl.col("owner").cast(pl.String), descending=[True, False])
        .unique("currency", keep="first", maintain_order=True)
        .select("currency", "per_eur")
    )
    return pl.concat([euro, rates])
