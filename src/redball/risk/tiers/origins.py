"""Where the supply of items comes from: shares by country, with their concentration."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from redball.model import Groups, Twin
from redball.model.marks import Marks
from redball.model.money import euro_prices
from redball.risk.concentration import by_dimension, hhi, weighted_sources
from redball.risk.network import Ints
from redball.risk.ownership import organisations

UNKNOWN = ""
"""Country of what has none that is known."""


@dataclass(frozen=True)
class Origins:
    """Origin of items: every item counts once, its sources by their share.

    Attributes
    ----------
    shares : polars.DataFrame
        ``country`` (empty for unknown), ``share``, ``value_share`` (items weighted by the price of
        one unit in euro; null where no item with a source has a price), ``items`` (with a part from
        there), the largest share first, the unknown last.
    hhi : float or None
        Concentration in points. An unknown origin counts as one of its own, as in the findings;
        None where nothing has a source.
    unsourced : int
        Items that have neither a source nor a structure.
    unpriced : int
        Items with a source that have no price; ``value_share`` leaves them out.
    """

    shares: pl.DataFrame
    hhi: float | None
    unsourced: int
    unpriced: int


def origins(twin: Twin, items: Groups, parties: Groups, rows: Ints, made: Ints) -> Origins:
    """Origin of the supply of items.

    Parameters
    ----------
    twin : Twin
    items, parties : Groups
    rows : int32 array
        Items, first records.
    made : int32 array
        Those of them with a structure of their own.
    """
    frame = weighted_sources(twin, items)
    parts, countries = by_dimension(frame, organisations(twin, parties))
    part = parts["country"].filter(pl.col("item_ix").is_in(rows.tolist()))
    sourced = part["item_ix"].unique()
    unsourced = len(np.setdiff1d(rows, np.union1d(sourced.to_numpy(), made)))
    if part.is_empty():
        empty = {"country": pl.String, "share": pl.Float64, "value_share": pl.Float64}
        return Origins(pl.DataFrame(schema={**empty, "items": pl.UInt32}), None, unsourced, 0)
    prices = _prices(twin, items, sourced)
    whole = pl.col("weight").sum().over("item_ix")
    part = (
        part.join(prices, on="item_ix", how="left")
        .with_columns(share=pl.col("weight") / whole)
        .with_columns(value=pl.col("share") * pl.col("price"), share=pl.col("share") / len(sourced))
    )
    each = part.group_by("what").agg(pl.col("share").sum())
    code = pl.lit(UNKNOWN)
    if countries:
        code = pl.col("what").replace_strict(
            range(len(countries)), countries, default=UNKNOWN, return_dtype=pl.String
        )
    value = pl.col("value").sum() / part["value"].sum() if part["value"].sum() > 0 else pl.lit(None)
    shares = (
        part.with_columns(country=code)
        .group_by("country")
        .agg(
            share=pl.col("share").sum(),
            value_share=value.cast(pl.Float64),
            items=pl.col("item_ix").n_unique(),
        )
        .filter(pl.col("share") > 0)
        .sort(pl.col("country") == UNKNOWN, pl.col("share"), "country",
              descending=[False, True, False])
    )  # fmt: skip
    unpriced = int(prices["price"].null_count())
    return Origins(shares, hhi(each["share"].to_numpy()), unsourced, unpriced)


def _prices(twin: Twin, items: Groups, sourced: pl.Series) -> pl.DataFrame:
    """Price of one unit in euro of each item: that of its first record that has one."""
    rows = euro_prices(twin, Marks(twin.labels))["price_eur"]
    known = pl.DataFrame({"item_ix": np.asarray(items.group, np.int32), "price": rows})
    first = known.group_by("item_ix").agg(pl.col("price").drop_nulls().first())
    return pl.DataFrame({"item_ix": sourced}).join(first, on="item_ix", how="left")
