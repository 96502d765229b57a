r"""Names of articles and companies as sets of words, and how alike two of them are.

Catalogue names are "noun, modifier, modifier" in many languages, so the order of words says
nothing: a name is the set of its words. A word is cut into trigrams with its ends marked, so that
plural, inflection and slips of the pen still overlap. Rare trigrams weigh more: the weight is
:math:`\ln(1 + N / n_t)` for a trigram in :math:`n_t` of :math:`N` names (inverse document
frequency), and two names are as alike as the cosine of their weight vectors.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

# letters that Unicode does not take apart into a base letter and a mark
_FOLD = {
    "ß": "ss",
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "ð": "d",
    "ı": "i",
}


@dataclass(frozen=True)
class NameVectors:
    """Sparse unit vectors of names; the features of a name are sorted, the rarest first.

    Attributes
    ----------
    start : int64 array, shape (names + 1,)
        Where the features of each name begin.
    feature : int32 array
        Rank of the trigram by rarity, 0 the rarest.
    weight : float64 array
        Weight of the trigram in the name; squares of a name add up to 1.
    features : int
        Number of distinct trigrams.
    """

    start: npt.NDArray[np.int64]
    feature: npt.NDArray[np.int32]
    weight: npt.NDArray[np.float64]
    features: int


def plain_names(names: pl.Series, leave_out: Collection[str] = ()) -> pl.Series:
    """Distinct words of each name in lower case without accents, sorted; null when none is left.

    Parameters
    ----------
    names : polars.Series of str
    leave_out : collection of str
        Words that say nothing, such as legal forms.
    """
    plain = (
        pl.col("name")
        .str.to_lowercase()
        .str.replace_many(list(_FOLD), list(_FOLD.values()))
        .str.normalize("NFKD")
        .str.replace_all(r"\p{M}", "")
        .str.replace_all(r"[^\p{L}\p{N}]+", " ")
        .str.strip_chars()
        .str.split(" ")
        .list.unique()
        .list.set_difference(pl.lit(pl.Series([list(leave_out)], dtype=pl.List(pl.String))))
        .list.sort()
        .list.join(" ")
    )
    done = pl.DataFrame({"name": names.cast(pl.String)}).select(name=plain)
    return done.select(pl.when(pl.col("name") != "").then("name")).to_series()


def name_vectors(names: pl.Series) -> NameVectors:
    """Vectors of distinct plain names."""
    words = (
        pl.DataFrame({"name": names})
        .lazy()
        .select(row=pl.int_range(pl.len(), dtype=pl.Int32), word=pl.col("name").str.split(" "))
        .explode("word")
    )
    trigrams = (
        words.select("word").unique()
        .with_columns(padded=pl.format("_{}_", "word"))
        .with_columns(at=pl.int_ranges(0, pl.col("padded").str.len_chars() - 2))
        .explode("at")
        .select("word", trigram=pl.col("padded").str.slice(pl.col("at"), 3))
    )  # fmt: skip
    held = words.join(trigrams, on="word").select("row", "trigram").unique()
    ranks = (
        held.group_by("trigram").len()
        .sort("len", "trigram")
        .with_row_index("feature")
        .with_columns(weight=(1.0 + len(names) / pl.col("len")).log())
    )  # fmt: skip
    rows = (
        held.join(ranks, on="trigram")
        .select("row", pl.col("feature").cast(pl.Int32), "weight")
        .sort("row", "feature")
        .with_columns(weight=pl.col("weight") / (pl.col("weight") ** 2).sum().over("row").sqrt())
        .collect()
    )
    start = np.searchsorted(rows["row"].to_numpy(), np.arange(len(names) + 1)).astype(np.int64)
    feature = rows["feature"].to_numpy()
    count = int(feature.max()) + 1 if len(feature) else 0
    return NameVectors(start, feature, rows["weight"].to_numpy(), count)
