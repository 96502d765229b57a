"""Small CSV tables that verbs take beside the twin: surges, profiles, chains."""

from collections.abc import Collection
from pathlib import Path

import polars as pl

from redball.model import BadData, BadUse


def read_csv_table(path: Path, *, typed: bool = False) -> pl.DataFrame:
    """Read a CSV file, as text or with types found from all of its rows.

    Raises
    ------
    BadUse
        There is no such file.
    BadData
        It is no CSV table.
    """
    if not path.is_file():
        raise BadUse("There is no such file.", where=str(path), mend="Give a CSV file.")
    try:
        if typed:
            return pl.read_csv(path, infer_schema_length=None)
        return pl.read_csv(path, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise BadData(f"It is no CSV table: {error}.", where=str(path)) from error


def refuse_columns(
    frame: pl.DataFrame, path: Path, needed: Collection[str], known: Collection[str], mend: str
) -> None:
    """Refuse a profile that lacks a column or has one that nobody reads.

    Raises
    ------
    BadData
        The first such column is named.
    """
    missing = [name for name in needed if name not in frame.columns]
    unknown = [name for name in frame.columns if name not in known]
    if missing or unknown:
        what = f"no column '{missing[0]}'" if missing else f"an unknown column '{unknown[0]}'"
        raise BadData(f"The profile has {what}.", where=str(path), mend=mend)
