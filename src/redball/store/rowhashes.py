"""Hashes over the stored rows of a table, by the import that brought or ended them."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from redball.model import tables
from redball.store.backend import Query
from redball.store.commitments import keys_hash, rows_hash
from redball.store.tables import sql_table


@dataclass(frozen=True)
class RowHashes:
    """Commitments of a table by revision, as the leaves of imports should hold them.

    Attributes
    ----------
    brought : mapping of int to str
        Over the rows that a revision brought.
    ended : mapping of int to str
        Over the keys of the rows that it ended.
    """

    brought: Mapping[int, str]
    ended: Mapping[int, str]


def stored_rows() -> dict[str, Query]:
    """Query for every stored row of each table of the language, past versions too."""
    return {name: sa.select(*sql_table(name).columns) for name in tables()}


def row_hashes(name: str, rows: pl.DataFrame, markings: pl.DataFrame, since: int = 0) -> RowHashes:
    """Hash the rows of a table by revision, with their label as text.

    Parameters
    ----------
    name : str
        Table.
    rows : polars.DataFrame
        All its columns.
    markings : polars.DataFrame
        With ``id`` and ``text``.
    since : int
        Revisions before this one are passed over.
    """
    if rows.is_empty():
        return RowHashes({}, {})
    ended = rows.select("key", "until").filter(pl.col("until") >= since)
    recent = rows.filter(pl.col("since") >= since) if since else rows
    texts = markings.select(pl.col("id").alias("label"), "text")
    spelled = recent.join(texts, on="label", how="left", maintain_order="left")
    whole = spelled.drop("label").rename({"text": "label"})
    order = [c.name for c in sql_table(name).columns if c.name not in ("since", "until")]
    brought = {
        int(number): rows_hash(part.select(order))
        for (number,), part in _parts(whole, "since").items()
    }
    over = {
        int(number): keys_hash(part["key"]) for (number,), part in _parts(ended, "until").items()
    }
    return RowHashes(brought, over)


def _parts(frame: pl.DataFrame, by: str) -> Mapping[tuple[int, ...], pl.DataFrame]:
    """Rows by revision, in order of their keys."""
    if frame.is_empty():
        return {}
    if frame[by].n_unique() == 1:  # no copy of a table that came in one import
        return {(frame[by][0],): frame.sort("key")}
    return frame.sort(by, "key").partition_by(by, maintain_order=True, as_dict=True)
