"""Approvals by a second person."""

import sqlalchemy as sa

from redball.desk.schema import METADATA

APPROVAL = sa.Table(
    "approval",
    METADATA,
    sa.Column("key", sa.Text(), primary_key=True),
    sa.Column("matter", sa.Text(), nullable=False),
    sa.Column("object_hash", sa.Text(), nullable=False),  # of exactly what is asked for
    sa.Column("said", sa.Text(), nullable=False),  # the same for a person to read
    sa.Column("held", sa.Text(), nullable=False),  # what is done once given; empty: by the asker
    sa.Column("nation", sa.Text(), nullable=False),
    sa.Column("asked_by", sa.Text(), nullable=False),
    sa.Column("asked_name", sa.Text(), nullable=False),
    sa.Column("asked_at", sa.Text(), nullable=False),
    sa.Column("expires", sa.Text(), nullable=False, index=True),
    sa.Column("state", sa.Text(), nullable=False),  # asked, given, refused, used
    sa.Column("answered_by", sa.Text()),
    sa.Column("answered_name", sa.Text()),
    sa.Column("answered_at", sa.Text()),
    sa.Column("used_at", sa.Text()),
)
