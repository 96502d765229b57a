"""The store: two ways to rows, in by package and out by label."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Self

import polars as pl
import sqlalchemy as sa

from redball.ledger import Event
from redball.model import Label
from redball.model.markings import Marking
from redball.signing import SignerMemory, SigningKey, VerifierKey
from redball.store.agreements import AgreementRecord, agreements, end_agreement, put_agreement
from redball.store.backend import Backend
from redball.store.checkpoints import checkpoint, kept_checkpoints
from redball.store.finding import LedgerReport
from redball.store.importing import import_package
from redball.store.log import Entry, entries, events_since, leaf_hashes, record, secret_of, tree
from redball.store.marking import all_labels, all_markings, marked_rows
from redball.store.migrating import schema_revision
from redball.store.paged import Paged
from redball.store.reading import stream, visible_rows
from redball.store.recording import Recorder
from redball.store.results import ResultRecord, list_results, read_result, save_result
from redball.store.revisions import revision_frame
from redball.store.state import state_numbers
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
from redball.store.verifying import verify


class Store(Paged):
    """An open store; :func:`redball.store.open_store` opens one.

    It holds no connection between calls, so it may be shared by threads and kept for long.
    """

    def __init__(self, backend: Backend, address: str = "") -> None:
        super().__init__(backend)
        self._address = address or backend.url

    @property
    def url(self) -> str:
        """Address, without a password."""
        return self._backend.url

    @property
    def address(self) -> str:
        """Address as it was opened, with its password: to open it again, never to show."""
        return self._address

    def import_package(
        self,
        record: PackageRecord,
        tables: Mapping[str, TableRows],
        *,
        dry_run: bool = False,
        detail_rows: int = 20,
        progress: Callable[[str, int, int], None] | None = None,
        actor: str = "",
    ) -> ImportResult:
        """Import a package in one transaction with its leaf of the ledger: all of it, or nothing.

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
        actor : str
            Who imports, for the ledger; the owner when empty.

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
            actor=actor,
        )

    def markings(self) -> dict[int, Marking]:
        """Every marking that a row of the store carries or carried, by its id."""
        with self._backend.reading() as connection:
            return all_markings(connection)

    def labels(self) -> dict[int, Label]:
        """Label of every marking, by its id."""
        with self._backend.reading() as connection:
            return all_labels(connection)

    def marked_rows(self) -> pl.DataFrame:
        """Count current rows by table and marking: ``table``, ``label`` (the id), ``rows``."""
        with self._backend.auditing() as connection:
            return marked_rows(connection)

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
        coarse: Mapping[int, int] | None = None,
    ) -> Stream:
        """Read like :meth:`read`, one table at a time, in the order of the language.

        The revision is fixed when this is called, so all tables are of one state whatever is
        imported while they are drawn; and only one table at a time need be in memory as text.
        ``coarse`` says how coarsely rows of some labels will be shown (higher is coarser): of the
        past, a row that is shown more coarsely since is left out, as one that was recalled.
        """
        return stream(self._backend, as_of=as_of, labels=labels, names=names, coarse=coarse)

    def visible_rows(
        self, revision: int, *, labels: Collection[int], coarse: Mapping[int, int] | None = None
    ) -> int:
        """Count the rows of a past revision that would be read today, with the words of stream.

        While no row of it is recalled or marked anew, it stays the same.
        """
        return visible_rows(self._backend, revision, labels, coarse or {})

    def revisions(self) -> pl.DataFrame:
        """Return the imports, one row each, oldest first."""
        with self._backend.reading() as connection:
            return revision_frame(self._backend, connection)

    def state(self) -> dict[str, int]:
        """Numbers that grow when something changes, for faces that wait for it.

        ``picture``: imports and agreements that began or ended; ``ledger``: leaves.
        """
        with self._backend.reading() as connection:
            return state_numbers(connection, self.url)

    def info(self) -> StoreInfo:
        """Count what the store holds."""
        with self._backend.auditing() as connection:
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

    def save_result(self, record: ResultRecord, *, actor: str = "") -> str:
        """Keep a result for the viewer it was made for; see :mod:`redball.store.results`."""
        return save_result(self._backend, record, actor)

    def results(self, viewer: str, kind: str | None = None) -> pl.DataFrame:
        """List the results that were made for a viewer, the newest first, without content."""
        return list_results(self._backend, viewer, kind)

    def result(self, viewer: str, key: str) -> ResultRecord:
        """Read one result that was made for a viewer."""
        return read_result(self._backend, viewer, key)

    def agreements(self) -> tuple[AgreementRecord, ...]:
        """Every agreement that was put into force here, ended ones too."""
        with self._backend.reading() as connection:
            return agreements(connection)

    def put_agreement(
        self, record: AgreementRecord, event: Event, *, sites: Iterable[str] = ()
    ) -> int:
        """Keep an agreement, mark the rows at its sites, and write its leaf, in one transaction.

        Whether it may come into force is decided by the caller.

        Parameters
        ----------
        record : AgreementRecord
            Not ended.
        event : Event
            What the leaf says; of the kind ``agreement``.
        sites : iterable of str
            Sites that it names, as ``OWNER:KEY``.

        Returns
        -------
        int
            Index of the leaf.

        Raises
        ------
        BadUse
            This version or a higher one was put into force before.
        StoreBusy, StoreFull, StoreError
            The database can't take it; nothing was written.
        """
        return put_agreement(self._backend, record, event, sites)

    def end_agreement(
        self, name: str, version: int, *, at: datetime, by: str, reason: str, event: Event
    ) -> int:
        """Write down that an agreement ended, with its leaf, in one transaction.

        Raises
        ------
        BadUse
            There is no such agreement here, or it has ended before.
        StoreBusy, StoreFull, StoreError
            The database can't take it; nothing was written.
        """
        return end_agreement(self._backend, name, version, at=at, by=by, reason=reason, event=event)

    def record(self, events: Sequence[Event]) -> tuple[int, ...]:
        """Append leaves about what changes nothing here: all are on the disk on return, or none.

        Raises
        ------
        BadUse, BadData, UnsafeFile
            One of them can't be a leaf.
        StoreBusy, StoreFull, StoreError
            The database can't take them.
        """
        return record(self._backend, events)

    def recorder(self, *, max_wait_ms: float = 10) -> Recorder:
        """Record events of many threads with one durable transaction for many of them."""
        return Recorder(self._backend, max_wait_ms)

    def origin(self) -> str:
        """Name of this store's ledger; no other store has it."""
        with self._backend.reading() as connection:
            return tree(connection, self.url).origin

    def last_event_at(self) -> datetime:
        """Moment of the last leaf: no clock may stand before it."""
        with self._backend.reading() as connection:
            return tree(connection, self.url).last_at

    def entries(self, start: int = 0, stop: int | None = None) -> tuple[Entry, ...]:
        """Leaves from ``start`` up to, but not including, ``stop``."""
        with self._backend.reading() as connection:
            return tuple(entries(connection, start, stop))

    def events(self, *, since: datetime | None = None) -> tuple[Event, ...]:
        """Return what the leaves say, at or after a moment, without what they only commit to."""
        with self._backend.reading() as connection:
            return events_since(connection, since)

    def leaf_hashes(self) -> list[bytes]:
        """Hashes of all leaves, for proofs."""
        with self._backend.reading() as connection:
            return leaf_hashes(connection)

    def secret(self, index: int) -> tuple[bytes, bytes] | None:
        """Salt and content that a leaf only commits to; None where it has none."""
        with self._backend.auditing() as connection:
            return secret_of(connection, index)

    def checkpoint(self, key: SigningKey, memory: SignerMemory) -> str:
        """Sign the tree as it is, and keep and return the signed note.

        Raises
        ------
        StoreError
            It would contradict what was signed before: an old backup was restored, or the ledger
            was changed. Nothing is signed until that is mended.
        """
        return checkpoint(self._backend, key, memory)

    def checkpoints(self) -> tuple[tuple[int, str], ...]:
        """Signed checkpoints as size and note, oldest first."""
        with self._backend.reading() as connection:
            return kept_checkpoints(connection)

    def verify(
        self,
        verifiers: Iterable[VerifierKey] = (),
        *,
        memory: SignerMemory | None = None,
        progress: Callable[[str, int, int], None] | None = None,
        since: int | None = None,
    ) -> LedgerReport:
        """Compare every table with the ledger, and the ledger with what was signed.

        Parameters
        ----------
        verifiers : iterable of VerifierKey
            Keys whose checkpoints are believed.
        memory : SignerMemory, optional
            What a signer remembers: it shows that an old backup was restored.
        progress : callable, optional
            Called with table, tables done, tables to do.
        since : int, optional
            Compare the content of leaves from this one only; the tree is always checked whole.

        Raises
        ------
        StoreError
            It can't be read at all.
        """
        return verify(self._backend, verifiers, memory=memory, progress=progress, since=since)

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
