"""From evidence to a score, and to the sentence that says which evidence counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import polars as pl


@dataclass(frozen=True)
class Evidence:
    """One piece of evidence about a pair.

    Attributes
    ----------
    holds : polars.Expr
        Whether it was found; unknown counts as not found.
    says : polars.Expr
        Words for a reader.
    raises : float, 0 to 1
        Share of the distance to 1 that it adds to the score.
    keeps : float, 0 to 1
        Factor on the score.
    """

    holds: pl.Expr
    says: pl.Expr
    raises: float = 0.0
    keeps: float = 1.0

    @property
    def found(self) -> pl.Expr:
        """Whether it was found, never null."""
        return self.holds.fill_null(value=False)


def scored(pairs: pl.DataFrame, evidence: Sequence[Evidence]) -> pl.DataFrame:
    """Add ``score`` to pairs with ``alike``: what raises comes first, what lowers after it.

    ``1 - score = (1 - alike) * product(1 - raises)`` over the evidence found, then times
    ``keeps``; rounded to four decimals.
    """
    missing = reduce(
        lambda left, one: left * pl.when(one.found).then(1.0 - one.raises).otherwise(1.0),
        evidence,
        1.0 - pl.col("alike"),
    )
    score = reduce(
        lambda left, one: left * pl.when(one.found).then(one.keeps).otherwise(1.0),
        evidence,
        1.0 - missing,
    )
    return pairs.with_columns(score=score.round(4))


def explained(pairs: pl.DataFrame, evidence: Sequence[Evidence]) -> pl.DataFrame:
    """Pairs for a person: ``a_ix``, ``b_ix``, ``score``, ``why``."""
    alike = (
        pl.when(pl.col("alike") > 0)
        .then(pl.format("names {} % alike", (pl.col("alike") * 100).round(0).cast(pl.Int32)))
        .otherwise(pl.lit("names not alike"))
    )
    said = [pl.when(one.found).then(one.says) for one in evidence]
    return pairs.select(
        pl.col("a_ix", "b_ix").cast(pl.Int32),
        "score",
        why=pl.concat_str(alike, *said, separator="; ", ignore_nulls=True),
    )


def least_alike(minimum_score: float, evidence: Sequence[Evidence]) -> float:
    """Least likeness of names from which the evidence given could still reach the score."""
    missing = reduce(lambda left, one: left * (1.0 - one.raises), evidence, 1.0)
    return max(1.0 - (1.0 - minimum_score) / missing, 0.3)
