"""What rows must be before they may touch the store.

The exchange checks a nation's data and explains what is wrong with it. This is the last wall: it
holds whatever the caller did, and it refuses what the two engines would keep differently.
"""

from datetime import date

import polars as pl

from redball.model import BadData, BadUse, NotPermitted, Table, table
from redball.model.frames import value_schema
from redball.store.columns import stored
from redball.store.values import TableRows

_FIRST_DAY, _LAST_DAY = date(1, 1, 1), date(9999, 12, 31)
_TEXTS = (pl.String, pl.Categorical, pl.Enum)


def checked(name: str, rows: TableRows) -> pl.DataFrame:
    """Return the rows of a table in order of their keys, ready to be stored.

    Returns
    -------
    polars.DataFrame
        The attributes, ``label``, ``sheet`` (text) and ``line`` as SQL keeps them: timestamps
        are text, negative zero is zero.

    Raises
    ------
    NotPermitted
        The rows name an owner: rows always belong to the owner of the package.
    BadUse
        Columns or types are not those of the table.
    BadData
        A value can't be kept: empty where it is required, a key twice, a text with a NUL,
        a number that is not finite, a day outside of the years 1 to 9999.
    """
    spec = table(name)
    frame = _shaped(spec, rows.frame)
    _refuse_empty(spec, frame)
    _refuse_keys(spec, frame)
    for column in frame.columns:
        _refuse_values(spec, frame, column)
    zero = pl.when(pl.col(pl.Float64) == 0).then(0.0).otherwise(pl.col(pl.Float64))
    return stored(frame.with_columns(zero.name.keep())).sort("key")


def _shaped(spec: Table, frame: pl.DataFrame) -> pl.DataFrame:
    if "owner" in frame.columns:
        raise NotPermitted(
            "Rows of a package name an owner; they belong to the package's owner, always.",
            where=spec.name,
            mend="Leave the column 'owner' out.",
        )
    schema = {**value_schema(spec), "label": pl.String(), "sheet": pl.String(), "line": pl.Int32()}
    wrong = sorted(set(schema) ^ set(frame.columns))
    if wrong:
        side = "frame lacks" if wrong[0] in schema else "table does not have"
        raise BadUse(f"The {side} the column '{wrong[0]}'.", where=spec.name)
    for column, dtype in schema.items():
        given = frame.schema[column]
        fits = given in (dtype, pl.Null) or (dtype == pl.String and isinstance(given, _TEXTS))
        if not fits and not (column == "line" and given.is_integer()):
            raise BadUse(f"Column '{column}' is {given}, not {dtype}.", where=spec.name)
    if not frame["line"].is_between(0, 2**31 - 1).all():
        raise BadUse("A line number is negative or beyond 2147483647.", where=spec.name)
    return frame.select(pl.col(column).cast(dtype) for column, dtype in schema.items())


def _refuse_empty(spec: Table, frame: pl.DataFrame) -> None:
    required = [a.name for a in spec.attributes if a.required] + ["label", "sheet", "line"]
    for column in required:
        if frame[column].null_count():
            raise _bad(spec, frame, frame[column].is_null(), f"'{column}' is empty")


def _refuse_keys(spec: Table, frame: pl.DataFrame) -> None:
    keys = frame["key"]
    if keys.n_unique() != len(keys):
        raise _bad(spec, frame, keys.is_duplicated(), "the key stands in more than one row")
    strange = (keys == "") | keys.str.contains(":", literal=True)
    if strange.any():
        raise _bad(
            spec, frame, strange, "the key is empty or has a ':', which parts owner from key"
        )


def _refuse_values(spec: Table, frame: pl.DataFrame, column: str) -> None:
    values = frame[column]
    if values.dtype == pl.String:
        wrong, why = values.str.contains("\0", literal=True), "has a NUL character"
    elif values.dtype == pl.Float64:
        wrong, why = ~values.is_finite(), "is not a finite number"
    elif values.dtype == pl.Date:
        wrong, why = ~values.is_between(_FIRST_DAY, _LAST_DAY), "is outside of the years 1 to 9999"
    elif isinstance(values.dtype, pl.Datetime):
        years = values.dt.year()
        wrong, why = ~years.is_between(1, 9999), "is outside of the years 1 to 9999"
    else:
        return
    if wrong.any():
        raise _bad(spec, frame, wrong, f"'{column}' {why}")


def _bad(spec: Table, frame: pl.DataFrame, wrong: pl.Series, what: str) -> BadData:
    row = frame.filter(wrong.fill_null(value=False)).row(0, named=True)
    where = f"{spec.name}, {row['sheet']} line {row['line']}"
    return BadData(f"Row '{row['key']}' can't be stored: {what}.", where=where)
