"""Accounts: who may sign in here, and as whom the gate knows them.

Functions here and in the modules beside take an open transaction of a
:class:`redball.desk.Desk`, so that what belongs together is written together.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from redball.desk.moments import kept_moment, read_moment
from redball.desk.tables.people import ACCOUNT, IDENTITY
from redball.model import BadUse

ACTIVE, CLOSED = "active", "closed"


@dataclass(frozen=True)
class Account:
    """An account.

    Attributes
    ----------
    key : str
        Random and never used again: what the ledger names.
    name : str
        What is typed to sign in, folded.
    display : str
        As people call them.
    subject : str
        Nation, role, clearance, caveats and purpose, as the gate reads them.
    service : bool
        A service: it has tokens and no way to sign in.
    state : str
        ``active`` or ``closed``.
    created_at, changed_at : datetime
    created_by : str
        Who made it.
    """

    key: str
    name: str
    display: str
    subject: str
    service: bool
    state: str
    created_at: datetime
    created_by: str
    changed_at: datetime

    @property
    def active(self) -> bool:
        """Whether it may be used at all."""
        return self.state == ACTIVE


def add_account(connection: sa.Connection, account: Account) -> None:
    """Write a new account.

    Raises
    ------
    BadUse
        The name is taken, also by an account that is closed.
    """
    try:
        with connection.begin_nested():
            connection.execute(
                sa.insert(ACCOUNT).values(
                    key=account.key,
                    name=account.name,
                    display=account.display,
                    subject=account.subject,
                    service=account.service,
                    state=account.state,
                    created_at=kept_moment(account.created_at),
                    created_by=account.created_by,
                    changed_at=kept_moment(account.changed_at),
                )
            )
    except sa.exc.IntegrityError as error:
        raise BadUse(
            f"There is an account named '{account.name}' already.",
            mend="Choose another name; those of closed accounts are not given again.",
        ) from error


def change_account(
    connection: sa.Connection,
    key: str,
    at: datetime,
    *,
    subject: str | None = None,
    display: str | None = None,
    state: str | None = None,
) -> None:
    """Change what is given of an account."""
    given = {"subject": subject, "display": display, "state": state}
    values = {name: value for name, value in given.items() if value is not None}
    connection.execute(
        sa.update(ACCOUNT).where(ACCOUNT.c.key == key).values(**values, changed_at=kept_moment(at))
    )


def account_named(connection: sa.Connection, name: str) -> Account | None:
    """Give the account of a folded name."""
    return _one(connection, ACCOUNT.c.name == name)


def account_of(connection: sa.Connection, key: str) -> Account | None:
    """Give the account of a key."""
    return _one(connection, ACCOUNT.c.key == key)


def accounts(connection: sa.Connection) -> tuple[Account, ...]:
    """Give all accounts by name."""
    rows = connection.execute(sa.select(ACCOUNT).order_by(ACCOUNT.c.name))
    return tuple(_account(row) for row in rows)


def has_accounts(connection: sa.Connection) -> bool:
    """Whether there is any account."""
    return connection.execute(sa.select(ACCOUNT.c.key).limit(1)).first() is not None


def link_identity(
    connection: sa.Connection, account: str, issuer: str, subject: str, at: datetime
) -> None:
    """Write whose an identity of a nation's own provider is.

    Raises
    ------
    BadUse
        It is somebody's already.
    """
    try:
        with connection.begin_nested():
            connection.execute(
                sa.insert(IDENTITY).values(
                    issuer=issuer, subject=subject, account=account, linked_at=kept_moment(at)
                )
            )
    except sa.exc.IntegrityError as error:
        raise BadUse(
            "This identity belongs to an account already.", mend="Take it away there first."
        ) from error


def unlink_identities(connection: sa.Connection, account: str) -> int:
    """Take all identities of an account away; tells how many there were."""
    return connection.execute(sa.delete(IDENTITY).where(IDENTITY.c.account == account)).rowcount


def account_of_identity(connection: sa.Connection, issuer: str, subject: str) -> Account | None:
    """Give the account that an identity of a provider was linked to."""
    joined = ACCOUNT.join(IDENTITY, IDENTITY.c.account == ACCOUNT.c.key)
    row = connection.execute(
        sa.select(ACCOUNT)
        .select_from(joined)
        .where(IDENTITY.c.issuer == issuer, IDENTITY.c.subject == subject)
    ).first()
    return None if row is None else _account(row)


def identities(connection: sa.Connection, account: str) -> tuple[tuple[str, str], ...]:
    """Give issuer and subject of the identities of an account."""
    rows = connection.execute(
        sa.select(IDENTITY.c.issuer, IDENTITY.c.subject)
        .where(IDENTITY.c.account == account)
        .order_by(IDENTITY.c.issuer, IDENTITY.c.subject)
    )
    return tuple((str(row.issuer), str(row.subject)) for row in rows)


def _one(connection: sa.Connection, where: sa.ColumnElement[bool]) -> Account | None:
    row = connection.execute(sa.select(ACCOUNT).where(where)).first()
    return None if row is None else _account(row)


def _account(row: sa.Row[tuple[object, ...]]) -> Account:
    return Account(
        key=row.key,
        name=row.name,
        display=row.display,
        subject=row.subject,
        service=bool(row.service),
        state=row.state,
        created_at=read_moment(row.created_at),
        created_by=row.created_by,
        changed_at=read_moment(row.changed_at),
    )
