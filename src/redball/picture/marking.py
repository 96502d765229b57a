"""Labels of aggregated rows."""

from collections.abc import Sequence

import polars as pl

from redball.model import Twin, dominant

MARKS = pl.List(pl.Int32)
"""A set of positions in ``twin.labels``."""


def gathered(*columns: str) -> pl.Expr:
    """Distinct labels of some integer columns over the rows of a group, as one list."""
    return pl.concat_list([pl.col(c).unique().implode() for c in columns]).list.drop_nulls()


def label_set(column: str) -> pl.Expr:
    """Set of labels (a list column) as one word; far cheaper to collect than lists are."""
    return pl.col(column).cast(pl.List(pl.String)).list.join(" ").cast(pl.Categorical)


def labels_in(column: str) -> pl.Expr:
    """Labels of a list column of :func:`label_set` words, as one list of integers."""
    words = pl.col(column).cast(pl.List(pl.String)).list.join(" ")
    return words.str.split(" ").cast(MARKS, strict=False)


def marked(twin: Twin, frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Replace label columns (integers or lists of them) by ``label``, their dominant label's text.

    A row without any label used nothing and gets the lowest one.
    """
    lists = [
        pl.col(c) if isinstance(frame.schema[c], pl.List) else pl.concat_list(pl.col(c))
        for c in columns
    ]
    used = frame.select(
        used=pl.concat_list([one.cast(MARKS).fill_null(pl.lit([], MARKS)) for one in lists])
        .list.drop_nulls()
        .list.unique()
        .list.sort()
    ).with_columns(code=pl.col("used").cast(pl.List(pl.String)).list.join(" "))
    distinct = used.unique("code")
    texts = {
        code: dominant(twin.labels[i] for i in labels).text
        for code, labels in distinct.select("code", "used").iter_rows()
    }
    label = used["code"].replace_strict(texts, return_dtype=pl.String).alias("label")
    return frame.drop(columns).with_columns(label)
