"""Sessions: who is signed in. A session that is revoked is gone, so it ends with the next look."""

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from redball.desk.moments import kept_moment, read_moment
from redball.desk.people import Account, account_of
from redball.desk.tables.people import SESSION


@dataclass(frozen=True)
class Session:
    """A session.

    Attributes
    ----------
    key : str
        Its public name, for lists and records.
    hash : str
        Of the secret that the browser holds.
    account : str
    way : str
        How the person came in: ``passkey``, ``password``, ``recovery``, ``link``, ``provider``.
    started, seen : datetime
        When it began, and its last request that was noted.
    proved : datetime
        When the person last proved who they are with two factors.
    agent : str
        What the browser calls itself, shortened: so that its owner knows it again.
    """

    key: str
    hash: str = field(repr=False)
    account: str
    way: str
    started: datetime
    seen: datetime
    proved: datetime
    agent: str


def put_session(connection: sa.Connection, session: Session) -> None:
    """Keep a session."""
    connection.execute(
        sa.insert(SESSION).values(
            key=session.key,
            hash=session.hash,
            account=session.account,
            way=session.way,
            started=kept_moment(session.started),
            seen=kept_moment(session.seen),
            proved=kept_moment(session.proved),
            agent=session.agent,
        )
    )


def session_with(connection: sa.Connection, hashed: str) -> tuple[Session, Account] | None:
    """Give the session of a secret's hash, and its account."""
    row = connection.execute(sa.select(SESSION).where(SESSION.c.hash == hashed)).first()
    account = None if row is None else account_of(connection, row.account)
    return None if row is None or account is None else (_session(row), account)


def sessions(connection: sa.Connection, account: str) -> tuple[Session, ...]:
    """Give the sessions of an account, the last used first."""
    rows = connection.execute(
        sa.select(SESSION)
        .where(SESSION.c.account == account)
        .order_by(SESSION.c.seen.desc(), SESSION.c.key)
    )
    return tuple(_session(row) for row in rows)


def note_seen(connection: sa.Connection, key: str, at: datetime) -> None:
    """Note that a session was used."""
    connection.execute(sa.update(SESSION).where(SESSION.c.key == key).values(seen=kept_moment(at)))


def rotate(
    connection: sa.Connection, old_hash: str, new_hash: str, at: datetime, proved: datetime
) -> bool:
    """Give a session another secret; the old one is worth nothing from now on.

    False where there is none of the old secret any more: another request was faster.
    """
    moved = (
        sa.update(SESSION)
        .where(SESSION.c.hash == old_hash)
        .values(hash=new_hash, seen=kept_moment(at), proved=kept_moment(proved))
    )
    return connection.execute(moved).rowcount == 1


def end_session(connection: sa.Connection, hashed: str) -> Session | None:
    """End the session of a secret."""
    gone = sa.delete(SESSION).where(SESSION.c.hash == hashed).returning(SESSION)
    row = connection.execute(gone).first()
    return None if row is None else _session(row)


def end_sessions(
    connection: sa.Connection, account: str, *, key: str | None = None, but: str | None = None
) -> int:
    """End sessions of an account: all, the one of a key, or all but one; tells how many."""
    gone = sa.delete(SESSION).where(SESSION.c.account == account)
    if key is not None:
        gone = gone.where(SESSION.c.key == key)
    if but is not None:
        gone = gone.where(SESSION.c.key != but)
    return connection.execute(gone).rowcount


def drop_older(connection: sa.Connection, account: str, started: datetime) -> None:
    """Drop sessions of an account that can't hold any more, so that the table stays small."""
    connection.execute(
        sa.delete(SESSION).where(
            SESSION.c.account == account, SESSION.c.started < kept_moment(started)
        )
    )


def _session(row: sa.Row[tuple[object, ...]]) -> Session:
    return Session(
        key=row.key,
        hash=row.hash,
        account=row.account,
        way=row.way,
        started=read_moment(row.started),
        seen=read_moment(row.seen),
        proved=read_moment(row.proved),
        agent=row.agent,
    )
