"""Rows of engines with names in place of positions, and labels in words."""

from collections.abc import Iterable

import polars as pl

from redball.model import NOWHERE, ResultLabel, Twin
from redball.model.labels import combine, dominant, result_label
from redball.model.marks import Marks

_TABLES = {
    "site_ix": "site",
    "from_site_ix": "site",
    "to_site_ix": "site",
    "item_ix": "item",
    "party_ix": "party",
    "system_ix": "system",
    "source_ix": "source",
}


def named(twin: Twin, frame: pl.DataFrame) -> pl.DataFrame:
    """Put names in place of positions.

    ``site_ix`` becomes ``site`` (``OWNER:KEY``), ``item_ix`` becomes ``item`` and ``item_name``,
    and so on; ``-1`` becomes an empty value. A list column ``labels`` of positions in
    ``twin.labels`` becomes ``label``, the text of the dominant label.
    """
    columns: list[pl.Series] = []
    for series in frame.get_columns():
        table = _TABLES.get(series.name)
        if table is not None:
            columns += _names(twin, series, table)
        elif series.name == "labels":
            columns.append(label_texts(twin, series))
        else:
            columns.append(series)
    return pl.DataFrame(columns) if columns else frame


def in_front(frame: pl.DataFrame, names: Iterable[str]) -> pl.DataFrame:
    """The same columns, those that a reader needs first in front; absent ones are passed over."""
    first = [name for name in names if name in frame.columns]
    return frame.select(*first, pl.exclude(first))


def label_texts(twin: Twin, labels: pl.Series) -> pl.Series:
    """Text of the dominant label of each list of label positions."""
    marks = Marks(twin.labels)
    return marks.texts(marks.of_lists(labels)).alias("label")


def label_of_lists(twin: Twin, lists: Iterable[pl.Series]) -> ResultLabel:
    """Dominant label of everything in some columns of label positions."""
    used: set[int] = set()
    for column in lists:
        used |= set(column.explode().drop_nulls().unique().to_list())
    label = dominant(())
    for position in sorted(used):
        label = combine(label, result_label(twin.labels[position]))
    return label


def _names(twin: Twin, series: pl.Series, table: str) -> list[pl.Series]:
    name = series.name.removesuffix("_ix")
    rows = twin[table]
    keys = rows.select(pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":"))
    where = series.cast(pl.Int64).replace(NOWHERE, None).cast(pl.UInt32)
    found = [keys.to_series().gather(where).alias(name)]
    if table in ("item", "party"):
        found.append(rows["name"].gather(where).alias(f"{name}_name"))
    return found


def with_left_out(twin: Twin, rows: pl.DataFrame, label: ResultLabel) -> ResultLabel:
    """Close a label so far that it covers why rows are left out that its readers see.

    Whoever sees a row but not all that it names would find it left out for another reason; an
    answer that holds it back, or says the true one, tells of what they do not see.
    """
    marks = Marks(twin.labels)
    own = marks.of(rows["own"]).to_list()
    behind = marks.of_lists(rows["labels"]).to_list()
    waiting = set(zip(own, behind, strict=True))
    while True:
        shown = {pair for pair in waiting if combine(label, marks.label(pair[0])) == label}
        if not shown:
            return label
        for _, mark in sorted(shown):
            label = combine(label, marks.label(mark))
        waiting -= shown  # a label that is more closed may cover further rows


def shown_left_out(twin: Twin, rows: pl.DataFrame, label: ResultLabel) -> pl.DataFrame:
    """Rows that could not be used, as far as readers of a label may know.

    Rows that are more closed than the answer stay out of it, so that they do not close it; they
    played no part in it. The label is one :func:`with_left_out`.
    """
    marks = Marks(twin.labels)
    mark = marks.of_lists(rows["labels"]).to_list()
    known = {m: combine(label, marks.label(m)) == label for m in set(mark)}
    shown = rows.filter(pl.Series([known[m] for m in mark], dtype=pl.Boolean))
    # why a row is left out may rest on others, so it has no label of its own beside the answer's
    return shown.drop("own", "labels")
