"""The working list: what people wrote about findings, and after which imports there were which.

Entries are only added. Who may read which entry is decided by :mod:`redball.app.worklist`.
"""

import json
import secrets
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from redball.desk.opening import Desk
from redball.desk.tables.worklist import BEGAN, COUNTED, ENTRY, FINDING, RESTED, SIGHTED
from redball.model import ResultLabel
from redball.model.results import NOBODY

TOPIC = "worklist"
_AT_ONCE = 500


@dataclass(frozen=True)
class Entry:
    """Something that somebody wrote about a finding.

    Attributes
    ----------
    nation, key : str
        Whose list; which finding.
    at : datetime
    by : str
        Name of the person.
    subject : str
        Who they are to the gate.
    verb : str
        ``assign``, ``comment``, ``accept``, ``reopen`` or ``acknowledge``.
    words : str
        Comment or reason.
    assignee : str
        Of ``assign``; empty takes the assignment back.
    until : date or None
        Of ``accept``.
    level : str
        How bad the finding was then.
    label : ResultLabel
        Of the finding then: who isn't cleared for it, or doesn't read under its agreements now, is
        not shown the entry.
    revision : int
        Last import that the person saw.
    leaf : int
        Where the store's ledger says so.
    id : str
        Given when it is written.
    """

    nation: str
    key: str
    at: datetime
    by: str
    subject: str
    verb: str
    words: str = ""
    assignee: str = ""
    until: date | None = None
    level: str = ""
    label: ResultLabel = NOBODY
    revision: int = 0
    leaf: int = -1
    id: str = ""


@dataclass(frozen=True)
class Counted:
    """How many findings a view had after an import."""

    revision: int
    moment: datetime
    critical: int
    serious: int
    caution: int


def entries(desk: Desk, nation: str, key: str | None = None) -> tuple[Entry, ...]:
    """What was written about a nation's findings, or about one, oldest first."""
    with desk.reading() as connection:
        return _entries(connection, nation, key)


def add_entry(desk: Desk, entry: Entry, *, fits: Callable[[Sequence[Entry]], bool]) -> bool:
    """Write an entry, if what was written before is what its author knew.

    Nobody else writes about this finding between the look and the writing.

    Parameters
    ----------
    fits : callable
        Told the entries so far.

    Returns
    -------
    bool
        Whether it was written.
    """
    with suppress(_Overtaken), desk.writing(TOPIC) as connection:
        _unless_there(connection, FINDING, nation=entry.nation, key=entry.key, entries=0)
        where = (FINDING.c.nation == entry.nation) & (FINDING.c.key == entry.key)
        connection.execute(
            sa.update(FINDING).where(where).values(entries=FINDING.c.entries + 1)
        )  # holds the row on a server; a file is held as a whole
        if not fits(_entries(connection, entry.nation, entry.key)):
            raise _Overtaken
        values = {
            "id": secrets.token_hex(8), "nation": entry.nation, "key": entry.key,
            "at": entry.at.isoformat(timespec="microseconds"), "by": entry.by,
            "subject": entry.subject, "verb": entry.verb, "words": entry.words,
            "assignee": entry.assignee, "until": entry.until.isoformat() if entry.until else "",
            "level": entry.level, "label": _label_text(entry.label),
            "revision": entry.revision, "leaf": entry.leaf,
        }  # fmt: skip
        connection.execute(sa.insert(ENTRY).values(**values))
        return True
    return False


class _Overtaken(Exception):
    """Somebody else wrote meanwhile."""


