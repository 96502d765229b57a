"""Reading the entry of one column in a mapping file."""

import re
from collections.abc import Collection
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

import polars as pl

from redball.exchange.package.mapping import ColumnMapping
from redball.exchange.package.options import Options, did_you_mean
from redball.model import BadData, Kind, Table

PATTERN_LENGTH = 500
"""Longest pattern accepted, in characters."""

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


def column_entry(block: Options, spec: Table, name: str, value: object) -> ColumnMapping:
    """Read one entry of ``[table.columns]``; marks and dates fall back on those of the block.

    Raises
    ------
    BadData
        See :func:`redball.exchange.package.mapping_file.parse_mapping`.
    """
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
    decimal = options.mark("decimal", block.mark("decimal", ".", empty=False))
    thousands = options.mark("thousands", block.mark("thousands", ""))
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
