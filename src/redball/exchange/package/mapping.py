"""The mapping file: how a nation's own files and columns become tables of the language."""

import codecs
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

import polars as pl

from redball.exchange.package.options import Options, did_you_mean, parse_toml
from redball.model import BadData, Kind, Table, tables

PATTERN_LENGTH = 500
"""Longest pattern accepted, in characters."""

_TABLE_NAMES = (
    "table",
    "file",
    "sheet",
    "header_line",
    "encoding",
    "delimiter",
    "decimal",
    "thousands",
    "date",
    "true",
    "false",
    "ignore",
    "columns",
)
_COLUMN_NAMES = (
    "column",
    "constant",
    "join",
    "separator",
    "pattern",
    "replace",
    "codes",
    "other",
    "default",
    "decimal",
    "thousands",
    "factor",
    "date",
)
_DIRECTIVE = re.compile(r"%(.?)")
_DATE_PARTS = "YymdbBjHMS%"
_NOT_FOR_FILES = ("punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined")
_BUILT_IN = (("true", ("yes", "true", "1")), ("false", ("no", "false", "0")))


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


def parse_mapping(text: str, where: str = "mapping.toml") -> MappingFile:
    """Read a mapping file.

    Raises
    ------
    BadData
        Not TOML, a name unknown or of the wrong type, a table or column that the language does
        not have, a pattern that does not compile, an encoding that does not exist.
    """
    return mapping_from(parse_toml(text, where), where)


def mapping_from(values: Mapping[str, object], where: str = "mapping.toml") -> MappingFile:
    """Check a parsed mapping file."""
    options = Options(values, where)
    options.only(("table",))
    blocks = values.get("table")
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise options.wrong("table", "at least one [[table]] block", "[[table]]")
    return MappingFile(
        tuple(_block(Options(block, f"{where}, block {i}")) for i, block in enumerate(blocks, 1))
    )


def _block(options: Options) -> TableMapping:
    options.only(_TABLE_NAMES)
    spec = _language_table(options)
    file = options.text("file")
    if not file:
        raise options.wrong("file", "the name of a file in the package", 'file = "Bestand.csv"')
    true, false = (
        frozenset(word.strip().casefold() for word in (*options.texts(name), *built_in))
        for name, built_in in _BUILT_IN
    )
    if true & false:
        raise BadData(
            f"'{min(true & false)}' means both yes and no.",
            where=options.where,
            mend="Keep it in one of the lists true and false.",
        )
    columns = options.values.get("columns")
    if not isinstance(columns, dict) or not columns:
        raise options.wrong("columns", "a table of columns", '[table.columns] site = "Lagerort"')
    return TableMapping(
        table=spec.name,
        file=file,
        sheet=options.text("sheet"),
        header_line=options.integer("header_line", 1, 1, 1_000_000),
        encoding=_encoding(options),
        delimiter=_mark(options, "delimiter", ",", empty=False, banned='"\r\n'),
        true=true,
        false=false,
        ignore=options.texts("ignore"),
        columns=tuple(_column(options, spec, name, value) for name, value in columns.items()),
    )


def _language_table(options: Options) -> Table:
    name = options.text("table")
    known = tables()
    if not name or name not in known:
        raise BadData(
            f"There is no table '{name}'." if name else "The block names no table.",
            where=options.where,
            mend=did_you_mean(name or "", known),
        )
    return known[name]


def _encoding(options: Options) -> str:
    name = options.text("encoding") or "utf-8"
    try:
        canonical = codecs.lookup(name).name
        "a".encode(canonical)
    except (LookupError, ValueError):
        canonical = ""
    if not canonical or canonical.replace("-", "_") in _NOT_FOR_FILES:
        raise BadData(
            f"'{name}' is not an encoding of text files.",
            where=options.where,
            mend="Use, for example, utf-8, cp1252, cp1250, iso8859-2 or utf-16.",
        )
    return canonical


def _mark(
    options: Options, name: str, default: str, *, empty: bool = True, banned: str = ""
) -> str:
    value = options.text(name)
    value = default if value is None else value
    good = value == "" if len(value) != 1 else value not in banned
    if (value == "" and not empty) or not good or not (value.isascii() or empty):
        raise options.wrong(name, "one character", f'{name} = "{default or "."}"')
    return value


def _column(block: Options, spec: Table, name: str, value: object) -> ColumnMapping:
    where = f"{block.where}, columns.{name}"
    if name not in spec.names and name != "label":
        raise BadData(
            f"Table '{spec.name}' has no column '{name}'.",
            where=where,
            mend=did_you_mean(name, (*spec.names, "label")),
        )
    if isinstance(value, str):
        value = {"column": value}
    if not isinstance(value, dict):
        raise block.wrong(f"columns.{name}", "a column name or a table", f'{name} = "Spalte"')
    options = Options(value, where)
    options.only(_COLUMN_NAMES)
    kind = Kind.TEXT if name == "label" else spec[name].type.kind
    decimal, thousands = _marks(options, block)
    _only_for(options, kind, ("decimal", "thousands", "factor"), (Kind.NUMBER, Kind.INTEGER))
    _only_for(options, kind, ("date",), (Kind.DATE, Kind.TIMESTAMP))
    codes = options.pairs("codes")
    if options.text("other") is not None and codes is None:
        raise BadData("'other' needs 'codes'.", where=where, mend="Add the list of codes.")
    return ColumnMapping(
        name=name,
        columns=_sources(options),
        constant=_plain(options, "constant", decimal),
        separator=options.text("separator") or "",
        pattern=_pattern(options),
        replace=MappingProxyType(_replacements(options)),
        codes=None if codes is None else MappingProxyType({k.strip(): v for k, v in codes.items()}),
        other=options.text("other"),
        default=_plain(options, "default", decimal) or None,
        decimal=decimal,
        thousands=thousands,
        factor=_factor(options),
        date=_date_form(options, block) if kind in (Kind.DATE, Kind.TIMESTAMP) else None,
    )


