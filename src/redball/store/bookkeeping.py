"""SQL tables beside those of the language: imports, markings, results, agreements, the ledger."""

import sqlalchemy as sa


def add_bookkeeping(found: sa.MetaData) -> None:
    """Add the tables of the bookkeeping."""
    _revision(found)
    _label(found)
    _result(found)
    _agreement(found)
    _ledger(found)


def _revision(found: sa.MetaData) -> None:
    sa.Table(
        "revision",
        found,
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("package_hash", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.Text(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("software", sa.Text(), nullable=False),
        sa.Column("completeness", sa.Double()),
        sa.Column("validity", sa.Double()),
        sa.Column("timeliness", sa.Double()),
        sa.Column("consistency", sa.Double()),
        sa.Column("errors", sa.BigInteger(), nullable=False),
        sa.Column("warnings", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),  # JSON
        sa.Column("content", sa.Text(), nullable=False),  # JSON
        sa.PrimaryKeyConstraint("id", name="pk_revision"),
        sa.UniqueConstraint("owner", "package_hash", name="uq_revision_owner_package_hash"),
    )


def _label(found: sa.MetaData) -> None:
    sa.Table(
        "label",
        found,
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),  # table of the rows
        sa.Column("classes", sa.Text(), nullable=False),  # words with spaces between
        sa.Column("areas", sa.Text(), nullable=False),
        sa.Column("sites", sa.Text(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_label"),
        sa.UniqueConstraint(
            "owner", "text", "kind", "classes", "areas", "sites", "exercise", name="uq_label"
        ),
    )


def _result(found: sa.MetaData) -> None:
    sa.Table(
        "result",
        found,
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("viewer", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("inputs_hash", sa.Text(), nullable=False),
        sa.Column("twin_hash", sa.Text(), nullable=False),
        sa.Column("software", sa.Text(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("classification", sa.Text(), nullable=False),
        sa.Column("readers", sa.Text()),  # members with spaces between; empty value for all
        sa.Column("caveats", sa.Text(), nullable=False, server_default=""),  # words likewise
        sa.Column("agreements", sa.Text(), nullable=False, server_default=""),
        sa.Column("parameters", sa.Text(), nullable=False),  # JSON
        sa.Column("content", sa.Text(), nullable=False),  # JSON
        sa.PrimaryKeyConstraint("key", name="pk_result"),
    )


def _agreement(found: sa.MetaData) -> None:
    sa.Table(
        "agreement",
        found,
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sites", sa.Text(), nullable=False),  # sites that it names, as JSON
        sa.Column("activated_at", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text()),
        sa.Column("ended_by", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", "version", name="pk_agreement"),
    )


def _ledger(found: sa.MetaData) -> None:
    sa.Table(
        "ledger",
        found,
        sa.Column("ix", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("envelope", sa.Text(), nullable=False),  # its canonical bytes are UTF-8
        sa.Column("leaf", sa.Text(), nullable=False),  # leaf hash in hexadecimal
        sa.PrimaryKeyConstraint("ix", name="pk_ledger"),
    )
    sa.Table(
        "ledger_secret",
        found,
        sa.Column("ix", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("salt", sa.Text(), nullable=False),  # hexadecimal
        sa.Column("secret", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("ix", name="pk_ledger_secret"),
    )
    sa.Table(
        "ledger_tree",
        found,
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),  # always 1
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("frontier", sa.Text(), nullable=False),  # hashes with spaces between
        sa.Column("last_at", sa.Text(), nullable=False),  # time of the last leaf
        sa.Column("checkpoints", sa.Integer(), nullable=False),  # how many there are
        sa.PrimaryKeyConstraint("id", name="pk_ledger_tree"),
    )
    sa.Table(
        "checkpoint",
        found,
        sa.Column("size", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("signer", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", "signer", name="pk_checkpoint"),
    )
