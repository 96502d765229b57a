"""Where the supply of items comes from: shares by country, with their concentration."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from redball.model import Groups, Twin
from redball.risk.concentration import (
    _by_dimension,  # one truth of what a source's country is; asked to become public
    _weighted,
    hhi,
)
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
        ``country`` (empty for unknown), ``share``, ``items`` (with a part from there), the largest
        share first, the unknown last.
    hhi : float or None
        Concentration in points. An unknown origin counts as one of its own, as in the findings;
        None where nothing has a source.
    unsourced : int
        Items that have neither a source nor a structure.
    """

    shares: pl.DataFrame
    hhi: float | None
    unsourced: int


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
    frame = _weighted(twin, items)
    parts, countries = _by_dimension(frame, organisations(twin, parties))
    part = parts["country"].filter(pl.col("item_ix").is_in(rows.tolist()))
    sourced = part["item_ix"].unique()
    unsourced = len(np.setdiff1d(rows, np.union1d(sourced.to_numpy(), made)))
    if part.is_empty():
        empty = {"country": pl.String, "share": pl.Float64, "items": pl.UInt32}
        return Origins(pl.DataFrame(schema=empty), None, unsourced)
    whole = pl.col("weight").sum().over("item_ix")
    part = part.with_columns(weight=pl.col("weight") / whole / len(sourced))
    each = part.group_by("what").agg(pl.col("weight").sum())
    named = part.with_columns(
        country=pl.col("what").replace_strict(
            range(len(countries)), countries, default=UNKNOWN, return_dtype=pl.String
        )
        if countries
        else pl.lit(UNKNOWN)
    )
    shares = (
        named.group_by("country")
        .agg(share=pl.col("weight").sum(), items=pl.col("item_ix").n_unique())
        .filter(pl.col("share") > 0)
        .sort(pl.col("country") == UNKNOWN, pl.col("share"), "country",
              descending=[False, True, False])
    )  # fmt: skip
    return Origins(shares, hhi(each["weight"].to_numpy()), unsourced)
