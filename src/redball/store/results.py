"""Results of the engines, kept with the hash of what went in, for the viewer who made them."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl
import sqlalchemy as sa

from redball.ledger import Event, EventKind
from redball.model import BadData, BadUse, ResultLabel
from redball.store.backend import Backend
from redball.store.commitments import row_hash
from redball.store.log import append, with_commitments
from redball.store.revisions import iso
from redball.store.tables import result_table

MOST_BYTES = 64 << 20
"""Largest result that is kept; tables beyond that are exported, not stored."""

_KIND = re.compile(r"^[a-z]+( [a-z]+)*\Z")


@dataclass(frozen=True)
class ResultRecord:
    """A result as it is kept.

    Attributes
    ----------
    kind : str
        The verb that made it, such as ``stock curve``.
    viewer : str
        For whom it was made; nobody else reads it here.
    made_at : datetime
        With zone.
    as_of : datetime
        The moment that it looks at, with zone.
    revision : int
        Last revision of the store that went in.
    twin_hash, software : str
    exercise : bool
    label : ResultLabel
        Dominant label of what went in.
    parameters : mapping
        What was set, by name; plain values.
    content : mapping
        The tables and figures, as plain values.
    """

    kind: str
    viewer: str
    made_at: datetime
    as_of: datetime
    revision: int
    twin_hash: str
    software: str
    exercise: bool
    label: ResultLabel
    parameters: Mapping[str, object] = field(repr=False)
    content: Mapping[str, object] = field(repr=False)

    def __post_init__(self) -> None:
        if not _KIND.match(self.kind):
            raise BadUse(f"'{self.kind}' is not the name of a verb.")
        if self.made_at.utcoffset() is None or self.as_of.utcoffset() is None:
            raise BadUse("The moment of a result has no time zone.", mend="Give it one.")

    @property
    def inputs_hash(self) -> str:
        """SHA-256 of what went in: verb, twin, parameters and software."""
        return _sha256(_text([self.kind, self.twin_hash, dict(self.parameters), self.software]))

    @property
    def key(self) -> str:
        """SHA-256 of what went in, for whom, and what came out; the same gives the same key."""
        return _sha256(_text([self.inputs_hash, self.viewer, dict(self.content)]))


def save_result(backend: Backend, record: ResultRecord, actor: str = "") -> str:
    """Keep a result and return its key; one that is there already stays as it is.

    Its leaf of the ledger is written in the same transaction.

    Raises
    ------
    BadData
        It is larger than :data:`MOST_BYTES`.
    StoreBusy, StoreFull, StoreError
        The database can't take it; nothing was written.
    """
    row = _row(record)
    size = len(str(row["content"]))
    if size > MOST_BYTES:
        raise BadData(
            f"The result has {size >> 20} MiB, more than a store keeps of one.",
            where=record.kind,
            mend="Export its tables instead, or ask for less.",
        )
    target, key = result_table(), str(row["key"])
    with backend.writing(viewer=record.viewer) as connection:
        known = sa.select(target.c.key).where(target.c.key == key)
        if connection.execute(known).first() is None:
            connection.execute(target.insert(), row)
            append(connection, [decision(row, actor or record.viewer)], backend.url)
    return key


def _row(record: ResultRecord) -> dict[str, object]:
    readers = record.label.readers
    return {
        "key": record.key,
        "kind": record.kind,
        "viewer": record.viewer,
        "made_at": iso(record.made_at),
        "as_of": iso(record.as_of),
        "revision": record.revision,
        "inputs_hash": record.inputs_hash,
        "twin_hash": record.twin_hash,
        "software": record.software,
        "exercise": record.exercise,
        "classification": record.label.classification,
        "readers": None if readers is None else " ".join(sorted(readers)),
        "caveats": " ".join(sorted(record.label.caveats)),
        "agreements": " ".join(sorted(record.label.agreements)),
        "parameters": _text(dict(record.parameters)),
        "content": _text(dict(record.content)),
    }


def decision(row: Mapping[str, object], actor: str, verb: str = "keep result") -> Event:
    """Leaf of a result as it stands in its table."""
    event = Event(
        EventKind.DECISION,
        verb,
        actor,
        str(row["key"]),
        datetime.fromisoformat(str(row["made_at"])),
        label=_label(row).text,
        agreements=tuple(str(row["agreements"]).split()),
        facts={"kind": str(row["kind"]), "revision": int(str(row["revision"]))},
    )
    return with_commitments(event, {"result": f"{row['key']} {row_hash(row)}"})


def list_results(backend: Backend, viewer: str, kind: str | None = None) -> pl.DataFrame:
    """Results that were made for a viewer, the newest first, without their content.

    Returns
    -------
    polars.DataFrame
        ``key``, ``kind``, ``made_at``, ``as_of``, ``revision``, ``inputs_hash``, ``label``,
        ``exercise``, ``software``, ``about`` (the scenario or futures that were asked for).
    """
    target = result_table()
    light = [column for column in target.c if column.name != "content"]  # megabytes each
    query = sa.select(*light).where(target.c.viewer == viewer)
    if kind is not None:
        query = query.where(target.c.kind == kind)
    with backend.reading(viewer=viewer) as connection:
        rows = connection.execute(
            query.order_by(target.c.made_at.desc(), target.c.key)
        ).mappings().all()  # fmt: skip
    texts = ("key", "kind", "made_at", "as_of", "inputs_hash", "label", "software")
    columns: dict[str, type[pl.DataType]] = dict.fromkeys(texts, pl.String)
    columns |= {"revision": pl.Int64, "exercise": pl.Boolean, "about": pl.String}
    wanted = [
        {
            **{name: row[name] for name in columns if name not in ("label", "about")},
            "label": _label(dict(row)).text,
            "about": _about(json.loads(row["parameters"])),
        }
        for row in rows
    ]
    return pl.DataFrame(wanted, schema=columns)


def read_result(backend: Backend, viewer: str, key: str) -> ResultRecord:
    """Read a result that was made for a viewer; the first letters of its key are enough.

    Raises
    ------
    BadUse
        There is none, or more than one, with such a key.
    """
    target = result_table()
    if not re.fullmatch(r"[0-9a-f]{6,64}", key):
        raise BadUse(
            f"'{key}' is not a key of a result.", mend="Give at least six of its characters."
        )
    query = sa.select(target).where(target.c.viewer == viewer, target.c.key.startswith(key))
    with backend.reading(viewer=viewer) as connection:
        rows = connection.execute(query.limit(2)).mappings().all()
    if len(rows) != 1:
        raise BadUse(
            f"{'No result' if not rows else 'More than one result'} of {viewer} has the key "
            f"'{key}'.",
            mend="List them with 'redball store results'.",
        )
    row = rows[0]
    return ResultRecord(
        kind=row["kind"],
        viewer=row["viewer"],
        made_at=datetime.fromisoformat(row["made_at"]),
        as_of=datetime.fromisoformat(row["as_of"]),
        revision=row["revision"],
        twin_hash=row["twin_hash"],
        software=row["software"],
        exercise=row["exercise"],
        label=_label(dict(row)),
        parameters=json.loads(row["parameters"]),
        content=json.loads(row["content"]),
    )


def _about(parameters: Mapping[str, object]) -> str:
    return str(parameters.get("scenario") or parameters.get("futures") or "")


def _label(row: Mapping[str, object]) -> ResultLabel:
    readers = row["readers"]
    return ResultLabel(
        str(row["classification"]),
        None if readers is None else frozenset(str(readers).split()),
        frozenset(str(row["caveats"]).split()),
        frozenset(str(row["agreements"]).split()),
    )


def _text(value: object) -> str:
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except ValueError:
        raise BadData(
            "A result holds a number that is not finite.", mend="Leave the value empty instead."
        ) from None


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
