"""The journal: risks and actions of plans, as people wrote them down.

Entries are only added. Who may read which is decided by :mod:`redball.app`.
"""

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from redball.desk.opening import Desk
from redball.desk.tables.journal import NOTE, THING
from redball.model import ResultLabel
from redball.model.results import NOBODY

TOPIC = "journal"


@dataclass(frozen=True)
class Note:
    """Something that somebody wrote about a thing.

    Attributes
    ----------
    topic : str
        Kind of thing: ``risk``, ``cause``, ``appetite``, ``action``.
    nation, key : str
        Whose; which thing.
    at : datetime
    by, subject : str
        Name of the person; who they are to the gate.
    verb : str
        What was done.
    words : str
        Why.
    body : mapping
        The whole thing as it is from then on, plain values; empty: it is there no more.
    label : ResultLabel
        Who isn't cleared for it is not shown the entry.
    leaf : int
        Where the store's ledger says so.
    id : str
        Given when it is written.
    """

    topic: str
    nation: str
    key: str
    at: datetime
    by: str
    subject: str
    verb: str
    words: str = ""
    body: dict[str, Any] = field(default_factory=dict)
    label: ResultLabel = NOBODY
    leaf: int = -1
    id: str = ""


class Overwritten(Exception):
    """Somebody wrote about a thing since its author looked.

    Attributes
    ----------
    note : Note
        That was not written, and none of those with it.
    """

    def __init__(self, note: Note) -> None:
        super().__init__(note.key)
        self.note = note


def notes(
    desk: Desk, nation: str, topics: Sequence[str], key: str | None = None
) -> tuple[Note, ...]:
    """What was written about a nation's things of some topics, oldest first."""
    with desk.reading() as connection:
        return _notes(connection, nation, topics, key)


def add_notes(
    desk: Desk, written: Sequence[Note], *, fits: Callable[[Note, Sequence[Note]], bool]
) -> None:
    """Write several entries, all or none.

    Parameters
    ----------
    fits : callable
        Told each entry and those about the same thing so far: whether that is what its author knew.

    Raises
    ------
    Overwritten
        It is not; nothing was written.
    """
    with desk.writing(TOPIC) as connection:
        for note in written:
            thing = {"topic": note.topic, "nation": note.nation, "key": note.key}
            insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            connection.execute(insert(THING).values(**thing, entries=0).on_conflict_do_nothing())
            where = sa.and_(*(THING.c[name] == value for name, value in thing.items()))
            connection.execute(sa.update(THING).where(where).values(entries=THING.c.entries + 1))
            # the row is held now: on a server nobody else writes about this thing meanwhile
            if not fits(note, _notes(connection, note.nation, [note.topic], note.key)):
                raise Overwritten(note)
            connection.execute(
                sa.insert(NOTE).values(
                    **thing, id=secrets.token_hex(8), by=note.by, subject=note.subject,
                    at=note.at.isoformat(timespec="microseconds"), verb=note.verb,
                    words=note.words, body=json.dumps(note.body), label=_label_text(note.label),
                    leaf=note.leaf,
                )
            )  # fmt: skip


def _notes(
    connection: sa.Connection, nation: str, topics: Sequence[str], key: str | None
) -> tuple[Note, ...]:
    asked = sa.select(NOTE).where(NOTE.c.nation == nation, NOTE.c.topic.in_(topics))
    if key is not None:
        asked = asked.where(NOTE.c.key == key)
    return tuple(
        Note(
            row["topic"], row["nation"], row["key"], datetime.fromisoformat(row["at"]), row["by"],
            row["subject"], row["verb"], row["words"], json.loads(row["body"]),
            _label(row["label"]), row["leaf"], row["id"],
        )
        for row in connection.execute(asked.order_by(NOTE.c.seq)).mappings()
    )  # fmt: skip


def _label_text(label: ResultLabel) -> str:
    readers = None if label.readers is None else sorted(label.readers)
    return json.dumps(
        [label.classification, readers, sorted(label.caveats), sorted(label.agreements)]
    )


def _label(text: str) -> ResultLabel:
    classification, readers, caveats, agreements = json.loads(text)
    return ResultLabel(
        classification, None if readers is None else frozenset(readers), frozenset(caveats),
        frozenset(agreements),
    )  # fmt: skip
