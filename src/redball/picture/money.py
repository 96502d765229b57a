"""Prices in euro at dated rates."""

import polars as pl

from redball.model import Twin
from redball.model.marks import Marks

EURO = "EUR"


def euro_prices(twin: Twin, marks: Marks) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Price of one unit of issue of every item row in euro.

    A price without a currency is in that of the owner's nation, by the nation's own row where it
    is visible. The last rate not after the day of the twin is taken, of the viewer where several
    owners give one for that day, else of the first owner by code. Without a rate the price is null:
    it is never guessed.

    Returns
    -------
    prices : polars.DataFrame
        One row per item row, in order: ``price_eur``, ``price_mark`` (of the nation and the rate
        that were used).
    said : tuple of str
        Which rates were used, and which are missing.
    """
    item = (
        twin["item"]
        .select("price", "currency", pl.col("owner").cast(pl.String))
        .join(_nations(twin), on="owner", how="left", maintain_order="left")
    )
    asked = item["currency"].is_null()
    rows = item.with_columns(
        pl.coalesce("currency", "own_currency"), nation_label=pl.when(asked).then("nation_label")
    ).join(_rates(twin), on="currency", how="left", maintain_order="left")
    priced = rows.filter(pl.col("price").is_not_null())
    used = priced.select("currency", "per_eur", "day").drop_nulls().unique().sort("currency")
    missing = priced.filter(pl.col("per_eur").is_null())
    names = missing["currency"].fill_null("no currency").unique().sort().to_list()
    said = [
        f"Values in {code} are taken at {rate:g} for one euro, the rate of {day}."
        for code, rate, day in used.iter_rows()
    ]
    if names:
        said.append(
            f"{missing.height} prices have no value in euro: no rate for {', '.join(names)}."
        )
    prices = rows.select(
        price_eur=pl.col("price") / pl.col("per_eur"),
        price_mark=marks.of(rows["nation_label"]) | marks.of(rows["rate_label"]),
    )
    return prices, tuple(said)


def _nations(twin: Twin) -> pl.DataFrame:
    own = pl.col("owner").cast(pl.String) == pl.col("key")
    return (
        twin["nation"]
        .drop_nulls("currency")
        .sort(own, pl.col("owner").cast(pl.String), descending=[True, False])
        .unique("key", keep="first", maintain_order=True)
        .select(owner="key", own_currency="currency", nation_label="label")
    )


def _rates(twin: Twin) -> pl.DataFrame:
    """Rate of each currency: ``currency``, ``per_eur``, ``day``, ``rate_label``."""
    owner = pl.col("owner").cast(pl.String)
    given = (
        twin["rate"]
        .filter(pl.col("day") <= twin.as_of.date(), pl.col("currency") != EURO)
        .sort("day", owner == twin.viewer, owner, "key", descending=[True, True, False, False])
        .unique("currency", keep="first", maintain_order=True)
        .select("currency", "per_eur", "day", rate_label="label")
    )
    euro = pl.DataFrame(
        {"currency": [EURO], "per_eur": [1.0], "day": [None], "rate_label": [None]},
        schema=given.schema,
    )
    return pl.concat([euro, given])
