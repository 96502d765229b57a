"""What people wrote about things that a nation keeps beside the store: risks, actions of plans.

Each entry carries the whole of what it is about as it was from then on, so that the last one says
how it stands and all together how it came to that.
"""

import sqlalchemy as sa

from redball.desk.schema import METADATA

THING = sa.Table(
    "journal_thing",
    METADATA,
    sa.Column("topic", sa.Text(), primary_key=True),
    sa.Column("nation", sa.Text(), primary_key=True),
    sa.Column("key", sa.Text(), primary_key=True),
    sa.Column("entries", sa.BigInteger(), nullable=False),
)
"""One row for each thing that somebody wrote about: who writes holds it meanwhile."""

NOTE = sa.Table(
    "journal_note",
    METADATA,
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
    sa.Column("id", sa.Text(), nullable=False, unique=True),
    sa.Column("topic", sa.Text(), nullable=False),
    sa.Column("nation", sa.Text(), nullable=False),
    sa.Column("key", sa.Text(), nullable=False),
    sa.Column("at", sa.Text(), nullable=False),
    sa.Column("by", sa.Text(), nullable=False),
    sa.Column("subject", sa.Text(), nullable=False),
    sa.Column("verb", sa.Text(), nullable=False),
    sa.Column("words", sa.Text(), nullable=False),
    sa.Column("body", sa.Text(), nullable=False),  # JSON
    sa.Column("label", sa.Text(), nullable=False),
    sa.Column("leaf", sa.BigInteger(), nullable=False),
    sa.Index("journal_note_of", "topic", "nation", "key", "seq"),
)
"""What was written, in order; never changed and never removed."""


def _with(statement: str, dialect: str) -> None:
    """Run a statement when the journal's table is made on a database of a kind."""
    made = sa.DDL(statement).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]  # SQLAlchemy
    sa.event.listen(NOTE, "after_create", made)


_KEPT = "the journal is only added to"
for _verb in ("UPDATE", "DELETE"):
    _with(
        f"CREATE TRIGGER journal_note_no_{_verb.lower()} BEFORE {_verb} ON journal_note "
        f"BEGIN SELECT RAISE(ABORT, '{_KEPT}'); END",
        "sqlite",
    )
_with(
    "CREATE FUNCTION journal_note_kept() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_KEPT}'; END $$",
    "postgresql",
)
_with(
    "CREATE TRIGGER journal_note_kept BEFORE UPDATE OR DELETE ON journal_note "
    "FOR EACH ROW EXECUTE FUNCTION journal_note_kept()",
    "postgresql",
)
