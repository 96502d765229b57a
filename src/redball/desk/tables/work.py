"""Long work: what was asked, how far it is, what came of it."""

import sqlalchemy as sa

from redball.desk.schema import METADATA

WORK = sa.Table(
    "work",
    METADATA,
    sa.Column("key", sa.Text(), primary_key=True),
    sa.Column("account", sa.Text(), nullable=False, index=True),
    sa.Column("subject", sa.Text(), nullable=False),  # it runs with what they may read, no more
    sa.Column("kind", sa.Text(), nullable=False),
    sa.Column("title", sa.Text(), nullable=False),
    sa.Column("parameters", sa.Text(), nullable=False),  # JSON
    sa.Column("as_of", sa.Text(), nullable=False),  # empty for now
    sa.Column("server", sa.Text(), nullable=False),  # which one took it last
    sa.Column("state", sa.Text(), nullable=False, index=True),
    sa.Column("asked_at", sa.Text(), nullable=False),
    sa.Column("begun_at", sa.Text(), nullable=False),
    sa.Column("ended_at", sa.Text(), nullable=False),
    sa.Column("result", sa.Text(), nullable=False),  # key of the kept answer
    sa.Column("error", sa.Text(), nullable=False),
    sa.Column("mend", sa.Text(), nullable=False),
)
"""One row for each piece of work; progress is told to open pages and not kept."""

SERVER = sa.Table(
    "work_server",
    METADATA,
    sa.Column("server", sa.Text(), primary_key=True),
    sa.Column("beats", sa.BigInteger(), nullable=False),
)
"""Servers that run work, and how often each has said that it is there.

A count and no time: whether it still rises is seen by each server with its own clock, so that
clocks of servers that differ change nothing.
"""
