"""Values at the public door: a nation's package, a deliberate fault, a size."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl


@dataclass(frozen=True)
class NationalPackage:
    """What one owner sends, before the exchange writes it in the owner's own form.

    Attributes
    ----------
    owner, title, label : str
        As in the manifest; ``label`` is the label of rows that bring none.
    as_of : datetime
        The moment the data describe, with zone.
    form : str
        ``csv``, ``xlsx``, ``parquet``, ``zip`` or ``workbook``: see the package format.
    tables : mapping of str to polars.DataFrame
        Attributes of the language, typed as :func:`redball.model.frames.value_schema` says, and
        ``label`` where rows bring their own. A column the owner does not fill is left out. A text
        column where the language has a number or a date is written as it is.
    mapping : mapping or None
        The mapping file, as read from TOML; ``None`` for the model's own columns.
    exercise : bool
        Marks exercise data.
    cadence_days : int
        How often the feed is due.
    """

    owner: str
    title: str
    label: str
    as_of: datetime
    form: str
    tables: Mapping[str, pl.DataFrame]
    mapping: Mapping[str, object] | None
    exercise: bool = True
    cadence_days: int = 30


@dataclass(frozen=True)
class Fault:
    """A row that is wrong on purpose.

    Attributes
    ----------
    table, key, column : str
        Where: ``key`` is the key of the row as sent.
    what : str
        What is wrong, in a few words.
    severity : str
        ``error`` (the row is skipped) or ``warning`` (it is kept).
    """

    table: str
    key: str
    column: str
    what: str
    severity: str = "error"


@dataclass(frozen=True)
class CoalitionSize:
    """How many rows a generated coalition has, over all owners."""

    items: int
    sites: int
    parties: int
    supply: int
    lanes: int
    systems: int
    units: int
    holdings: int
    demand_lines: int
    orders: int
    consignments: int
