"""A table under check: what was sent, what it became, and what was found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import polars as pl

from redball.exchange.check.log import Flags, Log
from redball.exchange.check.types import Known
from redball.exchange.package import RawTable
from redball.model.errors import LabelError
from redball.model.labels import Label
from redball.model.schema import Table


@dataclass(frozen=True)
class Part:
    """A sheet that carries rows of the table; ``offset`` is the table position of its first row."""

    raw: RawTable
    offset: int

    @property
    def height(self) -> int:
        """Rows of the sheet."""
        return self.raw.frame.height


@dataclass
class Work:
    """A table of the package while the rules run.

    Attributes
    ----------
    frame : polars.DataFrame
        Attributes in the types of the language, then ``label`` as text; one row for each row sent.
    log : Log
        Breaches found so far.
    dropped : bool array
        Repeats of an equal row, left out without an error.
    filled : mapping of str to int
        Cells with a value, per attribute, before defaults.
    compared, failed : int
        Comparisons made and failed, for the score's consistency.
    """

    spec: Table
    parts: tuple[Part, ...]
    frame: pl.DataFrame
    log: Log
    content: str
    filled: Mapping[str, int]
    dropped: Flags = field(init=False)
    compared: int = 0
    failed: int = 0

    def __post_init__(self) -> None:
        self.dropped = np.zeros(self.frame.height, np.bool_)

    @property
    def skipped(self) -> Flags:
        """Rows that are not imported."""
        return self.log.bad | self.dropped

    def where(self, flags: Flags) -> pl.Series:
        """Positions of the rows where ``flags`` is true."""
        return pl.Series("row", np.flatnonzero(flags).astype(np.uint32))

    def place(self) -> pl.DataFrame:
        """Sheet and line of each row, with its position as ``row``."""
        pieces = [
            pl.DataFrame({"line": part.raw.line.cast(pl.Int32)}).select(
                pl.lit(part.raw.sheet).alias("sheet"), "line"
            )
            for part in self.parts
        ]
        return pl.concat(pieces).with_row_index("row")


@dataclass(frozen=True)
class Scope:
    """What the rules may look at beside the table: the sender, the moment, and the store.

    Attributes
    ----------
    limit : int
        Issues kept of each rule and column.
    some_sheet_unread : bool
        Whether the reader left out a sheet because of an error.
    done : dict of str to Work
        Tables already checked; references point to the table itself or to an earlier one.
    """

    owner: str
    as_of: datetime
    label: Label | LabelError
    known: Known
    limit: int
    some_sheet_unread: bool
    done: dict[str, Work]
