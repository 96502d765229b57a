"""Read the rows of given labels as they were at a moment."""

from collections.abc import Collection
from datetime import datetime

import polars as pl
import sqlalchemy as sa

from redball.model import BadUse, table, tables
from redball.model.frames import frame_schema
from redball.store.backend import Backend, Query
from redball.store.columns import loaded
from redball.store.revisions import last_revision
from redball.store.tables import sql_table
from redball.store.values import Snapshot


def read(
    backend: Backend,
    *,
    as_of: datetime | None,
    labels: Collection[int],
    names: Collection[str] | None,
) -> Snapshot:
    """Read a snapshot; see :meth:`redball.store.Store.read`."""
    if as_of is not None and as_of.utcoffset() is None:
        raise BadUse("The moment to read at has no time zone.", mend="Give it one, such as UTC.")
    if not all(type(number) is int for number in labels):
        raise BadUse("Labels to read are given by their ids, as in Store.labels().")
    wanted = list(tables()) if names is None else [table(name).name for name in names]
    with backend.reading() as connection:
        revision = last_revision(connection, as_of)
    # The revision was fixed first. Its rows stay the same whatever is imported meanwhile: later
    # rows have a later `since`, and rows that end later have an `until` beyond it.
    found: dict[str, pl.DataFrame] = {}
    if labels and revision:
        allowed = sorted(set(labels))
        found = backend.frames({name: _query(name, revision, allowed) for name in wanted})
    frames = {}
    for name in wanted:
        schema = frame_schema(table(name))
        empty = pl.DataFrame(schema=schema)
        frames[name] = loaded(found[name], schema, backend.url) if name in found else empty
    return Snapshot(revision, frames)


def _query(name: str, revision: int, allowed: list[int]) -> Query:
    columns = sql_table(name).columns
    wanted = [columns[column] for column in frame_schema(table(name))]
    return sa.select(*wanted).where(
        columns["label"].in_(allowed),
        columns["since"] <= revision,
        sa.or_(columns["until"].is_(None), columns["until"] > revision),
    )