def _unless_there(connection: sa.Connection, table: sa.Table, **values: object) -> bool:
    """Insert a row unless one of its key is there; whether it was inserted."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    done = connection.execute(insert(table).values(**values).on_conflict_do_nothing())
    return bool(done.rowcount)


def _entries(connection: sa.Connection, nation: str, key: str | None) -> tuple[Entry, ...]:
    asked = sa.select(ENTRY).where(ENTRY.c.nation == nation).order_by(ENTRY.c.seq)
    if key is not None:
        asked = asked.where(ENTRY.c.key == key)
    return tuple(
        Entry(
            nation=row["nation"], key=row["key"], at=datetime.fromisoformat(row["at"]),
            by=row["by"], subject=row["subject"], verb=row["verb"], words=row["words"],
            assignee=row["assignee"],
            until=date.fromisoformat(row["until"]) if row["until"] else None,
            level=row["level"], label=_label(row["label"]),
            revision=row["revision"], leaf=row["leaf"], id=row["id"],
        )
        for row in connection.execute(asked).mappings()
    )  # fmt: skip


def _label_text(label: ResultLabel) -> str:
    readers = None if label.readers is None else sorted(label.readers)
    parts = [label.classification, readers, sorted(label.caveats), sorted(label.agreements)]
    return json.dumps(parts)


def _label(text: str) -> ResultLabel:
    classification, readers, caveats, agreements = json.loads(text)
    return ResultLabel(
        classification,
        None if readers is None else frozenset(readers),
        frozenset(caveats),
        frozenset(agreements),
    )


def began(desk: Desk, nation: str, revision: int) -> int:
    """Since which import a nation keeps its list; from this one on when it had none."""
    asked = sa.select(BEGAN.c.revision).where(BEGAN.c.nation == nation)
    with desk.reading() as connection:
        found = connection.execute(asked).scalar_one_or_none()
    if found is None:
        with desk.writing() as connection:
            _unless_there(connection, BEGAN, nation=nation, revision=revision)
            found = connection.execute(asked).scalar_one()
    return int(found)


def counted(desk: Desk, view: str) -> dict[int, Counted]:
    """How many findings a view had, by import."""
    with desk.reading() as connection:
        rows = connection.execute(sa.select(COUNTED).where(COUNTED.c.view == view)).mappings()
        return {
            row["revision"]: Counted(
                row["revision"], datetime.fromisoformat(row["moment"]),
                row["critical"], row["serious"], row["caution"],
            )
            for row in rows
        }  # fmt: skip


def rested(desk: Desk, view: str) -> dict[int, tuple[int, int]]:
    """On how many rows each count of a view rests, and after which import that was looked at."""
    with desk.reading() as connection:
        rows = connection.execute(sa.select(RESTED).where(RESTED.c.view == view)).mappings()
        return {row["revision"]: (row["rows"], row["checked"]) for row in rows}


def rest(desk: Desk, view: str, revision: int, rows: int, checked: int) -> bool:
    """Write down on how many rows a count rests; another number than before takes the count back.

    Returns
    -------
    bool
        Whether the count still stands.
    """
    where = (RESTED.c.view == view) & (RESTED.c.revision == revision)
    with desk.writing() as connection:
        known = connection.execute(sa.select(RESTED.c.rows).where(where)).scalar_one_or_none()
        connection.execute(sa.delete(RESTED).where(where))
        if known is not None and known != rows:
            counts = (COUNTED.c.view == view) & (COUNTED.c.revision == revision)
            connection.execute(sa.delete(COUNTED).where(counts))
            return False
        row = {"view": view, "revision": revision, "rows": rows, "checked": checked}
        connection.execute(sa.insert(RESTED).values(**row))
        return True


def sighted(desk: Desk, view: str) -> dict[str, tuple[int, int]]:
    """First and last import after which a view had each finding, by key."""
    with desk.reading() as connection:
        rows = connection.execute(sa.select(SIGHTED).where(SIGHTED.c.view == view)).mappings()
        return {row["key"]: (row["first"], row["last"]) for row in rows}


def count(desk: Desk, view: str, found: Counted, keys: Iterable[str] | None) -> None:
    """Write down what a view had after an import; once, whoever asks again.

    Parameters
    ----------
    keys : iterable of str or None
        Findings to remember as seen; None for imports before the list began.
    """
    wanted = set(keys or ())
    with desk.reading() as connection:
        where = (COUNTED.c.view == view) & (COUNTED.c.revision == found.revision)
        there = connection.execute(sa.select(COUNTED.c.view).where(where)).first() is not None
        if there and not any(_unsighted(connection, view, found.revision, wanted)):
            return
    with desk.writing() as connection:
        _unless_there(
            connection, COUNTED, view=view, revision=found.revision,
            moment=found.moment.isoformat(), critical=found.critical, serious=found.serious,
            caution=found.caution,
        )  # fmt: skip
        _sight(connection, view, found.revision, wanted)


def _unsighted(
    connection: sa.Connection, view: str, revision: int, keys: set[str]
) -> tuple[list[str], list[str], list[str]]:
    """Keys first seen earlier than known, seen later than known, and not known at all."""
    known = {
        row.key: (row.first, row.last)
        for row in connection.execute(sa.select(SIGHTED).where(SIGHTED.c.view == view))
        if row.key in keys
    }
    earlier = [key for key, (first, _) in known.items() if revision < first]
    later = [key for key, (_, last) in known.items() if revision > last]
    return earlier, later, sorted(keys - set(known))


def _sight(connection: sa.Connection, view: str, revision: int, keys: set[str]) -> None:
    earlier, later, fresh = _unsighted(connection, view, revision, keys)
    for column, changed in ((SIGHTED.c.first, earlier), (SIGHTED.c.last, later)):
        for start in range(0, len(changed), _AT_ONCE):
            part = changed[start : start + _AT_ONCE]
            where = (SIGHTED.c.view == view) & SIGHTED.c.key.in_(part)
            connection.execute(sa.update(SIGHTED).where(where).values({column: revision}))
    for key in fresh:
        _unless_there(connection, SIGHTED, view=view, key=key, first=revision, last=revision)
