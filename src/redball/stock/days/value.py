"""What a unit of issue is worth in euro, for findings that weigh what is lost."""

import polars as pl

from redball.model import Twin
from redball.model.marks import Marks

_EURO = "EUR"


def euro_prices(twin: Twin, marks: Marks) -> pl.DataFrame:
    """Price of one unit of issue of every item row, and what it rests on beside the item.

    A price without a currency is in that of the owner's nation, by the nation's own row where it
    is visible. The last rate not after the day of the twin holds, the viewer's where several owners
    give one for that day, else that of the first owner by code.

    Returns
    -------
    polars.DataFrame
        One row per item row, in order: ``currency``, ``price_eur`` (null without price or rate:
        never guessed), ``mark`` (of nation and rate).
    """
    nation, rate = _nations(twin), _rates(twin)
    said = pl.col("currency").is_not_null()
    rows = (
        twin["item"]
        .select("price", "currency", pl.col("owner").cast(pl.String))
        .join(nation, on="owner", how="left", maintain_order="left")
        .with_columns(
            currency=pl.coalesce("currency", "own_currency"),
            nation_label=pl.when(~said).then("nation_label"),
        )
        .join(rate, on="currency", how="left", maintain_order="left")
    )
    return rows.select(
        "currency",
        price_eur=pl.col("price") / pl.col("per_eur"),
        mark=marks.of(rows["nation_label"]) | marks.of(rows["rate_label"]),
    )


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
    owner = pl.col("owner").cast(pl.String)
    given = (
        twin["rate"]
        .filter(pl.col("day") <= twin.as_of.date(), pl.col("currency") != _EURO)
        .sort("day", owner == twin.viewer, owner, "key", descending=[True, True, False, False])
        .unique("currency", keep="first", maintain_order=True)
        .select("currency", "per_eur", rate_label="label")
    )
    euro = pl.DataFrame(
        {"currency": [_EURO], "per_eur": [1.0], "rate_label": [None]}, schema=given.schema
    )
    return pl.concat([euro, given])
