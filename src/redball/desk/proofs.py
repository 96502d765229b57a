"""How an account proves who it is: passwords, one-time codes, recovery codes, passkeys.

What may count once is taken by one statement that says whether it did: of two that come with the
same code at the same moment, one gets in.
"""

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from redball.desk.moments import kept_moment, read_moment, read_moment_or_none
from redball.desk.tables.people import PASSKEY, PASSWORD, RECOVERY, TOTP
from redball.model import BadUse


@dataclass(frozen=True)
class Totp:
    """A seed of one-time codes, sealed.

    Attributes
    ----------
    sealed : bytes
    last_counter : int
        Of the last code that was taken.
    wrong : int
        Wrong codes since.
    """

    sealed: bytes = field(repr=False)
    last_counter: int
    wrong: int


@dataclass(frozen=True)
class Passkey:
    """A passkey's public part.

    Attributes
    ----------
    id : str
    account : str
    public_key : bytes
    count : int
        As it counted last.
    name : str
        What its owner calls it.
    added_at : datetime
    last_used, blocked_at : datetime or None
    """

    id: str
    account: str
    public_key: bytes = field(repr=False)
    count: int
    name: str
    added_at: datetime
    last_used: datetime | None
    blocked_at: datetime | None


def password_of(connection: sa.Connection, account: str) -> str | None:
    """Give what is kept of a password."""
    found = sa.select(PASSWORD.c.hash).where(PASSWORD.c.account == account)
    return connection.execute(found).scalar_one_or_none()


def set_password(connection: sa.Connection, account: str, hashed: str, at: datetime) -> None:
    """Keep a password in place of an earlier one."""
    connection.execute(sa.delete(PASSWORD).where(PASSWORD.c.account == account))
    connection.execute(
        sa.insert(PASSWORD).values(account=account, hash=hashed, changed_at=kept_moment(at))
    )


def totp_of(connection: sa.Connection, account: str) -> Totp | None:
    """Give the seed of an account."""
    row = connection.execute(sa.select(TOTP).where(TOTP.c.account == account)).first()
    return None if row is None else Totp(bytes(row.sealed), row.last_counter, row.wrong)


def set_totp(
    connection: sa.Connection, account: str, sealed: bytes, counter: int, at: datetime
) -> None:
    """Keep a seed in place of an earlier one, with the counter of the code that proved it."""
    connection.execute(sa.delete(TOTP).where(TOTP.c.account == account))
    connection.execute(
        sa.insert(TOTP).values(
            account=account,
            sealed=sealed,
            last_counter=counter,
            wrong=0,
            set_at=kept_moment(at),
        )
    )


def take_counter(connection: sa.Connection, account: str, counter: int) -> bool:
    """Take a code, once: False where it or a later one was taken meanwhile."""
    taken = (
        sa.update(TOTP)
        .where(TOTP.c.account == account, TOTP.c.last_counter < counter)
        .values(last_counter=counter, wrong=0)
    )
    return connection.execute(taken).rowcount == 1


def count_wrong(connection: sa.Connection, account: str) -> int:
    """Count a wrong code; gives how many there were in a row."""
    connection.execute(
        sa.update(TOTP).where(TOTP.c.account == account).values(wrong=TOTP.c.wrong + 1)
    )
    found = totp_of(connection, account)
    return 0 if found is None else found.wrong


def forgive_wrong(connection: sa.Connection, account: str) -> None:
    """Forget the wrong codes of an account."""
    connection.execute(sa.update(TOTP).where(TOTP.c.account == account).values(wrong=0))


def set_recovery(connection: sa.Connection, account: str, hashes: tuple[str, ...]) -> None:
    """Keep recovery codes in place of all earlier ones."""
    connection.execute(sa.delete(RECOVERY).where(RECOVERY.c.account == account))
    if hashes:
        rows = [{"account": account, "hash": one} for one in hashes]
        connection.execute(sa.insert(RECOVERY), rows)


