"""One column of one sheet on its way from what was sent to the type of the language."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import polars as pl

from redball.exchange.check.log import Log, Text
from redball.exchange.check.rule import ERROR, Rule
from redball.model.schema import Attribute

WRONG_TYPE = Rule(
    "wrong-type",
    ERROR,
    "The column is of a type that can't hold these values.",
    "A typed file says what a column is; guessing another meaning would invent data.",
    "Store the column as text, or in the type of the table reference.",
)


@dataclass(frozen=True)
class Cells:
    """A column of a sheet.

    Attributes
    ----------
    attribute : Attribute
        What the language asks for.
    values : polars.Series
        As the reader gives them; empty text is null.
    owner : str
        Sender of the package.
    log : Log
        Where breaches go.
    offset : int
        Position of the sheet's first row in the table.
    """

    attribute: Attribute
    values: pl.Series
    owner: str
    log: Log
    offset: int

    def report(self, rule: Rule, where: pl.Series, message: Text = "", mend: Text = "") -> None:
        """Note a breach at the rows where the boolean series ``where`` is true."""
        rows = where.fill_null(False).arg_true() + self.offset
        self.log.hit(rule, rows, self.attribute.name, message, mend)

    def report_values(
        self, rule: Rule, verdicts: pl.DataFrame, values: pl.Series | None = None
    ) -> None:
        """Note a breach at the rows that hold one of ``verdicts``' values.

        Parameters
        ----------
        verdicts : polars.DataFrame
            ``value``, ``message`` and ``mend``, one row for each distinct value at fault.
        values : polars.Series, optional
            The column to look in when it is not the one as read.
        """
        if verdicts.is_empty():
            return
        column = self.values if values is None else values
        hits = (
            pl.DataFrame({"value": column})
            .with_row_index("row")
            .join(verdicts, on="value", how="inner", maintain_order="left")
        )
        rows = hits["row"] + self.offset
        self.log.hit(rule, rows, self.attribute.name, hits["message"], hits["mend"])

    @property
    def is_text(self) -> bool:
        """Whether the values are text that has to be read."""
        return self.values.dtype == pl.String


Parser = Callable[[Cells], pl.Series]
"""Reads a column: reports what it can't read and returns values of the language's type."""


def verdict_frame(rows: Iterable[tuple[str, str, str]]) -> pl.DataFrame:
    """Frame of ``value``, ``message``, ``mend``."""
    return pl.DataFrame(
        list(rows),
        schema={"value": pl.String, "message": pl.String, "mend": pl.String},
        orient="row",
    )


def replaced(values: pl.Series, changes: dict[str, str | None]) -> pl.Series:
    """Series with some values replaced by their canonical form."""
    if not changes:
        return values
    old, new = (
        pl.Series(list(changes), dtype=pl.String),
        pl.Series(list(changes.values()), dtype=pl.String),
    )
    return values.replace(old, new)


def normalised(values: pl.Series, *, trim: bool = True) -> pl.Series:
    """Categories as text, blank text as null, and, with ``trim``, no blanks at the ends of text.

    The ends are cut only where some value has them: most columns are passed through as they are.
    """
    if isinstance(values.dtype, pl.Categorical | pl.Enum):
        values = values.cast(pl.String)
    if values.dtype == pl.Null:
        return values.cast(pl.String)
    if values.dtype != pl.String:
        return values
    if not values.str.contains(r"^\s|\s$|^$").any():
        return values
    trimmed = values.str.strip_chars()
    return without(trimmed if trim else values, trimmed == "")


def without(values: pl.Series, where: pl.Series) -> pl.Series:
    """Series with nulls where the boolean series is true."""
    frame = pl.DataFrame({"values": values, "where": where.fill_null(False)})
    return frame.select(pl.when(~pl.col("where")).then("values"))["values"].alias(values.name)


def as_text(cells: Cells) -> pl.Series:
    """Values as text: whole numbers without a fraction, lists joined by ``;``, yes or no."""
    values = cells.values
    dtype = values.dtype
    if dtype == pl.String:
        return values
    if dtype.is_integer() or dtype == pl.Date or dtype.is_decimal():
        return values.cast(pl.String)
    if dtype.is_float():
        whole = values.is_finite() & (values == values.floor()) & (values.abs() < 2.0**53)
        frame = pl.DataFrame({"v": values, "w": whole})
        as_whole = pl.col("v").cast(pl.Int64, strict=False).cast(pl.String)
        return frame.select(pl.when("w").then(as_whole).otherwise(pl.col("v").cast(pl.String)))["v"]
    if dtype == pl.Boolean:
        return values.cast(pl.Int8).cast(pl.String).replace({"1": "yes", "0": "no"})
    if dtype == pl.List(pl.String):
        return values.list.join(";", ignore_nulls=True)
    return unusable(cells, pl.String())


def unusable(cells: Cells, dtype: pl.DataType) -> pl.Series:
    """Report every value as of the wrong type and return nothing in their place."""
    cells.report(WRONG_TYPE, cells.values.is_not_null(), f"A column of type {cells.values.dtype}.")
    return pl.Series(cells.values.name, [None], dtype=dtype).new_from_index(0, len(cells.values))
