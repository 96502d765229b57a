"""Agreements that were put into force here: kept and ended, never decided upon."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from redball.ledger import Event, EventKind
from redball.model import BadUse
from redball.store.backend import Backend
from redball.store.commitments import row_hash
from redball.store.known import changed_refs, current, known_in, named_sites
from redball.store.log import append, made_ready, with_commitments
from redball.store.marking import last_marking, new_since
from redball.store.remarking import remark
from redball.store.revisions import iso
from redball.store.tables import agreement_table

PUT = ("id", "version", "document", "sites", "activated_at")
"""Columns written when an agreement is put into force."""

ENDED = ("id", "version", "ended_at", "ended_by", "reason")
"""Columns written when it ends, with its key."""


@dataclass(frozen=True)
class AgreementRecord:
    """An agreement as the store keeps it.

    Attributes
    ----------
    id : str
    version : int
    document : str
        The signed document, as text.
    activated_at : datetime
        With zone.
    ended_at : datetime or None
        When it was revoked; None while it was not. Expiry and a higher version are not written.
    ended_by, reason : str
        Who ended it and why; empty while nobody did.
    """

    id: str
    version: int
    document: str
    activated_at: datetime
    ended_at: datetime | None = None
    ended_by: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        moments = [m for m in (self.activated_at, self.ended_at) if m is not None]
        if any(moment.utcoffset() is None for moment in moments):
            raise BadUse("The moment of an agreement has no time zone.", mend="Give it one.")
        if not self.id or len(self.id.split()) != 1 or self.version < 1:
            raise BadUse("An agreement has an id without spaces, and a version from 1.")


def put_agreement(
    backend: Backend, record: AgreementRecord, event: Event, sites: Iterable[str] = ()
) -> int:
    """Keep an agreement and its leaf in one transaction; see :meth:`redball.store.Store`."""
    _refuse_event(event)
    if record.ended_at is not None:
        raise BadUse("An agreement is put into force before it ends.", where=record.id)
    target = agreement_table()
    row = {
        "id": record.id,
        "version": record.version,
        "document": record.document,
        "sites": json.dumps(sorted(set(sites))),
        "activated_at": iso(record.activated_at),
    }
    with backend.writing() as connection:
        highest = connection.execute(
            sa.select(sa.func.max(target.c.version)).where(target.c.id == record.id)
        ).scalar()
        if highest is not None and record.version <= highest:
            raise BadUse(
                f"Version {highest} of {record.id} was put into force before.",
                where=record.id,
                mend=f"Only a higher version replaces it: give it version {highest + 1}.",
            )
        before, last = named_sites(connection), last_marking(connection)
        connection.execute(target.insert(), row)
        commitments = {"agreement": f"{record.id} {record.version} {row_hash(row)}"}
        if named_sites(connection) != before:
            _name_sites(backend, connection, before)
        if last_marking(connection) > last:
            commitments["markings"] = new_since(connection, last)
        (index,) = append(connection, [with_commitments(event, commitments)], backend.url)
    return index


def _name_sites(backend: Backend, connection: sa.Connection, before: frozenset[str]) -> None:
    """Mark the rows at sites that are named for the first time."""
    with backend.marking(connection):
        frames = current(backend, connection)
        after = known_in(frames, named_sites(connection))
        remark(backend, connection, after, changed_refs(known_in(frames, before), after))


def end_agreement(
    backend: Backend, name: str, version: int, *, at: datetime, by: str, reason: str, event: Event
) -> int:
    """End an agreement and write its leaf in one transaction; see :class:`redball.store.Store`."""
    _refuse_event(event)
    if at.utcoffset() is None:
        raise BadUse("The moment of an agreement has no time zone.", mend="Give it one.")
    target = agreement_table()
    row = {"id": name, "version": version, "ended_at": iso(at), "ended_by": by, "reason": reason}
    with backend.writing() as connection:
        this = (target.c.id == name, target.c.version == version)
        found = connection.execute(sa.select(target.c.ended_at).where(*this)).first()
        if found is None or found.ended_at is not None:
            state = "was never put into force here" if found is None else "has ended before"
            raise BadUse(
                f"Version {version} of {name} {state}.",
                where=name,
                mend="See them with: redball agreement list",
            )
        ending = {name: row[name] for name in ENDED[2:]}
        connection.execute(target.update().where(*this).values(ending))
        commitment = {"ending": f"{name} {version} {row_hash(row)}"}
        (index,) = append(connection, [with_commitments(event, commitment)], backend.url)
    return index


def _refuse_event(event: Event) -> None:
    made_ready(event)
    if event.kind is not EventKind.AGREEMENT:
        raise BadUse(f"A leaf about an agreement is not of the kind '{event.kind}'.")


def agreements(connection: sa.Connection) -> tuple[AgreementRecord, ...]:
    """Every agreement that was put into force here, by id and version."""
    target = agreement_table()
    rows = connection.execute(sa.select(target).order_by("id", "version")).mappings()
    return tuple(
        AgreementRecord(
            id=row["id"],
            version=row["version"],
            document=row["document"],
            activated_at=datetime.fromisoformat(row["activated_at"]),
            ended_at=None if row["ended_at"] is None else datetime.fromisoformat(row["ended_at"]),
            ended_by=row["ended_by"] or "",
            reason=row["reason"] or "",
        )
        for row in rows
    )
