"""Keys that occur more than once in a table."""

import polars as pl

from redball.exchange.check.rule import ERROR, WARNING, Rule
from redball.exchange.check.work import Work

DUPLICATE = Rule(
    "duplicate-key",
    ERROR,
    "The key occurs more than once, with different values.",
    "It is not known which row is right; taking one would be a guess.",
    "Keep one of the rows; for stock give lots, or add the quantities up.",
)
REPEATED = Rule(
    "repeated-row",
    WARNING,
    "The row occurs more than once; one is kept.",
    "A repeated row may be a fault of the export.",
    "Remove the repeats.",
)
RULES = (DUPLICATE, REPEATED)

_NAMED = 8
"""Other lines named in one message."""


def duplicate_keys(work: Work) -> None:
    """Report keys that occur more than once; repeats of an equal row are left out."""
    key = work.frame["key"]
    if key.n_unique() == len(key):
        return
    doubled = key.is_duplicated() & key.is_not_null()
    if not doubled.any():
        return
    rows = work.frame.with_row_index("row").filter(doubled)
    values = [name for name in work.frame.columns if name != "key"]
    unread = pl.Series(work.log.bad).gather(rows["row"])
    groups = (
        rows.with_columns(unread=unread)
        .join(work.place(), on="row", how="left", maintain_order="left")
        .with_columns(
            kinds=pl.struct(values).n_unique().over("key"),
            all_bad=pl.col("unread").all().over("key"),
            some_bad=pl.col("unread").any().over("key"),
            first=pl.col("row").min().over("key"),
            place=_places(work),
        )
    )
    groups = groups.with_columns(message=_message())
    # cells that can't be read are null: rows that differ there would look equal
    differ = (pl.col("kinds") > 1) | (pl.col("some_bad") & ~pl.col("all_bad"))
    wrong = groups.filter(differ)
    work.log.hit(DUPLICATE, wrong["row"], "key", wrong["message"])
    same = groups.filter(~differ & ~pl.col("all_bad") & (pl.col("row") != pl.col("first")))
    work.log.hit(REPEATED, same["row"], "key", same["message"])
    work.dropped[same["row"].to_numpy()] = True


def _places(work: Work) -> pl.Expr:
    line = pl.col("line").cast(pl.String).fill_null("?")
    if len(work.parts) == 1:
        return line
    return pl.concat_str(pl.col("sheet"), line, separator=" line ")


def _message() -> pl.Expr:
    """Name all lines of the key, or the first few and how many more there are."""
    count = pl.len().over("key")
    named = pl.col("place").head(_NAMED).implode().over("key", mapping_strategy="join")
    more = (
        pl.when(count > _NAMED)
        .then(pl.format(" and {} more", count - _NAMED))
        .otherwise(pl.lit(""))
    )
    return pl.format(
        "The key '{}' is on lines {}{}.",
        pl.col("key"),
        named.list.join(", "),
        more,
    )
