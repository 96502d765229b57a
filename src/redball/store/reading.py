"""Read the rows of given labels as they were at a moment.

One of the two modules through which rows leave a store (the other: :mod:`redball.store.paging`).
Every query here is made by :func:`visible`, which has no default for the labels.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

import polars as pl
import sqlalchemy as sa

from redball.model import BadUse, table, tables
from redball.model.frames import frame_schema
from redball.store.backend import Backend, Query
from redball.store.columns import loaded
from redball.store.labelled import OneOf
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
    coarse: Mapping[int, int] | None = None,
) -> Stream:
    """Read table by table; see :meth:`redball.store.Store.stream`."""
    allowed = label_ids_of(labels)
    wanted = list(tables()) if names is None else [table(name).name for name in names]
    with backend.reading() as connection:
        revision = revision_at(connection, as_of)
    # The revision was fixed first. Its rows stay the same whatever is imported meanwhile: later
    # rows have a later `since`, and rows that end later have an `until` beyond it.
    ordered = [name for name in tables() if name in wanted]
    return Stream(revision, _frames(backend, ordered, revision, allowed, coarse or {}))


def visible_rows(
    backend: Backend, revision: int, labels: Collection[int], coarse: Mapping[int, int]
) -> int:
    """Count the rows of a revision as it is read today; see :meth:`Store.visible_rows`."""
    allowed, count = label_ids_of(labels), sa.func.count().label("rows")
    queries = {
        name: visible(
            sa.select(count).select_from(sql_table(name)), name, revision, allowed, coarse
        )
        for name in tables()
    }
    return sum(int(one["rows"][0]) for one in backend.frames(queries, labels=allowed).values())


def label_ids_of(labels: Collection[int]) -> list[int]:
    """Label ids in order, each once.

    Raises
    ------
    BadUse
        Something else than a whole number; these go into SQL as they are.
    """
    if not all(type(number) is int for number in labels):
        raise BadUse("Labels to read are given by their ids, as in Store.labels().")
    return sorted(set(labels))


def revision_at(connection: sa.Connection, as_of: datetime | None) -> int:
    """Last revision at a moment, or of all; 0 for none.

    Raises
    ------
    BadUse
        The moment has no time zone.
    """
    if as_of is not None and as_of.utcoffset() is None:
        raise BadUse("The moment to read at has no time zone.", mend="Give it one, such as UTC.")
    return last_revision(connection, as_of)


def _frames(
    backend: Backend,
    names: list[str],
    revision: int,
    allowed: list[int],
    coarse: Mapping[int, int],
) -> Iterator[tuple[str, pl.DataFrame]]:
    for name in names:
        schema = frame_schema(table(name))
        pages = _pages(backend, name, revision, allowed, coarse) if allowed and revision else ()
        yield name, pl.concat([pl.DataFrame(schema=schema), *pages], rechunk=True)


def _pages(
    backend: Backend, name: str, revision: int, allowed: list[int], coarse: Mapping[int, int]
) -> Iterator[pl.DataFrame]:
    """Draw a table page by page along its key: text takes far more room before it is typed."""
    schema = frame_schema(table(name))
    columns = sql_table(name).columns
    place = sa.tuple_(columns["owner"], columns["key"])
    query = _query(name, revision, allowed, coarse)
    after = query.limit(PAGE_ROWS)
    while True:
        page = loaded(backend.frames({name: after}, labels=allowed)[name], schema, backend.url)
        yield page
        if page.height < PAGE_ROWS:
            return
        owner, key = page.select(pl.col("owner").cast(pl.String), "key").row(-1)
        after = query.where(place > sa.tuple_(sa.literal(owner), sa.literal(key))).limit(PAGE_ROWS)


def _query(name: str, revision: int, allowed: list[int], coarse: Mapping[int, int]) -> Query:
    columns = sql_table(name).columns
    wanted = [columns[column] for column in frame_schema(table(name))]
    # the order is that of the primary key; without it a server may return pages of any rows
    return visible(sa.select(*wanted), name, revision, allowed, coarse).order_by(
        columns["owner"], columns["key"]
    )


def visible(
    query: Query,
    name: str,
    revision: int | None,
    allowed: Collection[int],
    coarse: Mapping[int, int] | None = None,
) -> Query:
    """Keep rows of a revision with allowed labels.

    The past is read under the labels of today: a row whose label was narrowed since, in any later
    version, is not shown to those who lost it, so that a mislabelled row can be recalled.

    Parameters
    ----------
    query : sqlalchemy.Select
        On the SQL table ``name``.
    name : str
    revision : int or None
        ``None`` for what is current when the query runs.
    allowed : collection of int
        Label ids; checked by :func:`label_ids_of`.
    coarse : mapping of int to int, optional
        How coarsely rows of some labels are shown; a row that is to be shown more coarsely since
        is not shown as it was.
    """
    target = sql_table(name)
    columns = target.columns
    query = query.where(OneOf(columns["label"], allowed))
    if revision is None:
        return query.where(columns["until"].is_(None))
    later = target.alias("later")
    narrowed = sa.exists().where(
        later.c.owner == columns["owner"],
        later.c.key == columns["key"],
        later.c.since > revision,
        sa.or_(
            sa.not_(OneOf(later.c.label, allowed)),
            *_coarser(columns["label"], later.c.label, allowed, coarse or {}),
        ),
    )
    return query.where(
        columns["since"] <= revision,
        sa.or_(
            columns["until"].is_(None),
            sa.and_(columns["until"] > revision, sa.not_(narrowed)),
        ),
    )


def _coarser(
    own: "sa.Column[int]",
    later: "sa.Column[int]",
    allowed: Collection[int],
    coarse: Mapping[int, int],
) -> Iterator["sa.ColumnElement[bool]"]:
    """A later version is shown more coarsely than this one would be, for each way to be so."""
    for rank in sorted(set(coarse.values())):
        finer = sorted(number for number in allowed if coarse.get(number, 0) < rank)
        as_coarse = sorted(number for number, found in coarse.items() if found >= rank)
        if finer:
            yield sa.and_(OneOf(own, finer), OneOf(later, as_coarse))
