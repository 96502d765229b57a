"""SQL tables: the language's tables with history, and by name those of the bookkeeping.

The language's CSV files are the one truth: a column there is a column here, and the test of the
migrations fails until one brings it to existing stores.
"""

from collections.abc import Mapping
from functools import cache
from typing import TypeAlias

import sqlalchemy as sa

from redball.model import Attribute, Kind, Table, table, tables
from redball.model.schema import row_attributes
from redball.store.bookkeeping import add_bookkeeping

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
    add_bookkeeping(found)
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
    """Interned markings: a label and what the rows that carry it are about."""
    return metadata().tables["label"]


def result_table() -> sa.Table:
    """Results of the engines that were kept."""
    return metadata().tables["result"]


def agreement_table() -> sa.Table:
    """Agreements that were put into force here, with how they ended."""
    return metadata().tables["agreement"]


def ledger_table() -> sa.Table:
    """Leaves of the ledger."""
    return metadata().tables["ledger"]


def secret_table() -> sa.Table:
    """Salts and contents that leaves only commit to."""
    return metadata().tables["ledger_secret"]


def tree_table() -> sa.Table:
    """State of the ledger's tree: one row."""
    return metadata().tables["ledger_tree"]


def checkpoint_table() -> sa.Table:
    """Signed checkpoints."""
    return metadata().tables["checkpoint"]


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
