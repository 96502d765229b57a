"""Read the columns of one sheet into the types of the language."""

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from redball.exchange.check.cells import Cells, Parser, normalised, without
from redball.exchange.check.dates import parse_date, parse_timestamp
from redball.exchange.check.labels import parse_labels
from redball.exchange.check.lists import parse_list, parse_pairs
from redball.exchange.check.log import Log
from redball.exchange.check.numbers import parse_boolean, parse_integer, parse_number
from redball.exchange.check.rule import ERROR, WARNING, Rule, did_you_mean
from redball.exchange.check.text import parse_key, parse_reference, parse_text
from redball.exchange.check.words import parse_code, parse_word
from redball.exchange.check.work import Part
from redball.model.frames import dtype_of
from redball.model.schema import Attribute, Kind, Table, parse_type

MISSING_COLUMN = Rule(
    "missing-column",
    ERROR,
    "A column that every row needs is missing.",
    "Without it no row of the sheet can be understood.",
    "Add the column, or map one of yours to it in a mapping file.",
)
UNKNOWN_COLUMN = Rule(
    "unknown-column",
    WARNING,
    "The column is not known and not read.",
    "A misspelt column would be lost without a word.",
    "Rename the column, map it, or list it under 'ignore' in the mapping file.",
)
NOT_YOURS = Rule(
    "not-yours",
    ERROR,
    "The row names another owner.",
    "A package changes its sender's rows only.",
    "Remove the row, or the column 'owner'; the owner is in the manifest.",
)
RULES = (MISSING_COLUMN, UNKNOWN_COLUMN, NOT_YOURS)

PARSERS: Mapping[Kind, Parser] = MappingProxyType(
    {
        Kind.KEY: parse_key,
        Kind.TEXT: parse_text,
        Kind.INTEGER: parse_integer,
        Kind.NUMBER: parse_number,
        Kind.BOOLEAN: parse_boolean,
        Kind.DATE: parse_date,
        Kind.TIMESTAMP: parse_timestamp,
        Kind.ENUM: parse_word,
        Kind.REF: parse_reference,
        Kind.CODE: parse_code,
        Kind.LIST: parse_list,
        Kind.PAIRS: parse_pairs,
    }
)
"""How each kind of attribute is read."""

LABEL = Attribute("label", parse_type("text"), "", False, "", "", "Confidentiality label.", "")


def read_sheet(
    part: Part, spec: Table, owner: str, log: Log
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Read a sheet.

    Returns
    -------
    polars.DataFrame
        Attributes and ``label``; null where nothing was sent or nothing could be read.
    dict of str to int
        Filled cells per attribute sent.
    """
    sent = part.raw.frame
    _report_columns(part, spec, log)
    _report_owner(part, owner, log)
    _report_problems(part, log)
    columns: dict[str, pl.Series] = {}
    filled: dict[str, int] = {}
    for attribute in (*spec.attributes, LABEL):
        name = attribute.name
        if name not in sent.columns:
            columns[name] = pl.Series(name, [None], dtype=dtype_of(attribute.type)).new_from_index(
                0, part.height
            )
            continue
        values = normalised(sent[name], trim=attribute.type.kind is not Kind.KEY)
        filled[name] = len(values) - values.null_count()
        spoiled = log.spoiled(name)[part.offset : part.offset + part.height]
        if spoiled.any():
            values = without(values, pl.Series(spoiled))
        cells = Cells(attribute, values, owner, log, part.offset)
        parser = parse_labels if attribute is LABEL else PARSERS[attribute.type.kind]
        columns[name] = parser(cells).cast(dtype_of(attribute.type)).alias(name)
    return pl.DataFrame(columns), filled


def _rows(part: Part) -> pl.Series:
    return pl.int_range(part.offset, part.offset + part.height, dtype=pl.UInt32, eager=True)


def _report_columns(part: Part, spec: Table, log: Log) -> None:
    raw = part.raw
    noted = {(note.rule, note.column) for note in raw.notes}
    absent = [a for a in spec.attributes if a.name not in raw.frame.columns]
    for attribute in absent:
        if attribute.required and not attribute.default:
            message = f"The column '{attribute.name}' is missing, and every row needs it."
            log.whole(MISSING_COLUMN, attribute.name, message, sheet=raw.sheet)
            log.spoil(attribute.name, _rows(part))
    for name in raw.unknown:
        if name == _owner_column(part) or (UNKNOWN_COLUMN.id, name) in noted:
            continue
        hint = did_you_mean(name, [a.name for a in absent if a.name != name])
        message = f"The column '{name}' is not known and not read."
        log.whole(UNKNOWN_COLUMN, name, message, f"{hint} {UNKNOWN_COLUMN.mend}".strip(), raw.sheet)


def _report_owner(part: Part, owner: str, log: Log) -> None:
    """Look at the column ``owner``, which exports of the picture have."""
    column = _owner_column(part)
    if column is None:
        return
    given = normalised(part.raw.raw[column])
    if given.dtype != pl.String:  # no owner code is a number, a date or a list
        given = pl.Series(["?"]).new_from_index(0, part.height)
    foreign = (given != "") & (given != owner)
    rows = foreign.fill_null(False).arg_true() + part.offset
    log.hit(NOT_YOURS, rows, "owner", f"The row names another owner; the sender is {owner}.")


def _owner_column(part: Part) -> str | None:
    """Sender's column ``owner``; only in the model's own columns does the name mean that."""
    raw = part.raw
    for language, sources in raw.columns.items():
        if [name.strip().casefold() for name in sources] != [language]:
            return None
    for name in raw.unknown:
        if name.strip().casefold() == "owner" and name in raw.raw.columns:
            return name
    return None


def _report_problems(part: Part, log: Log) -> None:
    """Take over what the reader could not convert; a cell is reported once."""
    problems = part.raw.problems
    if problems.is_empty():
        return
    first = problems.filter(pl.col("row") < part.height).unique(
        ["row", "column", "rule"], keep="first", maintain_order=True
    )
    for (column, rule), group in first.group_by("column", "rule", maintain_order=True):
        named = Rule(str(rule), ERROR, "The cell could not be converted.", "", "Correct the cell.")
        rows = group["row"].cast(pl.UInt32) + part.offset
        log.hit(named, rows, str(column), group["message"], group["mend"])
