"""Readiness: resupply, repair, policy and mutual support; redundancy and isolation in structures.

Frozen: what these tables were when they were added. Results of the engines are kept beside the
data, with the hash of what went in.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = {
    "resupply": "key! site! from_site item ship_days:number! ship_sd_days:number",
    "repair": (
        "key! site! item! repair_days:number! repair_sd_days:number repaired_share:number! "
        "servers:integer"
    ),
    "policy": ("key! site! item! kind! reorder_point:number order_up_to:number quantity:number"),
    "support": (
        "key! giver! receiver! item supply_class move_days:number! keep:number! valid_from:date "
        "valid_until:date agreement"
    ),
}

TYPES = {
    "": sa.Text,
    "integer": sa.BigInteger,
    "number": sa.Double,
    "date": sa.Date,
}


def upgrade() -> None:
    for name, words in TABLES.items():
        op.create_table(
            name,
            sa.Column("owner", sa.Text(), nullable=False),
            *(_column(word) for word in words.split()),
            sa.Column("label", sa.Integer(), nullable=False),
            sa.Column("since", sa.Integer(), nullable=False),
            sa.Column("until", sa.Integer()),
            sa.Column("sheet", sa.Text(), nullable=False),
            sa.Column("line", sa.Integer(), nullable=False),
            sa.PrimaryKeyConstraint("owner", "key", "since", name=f"pk_{name}"),
            sqlite_with_rowid=False,
        )
    op.add_column("structure", sa.Column("needed", sa.Double()))
    op.add_column("structure", sa.Column("isolation", sa.Double()))
    op.create_table(
        "result",
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
        sa.Column("readers", sa.Text()),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_result"),
    )


def _column(word: str) -> "sa.Column[object]":
    name, _, kind = word.rstrip("!").partition(":")
    return sa.Column(name, TYPES[kind](), nullable=not word.endswith("!"))
