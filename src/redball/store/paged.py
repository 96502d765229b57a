"""Pages and counts as methods of the store."""

from collections.abc import Collection, Sequence
from datetime import datetime

from redball.store.backend import Backend
from redball.store.paging import Page, Where, count, page


class Paged:
    """What a store says of its rows page by page; base of :class:`redball.store.Store`."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def page(
        self,
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
        """Read one page of a table; see :func:`redball.store.paging.page`."""
        return page(
            self._backend,
            name,
            labels=labels,
            as_of=as_of,
            after=after,
            limit=limit,
            columns=columns,
            order=order,
            descending=descending,
            where=where,
            coarse=coarse,
        )

    def count(
        self,
        name: str,
        *,
        labels: Collection[int],
        as_of: datetime | None = None,
        where: Where | None = None,
        coarse: Collection[int] = (),
    ) -> int:
        """Count the rows that pages would show; see :func:`redball.store.paging.count`."""
        return count(self._backend, name, labels=labels, as_of=as_of, where=where, coarse=coarse)
