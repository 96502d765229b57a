"""Import a package: one transaction, all or nothing, with its leaf of the ledger."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import polars as pl
import sqlalchemy as sa

from redball.ledger import Event, EventKind, Fact
from redball.model import BadUse, Label, parse_label
from redball.model.facets import Known
from redball.store.backend import CHUNK_ROWS, Backend
from redball.store.checking import checked
from redball.store.commitments import keys_hash, row_hash, rows_hash
from redball.store.difference import Difference, described, difference
from redball.store.known import after_import, changed_refs, current, known_in, named_sites
from redball.store.log import append, with_commitments
from redball.store.marking import about, intern, last_marking, marking_frame, new_since
from redball.store.remarking import remark
from redball.store.revisions import refuse_older, was_imported, write_revision
from redball.store.tables import sql_table
from redball.store.values import ImportResult, PackageRecord, TableDifference, TableRows

Progress = Callable[[str, int, int], None]
"""Called with the table, its rows written so far, and its rows to write."""


def import_package(
    backend: Backend,
    record: PackageRecord,
    tables: Mapping[str, TableRows],
    *,
    dry_run: bool,
    detail_rows: int,
    progress: Progress | None,
    actor: str,
) -> ImportResult:
    """Import a package; see :meth:`redball.store.Store.import_package`."""
    Label(record.owner)  # refuses what is not an owner code
    content = _content(record, tables)
    incoming = {name: checked(name, rows) for name, rows in tables.items()}
    door = backend.reading if dry_run else backend.writing
    with door(owners=(record.owner,)) as connection:
        if was_imported(connection, record):
            return ImportResult(None, unchanged=True, dry_run=dry_run, tables=())
        refuse_older(connection, record, list(tables))
        step = _Step(backend, connection, record)
        if dry_run:
            found = [step.find(name, incoming.pop(name), rows) for name, rows in tables.items()]
            differences = tuple(described(*one, detail_rows) for one in found)
            return ImportResult(None, unchanged=False, dry_run=True, tables=differences)
        row = write_revision(connection, record, content)
        work = _Writing(step, row, incoming, tables)
        differences = tuple(
            work.run(name, incoming.pop(name), detail_rows, progress or _silent) for name in tables
        )
        work.finish(actor or record.owner)
    return ImportResult(work.revision, unchanged=False, dry_run=False, tables=differences)


def _silent(table: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def _content(record: PackageRecord, tables: Mapping[str, TableRows]) -> dict[str, str]:
    content = {name: rows.content for name, rows in tables.items()}
    for name, kind in record.content.items():
        if content.get(name) != kind:
            raise BadUse(
                f"The record says '{kind}' for table '{name}', the rows say '{content.get(name)}'.",
                where=record.title,
            )
    return content


class _Step:
    """The difference of one table after the other."""

    def __init__(self, backend: Backend, connection: sa.Connection, record: PackageRecord) -> None:
        self.backend = backend
        self.connection = connection
        self.record = record
        markings = marking_frame(connection).filter(pl.col("owner") == record.owner)
        self._texts = dict(markings.select("id", "text").iter_rows())

    def find(self, name: str, incoming: pl.DataFrame, rows: TableRows) -> tuple[str, Difference]:
        """Compare the rows of a table, labels as canonical text, with the owner's current rows."""
        incoming = _canonical(incoming, self.record.owner)
        current_rows = _recoded(self._current(name), self._texts)
        full = rows.content == "full"
        return name, difference(current_rows, incoming, full=full, keep=rows.keep)

    def _current(self, name: str) -> pl.DataFrame:
        """Return the owner's current rows: key, attributes, label."""
        kept = ("owner", "since", "until", "sheet", "line")
        columns = sql_table(name).columns
        query = sa.select(*(c for c in columns if c.name not in kept)).where(
            columns["owner"] == self.record.owner, columns["until"].is_(None)
        )
        return self.backend.rows(self.connection, query)


