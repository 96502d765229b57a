"""Trust: markings in place of labels, agreements, the ledger.

Frozen: what these tables were when they were added. The ledger's first leaves, and the markings of
rows that are there already, are written in the same transaction when the migrations are through
(:mod:`redball.store.founding`).
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TABLES = {
    "agreement": (
        "id! version:integer! document! sites! activated_at! ended_at ended_by reason",
        ("id", "version"),
    ),
    "ledger": ("ix:long! envelope! leaf!", ("ix",)),
    "ledger_secret": ("ix:long! salt! secret!", ("ix",)),
    "ledger_tree": (
        "id:integer! origin! size:long! frontier! last_at! checkpoints:integer!",
        ("id",),
    ),
    "checkpoint": ("size:long! signer! note!", ("size", "signer")),
}

TYPES = {"": sa.Text, "integer": sa.Integer, "long": sa.BigInteger}


def upgrade() -> None:
    for name, (words, key) in TABLES.items():
        op.create_table(
            name,
            *(_column(word) for word in words.split()),
            sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"),
        )
    for name in ("caveats", "agreements"):
        op.add_column("result", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    _markings()


def _column(word: str) -> "sa.Column[object]":
    name, _, kind = word.rstrip("!").partition(":")
    return sa.Column(
        name, TYPES[kind](), nullable=not word.endswith("!"), autoincrement=False
    )  # fmt: skip


def _markings() -> None:
    """Make the table of labels anew: SQLite can't exchange a unique constraint in place.

    The labels stay under their ids, as markings of nothing, until the rows have got markings.
    """
    connection = op.get_bind()
    labels = connection.execute(sa.text("SELECT id, owner, text FROM label")).mappings().all()
    op.drop_table("label")
    made = op.create_table(
        "label",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("classes", sa.Text(), nullable=False),
        sa.Column("areas", sa.Text(), nullable=False),
        sa.Column("sites", sa.Text(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_label"),
        sa.UniqueConstraint(
            "owner", "text", "kind", "classes", "areas", "sites", "exercise", name="uq_label"
        ),
    )
    nothing = {"kind": "", "classes": "", "areas": "", "sites": "", "exercise": False}
    if labels:
        op.bulk_insert(made, [{**row, **nothing} for row in labels])
