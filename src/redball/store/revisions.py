"""Bookkeeping: which packages were imported, and when."""

import json
from datetime import UTC, datetime

import polars as pl
import sqlalchemy as sa

from redball.model import BadData
from redball.store.backend import Backend
from redball.store.columns import loaded
from redball.store.tables import revision_table
from redball.store.values import SCORES, PackageRecord


def iso(moment: datetime) -> str:
    """Write a moment as the store keeps it: ISO 8601 in UTC, always of the same width."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def last_revision(connection: sa.Connection, as_of: datetime | None = None) -> int:
    """Last revision, or the last that was imported at or before a moment; 0 for none."""
    revision = revision_table()
    query = sa.select(sa.func.max(revision.c.id))
    if as_of is not None:
        query = query.where(revision.c.imported_at <= iso(as_of))
    return connection.execute(query).scalar() or 0


def was_imported(connection: sa.Connection, record: PackageRecord) -> bool:
    """Whether the owner imported this very package before."""
    revision = revision_table()
    query = sa.select(revision.c.id).where(
        revision.c.owner == record.owner, revision.c.package_hash == record.package_hash
    )
    return connection.execute(query).first() is not None


def refuse_older(connection: sa.Connection, record: PackageRecord, names: list[str]) -> None:
    """Refuse a package that is older than what the owner already sent for one of its tables.

    Raises
    ------
    BadData
        Names the newer package.
    """
    revision = revision_table()
    query = (
        sa.select(revision.c.title, revision.c.as_of, revision.c.content, revision.c.id)
        .where(revision.c.owner == record.owner, revision.c.as_of > iso(record.as_of))
        .order_by(revision.c.as_of.desc(), revision.c.id.desc())
    )
    for title, as_of, content, number in connection.execute(query):
        newer = [name for name in names if name in json.loads(content)]
        if newer:
            raise BadData(
                f"The package describes {iso(record.as_of)}, but a newer one of {record.owner} was"
                f" already imported: '{title}' of {as_of} (revision {number}), which carries"
                f" '{newer[0]}' too.",
                where=record.title,
                mend="Send a newer package, or leave the tables out that the newer one carries.",
            )


def write_revision(
    connection: sa.Connection, record: PackageRecord, content: dict[str, str]
) -> dict[str, object]:
    """Write the record of an import and return it; its ``id`` is the new revision.

    Time never runs backwards in a store: behind a clock that was set back, an import is recorded
    at the moment of the one before it, so that the picture of a past moment never changes.
    """
    revision = revision_table()
    number = last_revision(connection) + 1
    latest = connection.execute(sa.select(sa.func.max(revision.c.imported_at))).scalar() or ""
    row: dict[str, object] = {
        "id": number,
        "owner": record.owner,
        "package_hash": record.package_hash,
        "title": record.title,
        "as_of": iso(record.as_of),
        "imported_at": max(iso(record.imported_at), latest),
        "exercise": record.exercise,
        "software": record.software,
        **{score: record.scores.get(score) for score in SCORES},
        "errors": record.counts.get("errors", 0),
        "warnings": record.counts.get("warnings", 0),
        "counts": json.dumps(dict(record.counts), sort_keys=True),
        "content": json.dumps(content, sort_keys=True),
    }
    connection.execute(revision.insert(), row)
    return row


def revision_frame(backend: Backend, connection: sa.Connection) -> pl.DataFrame:
    """One row per import, oldest first; ``counts`` and ``content`` are JSON text."""
    query = sa.select(*revision_table().columns)
    frame = backend.rows(connection, query)
    moment = pl.Datetime("us", "UTC")
    schema = {**frame.schema, "as_of": moment, "imported_at": moment}
    return loaded(frame, schema, backend.url).sort("id").rename({"id": "revision"})
