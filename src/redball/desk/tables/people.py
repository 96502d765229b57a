"""Accounts, how they prove who they are, sessions and tokens.

Secrets that are handed out (sessions, tokens, links, tickets, recovery codes) are kept as hashes;
passwords as Argon2id; seeds of one-time codes sealed with a key that is not in this database.
"""

import sqlalchemy as sa

from redball.desk.schema import METADATA


def _account(*, primary: bool = False) -> sa.Column[str]:
    target = sa.ForeignKey("account.key", ondelete="CASCADE")
    return sa.Column(
        "account", sa.Text(), target, primary_key=primary, nullable=False, index=not primary
    )


ACCOUNT = sa.Table(
    "account",
    METADATA,
    sa.Column("key", sa.Text(), primary_key=True),
    sa.Column("name", sa.Text(), nullable=False, unique=True),  # folded: compared as it is
    sa.Column("display", sa.Text(), nullable=False),
    sa.Column("subject", sa.Text(), nullable=False),  # nation, role, clearance, caveats, purpose
    sa.Column("service", sa.Boolean(), nullable=False),
    sa.Column("state", sa.Text(), nullable=False),  # active, closed
    sa.Column("created_at", sa.Text(), nullable=False),
    sa.Column("created_by", sa.Text(), nullable=False),
    sa.Column("changed_at", sa.Text(), nullable=False),
)

PASSWORD = sa.Table(
    "account_password",
    METADATA,
    _account(primary=True),
    sa.Column("hash", sa.Text(), nullable=False),
    sa.Column("changed_at", sa.Text(), nullable=False),
)

TOTP = sa.Table(
    "account_totp",
    METADATA,
    _account(primary=True),
    sa.Column("sealed", sa.LargeBinary(), nullable=False),
    sa.Column("last_counter", sa.BigInteger(), nullable=False),
    sa.Column("wrong", sa.Integer(), nullable=False),  # wrong codes since the last right one
    sa.Column("set_at", sa.Text(), nullable=False),
)

RECOVERY = sa.Table(
    "account_recovery",
    METADATA,
    _account(primary=True),
    sa.Column("hash", sa.Text(), primary_key=True),
    sa.Column("used_at", sa.Text()),
)

PASSKEY = sa.Table(
    "account_passkey",
    METADATA,
    sa.Column("id", sa.Text(), primary_key=True),
    _account(),
    sa.Column("public_key", sa.LargeBinary(), nullable=False),
    sa.Column("counter", sa.BigInteger(), nullable=False),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("added_at", sa.Text(), nullable=False),
    sa.Column("last_used", sa.Text()),
    sa.Column("blocked_at", sa.Text()),
)

TICKET = sa.Table(
    "account_ticket",
    METADATA,
    sa.Column("hash", sa.Text(), primary_key=True),
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("account", sa.Text(), sa.ForeignKey("account.key", ondelete="CASCADE"), index=True),
    sa.Column("held", sa.LargeBinary()),  # what the next step needs; sealed where it is secret
    sa.Column("tries", sa.Integer(), nullable=False),
    sa.Column("expires", sa.Text(), nullable=False, index=True),
)
"""What stands between two steps: challenges of passkeys, a password that waits for its code."""

SESSION = sa.Table(
    "account_session",
    METADATA,
    sa.Column("key", sa.Text(), primary_key=True),
    sa.Column("hash", sa.Text(), nullable=False, unique=True),
    _account(),
    sa.Column("way", sa.Text(), nullable=False),
    sa.Column("started", sa.Text(), nullable=False),
    sa.Column("seen", sa.Text(), nullable=False),
    sa.Column("proved", sa.Text(), nullable=False),
    sa.Column("agent", sa.Text(), nullable=False),
)

TOKEN = sa.Table(
    "account_token",
    METADATA,
    sa.Column("key", sa.Text(), primary_key=True),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("hash", sa.Text(), nullable=False, unique=True),
    _account(),
    sa.Column("scopes", sa.Text(), nullable=False),
    sa.Column("created_at", sa.Text(), nullable=False),
    sa.Column("created_by", sa.Text(), nullable=False),
    sa.Column("expires", sa.Text(), nullable=False),
    sa.Column("last_used", sa.Text()),
    sa.Column("revoked_at", sa.Text()),
    sa.UniqueConstraint("account", "name", name="account_token_name"),
)

LINK = sa.Table(
    "account_link",
    METADATA,
    sa.Column("key", sa.Text(), primary_key=True),
    sa.Column("hash", sa.Text(), nullable=False, unique=True),
    sa.Column("kind", sa.Text(), nullable=False),
    _account(),
    sa.Column("created_at", sa.Text(), nullable=False),
    sa.Column("created_by", sa.Text(), nullable=False),
    sa.Column("expires", sa.Text(), nullable=False),
    sa.Column("used_at", sa.Text()),
)

IDENTITY = sa.Table(
    "account_identity",
    METADATA,
    sa.Column("issuer", sa.Text(), primary_key=True),
    sa.Column("subject", sa.Text(), primary_key=True),
    _account(),
    sa.Column("linked_at", sa.Text(), nullable=False),
)

OUTBOX = sa.Table(
    "people_outbox",
    METADATA,
    sa.Column(
        "number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True
    ),  # in the order in which they happened
    sa.Column("envelope", sa.LargeBinary(), nullable=False),
)
"""Events on their way to the store's ledger: written with the change that they tell of."""
