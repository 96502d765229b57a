"""What counts once and not for long: tickets between two steps, and links."""

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from redball.desk.moments import kept_moment, read_moment, read_moment_or_none
from redball.desk.tables.people import LINK, TICKET


@dataclass(frozen=True)
class Ticket:
    """Something begun.

    Attributes
    ----------
    hash : str
        Of its secret.
    kind : str
        Which step comes next.
    account : str or None
        For whom; None where that is not known yet.
    held : bytes or None
        What the next step needs.
    tries : int
        How often the next step was tried.
    expires : datetime
    """

    hash: str
    kind: str
    account: str | None
    expires: datetime
    held: bytes | None = field(default=None, repr=False)
    tries: int = 0


@dataclass(frozen=True)
class Link:
    """A link that counts once.

    Attributes
    ----------
    key : str
    hash : str
        Of its secret.
    kind : str
    account : str
    created_at : datetime
    created_by : str
    expires : datetime
    used_at : datetime or None
    """

    key: str
    hash: str = field(repr=False)
    kind: str
    account: str
    created_at: datetime
    created_by: str
    expires: datetime
    used_at: datetime | None = None


def put_ticket(connection: sa.Connection, ticket: Ticket, now: datetime) -> None:
    """Keep a ticket; those that have expired are dropped."""
    connection.execute(sa.delete(TICKET).where(TICKET.c.expires <= kept_moment(now)))
    connection.execute(
        sa.insert(TICKET).values(
            hash=ticket.hash,
            kind=ticket.kind,
            account=ticket.account,
            held=ticket.held,
            tries=0,
            expires=kept_moment(ticket.expires),
        )
    )


def take_ticket(connection: sa.Connection, hashed: str, kind: str, now: datetime) -> Ticket | None:
    """Take a ticket away, once; None where there is none of that kind that still holds."""
    gone = sa.delete(TICKET).where(_good(hashed, kind, now)).returning(TICKET)
    row = connection.execute(gone).first()
    return None if row is None else _ticket(row)


def try_ticket(
    connection: sa.Connection, hashed: str, kind: str, now: datetime, most: int
) -> Ticket | None:
    """Count a try; None where there is no such ticket, or it was tried too often."""
    tried = (
        sa.update(TICKET)
        .where(_good(hashed, kind, now), TICKET.c.tries < most)
        .values(tries=TICKET.c.tries + 1)
        .returning(TICKET)
    )
    row = connection.execute(tried).first()
    return None if row is None else _ticket(row)


def look_at_ticket(
    connection: sa.Connection, hashed: str, kind: str, now: datetime
) -> Ticket | None:
    """Give a ticket and leave it."""
    row = connection.execute(sa.select(TICKET).where(_good(hashed, kind, now))).first()
    return None if row is None else _ticket(row)


def hold(connection: sa.Connection, hashed: str, held: bytes) -> None:
    """Keep something more with a ticket."""
    connection.execute(sa.update(TICKET).where(TICKET.c.hash == hashed).values(held=held))


def drop_tickets(connection: sa.Connection, account: str) -> None:
    """Drop what an account has begun."""
    connection.execute(sa.delete(TICKET).where(TICKET.c.account == account))


def put_link(connection: sa.Connection, link: Link) -> None:
    """Keep a link; earlier ones of the account count no more."""
    drop_links(connection, link.account)
    connection.execute(
        sa.insert(LINK).values(
            key=link.key,
            hash=link.hash,
            kind=link.kind,
            account=link.account,
            created_at=kept_moment(link.created_at),
            created_by=link.created_by,
            expires=kept_moment(link.expires),
        )
    )


def look_at_link(connection: sa.Connection, hashed: str, now: datetime) -> Link | None:
    """Give a link that is still good, and leave it."""
    row = connection.execute(sa.select(LINK).where(_unused(hashed, now))).first()
    return None if row is None else _link(row)


def take_link(connection: sa.Connection, hashed: str, now: datetime) -> Link | None:
    """Take a link, once."""
    taken = (
        sa.update(LINK).where(_unused(hashed, now)).values(used_at=kept_moment(now)).returning(LINK)
    )
    row = connection.execute(taken).first()
    return None if row is None else _link(row)


def drop_links(connection: sa.Connection, account: str) -> None:
    """Let no link of an account that was not used count any more."""
    connection.execute(sa.delete(LINK).where(LINK.c.account == account, LINK.c.used_at.is_(None)))


def _good(hashed: str, kind: str, now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        TICKET.c.hash == hashed, TICKET.c.kind == kind, TICKET.c.expires > kept_moment(now)
    )


def _unused(hashed: str, now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        LINK.c.hash == hashed, LINK.c.used_at.is_(None), LINK.c.expires > kept_moment(now)
    )


def _ticket(row: sa.Row[tuple[object, ...]]) -> Ticket:
    return Ticket(
        hash=row.hash,
        kind=row.kind,
        account=row.account,
        expires=read_moment(row.expires),
        held=None if row.held is None else bytes(row.held),
        tries=row.tries,
    )


def _link(row: sa.Row[tuple[object, ...]]) -> Link:
    return Link(
        key=row.key,
        hash=row.hash,
        kind=row.kind,
        account=row.account,
        created_at=read_moment(row.created_at),
        created_by=row.created_by,
        expires=read_moment(row.expires),
        used_at=read_moment_or_none(row.used_at),
    )