def take_recovery(connection: sa.Connection, account: str, hashed: str, at: datetime) -> bool:
    """Take a recovery code, once."""
    taken = (
        sa.update(RECOVERY)
        .where(
            RECOVERY.c.account == account, RECOVERY.c.hash == hashed, RECOVERY.c.used_at.is_(None)
        )
        .values(used_at=kept_moment(at))
    )
    return connection.execute(taken).rowcount == 1


def recovery_left(connection: sa.Connection, account: str) -> int:
    """How many recovery codes are left."""
    counted = sa.select(sa.func.count()).where(
        RECOVERY.c.account == account, RECOVERY.c.used_at.is_(None)
    )
    return int(connection.execute(counted).scalar_one())


def add_passkey(connection: sa.Connection, passkey: Passkey) -> None:
    """Keep a passkey.

    Raises
    ------
    BadUse
        It is known already.
    """
    try:
        with connection.begin_nested():
            connection.execute(
                sa.insert(PASSKEY).values(
                    id=passkey.id,
                    account=passkey.account,
                    public_key=passkey.public_key,
                    counter=passkey.count,
                    name=passkey.name,
                    added_at=kept_moment(passkey.added_at),
                )
            )
    except sa.exc.IntegrityError as error:
        raise BadUse("This passkey is known already.", mend="Use another authenticator.") from error


def passkey_of(connection: sa.Connection, credential: str) -> Passkey | None:
    """Give the passkey of a credential id."""
    row = connection.execute(sa.select(PASSKEY).where(PASSKEY.c.id == credential)).first()
    return None if row is None else _passkey(row)


def passkeys(connection: sa.Connection, account: str) -> tuple[Passkey, ...]:
    """Give the passkeys of an account, the first added first."""
    rows = connection.execute(
        sa.select(PASSKEY)
        .where(PASSKEY.c.account == account)
        .order_by(PASSKEY.c.added_at, PASSKEY.c.id)
    )
    return tuple(_passkey(row) for row in rows)


def take_count(connection: sa.Connection, passkey: Passkey, count: int, at: datetime) -> bool:
    """Keep a passkey's new counter; False where another answer was taken meanwhile."""
    taken = (
        sa.update(PASSKEY)
        .where(
            PASSKEY.c.id == passkey.id,
            PASSKEY.c.counter == passkey.count,
            PASSKEY.c.blocked_at.is_(None),
        )
        .values(counter=count, last_used=kept_moment(at))
    )
    return connection.execute(taken).rowcount == 1


def block_passkey(connection: sa.Connection, credential: str, at: datetime) -> None:
    """Take no answer of a passkey any more; it stays in the list, so that its owner sees why."""
    connection.execute(
        sa.update(PASSKEY).where(PASSKEY.c.id == credential).values(blocked_at=kept_moment(at))
    )


def remove_passkey(connection: sa.Connection, account: str, credential: str) -> bool:
    """Forget a passkey of an account; False where it has none of that id."""
    gone = sa.delete(PASSKEY).where(PASSKEY.c.account == account, PASSKEY.c.id == credential)
    return connection.execute(gone).rowcount == 1


def forget_proofs(connection: sa.Connection, account: str) -> None:
    """Forget every way in which an account proves who it is."""
    for table in (PASSWORD, TOTP, RECOVERY, PASSKEY):
        connection.execute(sa.delete(table).where(table.c.account == account))


def has_proofs(connection: sa.Connection, account: str | None = None) -> bool:
    """Whether an account, or any account, has a way to prove who it is."""
    for table in (PASSKEY, TOTP):
        found = sa.select(table.c.account).limit(1)
        if account is not None:
            found = found.where(table.c.account == account)
        if connection.execute(found).first() is not None:
            return True
    return False


def _passkey(row: sa.Row[tuple[object, ...]]) -> Passkey:
    return Passkey(
        id=row.id,
        account=row.account,
        public_key=bytes(row.public_key),
        count=row.counter,
        name=row.name,
        added_at=read_moment(row.added_at),
        last_used=read_moment_or_none(row.last_used),
        blocked_at=read_moment_or_none(row.blocked_at),
    )
