"""The hand-written tables of the exercise and typed frames from plain rows."""

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import polars as pl

from redball.model import Kind, table
from redball.model.frames import value_schema

Row = dict[str, object]

_WORDS = {"yes": True, "no": False}


@cache
def _text(name: str) -> str:
    folder = files("redball.synthetic.exercise").joinpath("data")
    return folder.joinpath(f"{name}.csv").read_text(encoding="utf-8")


def read_rows(name: str) -> list[dict[str, str]]:
    """Rows of a hand-written table, as text."""
    return list(csv.DictReader(_text(name).splitlines()))


def read_table(name: str, language_table: str) -> list[Row]:
    """Rows of a hand-written table in the language's columns, typed; empty cells are ``None``."""
    kinds = {a.name: a.type.kind for a in table(language_table).attributes}
    return [
        {column: _typed(text, kinds.get(column, Kind.TEXT)) for column, text in row.items()}
        for row in read_rows(name)
    ]


def _typed(text: str, kind: Kind) -> object:
    if text == "":
        return None
    if kind is Kind.INTEGER:
        return int(text)
    if kind is Kind.NUMBER:
        return float(text)
    if kind is Kind.BOOLEAN:
        return _WORDS[text]
    return text


def to_frame(name: str, rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """Frame of a table of the language from plain rows, without the columns that nobody fills."""
    schema = {**value_schema(table(name)), "label": pl.String()}
    frame = pl.DataFrame(
        {column: [row.get(column) for row in rows] for column in schema},
        schema=schema,
    )
    return frame.select(c for c in frame.columns if frame[c].null_count() < frame.height)