def _only_for(
    options: Options, kind: Kind, names: Collection[str], kinds: Collection[Kind]
) -> None:
    for name in names:
        if name in options.values and kind not in kinds:
            raise BadData(
                f"'{name}' has no meaning for a column of type {kind}.",
                where=options.where,
                mend=f"Leave it out; it is for {' and '.join(kinds)}.",
            )


def _marks(options: Options, block: Options) -> tuple[str, str]:
    decimal = _mark(options, "decimal", _mark(block, "decimal", ".", empty=False))
    thousands = _mark(options, "thousands", _mark(block, "thousands", ""))
    own = {"decimal", "thousands"} & set(options.values)
    if decimal == thousands and own == {"decimal"}:
        thousands = ""  # a column with its own decimal mark drops the block's thousands mark
    if (
        not decimal
        or decimal == thousands
        or (decimal + thousands).strip("+-eE0123456789") != (decimal + thousands)
    ):
        raise BadData(
            f"'{decimal}' and '{thousands}' can't be the decimal and thousands marks.",
            where=options.where,
            mend='Use two different marks, such as decimal = "," and thousands = ".".',
        )
    return decimal, thousands


def _sources(options: Options) -> tuple[str, ...]:
    given = [name for name in ("column", "constant", "join") if name in options.values]
    if len(given) != 1:
        raise BadData(
            "An entry takes exactly one of column, constant and join.",
            where=options.where,
            mend='Write, for example: { column = "Menge" }',
        )
    if "separator" in options.values and given != ["join"]:
        raise BadData(
            "'separator' needs 'join'.", where=options.where, mend="Remove it, or join columns."
        )
    if given == ["join"]:
        columns = options.texts("join")
    else:
        column = options.text("column") if given == ["column"] else None
        columns = () if column is None else (column,)
    if given != ["constant"] and (not columns or not all(name.strip() for name in columns)):
        raise options.wrong(given[0], "the name of a column", 'column = "Menge"')
    return columns


def _plain(options: Options, name: str, decimal: str) -> str | None:
    """A text, or a number or flag written as the sender would write it."""
    value = options.values.get(name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value).replace(".", decimal)
    return options.text(name)


def _replacements(options: Options) -> dict[str, str]:
    pairs = options.pairs("replace") or {}
    if "" in pairs:
        raise BadData(
            "'replace' has an empty text to look for.",
            where=options.where,
            mend="Use 'default' for empty cells.",
        )
    return pairs


def _pattern(options: Options) -> str | None:
    pattern = options.text("pattern")
    if pattern is None:
        return None
    mend = "Write a pattern with one group, such as ^([0-9]+)-[A-Z]$"
    if len(pattern) > PATTERN_LENGTH:
        raise BadData(
            f"The pattern is longer than {PATTERN_LENGTH} characters.",
            where=options.where,
            mend=mend,
        )
    try:
        groups = pl.Series([""]).str.extract_groups(pattern)
    except pl.exceptions.ComputeError as error:
        reason = str(error).strip().splitlines()[-1].removeprefix("error: ")
        raise BadData(
            f"The pattern can't be used: {reason}.", where=options.where, mend=mend
        ) from error
    if not groups.struct.fields:
        raise BadData("The pattern has no group.", where=options.where, mend=mend)
    return pattern


def _factor(options: Options) -> Decimal | None:
    value = options.values.get("factor")
    if value is None:
        return None
    example = 'factor = "0.45359237"'
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise options.wrong("factor", "a number in quotes", example)
    try:
        factor = Decimal(str(value))
    except InvalidOperation:
        factor = Decimal(0)
    if not factor.is_finite() or factor == 0 or abs(factor.adjusted()) > 30:
        raise options.wrong("factor", "a number other than zero", example)
    if len(factor.as_tuple().digits) > 40:
        raise options.wrong("factor", "a number of at most 40 digits", example)
    return factor


def _date_form(options: Options, block: Options) -> str | None:
    form = options.text("date") if "date" in options.values else block.text("date")
    if not form:
        return None
    found = _DIRECTIVE.findall(form)
    wrong = [part for part in found if not part or part not in _DATE_PARTS]
    if wrong or not {"Y", "y"} & set(found) or len(form) > 60 or not form.isprintable():
        raise BadData(
            f"'{form}' is not a form of dates.",
            where=options.where,
            mend="Use %Y %y %m %d %b %B %j %H %M %S and the year at least: %d.%m.%Y",
        )
    if len(set(found)) < len(found):
        raise BadData(
            f"'{form}' names a part of the date twice.", where=options.where, mend="Name it once."
        )
    return form
