"""Import a package: one transaction, all or nothing."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import polars as pl
import sqlalchemy as sa

from redball.model import BadUse, Label, parse_label
from redball.store.backend import CHUNK_ROWS, Backend
from redball.store.checking import checked
from redball.store.difference import Difference, described, difference
from redball.store.revisions import (
    all_labels,
    label_ids,
    refuse_older,
    was_imported,
    write_revision,
)
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
) -> ImportResult:
    """Import a package; see :meth:`redball.store.Store.import_package`."""
    Label(record.owner)  # refuses what is not an owner code
    content = _content(record, tables)
    incoming = {name: checked(name, rows) for name, rows in tables.items()}
    with backend.reading() if dry_run else backend.writing() as connection:
        if was_imported(connection, record):
            return ImportResult(None, unchanged=True, dry_run=dry_run, tables=())
        refuse_older(connection, record, list(tables))
        revision = None if dry_run else write_revision(connection, record, content)
        found = []
        for name, rows in tables.items():
            step = _Step(backend, connection, record.owner, name, revision)
            found.append(step.run(incoming.pop(name), rows, detail_rows, progress or _silent))
    return ImportResult(revision, unchanged=False, dry_run=dry_run, tables=tuple(found))


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
    """The import of one table within the transaction."""

    def __init__(
        self,
        backend: Backend,
        connection: sa.Connection,
        owner: str,
        name: str,
        revision: int | None,
    ) -> None:
        self._backend = backend
        self._connection = connection
        self._owner = owner
        self._name = name
        self._target = sql_table(name)
        self._revision = revision

    def run(
        self, incoming: pl.DataFrame, rows: TableRows, detail_rows: int, progress: Progress
    ) -> TableDifference:
        ids = label_ids(
            self._connection, self._owner, incoming["label"], write=self._revision is not None
        )
        incoming = _recoded(incoming, ids, pl.Int32())
        found = difference(self._current(), incoming, full=rows.content == "full", keep=rows.keep)
        if self._revision is not None:
            self._write(found, self._revision, progress)
        return described(self._name, self._readable(found, ids), detail_rows)

    def _current(self) -> pl.DataFrame:
        """Return the owner's current rows: key, attributes, label."""
        kept = ("owner", "since", "until", "sheet", "line")
        columns = self._target.columns
        query = sa.select(*(c for c in columns if c.name not in kept)).where(
            columns["owner"] == self._owner, columns["until"].is_(None)
        )
        return self._backend.rows(self._connection, query)

    def _write(self, found: Difference, revision: int, progress: Progress) -> None:
        for keys in (found.changed["key"], found.withdrawn):
            self._backend.end(self._connection, self._target, self._owner, keys, revision)
        done = 0
        progress(self._name, done, found.written)
        constants = {"owner": pl.lit(self._owner), "since": pl.lit(revision, pl.Int32)}
        for frame in (found.added, found.changed):
            for part in frame.iter_slices(CHUNK_ROWS):
                whole = part.with_columns(**constants)
                self._backend.insert(self._connection, self._target, whole)
                done += part.height
                progress(self._name, done, found.written)

    def _readable(self, found: Difference, ids: Mapping[str, int]) -> Difference:
        """Write labels as text again, for the detail."""
        texts = {n: parse_label(text, self._owner).text for text, n in ids.items()}
        numbers = set(found.before["label"].unique()) - set(texts)
        if numbers:
            known = all_labels(self._connection)
            texts |= {number: known[number].text for number in numbers}
        return replace(
            found,
            changed=_recoded(found.changed, texts, pl.String()),
            before=_recoded(found.before, texts, pl.String()),
        )


def _recoded(
    frame: pl.DataFrame, codes: Mapping[str, int] | Mapping[int, str], dtype: pl.DataType
) -> pl.DataFrame:
    """Write labels as ids, or ids as labels."""
    label = pl.lit(None, dtype).alias("label")
    if not frame.is_empty():  # a mapping without entries leaves the type as it was
        label = pl.col("label").replace_strict(codes, return_dtype=dtype)
    return frame.with_columns(label)
