"""Proposals as rows of the tables order and consignment, to be imported once they are placed."""

import polars as pl

from redball.model import NOWHERE, BadUse, Label, Twin, table
from redball.model.frames import value_schema
from redball.model.labels import ALL
from redball.model.marks import Marks
from redball.stock.orders.result import OrderProposals


def as_order_rows(proposals: OrderProposals, twin: Twin) -> pl.DataFrame:
    """Purchases as rows of the table order: state ``open``, ordered on the day of the proposals.

    Parameters
    ----------
    proposals : OrderProposals
    twin : Twin
        The twin they were computed with.

    Returns
    -------
    polars.DataFrame
        ``owner`` (the viewer), the attributes of the table with references as key text, and
        ``label`` (text; the dominant label of what the line rests on).

    Raises
    ------
    BadUse
        The twin is another one.
    """
    lines = proposals.lines.filter(pl.col("action") == "purchase")
    _same(proposals, twin)
    rows = lines.select(
        "key",
        _named(twin, "party", lines["party_ix"]).alias("supplier"),
        _named(twin, "item", lines["item_ix"]).alias("item"),
        _named(twin, "site", lines["site_ix"]).alias("site"),
        "quantity",
        pl.lit(proposals.today).alias("ordered_on"),
        "due_on",
        pl.lit("open").alias("status"),
        "unit_price",
        "currency",
    )
    return _finished(rows, "order", lines, twin)


def as_consignment_rows(proposals: OrderProposals, twin: Twin) -> pl.DataFrame:
    """Transfers as rows of the table consignment: ``planned``, by road unless changed.

    See :func:`as_order_rows`.
    """
    lines = proposals.lines.filter(pl.col("action") == "transfer")
    _same(proposals, twin)
    rows = lines.select(
        "key",
        _named(twin, "site", lines["from_site_ix"]).alias("from_site"),
        _named(twin, "site", lines["site_ix"]).alias("to_site"),
        _named(twin, "item", lines["item_ix"]).alias("item"),
        "quantity",
        pl.lit("road").alias("mode"),
        pl.lit("planned").alias("status"),
        pl.lit(None, pl.Date).alias("departed_on"),
        pl.col("due_on").alias("expected_on"),
        pl.lit(None, pl.Date).alias("arrived_on"),
        pl.lit(None, pl.String).alias("order"),
        pl.lit(None, pl.String).alias("carrier"),
    )
    return _finished(rows, "consignment", lines, twin)


def _same(proposals: OrderProposals, twin: Twin) -> None:
    if proposals.twin_hash != twin.content_hash:
        raise BadUse(
            "The proposals were computed with another twin.",
            mend="Give the twin that the proposals were computed with.",
        )


def _named(twin: Twin, name: str, rows: pl.Series) -> pl.Series:
    """Keys as the viewer writes them: its own as they are, others with their owner."""
    frame = twin[name].select(
        text=pl.when(pl.col("owner").cast(pl.String) == twin.viewer)
        .then("key")
        .otherwise(pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":"))
    )
    return frame["text"].gather(rows.replace(NOWHERE, None).cast(pl.UInt32))


def _finished(rows: pl.DataFrame, name: str, lines: pl.DataFrame, twin: Twin) -> pl.DataFrame:
    marks = Marks(twin.labels)
    texts = []
    for mark in marks.of_lists(lines["labels"]).to_list():
        made = marks.label(mark)
        readers = frozenset({ALL}) if made.readers is None else made.readers - {twin.viewer}
        texts.append(Label(twin.viewer, made.classification, readers, made.caveats).text)
    schema = value_schema(table(name))
    return rows.select(
        pl.lit(twin.viewer).alias("owner"),
        *(pl.col(column).cast(dtype) for column, dtype in schema.items()),
        pl.Series("label", texts, pl.String),
    )
