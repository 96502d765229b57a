"""A mapping file as values: how a nation's own files and columns become tables of the language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType


@dataclass(frozen=True)
class ColumnMapping:
    """How one column of the language is made; the fields are applied in this order.

    Attributes
    ----------
    name : str
        Column of the language, or ``label``.
    columns : tuple of str
        Sender's columns; none for a constant, several for a join.
    constant : str or None
        The same text for all rows.
    separator : str
        Between joined columns.
    pattern : str or None
        Regular expression (Rust syntax, linear time); its first group is kept.
    replace : mapping of str to str
        Literal replacements, in order.
    codes : mapping of str to str, or None
        Sender's codes to codes of the language.
    other : str or None
        For codes not listed; ``None`` makes them an error.
    default : str or None
        For empty cells.
    decimal, thousands : str
        Marks of numbers; ``thousands`` may be empty.
    factor : Decimal or None
        Multiplies numbers, exactly.
    date : str or None
        Form of dates in strftime directives; ``None`` is ISO.
    """

    name: str
    columns: tuple[str, ...] = ()
    constant: str | None = None
    separator: str = ""
    pattern: str | None = None
    replace: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    codes: Mapping[str, str] | None = None
    other: str | None = None
    default: str | None = None
    decimal: str = "."
    thousands: str = ""
    factor: Decimal | None = None
    date: str | None = None


@dataclass(frozen=True)
class TableMapping:
    """One ``[[table]]`` block; see ``docs/reference/package-format.md`` for the names."""

    table: str
    file: str
    columns: tuple[ColumnMapping, ...]
    sheet: str | None = None
    header_line: int = 1
    encoding: str = "utf-8"
    delimiter: str = ","
    true: frozenset[str] = frozenset()
    false: frozenset[str] = frozenset()
    ignore: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """Sender's columns it reads, without repeats, in order."""
        return tuple(dict.fromkeys(name for column in self.columns for name in column.columns))


@dataclass(frozen=True)
class MappingFile:
    """All blocks of a mapping file, in order."""

    tables: tuple[TableMapping, ...]

    @property
    def files(self) -> frozenset[str]:
        """Files that the mapping names."""
        return frozenset(block.file for block in self.tables)
