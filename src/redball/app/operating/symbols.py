"""Symbols of sites and units after APP-6(D): which sign stands for which kind.

The sign is chosen here, from ``map_symbols.csv``, and drawn in the browser. The shape of its frame
says whose it is: ours, or a place of somebody who is no party to the coalition.

Source: NATO APP-6(D), symbol identification code of 20 digits: version (10), context, standard
identity, symbol set, status, headquarters, amplifier, entity, two modifiers.
"""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import polars as pl

EDITION = "APP-6(D)"
"""Edition that the codes are of."""
_VERSION = "10"
_REALITY, _EXERCISE = "0", "1"
_FRIEND, _NEUTRAL, _UNKNOWN = "3", "4", "1"
AFFILIATIONS: Mapping[str, str] = {"ours": _FRIEND, "neutral": _NEUTRAL, "unknown": _UNKNOWN}
"""Standard identity by word."""


@cache
def kinds() -> Mapping[str, tuple[str, str, str]]:
    """Symbol set, entity and meaning of each kind of site, and of units."""
    text = files("redball.app.operating").joinpath("map_symbols.csv").read_text(encoding="utf-8")
    return {
        row["kind"]: (row["symbol_set"], row["entity"], row["meaning"])
        for row in csv.DictReader(text.splitlines())
    }


def code(kind: str, affiliation: str, *, exercise: bool) -> str:
    """Symbol identification code of a kind of site, or of ``unit``.

    Parameters
    ----------
    kind : str
        Unknown ones are shown as ``other``.
    affiliation : str
        A key of :data:`AFFILIATIONS`.
    exercise : bool
        Whether it is exercise data.
    """
    known = kinds()
    symbol_set, entity, _ = known.get(kind, known["other"])
    context = _EXERCISE if exercise else _REALITY
    return f"{_VERSION}{context}{AFFILIATIONS[affiliation]}{symbol_set}0000{entity}0000"


def coded(sites: pl.DataFrame, *, exercise: bool) -> pl.Series:
    """Codes of many sites by their columns ``kind`` and ``affiliation``."""
    pairs = sites.select("kind", "affiliation").unique()
    codes = [code(kind, one, exercise=exercise) for kind, one in pairs.iter_rows()]
    known = pairs.with_columns(symbol=pl.Series(codes, dtype=pl.String))
    return sites.join(known, on=["kind", "affiliation"], how="left", maintain_order="left")[
        "symbol"
    ]
