"""Prices in euro, and which rates they were taken at."""

import polars as pl

from redball.model import Twin
from redball.model.marks import Marks
from redball.model.money import euro_prices as in_euro


def euro_prices(twin: Twin, marks: Marks) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Price of one unit of issue of every item row in euro.

    The rule is that of :mod:`redball.model.money`.

    Returns
    -------
    prices : polars.DataFrame
        One row per item row, in order: ``price_eur``, ``price_mark`` (of the nation and the rate
        that were used).
    said : tuple of str
        Which rates were used, and which are missing.
    """
    rows = pl.concat([twin["item"].select("price"), in_euro(twin, marks)], how="horizontal")
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
    return rows.select("price_eur", price_mark="mark"), tuple(said)
