"""The store: two ways to rows, in by package and out by label."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from types import TracebackType
from typing import Self

import polars as pl
import sqlalchemy as sa

from redball.model import Label
from redball.store.backend import Backend
from redball.store.importing import import_package
from redball.store.migrating import schema_revision
from redball.store.reading import stream
from redball.store.results import ResultRecord, list_results, read_result, save_result
from redball.store.revisions import all_labels, revision_frame
from redball.store.tables import metadata, revision_table
from redball.store.values import (
    ImportResult,
    PackageRecord,
    RowCount,
    Snapshot,
    StoreInfo,
    Stream,
    TableRows,
)


class Store:
    """An open store; :func:`redball.store.open_store` opens one.

    It holds no connection between calls, so it may be shared by threads and kept for long.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    @property
    def url(self) -> str:
        """Address, without a password."""
        return self._backend.url

    def import_package(
        self,
        record: PackageRecord,
        tables: Mapping[str, TableRows],
        *,
        dry_run: bool = False,
        detail_rows: int = 20,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> ImportResult:
        """Import a package in one transaction: all of it, or nothing.

        Parameters
        ----------
        record : PackageRecord
            What the package is; all rows become its owner's.
        tables : mapping of str to TableRows
            Rows per table; other tables stay as they are.
        dry_run : bool
            Only find the difference.
        detail_rows : int
            Bound of the details per table.
        progress : callable, optional
            Called with table, rows written, rows to write.

        Raises
        ------
        BadData
            A newer package was imported before, or a value can't be stored.
        NotPermitted
            The rows name an owner.
        StoreBusy, StoreFull, StoreError
            The database can't take it; nothing was written.
        """
        return import_package(
            self._backend,
            record,
            tables,
            dry_run=dry_run,
            detail_rows=detail_rows,
            progress=progress,
        )

    def labels(self) -> dict[int, Label]:
        """Every label that a row of the store carries or carried, by its id."""
        with self._backend.reading() as connection:
            return all_labels(connection)

    def read(
        self,
        *,
        as_of: datetime | None,
        labels: Collection[int],
        names: Collection[str] | None = None,
    ) -> Snapshot:
        """Read the rows of the given labels, and nothing else.

        Parameters
        ----------
        as_of : datetime or None
            The moment (by time of import), with zone; ``None`` for the latest.
        labels : collection of int
            Ids that the viewer may read. An empty one gives empty frames.
        names : collection of str, optional
            Tables to read; all when absent.

        Returns
        -------
        Snapshot
            Frames in ``model.frames.frame_schema``, rows in no particular order.
        """
        found = self.stream(as_of=as_of, labels=labels, names=names)
        return Snapshot(found.revision, dict(found.tables))

    def stream(
        self,
        *,
        as_of: datetime | None,
        labels: Collection[int],
        names: Collection[str] | None = None,
    ) -> Stream:
        """Read like :meth:`read`, one table at a time, in the order of the language.

        The revision is fixed when this is called, so all tables are of one state whatever is
        imported while they are drawn; and only one table at a time need be in memory as text.
        """
        return stream(self._backend, as_of=as_of, labels=labels, names=names)

    def revisions(self) -> pl.DataFrame:
        """Return the imports, one row each, oldest first."""
        with self._backend.reading() as connection:
            return revision_frame(self._backend, connection)

    def info(self) -> StoreInfo:
        """Count what the store holds."""
        with self._backend.reading() as connection:
            owner = revision_table().c.owner
            owners = connection.execute(sa.select(owner).distinct().order_by(owner)).scalars()
            count = sa.select(sa.func.count()).select_from(revision_table())
            return StoreInfo(
                url=self.url,
                engine=self._backend.name,
                schema=schema_revision(connection, self.url) or "",
                size_bytes=self._backend.size_bytes(connection),
                rows={
                    name: _counted(connection, target)
                    for name, target in metadata().tables.items()
                    if "until" in target.columns
                },
                revisions=connection.execute(count).scalar_one(),
                owners=tuple(owners),
            )

    def save_result(self, record: ResultRecord) -> str:
        """Keep a result for the viewer it was made for; see :mod:`redball.store.results`."""
        return save_result(self._backend, record)

    def results(self, viewer: str, kind: str | None = None) -> pl.DataFrame:
        """List the results that were made for a viewer, the newest first, without content."""
        return list_results(self._backend, viewer, kind)

    def result(self, viewer: str, key: str) -> ResultRecord:
        """Read one result that was made for a viewer."""
        return read_result(self._backend, viewer, key)

    def close(self) -> None:
        """End the use of the store; nothing is left open between calls."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _counted(connection: sa.Connection, target: sa.Table) -> RowCount:
    query = sa.select(sa.func.count(), sa.func.count(target.columns["until"]))
    every, ended = connection.execute(query.select_from(target)).one()
    return RowCount(current=every - ended, history=ended)
