"""The condition that a row's label is one of some ids, in the form that is fastest on each engine.

A server hashes a list of constants. SQLite looks each label up in a tree, which takes longer than
all the rest of a count; there a string of bytes, one for each id, is looked into by position.
"""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

_MOST_BYTES = 20_000
"""Largest id up to which a string of bytes is used; it is part of the statement."""


class OneOf(sa.ColumnElement[bool]):
    """Whether a column holds one of the ids; of none, it never does.

    Parameters
    ----------
    column : sqlalchemy.Column
        Of whole numbers.
    ids : collection of int
        They are written into the statement as they are, so whole numbers they must be.
    """

    inherit_cache = False
    type = sa.Boolean()

    def __init__(self, column: "sa.Column[int]", ids: Collection[int]) -> None:
        self.column = column
        self.ids = tuple(int(number) for number in ids)


def _as_list(element: OneOf, compiler: sa.sql.compiler.SQLCompiler, **_: object) -> str:
    """Write a list of constants."""
    if not element.ids:
        return "1 = 0"
    ids = ", ".join(map(str, element.ids))
    return f"({compiler.process(element.column)} IN ({ids}))"


@compiles(OneOf, "postgresql")
def _as_array(element: OneOf, compiler: sa.sql.compiler.SQLCompiler, **_: object) -> str:
    """Write one constant, which is read faster than hundreds."""
    ids = ",".join(map(str, element.ids))
    return f"({compiler.process(element.column)} = ANY ('{{{ids}}}'::int[]))"


@compiles(OneOf, "sqlite")
def _as_bytes(element: OneOf, compiler: sa.sql.compiler.SQLCompiler, **_: object) -> str:
    """Write a string of bytes: the one at a label's place says whether it is in.

    Behind its end there is an empty one; before its beginning SQLite would count from the end.
    """
    if not element.ids or min(element.ids) < 1 or max(element.ids) > _MOST_BYTES:
        return _as_list(element, compiler)
    places = bytearray(max(element.ids))
    for number in element.ids:
        places[number - 1] = 1  # ids begin with 1, and so do positions in SQLite
    column = compiler.process(element.column)
    return f"({column} > 0 AND substr(x'{places.hex()}', {column}, 1) = x'01')"
