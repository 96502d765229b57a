"""Groups of item records by NIIN, part number and verdict, before any names are compared."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.identity.merging import IntArray, Merger
from redball.identity.numbers import ncage_column, niin_column, part_column
from redball.model import NOWHERE, Twin

BoolArray = npt.NDArray[np.bool_]

NIIN, PART, CONFIRMED = "niin", "part number", "confirmed"


@dataclass(frozen=True)
class ItemGroups:
    """Groups with what they were made from.

    Attributes
    ----------
    group : int32 array, shape (items,)
        Smallest row of the group of each row.
    niin, part : polars.Series of str
        NIIN, and part number with NCAGE, of each row; null for none.
    same, apart : int32 array, shape (n, 2)
        Pairs that a person declared the same, or different.
    """

    group: IntArray
    niin: pl.Series
    part: pl.Series
    same: IntArray
    apart: IntArray


def group_items(twin: Twin, *, heed_verdicts: bool = True) -> ItemGroups:
    """Group the item records of a twin.

    Verdicts of *same* are applied first, so that they decide which side a record goes to where
    another verdict keeps its group apart; then equal NIINs; then equal part numbers with equal
    NCAGE, unless that would bring two NIINs together.

    Parameters
    ----------
    heed_verdicts : bool
        Whether verdicts of *different* keep records apart; ``False`` tells what they changed.
    """
    item = twin["item"]
    same, apart = _verdicts(twin, "same"), _verdicts(twin, "different")
    niin = niin_column(item)
    both = pl.DataFrame({"part": part_column(item), "ncage": ncage_column(item)})
    part = both.select(pl.concat_str("part", "ncage", separator=" of ")).to_series()
    merger = Merger(item.height, apart if heed_verdicts else np.empty((0, 2), np.int32))
    merger.join_pairs(same)
    merger.join_equal(niin)
    numbered = niin.is_not_null().to_numpy()
    merger.mark(numbered)
    merger.join_equal(_unambiguous(part, merger.groups(), numbered), one_number=True)
    return ItemGroups(merger.groups(), niin, part, same, apart)


def _verdicts(twin: Twin, verdict: str) -> IntArray:
    rows = twin["same_item"].filter(
        pl.col("verdict") == verdict,
        pl.col("item_a_ix") != NOWHERE,
        pl.col("item_b_ix") != NOWHERE,
        pl.col("item_a_ix") != pl.col("item_b_ix"),
    )
    pairs = rows.select(
        low=pl.min_horizontal("item_a_ix", "item_b_ix"),
        high=pl.max_horizontal("item_a_ix", "item_b_ix"),
    )
    found: IntArray = pairs.unique().sort("low", "high").to_numpy().astype(np.int32)
    return found.reshape(-1, 2)


def _unambiguous(part: pl.Series, group: IntArray, numbered: BoolArray) -> pl.Series:
    """Part keys by which to join; where one part number has several NIINs, only rows without one.

    A record without a NIIN can't tell which of several it belongs to, so it joins none of them.
    """
    rows = pl.DataFrame({"part": part, "group": group, "numbered": numbered}).with_columns(
        numbered=pl.col("numbered").any().over("group")
    )
    several = pl.col("group").filter("numbered").n_unique().over("part") > 1
    return rows.select(
        part=pl.when(several & pl.col("numbered")).then(None).otherwise("part")
    ).to_series()


def basis_of(groups: ItemGroups) -> tuple[str, ...]:
    """Strongest evidence that ties each row to another one of its group; ``""`` when alone."""
    rows = pl.DataFrame({"group": groups.group, "niin": groups.niin, "part": groups.part})

    def shared(*keys: str) -> pl.Expr:
        return pl.all_horizontal(pl.col(k).is_not_null() for k in keys) & (pl.len().over(*keys) > 1)

    basis = (
        pl.when(shared("group", "niin")).then(pl.lit(NIIN))
        .when(shared("group", "part")).then(pl.lit(PART))
        .when(shared("group")).then(pl.lit(CONFIRMED))
        .otherwise(pl.lit(""))
    )  # fmt: skip
    return tuple(rows.select(basis=basis).to_series().to_list())
