"""Approvals by a second person: asked, given or refused, used once."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from redball.desk.moments import kept_moment, read_moment, read_moment_or_none
from redball.desk.tables.approvals import APPROVAL

ASKED, GIVEN, REFUSED, USED = "asked", "given", "refused", "used"


@dataclass(frozen=True)
class Approval:
    """Something that needs a second person.

    Attributes
    ----------
    key : str
    matter : str
        What sort of thing.
    object_hash : str
        Of exactly what is asked for: an approval of one thing is none of another.
    said : str
        The same for a person to read.
    held : str
        What is done when it is given; empty where the asker comes back and does it.
    nation : str
        Of the asker.
    asked_by, asked_name : str
        Account (or subject, on a command line), and name.
    asked_at, expires : datetime
    state : str
        ``asked``, ``given``, ``refused`` or ``used``.
    answered_by, answered_name : str or None
    answered_at, used_at : datetime or None
    """

    key: str
    matter: str
    object_hash: str
    said: str
    held: str
    nation: str
    asked_by: str
    asked_name: str
    asked_at: datetime
    expires: datetime
    state: str = ASKED
    answered_by: str | None = None
    answered_name: str | None = None
    answered_at: datetime | None = None
    used_at: datetime | None = None


def put_approval(connection: sa.Connection, approval: Approval) -> None:
    """Keep what is asked for."""
    connection.execute(
        sa.insert(APPROVAL).values(
            key=approval.key,
            matter=approval.matter,
            object_hash=approval.object_hash,
            said=approval.said,
            held=approval.held,
            nation=approval.nation,
            asked_by=approval.asked_by,
            asked_name=approval.asked_name,
            asked_at=kept_moment(approval.asked_at),
            expires=kept_moment(approval.expires),
            state=ASKED,
        )
    )


def approval_of(connection: sa.Connection, key: str) -> Approval | None:
    """Give what was asked for."""
    row = connection.execute(sa.select(APPROVAL).where(APPROVAL.c.key == key)).first()
    return None if row is None else _approval(row)


def approvals(
    connection: sa.Connection, *, open_at: datetime | None = None
) -> tuple[Approval, ...]:
    """Give what was asked for, the newest first; where a time is given, only what waits then."""
    found = sa.select(APPROVAL).order_by(APPROVAL.c.asked_at.desc(), APPROVAL.c.key).limit(1_000)
    if open_at is not None:
        found = found.where(
            APPROVAL.c.state.in_((ASKED, GIVEN)), APPROVAL.c.expires > kept_moment(open_at)
        )
    return tuple(_approval(row) for row in connection.execute(found))


def answer(
    connection: sa.Connection, key: str, state: str, by: str, name: str, at: datetime
) -> bool:
    """Give or refuse, once; False where it was answered meanwhile, or has expired."""
    answered = (
        sa.update(APPROVAL)
        .where(
            APPROVAL.c.key == key,
            APPROVAL.c.state == ASKED,
            APPROVAL.c.expires > kept_moment(at),
            APPROVAL.c.asked_by != by,
        )
        .values(state=state, answered_by=by, answered_name=name, answered_at=kept_moment(at))
    )
    return connection.execute(answered).rowcount == 1


def use(
    connection: sa.Connection, matter: str, object_hash: str, by: str, at: datetime
) -> Approval | None:
    """Use an approval that was given to somebody for exactly this, once."""
    good = sa.and_(
        APPROVAL.c.matter == matter,
        APPROVAL.c.object_hash == object_hash,
        APPROVAL.c.asked_by == by,
        APPROVAL.c.state == GIVEN,
        APPROVAL.c.expires > kept_moment(at),
    )
    first = sa.select(APPROVAL.c.key).where(good).order_by(APPROVAL.c.asked_at).limit(1)
    used = (
        sa.update(APPROVAL)
        .where(APPROVAL.c.key == first.scalar_subquery(), APPROVAL.c.state == GIVEN)
        .values(state=USED, used_at=kept_moment(at))
        .returning(APPROVAL)
    )
    row = connection.execute(used).first()
    return None if row is None else _approval(row)


def mark_used(connection: sa.Connection, key: str, at: datetime) -> None:
    """Note that what was asked for has been done."""
    connection.execute(
        sa.update(APPROVAL)
        .where(APPROVAL.c.key == key, APPROVAL.c.state == GIVEN)
        .values(state=USED, used_at=kept_moment(at))
    )


def _approval(row: sa.Row[tuple[object, ...]]) -> Approval:
    return Approval(
        key=row.key,
        matter=row.matter,
        object_hash=row.object_hash,
        said=row.said,
        held=row.held,
        nation=row.nation,
        asked_by=row.asked_by,
        asked_name=row.asked_name,
        asked_at=read_moment(row.asked_at),
        expires=read_moment(row.expires),
        state=row.state,
        answered_by=row.answered_by,
        answered_name=row.answered_name,
        answered_at=read_moment_or_none(row.answered_at),
        used_at=read_moment_or_none(row.used_at),
    )
