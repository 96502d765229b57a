"""Reading tables of items: what must be there, what may be missing, what is refused."""

from collections.abc import Mapping, Sequence

import polars as pl

from redball.model import BadData, BadUse


def with_columns(
    frame: pl.DataFrame,
    needed: Sequence[str],
    optional: Mapping[str, float | None],
    where: str,
) -> pl.DataFrame:
    """Cast columns to numbers, fill in optional ones, refuse what can't be meant.

    Parameters
    ----------
    needed : sequence of str
        Numbers that every row must have.
    optional : mapping of str to float or None
        Numbers that a row may lack, with the value taken then; None keeps it missing.

    Raises
    ------
    BadUse
        A column is missing.
    BadData
        A number is missing, negative or not finite; the message names the row.
    """
    absent = [name for name in needed if name not in frame.columns]
    if absent:
        raise BadUse(
            f"The column '{absent[0]}' is missing.",
            where=where,
            mend=f"Give {', '.join(needed)}; optional: {', '.join(optional) or 'none'}.",
        )
    rows = frame.with_columns(
        pl.lit(None, pl.Float64).alias(name) for name in optional if name not in frame.columns
    )
    try:
        rows = rows.with_columns(pl.col(name).cast(pl.Float64) for name in (*needed, *optional))
    except pl.exceptions.PolarsError as error:
        raise BadData(
            f"A column that should hold numbers does not: {error}", where=where,
            mend="Give numbers, with a point for decimals.",
        ) from error  # fmt: skip
    for name in (*needed, *optional):
        _refuse(rows, name, where, required=name in needed)
    return rows.with_columns(
        pl.col(name).fill_null(value) for name, value in optional.items() if value is not None
    )


def unique_keys(frame: pl.DataFrame, keys: Sequence[str], where: str) -> None:
    """Refuse two rows of one key, and keys that are missing.

    Raises
    ------
    BadUse
        A column is missing.
    BadData
        A key is missing or comes twice.
    """
    for name in keys:
        if name not in frame.columns:
            raise BadUse(f"The column '{name}' is missing.", where=where, mend="Give it.")
        if frame[name].null_count():
            row = frame[name].is_null().arg_true()[0]
            raise BadData(
                f"'{name}' is missing.", where=f"{where}, row {row}", mend="Name every row."
            )
    twice = frame.select(keys).is_duplicated()
    if twice.any():
        row = int(twice.arg_true()[0])
        named = ", ".join(str(value) for value in frame.select(keys).row(row))
        raise BadData(
            f"{named} comes more than once.", where=f"{where}, row {row}",
            mend="Add the rows up, or keep one of them.",
        )  # fmt: skip


def _refuse(rows: pl.DataFrame, name: str, where: str, *, required: bool) -> None:
    column = rows[name]
    wrong = ((column < 0) | ~column.is_finite()).fill_null(value=required)
    if wrong.any():
        row = int(wrong.arg_true()[0])
        raise BadData(
            f"{name} is {column[row]}.", where=f"{where}, row {row}",
            mend="Give a number of 0 or more.",
        )  # fmt: skip
