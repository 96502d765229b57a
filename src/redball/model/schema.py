"""The tables of the language, read from ``tables/*.csv``.

One CSV per table (attribute, type, unit, required, default, example, description, source)
drives validation, templates, storage and the reference pages. A column is added here, in the
CSV, and nowhere else; a database migration follows, and a test says so if it is missing.

Types are written as ``name`` or ``name(arguments)``:

=====================  =====================================================================
``key``                owner-scoped key: printable text, no ``:``
``text(max=n)``        text
``integer(min,max)``   whole number
``number(min,max)``    decimal number; ``min>0`` excludes zero
``boolean``            yes or no
``date``, ``timestamp``  ISO 8601; timestamps carry a zone and are kept in UTC
``enum(a|b)``          one of the words
``ref(table)``         key of a row of that table; ``OWNER:KEY`` for another owner's row
``code(list)``         a code of a list in :mod:`redball.model.codes`
``list(text)``         words separated by ``;``
``pairs(a,b)``         ``a:b`` pairs separated by ``;`` (price breaks, shares of origin)
=====================  =====================================================================
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from redball.model.errors import BadUse


class Kind(StrEnum):
    """Kinds of attribute type."""

    KEY = "key"
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    ENUM = "enum"
    REF = "ref"
    CODE = "code"
    LIST = "list"
    PAIRS = "pairs"


@dataclass(frozen=True)
class AttributeType:
    """A parsed type.

    Attributes
    ----------
    kind : Kind
    text : str
        As written in the CSV.
    minimum, maximum : float or None
        Bounds of numbers (inclusive); for text, ``maximum`` is the length limit.
    above : float or None
        Exclusive lower bound (``min>0``).
    choices : tuple of str
        The words of an ``enum``.
    target : str
        The table of a ``ref``, the list of a ``code``, the member type of a ``list``,
        ``"a,b"`` of ``pairs``.
    """

    kind: Kind
    text: str
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    choices: tuple[str, ...] = ()
    target: str = ""


@dataclass(frozen=True)
class Attribute:
    """A column of a table. ``default`` starting with ``=`` is a template over other columns."""

    name: str
    type: AttributeType
    unit: str
    required: bool
    default: str
    example: str
    description: str
    source: str

    @property
    def derived(self) -> bool:
        """Whether the value is made from other columns when it is not given."""
        return self.default.startswith("=")

    @property
    def derived_from(self) -> tuple[str, ...]:
        """Columns named in the template of a derived default."""
        return tuple(re.findall(r"\{(\w+)\}", self.default)) if self.derived else ()


@dataclass(frozen=True)
class Table:
    """A table of the language."""

    name: str
    purpose: str
    attributes: tuple[Attribute, ...]

    def __getitem__(self, name: str) -> Attribute:
        for attribute in self.attributes:
            if attribute.name == name:
                return attribute
        raise BadUse(
            f"Table '{self.name}' has no attribute '{name}'.",
            mend=f"It has: {', '.join(self.names)}.",
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Attribute names in order; the first is always ``key``."""
        return tuple(a.name for a in self.attributes)

    @property
    def refs(self) -> Mapping[str, str]:
        """Reference attributes and the table each points to."""
        return {a.name: a.type.target for a in self.attributes if a.type.kind is Kind.REF}


_TYPE = re.compile(r"^(?P<name>[a-z]+)(?:\((?P<args>[^)]*)\))?$")


def parse_type(text: str) -> AttributeType:
    """Parse a type as written in the CSV.

    Raises
    ------
    BadUse
        The type is not one of the module's table.
    """
    match = _TYPE.match(text)
    try:
        kind = Kind(match["name"]) if match else None
    except ValueError:
        kind = None
    if match is None or kind is None:
        raise BadUse(f"'{text}' is not a type.", mend="See redball.model.schema for the types.")
    args = match["args"] or ""
    options: dict[str, Any] = {}
    if kind is Kind.ENUM:
        options["choices"] = tuple(args.split("|"))
    elif kind in (Kind.REF, Kind.CODE, Kind.LIST, Kind.PAIRS):
        options["target"] = args
    else:
        for part in filter(None, args.split(",")):
            name, strict, value = re.match(r"(\w+)(=|>)(.+)", part).groups()  # type: ignore[union-attr]
            options["above" if strict == ">" else {"min": "minimum", "max": "maximum"}[name]] = (
                float(value)
            )
    return AttributeType(kind, text, **options)


def _rows(name: str) -> list[dict[str, str]]:
    text = files("redball.model").joinpath("tables").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _attribute(row: dict[str, str]) -> Attribute:
    return Attribute(
        name=row["attribute"],
        type=parse_type(row["type"]),
        unit=row["unit"],
        required=row["required"] == "yes",
        default=row["default"],
        example=row["example"],
        description=row["description"],
        source=row["source"],
    )


@cache
def tables() -> Mapping[str, Table]:
    """All tables; a reference points to the table itself or to an earlier one."""
    return MappingProxyType(
        {
            row["table"]: Table(
                row["table"], row["purpose"], tuple(map(_attribute, _rows(f"{row['table']}.csv")))
            )
            for row in _rows("_tables.csv")
        }
    )


def table(name: str) -> Table:
    """One table by name.

    Raises
    ------
    BadUse
        There is no such table.
    """
    try:
        return tables()[name]
    except KeyError:
        raise BadUse(
            f"There is no table '{name}'.", mend=f"Tables: {', '.join(tables())}."
        ) from None


@cache
def row_attributes() -> tuple[Attribute, ...]:
    """Columns that every stored row has beside its own: owner, label, provenance, history."""
    return tuple(map(_attribute, _rows("_row.csv")))
