"""Tokens of services."""

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from redball.desk.moments import kept_moment, read_moment, read_moment_or_none
from redball.desk.people import Account, account_of
from redball.desk.tables.people import TOKEN
from redball.model import BadUse


@dataclass(frozen=True)
class Token:
    """A token, without its secret.

    Attributes
    ----------
    key : str
        Its public name.
    name : str
        What its owner calls it.
    hash : str
        Of its secret.
    account : str
        As whom it acts.
    scopes : frozenset of str
    created_at : datetime
    created_by : str
    expires : datetime
    last_used, revoked_at : datetime or None
    """

    key: str
    name: str
    hash: str = field(repr=False)
    account: str
    scopes: frozenset[str]
    created_at: datetime
    created_by: str
    expires: datetime
    last_used: datetime | None = None
    revoked_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it is good now."""
        return self.revoked_at is None and now < self.expires


def put_token(connection: sa.Connection, token: Token) -> None:
    """Keep a token.

    Raises
    ------
    BadUse
        The account has one of that name.
    """
    try:
        with connection.begin_nested():
            connection.execute(
                sa.insert(TOKEN).values(
                    key=token.key,
                    name=token.name,
                    hash=token.hash,
                    account=token.account,
                    scopes=" ".join(sorted(token.scopes)),
                    created_at=kept_moment(token.created_at),
                    created_by=token.created_by,
                    expires=kept_moment(token.expires),
                )
            )
    except sa.exc.IntegrityError as error:
        raise BadUse(
            f"There is a token named '{token.name}' already.", mend="Choose another name."
        ) from error


def token_with(connection: sa.Connection, hashed: str) -> tuple[Token, Account] | None:
    """Give the token of a secret's hash, and its account."""
    row = connection.execute(sa.select(TOKEN).where(TOKEN.c.hash == hashed)).first()
    account = None if row is None else account_of(connection, row.account)
    return None if row is None or account is None else (_token(row), account)


def tokens(connection: sa.Connection, account: str | None = None) -> tuple[Token, ...]:
    """Give tokens, of one account or of all, the newest first."""
    found = sa.select(TOKEN).order_by(TOKEN.c.created_at.desc(), TOKEN.c.key)
    if account is not None:
        found = found.where(TOKEN.c.account == account)
    return tuple(_token(row) for row in connection.execute(found))


def note_used(connection: sa.Connection, key: str, at: datetime) -> None:
    """Note that a token was used."""
    connection.execute(sa.update(TOKEN).where(TOKEN.c.key == key).values(last_used=kept_moment(at)))


def revoke_tokens(
    connection: sa.Connection, account: str, at: datetime, *, key: str | None = None
) -> int:
    """Revoke tokens of an account, all or the one of a key; tells how many."""
    revoked = sa.update(TOKEN).where(TOKEN.c.account == account, TOKEN.c.revoked_at.is_(None))
    if key is not None:
        revoked = revoked.where(TOKEN.c.key == key)
    return connection.execute(revoked.values(revoked_at=kept_moment(at))).rowcount


def _token(row: sa.Row[tuple[object, ...]]) -> Token:
    return Token(
        key=row.key,
        name=row.name,
        hash=row.hash,
        account=row.account,
        scopes=frozenset(row.scopes.split()),
        created_at=read_moment(row.created_at),
        created_by=row.created_by,
        expires=read_moment(row.expires),
        last_used=read_moment_or_none(row.last_used),
        revoked_at=read_moment_or_none(row.revoked_at),
    )
