"""Reading a mapping file: its blocks, checked name by name."""

import codecs
from collections.abc import Mapping

from redball.exchange.package.mapping import MappingFile, TableMapping
from redball.exchange.package.mapping_entry import column_entry
from redball.exchange.package.options import Options, did_you_mean, parse_toml
from redball.model import BadData, Table, tables

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
_MOST_BLOCKS = 500
"""Every block may read a large sheet anew."""

_NOT_FOR_FILES = ("punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined")
_BUILT_IN = (("true", ("yes", "true", "1")), ("false", ("no", "false", "0")))


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
    if len(blocks) > _MOST_BLOCKS:
        raise BadData(
            f"It has {len(blocks):,} blocks; {_MOST_BLOCKS} are accepted.",
            where=where,
            mend="Name each sheet once.",
        )
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
        delimiter=options.mark("delimiter", ",", empty=False, banned='"\r\n'),
        true=true,
        false=false,
        ignore=options.texts("ignore"),
        columns=tuple(column_entry(options, spec, name, value) for name, value in columns.items()),
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
