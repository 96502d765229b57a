"""Prices in euro at dated rates: one rule for every capability.

A price without a currency is in that of the owner's nation, by the nation's own row where it is
visible. The last rate not after the day of the twin holds, the viewer's where several owners give
one for that day, else that of the first owner by code. Without a price or a rate there is no value:
it is never guessed.
"""

import polars as pl

from redball.model.marks import Marks
from redball.model.twin import Twin

EURO = "EUR"


def euro_prices(twin: Twin, marks: Marks) -> pl.DataFrame:
    """Price of one unit of issue of every item row in euro, and what it rests on.

    Returns
    -------
    polars.DataFrame
        One row per item row, in order: ``currency``, ``per_eur``, ``day`` (of the rate; null for
        the euro), ``price_eur`` (null without price or rate), ``mark`` (of nation and rate, beside
        the item itself).
    """
    said = pl.col("currency").is_not_null()
    rows = (
        twin["item"]
        .select("price", "currency", pl.col("owner").cast(pl.String))
        .join(_nations(twin), on="owner", how="left", maintain_order="left")
        .with_columns(
            currency=pl.coalesce("currency", "own_currency"),
            nation_label=pl.when(~said).then("nation_label"),
        )
        .join(last_rates(twin), on="currency", how="left", maintain_order="left")
    )
    return rows.select(
        "currency",
        "per_eur",
        "day",
        price_eur=pl.col("price") / pl.col("per_eur"),
        mark=marks.of(rows["nation_label"]) | marks.of(rows["rate_label"]),
    )


def last_rates(twin: Twin) -> pl.DataFrame:
    """Rate of each currency: ``currency``, ``per_eur``, ``day``, ``rate_label``; the euro first."""
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


def _nations(twin: Twin) -> pl.DataFrame:
    own = pl.col("owner").cast(pl.String) == pl.col("key")
    return (
        twin["nation"]
        .drop_nulls("currency")
        .sort(own, pl.col("owner").cast(pl.String), descending=[True, False])
        .unique("key", keep="first", maintain_order=True)
        .select(owner="key", own_currency="currency", nation_label="label")
    )
