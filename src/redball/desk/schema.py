"""The tables of the desk, all of them; each module here says what its own are for.

One version number: :data:`VERSION` is written into the database. A desk of an older version is
given the tables that it lacks, one of a newer is refused (:mod:`redball.desk.opening`). 2 added
what tells a recalled row from the trend of findings, 3 the servers that run work, 4 the
journal of risks and of actions of plans.
"""

import sqlalchemy as sa

VERSION = 4

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
