"""Read the rows of given labels as they were at a moment."""

from collections.abc import Collection, Iterator
from datetime import datetime

import polars as pl
import sqlalchemy as sa

from redball.model import BadUse, table, tables
from redball.model.frames import frame_schema
from redball.store.backend import Backend, Query
from redball.store.columns import loaded
from redball.store.revisions import last_revision
from redball.store.tables import sql_table
from redball.store.values import Stream

PAGE_ROWS = 250_000


def stream(
    backend: Backend,
    *,
    as_of: datetime | None,
    labels: Collection[int],
    names: Collection[str] | None,
) -> Stream:
    """Read table by table; see :meth:`redball.store.Store.stream`."""
    if as_of is not None and as_of.utcoffset() is None:
        raise BadUse("The moment to read at has no time zone.", mend="Give it one, such as UTC.")
    if not all(type(number) is int for number in labels):
        raise BadUse("Labels to read are given by their ids, as in Store.labels().")
    wanted = list(tables()) if names is None else [table(name).name for name in names]
    with backend.reading() as connection:
        revision = last_revision(connection, as_of)
    # The revision was fixed first. Its rows stay the same whatever is imported meanwhile: later
    # rows have a later `since`, and rows that end later have an `until` beyond it.
    allowed = sorted(set(labels))
    ordered = [name for name in tables() if name in wanted]
    return Stream(revision, _frames(backend, ordered, revision, allowed))


def _frames(
    backend: Backend, names: list[str], revision: int, allowed: list[int]
) -> Iterator[tuple[str, pl.DataFrame]]:
    for name in names:
        schema = frame_schema(table(name))
        pages = _pages(backend, name, revision, allowed) if allowed and revision else ()
        yield name, pl.concat([pl.DataFrame(schema=schema), *pages], rechunk=True)


def _pages(
    backend: Backend, name: str, revision: int, allowed: list[int]
) -> Iterator[pl.DataFrame]:
    """Draw a table page by page along its key: text takes far more room before it is typed."""
    schema = frame_schema(table(name))
    columns = sql_table(name).columns
    place = sa.tuple_(columns["owner"], columns["key"])
    query = _query(name, revision, allowed)
    after = query.limit(PAGE_ROWS)
    while True:
        page = loaded(backend.frames({name: after})[name], schema, backend.url)
        yield page
        if page.height < PAGE_ROWS:
            return
        owner, key = page.select(pl.col("owner").cast(pl.String), "key").row(-1)
        after = query.where(place > sa.tuple_(sa.literal(owner), sa.literal(key))).limit(PAGE_ROWS)


def _query(name: str, revision: int, allowed: list[int]) -> Query:
    """Rows of a revision with allowed labels.

    The past is read under the labels of today: a row whose label was narrowed since, in any later
    version, is not shown to those who lost it, so that a mislabelled row can be recalled.
    """
    target = sql_table(name)
    columns = target.columns
    later = target.alias("later")
    narrowed = sa.exists().where(
        later.c.owner == columns["owner"],
        later.c.key == columns["key"],
        later.c.since > revision,
        later.c.label.not_in(allowed),
    )
    wanted = [columns[column] for column in frame_schema(table(name))]
    return sa.select(*wanted).where(
        columns["label"].in_(allowed),
        columns["since"] <= revision,
        sa.or_(
            columns["until"].is_(None),
            sa.and_(columns["until"] > revision, sa.not_(narrowed)),
        ),
    )