class _Writing:
    """The import within the transaction: rows, their markings, and the leaf."""

    def __init__(
        self,
        step: _Step,
        row: Mapping[str, object],
        incoming: Mapping[str, pl.DataFrame],
        tables: Mapping[str, TableRows],
    ) -> None:
        self._step = step
        self._tables = tables
        self._row = row
        self.revision = int(str(row["id"]))
        self._before, self._known = _known_around(step, incoming, tables)
        self._last_marking = last_marking(step.connection)
        self._commitments: dict[str, str] = {"revision": row_hash(row)}

    def run(
        self, name: str, incoming: pl.DataFrame, detail_rows: int, progress: Progress
    ) -> TableDifference:
        """Write one table."""
        _, found = self._step.find(name, incoming, self._tables[name])
        self._end(name, found)
        done = 0
        progress(name, done, found.written)
        written = pl.concat([found.added, found.changed]).sort("key")
        if not written.is_empty():
            self._commitments[f"rows {name}"] = rows_hash(
                brought(name, written.with_columns(owner=pl.lit(self._step.record.owner)))
            )
            marked = self._marked(name, written)
            for part in marked.iter_slices(CHUNK_ROWS):
                self._step.backend.insert(self._step.connection, sql_table(name), part)
                done += part.height
                progress(name, done, found.written)
        return described(name, found, detail_rows)

    def _end(self, name: str, found: Difference) -> None:
        keys = pl.concat([found.changed["key"], found.withdrawn]).sort()
        if keys.is_empty():
            return
        owner = self._step.record.owner
        self._step.backend.end(self._step.connection, sql_table(name), owner, keys, self.revision)
        self._commitments[f"ended {name}"] = keys_hash(keys)

    def _marked(self, name: str, written: pl.DataFrame) -> pl.DataFrame:
        record = self._step.record
        whole = written.with_columns(
            owner=pl.lit(record.owner), since=pl.lit(self.revision, pl.Int32)
        )
        wanted = about(name, whole, whole["label"], record.exercise, self._known)
        return whole.with_columns(intern(self._step.connection, wanted))

    def finish(self, actor: str) -> None:
        """Give other rows the markings that they now need, and append the leaf."""
        connection, record = self._step.connection, self._step.record
        changed = changed_refs(self._before, self._known)
        if changed:
            with self._step.backend.marking(connection):
                remark(self._step.backend, connection, self._known, changed)
        if last_marking(connection) > self._last_marking:
            self._commitments["markings"] = new_since(connection, self._last_marking)
        event = Event(
            EventKind.IMPORT,
            "import package",
            actor,
            record.package_hash,
            datetime.now(UTC),  # not the clock of an exercise: leaves tell the node's time
            facts=import_facts(self._row),
        )
        append(connection, [with_commitments(event, self._commitments)], self._step.backend.url)


def _known_around(
    step: _Step, incoming: Mapping[str, pl.DataFrame], tables: Mapping[str, TableRows]
) -> tuple[Known, Known]:
    """What is known before and after the import."""
    sites = named_sites(step.connection)
    with step.backend.marking(step.connection):
        frames = current(step.backend, step.connection)
    before = known_in(frames, sites)
    after = after_import(frames, step.record.owner, incoming, tables)
    touched = any(name in incoming for name in frames)
    return before, known_in(after, sites) if touched else before


def import_facts(row: Mapping[str, object]) -> dict[str, Fact]:
    """What everybody may know of an import: never rows or counts of rows."""
    return {
        "revision": int(str(row["id"])),
        "owner": str(row["owner"]),
        "title": str(row["title"]),
        "as_of": str(row["as_of"]),
        "exercise": bool(row["exercise"]),
        "software": str(row["software"]),
    }


def brought(name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Columns of rows that a leaf commits to, in their order; ``label`` as text."""
    passed = ("since", "until")
    return rows.select(c.name for c in sql_table(name).columns if c.name not in passed)


def _canonical(frame: pl.DataFrame, owner: str) -> pl.DataFrame:
    """Write labels in their one form, which refuses what is none."""
    codes = {text: parse_label(text, owner).text for text in frame["label"].unique()}
    return _recoded(frame, codes)


def _recoded(frame: pl.DataFrame, codes: Mapping[str, str] | Mapping[int, str]) -> pl.DataFrame:
    label = pl.lit(None, pl.String).alias("label")
    if not frame.is_empty():  # a mapping without entries leaves the type as it was
        label = pl.col("label").replace_strict(codes, return_dtype=pl.String)
    return frame.with_columns(label)
