"""The working list of findings and its history.

A finding itself is not kept here: it is made anew from each viewer's own twin. Kept are its key,
which says nothing, and what people wrote about it, under the label that the finding had for them.
"""

import sqlalchemy as sa

from redball.desk.schema import METADATA

FINDING = sa.Table(
    "finding",
    METADATA,
    sa.Column("nation", sa.Text(), primary_key=True),
    sa.Column("key", sa.Text(), primary_key=True),
    sa.Column("entries", sa.BigInteger(), nullable=False),
)
"""One row for each finding that somebody wrote about: who writes holds it meanwhile."""

ENTRY = sa.Table(
    "finding_entry",
    METADATA,
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
    sa.Column("id", sa.Text(), nullable=False, unique=True),
    sa.Column("nation", sa.Text(), nullable=False),
    sa.Column("key", sa.Text(), nullable=False),
    sa.Column("at", sa.Text(), nullable=False),
    sa.Column("by", sa.Text(), nullable=False),
    sa.Column("subject", sa.Text(), nullable=False),
    sa.Column("verb", sa.Text(), nullable=False),
    sa.Column("words", sa.Text(), nullable=False),
    sa.Column("assignee", sa.Text(), nullable=False),
    sa.Column("until", sa.Text(), nullable=False),
    sa.Column("level", sa.Text(), nullable=False),
    sa.Column("label", sa.Text(), nullable=False),
    sa.Column("revision", sa.BigInteger(), nullable=False),
    sa.Column("leaf", sa.BigInteger(), nullable=False),
    sa.Index("finding_entry_of", "nation", "key", "seq"),
)
"""What was written, in order; never changed and never removed."""

BEGAN = sa.Table(
    "finding_began",
    METADATA,
    sa.Column("nation", sa.Text(), primary_key=True),
    sa.Column("revision", sa.BigInteger(), nullable=False),
)
"""Since which import a nation keeps its list: what went before that was nobody's work."""

COUNTED = sa.Table(
    "finding_counted",
    METADATA,
    sa.Column("view", sa.Text(), primary_key=True),
    sa.Column("revision", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("moment", sa.Text(), nullable=False),
    sa.Column("critical", sa.BigInteger(), nullable=False),
    sa.Column("serious", sa.BigInteger(), nullable=False),
    sa.Column("caution", sa.BigInteger(), nullable=False),
)
"""How many findings a view had after an import: the trend."""

RESTED = sa.Table(
    "finding_rested",
    METADATA,
    sa.Column("view", sa.Text(), primary_key=True),
    sa.Column("revision", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("rows", sa.BigInteger(), nullable=False),
    sa.Column("checked", sa.BigInteger(), nullable=False),
)
"""On how many rows a count rests, and after which import that was last looked at."""

SIGHTED = sa.Table(
    "finding_sighted",
    METADATA,
    sa.Column("view", sa.Text(), primary_key=True),
    sa.Column("key", sa.Text(), primary_key=True),
    sa.Column("first", sa.BigInteger(), nullable=False),
    sa.Column("last", sa.BigInteger(), nullable=False),
)
"""After which imports a view had a finding, first and last."""


def _with(statement: str, dialect: str) -> None:
    """Run a statement when the history's table is made on a database of a kind."""
    made = sa.DDL(statement).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]  # SQLAlchemy
    sa.event.listen(ENTRY, "after_create", made)


_KEPT = "the history of findings is only added to"
for _verb in ("UPDATE", "DELETE"):
    _with(
        f"CREATE TRIGGER finding_entry_no_{_verb.lower()} BEFORE {_verb} ON finding_entry "
        f"BEGIN SELECT RAISE(ABORT, '{_KEPT}'); END",
        "sqlite",
    )
_with(
    "CREATE FUNCTION finding_entry_kept() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_KEPT}'; END $$",
    "postgresql",
)
_with(
    "CREATE TRIGGER finding_entry_kept BEFORE UPDATE OR DELETE ON finding_entry "
    "FOR EACH ROW EXECUTE FUNCTION finding_entry_kept()",
    "postgresql",
)
