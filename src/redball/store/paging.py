"""Pages and counts of the rows that a viewer may read, filtered inside of the query.

Pages go from place to place in an order (keyset), not by numbers of rows: a later page takes no
longer than the first, and what is imported meanwhile shifts nothing. Rows of other labels are left
out before anything is compared, ordered, counted or cut, so that neither a count, an order, a
search, the size of a page nor whether there is another says anything of them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl
import sqlalchemy as sa

from redball.model import BadUse, table
from redball.model.frames import frame_schema
from redball.store.asking import Asked, Prefix, Where
from redball.store.backend import Backend, Query
from redball.store.columns import loaded
from redball.store.labelled import OneOf
from redball.store.reading import label_ids_of, revision_at, visible
from redball.store.tables import label_table, sql_table
from redball.store.tokens import Place, place_of, written

__all__ = ["MOST_ROWS", "Page", "Prefix", "Where", "count", "page"]

MOST_ROWS = 10_000
"""Largest page."""


@dataclass(frozen=True)
class Page:
    """Some rows in their order.

    Attributes
    ----------
    frame : polars.DataFrame
        Owner, the attributes and ``label``, or the columns that were asked for.
    next : str or None
        Give it as ``after`` for the rows behind these; ``None`` when there are no more.
    """

    frame: pl.DataFrame
    next: str | None


def page(
    backend: Backend,
    name: str,
    *,
    labels: Collection[int],
    as_of: datetime | None = None,
    after: str | None = None,
    limit: int = 100,
    columns: Sequence[str] | None = None,
    order: str | None = None,
    descending: bool = False,
    where: Where | None = None,
    coarse: Collection[int] = (),
) -> Page:
    """Read one page of a table.

    Parameters
    ----------
    backend : Backend
    name : str
        Table of the language.
    labels : collection of int
        Ids that the viewer may read; an empty one gives no rows.
    as_of : datetime, optional
        A past moment, with zone.
    after : str, optional
        ``next`` of the page before.
    limit : int
        Rows at most, up to :data:`MOST_ROWS`.
    columns : sequence of str, optional
        Columns of ``model.frames.frame_schema``; without it, the owner, the attributes and the
        label, but not where a row stood in its file, which tells how much lies between two rows.
    order : str, optional
        Column to order by, empty values last; then, and without one, by owner and key. Text is
        ordered by its bytes on every store.
    descending : bool
        The other way round, empty values first.
    where : mapping, optional
        See :data:`Where`.
    coarse : collection of int
        Those of ``labels`` whose rows the viewer is shown less than exactly. While there are any,
        numbers and days can't be ordered or searched by: their order would give them away.

    Raises
    ------
    BadUse
        A column or a place that does not fit, a limit out of bounds.
    StoreError
        The database can't answer.
    """
    asked = Asked(name, order, descending, dict(where or {}), bool(coarse))
    wanted = asked.columns(columns)
    if type(limit) is not int or not 1 <= limit <= MOST_ROWS:
        raise BadUse(f"A page has 1 to {MOST_ROWS} rows.", mend="Ask for as many.")
    place = None if after is None else place_of(after, asked.fingerprint, asked.kind)
    allowed = label_ids_of(labels)
    with backend.reading(labels=allowed) as connection:
        revision = None if as_of is None else revision_at(connection, as_of)
        reader = _Reader(backend, connection, asked, revision, allowed)
        found = reader.rows(place, limit + 1) if allowed else asked.nothing()
    shown = found.head(limit)
    token = None if found.height <= limit else written(asked.place(shown), asked.fingerprint)
    return Page(shown.select(wanted), token)


def count(
    backend: Backend,
    name: str,
    *,
    labels: Collection[int],
    as_of: datetime | None = None,
    where: Where | None = None,
    coarse: Collection[int] = (),
) -> int:
    """Count the rows that pages would show; parameters as for :func:`page`."""
    asked = Asked(name, None, False, dict(where or {}), bool(coarse))
    allowed = label_ids_of(labels)
    if not allowed:
        return 0
    with backend.reading(labels=allowed) as connection:
        revision = None if as_of is None else revision_at(connection, as_of)
        number = sa.func.count(type_=sa.BigInteger()).label("rows")
        query = sa.select(number).select_from(sql_table(name))
        query = visible(query, name, revision, allowed).where(*asked.conditions())
        return int(backend.rows(connection, query)["rows"][0])


@dataclass(frozen=True)
class _Reader:
    """Reading of a page in a transaction."""

    backend: Backend
    connection: sa.Connection
    asked: Asked
    revision: int | None
    allowed: list[int]

    def rows(self, place: Place | None, limit: int) -> pl.DataFrame:
        """Rows behind a place."""
        if self.asked.order is not None:
            return self._drawn(self._behind(self._query(), place).limit(limit))
        return self._by_key(place, limit)

    def _query(self) -> Query:
        name = self.asked.name
        columns = sql_table(name).columns
        query = sa.select(*(columns[column] for column in frame_schema(table(name))))
        return visible(query, name, self.revision, self.allowed).where(*self.asked.conditions())

    def _drawn(self, query: Query) -> pl.DataFrame:
        frame = self.backend.rows(self.connection, query)
        return loaded(frame, frame_schema(table(self.asked.name)), self.backend.url)

    def _by_key(self, place: Place | None, limit: int) -> pl.DataFrame:
        """Draw owner by owner along the primary key.

        Owners of whom the viewer may read nothing are not looked at, which takes as little time as
        if they had no rows.
        """
        down = self.asked.descending
        columns = sql_table(self.asked.name).columns
        parts = [self.asked.nothing()]
        for owner in sorted(self._owners(), reverse=down):
            missing = limit - sum(part.height for part in parts)
            if missing <= 0:
                break
            query = self._query().where(columns["owner"] == owner)
            if place is not None and owner == place.owner:
                key = sa.literal(place.key, sa.Text())
                query = query.where(columns["key"] < key if down else columns["key"] > key)
            elif place is not None and (owner > place.owner) is down:
                continue
            key_order = columns["key"].desc() if down else columns["key"]
            parts.append(self._drawn(query.order_by(key_order).limit(missing)))
        return pl.concat(parts)

    def _owners(self) -> list[str]:
        """Owners of rows with an allowed label."""
        known = OneOf(label_table().c.id, self.allowed).compile(dialect=self.connection.dialect)
        query = f"SELECT DISTINCT owner FROM label WHERE {known}"
        return list(self.connection.exec_driver_sql(query).scalars())

    def _behind(self, query: Query, place: Place | None) -> Query:
        """Order by a column, then owner and key, beginning behind a place."""
        columns = sql_table(self.asked.name).columns
        down = self.asked.descending
        column, empty = (
            columns[self.asked.order or "key"],
            columns[self.asked.order or "key"].is_(None),
        )
        row = sa.tuple_(columns["owner"], columns["key"])
        order = (empty, column, columns["owner"], columns["key"])
        query = query.order_by(*(part.desc() if down else part.asc() for part in order))
        if place is None:
            return query
        mark = sa.tuple_(sa.literal(place.owner), sa.literal(place.key))
        tie = row < mark if down else row > mark
        if place.value is None:
            beyond = sa.not_(empty) if down else sa.false()
            return query.where(sa.or_(sa.and_(empty, tie), beyond))
        value = sa.literal(place.value, column.type)
        further = column < value if down else sa.or_(column > value, empty)
        return query.where(sa.or_(further, sa.and_(column == value, tie)))
