"""Polars types of the language's tables, shared by validation, storage and the twin."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import polars as pl

from redball.model.schema import AttributeType, Kind, Table, row_attributes

_PLAIN: Mapping[Kind, pl.DataType] = {
    Kind.INTEGER: pl.Int64(),
    Kind.NUMBER: pl.Float64(),
    Kind.BOOLEAN: pl.Boolean(),
    Kind.DATE: pl.Date(),
    Kind.TIMESTAMP: pl.Datetime("us", "UTC"),
}

OWNER = pl.Categorical()
"""Type of columns with few distinct words (owner, sheet)."""


def dtype_of(kind: AttributeType) -> pl.DataType:
    """Polars type of an attribute; keys, references, codes, lists and pairs are text."""
    return _PLAIN.get(kind.kind, pl.String())


@cache
def value_schema(spec: Table) -> Mapping[str, pl.DataType]:
    """Attribute names and Polars types of a table, in order."""
    return MappingProxyType({a.name: dtype_of(a.type) for a in spec.attributes})


@cache
def frame_schema(spec: Table) -> Mapping[str, pl.DataType]:
    """``owner``, attributes, ``label``, ``since``, ``sheet``, ``line``: what a twin is made of."""
    short = {"label": pl.Int32(), "since": pl.Int32(), "sheet": OWNER, "line": pl.Int32()}
    kept = {a.name: short[a.name] for a in row_attributes() if a.name in short}
    return MappingProxyType({"owner": OWNER, **value_schema(spec), **kept})
