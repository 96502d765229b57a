"""From typed frames back to the nation's own columns: the inverse of :mod:`convert`.

Every step of a column entry is undone in reverse order. A text where the language has a number or
a date is written as it is, so that faulty packages can be made on purpose.
"""

from collections.abc import Mapping, Sequence
from decimal import Context, Decimal

import polars as pl

from redball.exchange.package.formats import per_value, plain_decimal, scaled
from redball.exchange.package.mapping import ColumnMapping, MappingFile, TableMapping
from redball.exchange.package.parquet import text_of
from redball.model import BadUse, Kind, table

_DIVISIONS = tuple(Context(prec=digits) for digits in (10, 13, 16, 19, 25))
_TYPED = (pl.Float64, pl.Int64, pl.Boolean, pl.Date)


def split_by_block(
    frames: Mapping[str, pl.DataFrame], mapping: MappingFile
) -> list[tuple[TableMapping, pl.DataFrame]]:
    """Give each row to the first block of its table whose constants it has.

    Raises
    ------
    BadUse
        A row fits no block, or two blocks write the same sheet.
    """
    places = [(block.file, block.sheet) for block in mapping.tables]
    doubled = [file for file, sheet in places if places.count((file, sheet)) > 1]
    if doubled:
        raise BadUse(
            f"Two blocks of the mapping would write '{doubled[0]}'.",
            mend="Give each block a file or sheet of its own for writing.",
        )
    left = dict(frames)
    parts = []
    for block in mapping.tables:
        if block.table not in left:
            continue
        frame = left[block.table]
        fits = pl.lit(True)
        for column in block.columns:
            if column.constant is not None and column.name in frame.columns:
                fits &= pl.col(column.name).cast(pl.String).eq_missing(_constant(column))
        parts.append((block, frame.filter(fits)))
        left[block.table] = frame.filter(~fits)
    mapped = {block.table for block in mapping.tables}
    for name in sorted(mapped & set(left)):
        if left[name].height:
            raise BadUse(
                f"{left[name].height} rows of '{name}' differ from the constants of the mapping.",
                mend="Change the rows, or add a block for them.",
            )
    return parts


def _constant(column: ColumnMapping) -> pl.Expr:
    value = column.constant or None
    if value is not None and column.codes is not None:
        value = column.codes.get(value, column.other)
    return pl.lit(value, dtype=pl.String)


def national(frame: pl.DataFrame, block: TableMapping) -> pl.DataFrame:
    """The frame in the sender's columns; typed where the mapping asks for no form of its own.

    Raises
    ------
    BadUse
        A column with values that the mapping does not carry.
    """
    carried = {column.name for column in block.columns}
    lost = [c.name for c in frame if c.name not in carried and c.null_count() < len(c)]
    if lost:
        raise BadUse(
            f"The mapping of '{block.table}' to '{block.file}' has no place for '{lost[0]}'.",
            mend="Add the column to the mapping, or drop it from the frame.",
        )
    made: dict[str, pl.Series] = {}
    # an entry with a pattern shows a part of its column only: others that write it whole go first
    for column in sorted(block.columns, key=lambda c: c.pattern is not None):
        if all(name in made for name in column.columns):
            continue
        for name, series in _inverse(frame, column, block).items():
            made.setdefault(name, series)
    return pl.DataFrame([made[name].alias(name) for name in block.sources])


def _inverse(
    frame: pl.DataFrame, column: ColumnMapping, block: TableMapping
) -> dict[str, pl.Series]:
    if column.name not in frame.columns:
        empty = pl.repeat(None, frame.height, dtype=pl.String, eager=True)
        return dict.fromkeys(column.columns, empty)
    series = _formatted(frame[column.name], column, block)
    if column.codes is not None:
        back: dict[str, str] = {}
        for code, value in column.codes.items():
            back.setdefault(value, code)
        series = series.cast(pl.String).replace(back)
    if column.pattern is not None:
        kept = series.cast(pl.String)
        wrong = kept.is_not_null() & kept.str.extract(column.pattern, 1).ne_missing(kept)
        if wrong.any():
            raise BadUse(
                f"'{kept.filter(wrong)[0]}' can't be written back through the pattern of "
                f"'{column.name}'.",
                mend="Map the whole column to another name as well; that one is then written.",
            )
    if len(column.columns) < 2:
        return dict.fromkeys(column.columns, series)
    return _parts(series.cast(pl.String), column)


def _parts(series: pl.Series, column: ColumnMapping) -> dict[str, pl.Series]:
    """Undo a join: cut at the separator, the last part takes the rest."""
    if not column.separator:
        rest = [pl.repeat(None, len(series), dtype=pl.String, eager=True)] * len(column.columns)
        return dict(zip(column.columns, [series, *rest[1:]], strict=True))
    cut = series.str.splitn(column.separator, len(column.columns))
    return {name: cut.struct.field(f"field_{i}") for i, name in enumerate(column.columns)}


def _formatted(series: pl.Series, column: ColumnMapping, block: TableMapping) -> pl.Series:
    if column.name == "label":
        return series
    kind = table(block.table)[column.name].type.kind
    if kind in (Kind.NUMBER, Kind.INTEGER) and series.dtype.is_numeric():
        return _number(series, column)
    if kind is Kind.DATE and series.dtype == pl.Date and column.date:
        return series.dt.strftime(column.date)
    if kind is Kind.BOOLEAN and series.dtype == pl.Boolean:
        words = _word(block.true, "yes"), _word(block.false, "no")
        if words == ("yes", "no"):
            return series
        return series.replace_strict(
            {True: words[0], False: words[1]}, default=None, return_dtype=pl.String
        )
    return series if series.dtype in _TYPED else text_of(series)


def _word(words: frozenset[str], plain: str) -> str:
    """The nation's longest own word, or the plain one."""
    own = sorted(words - {"yes", "true", "1", "no", "false", "0"}, key=lambda w: (-len(w), w))
    return own[0] if own else plain


def _number(series: pl.Series, column: ColumnMapping) -> pl.Series:
    if column.factor is None and column.decimal == "." and not column.thousands:
        return series
    if series.is_infinite().any() or series.is_nan().any():
        raise BadUse(f"'{column.name}' holds a value that is no number.", mend="Leave it empty.")
    text = text_of(series)
    factor = column.factor
    if factor is not None:
        text = per_value(text, lambda value: _divided(value, factor))
    return per_value(text, lambda value: _marked(value, column))


def _divided(value: str, factor: Decimal) -> str:
    """The shortest of a few quotients that gives the number back when it is multiplied again."""
    made = ""
    for context in _DIVISIONS:
        made = plain_decimal(context.divide(Decimal(value), factor))
        if float(scaled(made, factor)) == float(value):
            break
    return made


def _marked(value: str, column: ColumnMapping) -> str:
    plain = plain_decimal(Decimal(value))
    whole, dot, rest = plain.partition(".")
    if column.thousands:
        whole = f"{int(whole):,}".replace(",", column.thousands)
        whole = f"-{whole}" if plain.startswith("-0") else whole
    return whole + (column.decimal + rest if dot else "")


def plain_columns(
    frame: pl.DataFrame, name: str, typed: Sequence[type[pl.DataType]]
) -> pl.DataFrame:
    """A frame in the model's own columns, with other types than ``typed`` as text.

    Raises
    ------
    BadUse
        A column that the table does not have.
    """
    spec = table(name)
    for column in frame.columns:
        if column != "label":
            spec[column]  # raises with the names there are
    return frame.select(c if c.dtype in typed else text_of(c) for c in frame)
