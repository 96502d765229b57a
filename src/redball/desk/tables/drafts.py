"""Scenarios that people keep for themselves, as the text that the command line reads."""

import sqlalchemy as sa

from redball.desk.schema import METADATA

DRAFT = sa.Table(
    "scenario_draft",
    METADATA,
    sa.Column("key", sa.Text(), primary_key=True),
    sa.Column("account", sa.Text(), nullable=False, index=True),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("text", sa.Text(), nullable=False),  # TOML
    sa.Column("changed_at", sa.Text(), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),  # counts up with every change
)
"""One row for each draft; nobody but its account reads it."""
