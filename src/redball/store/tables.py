"""SQL tables: the language's tables with history, and the bookkeeping of imports and labels.

The language's CSV files are the one truth: a column there is a column here, and the test of the
migrations fails until one brings it to existing stores.
"""

from collections.abc import Mapping
from functools import cache
from typing import TypeAlias

import sqlalchemy as sa

from redball.model import Attribute, Kind, Table, table, tables
from redball.model.schema import row_attributes

_Stored: TypeAlias = "sa.Text | sa.Integer | sa.Double[float] | sa.Boolean | sa.Date"

_TYPES: Mapping[Kind, type[_Stored]] = {
    Kind.INTEGER: sa.BigInteger,
    Kind.NUMBER: sa.Double,
    Kind.BOOLEAN: sa.Boolean,
    Kind.DATE: sa.Date,
}
"""Everything else is text; timestamps too, as ISO 8601 in UTC, which sorts as it reads."""


@cache
def metadata() -> sa.MetaData:
    """All SQL tables of a store."""
    found = sa.MetaData()
    for spec in tables().values():
        _rows(found, spec)
    _revision(found)
    _label(found)
    _result(found)
    return found


def sql_table(name: str) -> sa.Table:
    """SQL table of a table of the language.

    Raises
    ------
    BadUse
        There is no such table.
    """
    return metadata().tables[table(name).name]


def revision_table() -> sa.Table:
    """One row per import."""
    return metadata().tables["revision"]


def label_table() -> sa.Table:
    """Interned confidentiality labels."""
    return metadata().tables["label"]


def result_table() -> sa.Table:
    """Results of the engines that were kept."""
    return metadata().tables["result"]


def _rows(found: sa.MetaData, spec: Table) -> None:
    before = [a for a in row_attributes() if a.name == "owner"]
    after = [a for a in row_attributes() if a.name != "owner"]
    columns = [
        *(_column(a) for a in before),
        *(_column(a) for a in spec.attributes),
        *(_column(a, small=True) for a in after),
    ]
    # one B-tree instead of a table and an index: smaller, and an owner's rows lie together
    key = sa.PrimaryKeyConstraint("owner", "key", "since", name=f"pk_{spec.name}")
    sa.Table(spec.name, found, *columns, key, sqlite_with_rowid=False)


def _column(attribute: Attribute, *, small: bool = False) -> "sa.Column[object]":
    kind: type[_Stored] = _TYPES.get(attribute.type.kind, sa.Text)
    if small and kind is sa.BigInteger:
        kind = sa.Integer
    return sa.Column(attribute.name, kind(), nullable=not attribute.required)


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
        sa.PrimaryKeyConstraint("id", name="pk_label"),
        sa.UniqueConstraint("owner", "text", name="uq_label_owner_text"),
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
        sa.Column("parameters", sa.Text(), nullable=False),  # JSON
        sa.Column("content", sa.Text(), nullable=False),  # JSON
        sa.PrimaryKeyConstraint("key", name="pk_result"),
    )
