"""Pairs of records that may be the same, from how alike their names are."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.identity.alike import alike_names
from redball.identity.merging import IntArray
from redball.identity.names import name_vectors

MANY_BEARERS = 8
"""A name that one owner gives to more of its own records than this tells nothing apart."""

MOST_PAIRS = 3_000_000
"""Pairs of records that are scored at most; the ones with the least alike names are left out."""


@dataclass(frozen=True)
class Records:
    """Records to be compared.

    Attributes
    ----------
    owner : polars.Series of str
        Owner of each row.
    group : int32 array
        Group of each row: pairs inside one group are settled.
    numbered : bool array
        Rows whose number settles what they are: two groups that both have one are not compared.
    apart : int32 array, shape (n, 2)
        Pairs that a person declared different.
    """

    owner: pl.Series
    group: IntArray
    numbered: npt.NDArray[np.bool_]
    apart: IntArray


def alike_records(names: pl.DataFrame, minimum: float) -> pl.DataFrame:
    """Pairs of rows of different owners with names that are alike.

    Parameters
    ----------
    names : polars.DataFrame
        ``row`` (int32), ``owner`` (str), ``name`` (plain; a row may have several).
    minimum : float
        Least cosine.

    Returns
    -------
    polars.DataFrame
        ``a_ix`` < ``b_ix`` and ``alike``, the cosine of the most alike of their names.
    """
    borne = (
        names.drop_nulls("name")
        .unique()
        .filter(pl.len().over("owner", "name") <= MANY_BEARERS)
    )  # fmt: skip
    texts = (
        borne.group_by("name")
        .agg(
            owners=pl.col("owner").n_unique(),
            owner=pl.col("owner").first(),
            bearers=pl.len(),
        )
        .sort("name")
        .with_row_index("text")
        .with_columns(pl.col("text").cast(pl.Int32), owner=pl.col("owner").rank("dense"))
    )
    one = texts.select(pl.when(pl.col("owners") == 1).then("owner").otherwise(-1).cast(pl.Int32))
    found = alike_names(name_vectors(texts["name"]), minimum, one.to_series().to_numpy())
    equal = texts.filter(pl.col("owners") > 1).select(
        a="text", b="text", cosine=pl.lit(1.0, pl.Float64)
    )
    bearers = texts.select("text", "bearers")
    product = pl.col("bearers").cast(pl.Int64) * pl.col("bearers_b")
    pairs = (
        pl.concat([equal, found])
        .join(bearers, left_on="a", right_on="text")
        .join(bearers, left_on="b", right_on="text", suffix="_b")
        .sort("cosine", "a", "b", descending=[True, False, False])
        .filter(product.cum_sum() <= MOST_PAIRS)
        .select("a", "b", "cosine")
    )
    who = borne.join(texts.select("name", "text"), on="name").select("text", "row", "owner")
    return (
        pairs.join(who, left_on="a", right_on="text")
        .join(who, left_on="b", right_on="text", suffix="_b")
        .filter(pl.col("owner") != pl.col("owner_b"), pl.col("row") != pl.col("row_b"))
        .group_by(a_ix=pl.min_horizontal("row", "row_b"), b_ix=pl.max_horizontal("row", "row_b"))
        .agg(alike=pl.col("cosine").max())
    )


def unsettled(pairs: pl.DataFrame, records: Records) -> pl.DataFrame:
    """Drop pairs of one owner, of one group, of two numbered groups, or declared different."""
    group = pl.Series("group", records.group)
    rows = pl.DataFrame({"owner": records.owner, "group": group, "numbered": records.numbered})
    rows = rows.with_columns(numbered=pl.col("numbered").any().over("group"))
    a, b = (rows[pairs[side].cast(pl.UInt32)] for side in ("a_ix", "b_ix"))
    open_pairs = pairs.with_columns(
        group_a=pl.min_horizontal(a["group"], b["group"]),
        group_b=pl.max_horizontal(a["group"], b["group"]),
    ).filter(
        (a["owner"] != b["owner"]) & (a["group"] != b["group"]) & ~(a["numbered"] & b["numbered"])
    )
    vetoed = records.group[records.apart].reshape(-1, 2)
    veto = pl.DataFrame(
        {"group_a": vetoed.min(axis=1, initial=len(records.group)),
         "group_b": vetoed.max(axis=1, initial=-1)},
        schema={"group_a": pl.Int32, "group_b": pl.Int32},
    ).unique()  # fmt: skip
    return open_pairs.join(veto, on=["group_a", "group_b"], how="anti")


def best(pairs: pl.DataFrame, minimum_score: float, most: int) -> pl.DataFrame:
    """Keep the best pair of any two groups, then the best pairs of all; no more than ``most``."""
    return (
        pairs.filter(pl.col("score") >= minimum_score)
        .sort("score", "a_ix", "b_ix", descending=[True, False, False])
        .unique(["group_a", "group_b"], keep="first", maintain_order=True)
        .head(most)
    )
