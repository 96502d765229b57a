"""The raw form of each nation: file names, column names, codes, units and formats.

A mapping is built for the columns that a nation's tables really have, in the grammar of
``docs/reference/package-format.md``; the exchange writes the package with its inverse.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import polars as pl

from redball.model import Kind, table
from redball.synthetic.exercise.reading import read_rows

Codes = Mapping[str, str]


@dataclass(frozen=True)
class Style:
    """How a nation writes.

    Attributes
    ----------
    options : mapping
        Options of every table block (encoding, delimiter, marks, dates, words for yes and no).
    suffix, workbook : str
        Suffix of the files; name of the one workbook whose sheets are the tables, if any.
    codes : mapping
        Per column: the nation's word to the language's word.
    factors : mapping
        Per column: exact factor from the nation's unit to the language's.
    """

    options: Mapping[str, object]
    suffix: str = ".csv"
    workbook: str = ""
    codes: Mapping[str, Codes] = field(default_factory=dict)
    factors: Mapping[str, str] = field(default_factory=dict)


def _codes(words: str, meanings: str) -> dict[str, str]:
    return dict(zip(words.split(), meanings.split(), strict=True))


_CONDITIONS = "serviceable unserviceable in_repair quarantine condemned"
_MODES = "road rail sea air inland_water pipeline"

STYLES: Mapping[str, Style] = {
    "de": Style(
        options={"encoding": "cp1252", "delimiter": ";", "decimal": ",", "thousands": ".",
                 "date": "%d.%m.%Y", "true": ["ja"], "false": ["nein"]},
        codes={
            "condition": _codes("A B I Q X", _CONDITIONS),
            "mode": _codes("Straße Schiene See Luft Binnenwasser Leitung", _MODES),
            "label": {
                "OFFEN": "UNCLASSIFIED // REL ALL",
                "VS-NfD Koalition": "RESTRICTED // REL XAG NLD POL USA",
                "VS-V national": "CONFIDENTIAL",
            },
        },
    ),
    "nl": Style(
        options={"true": ["ja"], "false": ["nee"]},
        suffix=".xlsx",
        workbook="logistiek.xlsx",
        codes={
            "condition": _codes("GOED DEFECT REPARATIE APART AFGEKEURD", _CONDITIONS),
            "mode": _codes("weg spoor zee lucht binnenvaart leiding", _MODES),
        },
    ),
    "pl": Style(
        options={"encoding": "cp1250", "delimiter": ";", "decimal": ",", "date": "%d.%m.%Y",
                 "true": ["tak"], "false": ["nie"]},
        codes={
            "condition": _codes("S N R K Z", _CONDITIONS),
            "mode": _codes("drogowy kolejowy morski lotniczy wodny rurociąg", _MODES),
        },
    ),
    "us": Style(
        options={"date": "%m/%d/%Y", "true": ["Y"], "false": ["N"]},
        codes={
            "condition": _codes("A F G J H", _CONDITIONS),
            "mode": _codes("TRUCK RAIL VESSEL AIR BARGE PIPE", _MODES),
            "supply_class": {
                "1": "US:I", "2": "US:II", "3": "US:III", "4": "US:IV", "5": "US:V",
                "6": "US:VI", "7": "US:VII", "8": "US:VIII", "9": "US:IX", "10": "US:X",
            },
        },
        factors={
            "mass_kg": "0.45359237",  # pound, 1959 agreement
            "volume_m3": "0.028316846592",  # cubic foot = 0.3048 m cubed
            "distance_km": "1.609344",  # statute mile
            "capacity_t": "0.90718474",  # short ton = 2,000 lb
            "capacity_m3": "0.028316846592",
            "throughput_t_per_day": "0.90718474",
            "capacity_t_per_day": "0.90718474",
        },
    ),
}  # fmt: skip


@cache
def _words(resource: str, first: str, style: str) -> Mapping[str, str]:
    return {row[first]: row[style] for row in read_rows(resource)}


def build_mapping(style: str, tables: Mapping[str, pl.DataFrame]) -> dict[str, object]:
    """Mapping file of a nation for the columns its tables have."""
    return {"table": [_block(STYLES[style], style, name, tables[name]) for name in tables]}


def _block(form: Style, style: str, name: str, frame: pl.DataFrame) -> dict[str, object]:
    title = _words("files", "table", style)[name]
    block: dict[str, object] = {"table": name, "file": form.workbook or f"{title}{form.suffix}"}
    if form.workbook:
        block["sheet"] = title
    columns = {column: _entry(form, style, name, column) for column in frame.columns}
    return block | dict(form.options) | {"columns": columns}


def _entry(form: Style, style: str, name: str, column: str) -> object:
    header = _words("headers", "attribute", style)[column]
    numeric = column in table(name).names and table(name)[column].type.kind is Kind.NUMBER
    if numeric and column in form.factors:
        return {"column": header, "factor": form.factors[column]}
    if column in form.codes:
        return {"column": header, "codes": dict(form.codes[column])}
    return header
