"""The tables of the desk, all of them; each module here says what its own are for.

One version number, no migrations yet: :data:`VERSION` is written into the database, and a desk of
another version is refused (:mod:`redball.desk.opening`).
"""

import sqlalchemy as sa

VERSION = 1

METADATA = sa.MetaData()

STATE = sa.Table(
    "desk_state",
    METADATA,
    sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),  # always 1
    sa.Column("version", sa.Integer(), nullable=False),
)

CHANGE = sa.Table(
    "desk_change",
    METADATA,
    sa.Column("topic", sa.Text(), primary_key=True),
    sa.Column("version", sa.BigInteger(), nullable=False),
)
"""How often what a topic names has changed: what live pages wait for."""
