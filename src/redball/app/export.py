"""Tables of the picture, and writing them out with their label."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.exporting import exported
from redball.app.picture import PictureResult
from redball.exchange import csv_safe
from redball.model import BadUse, Origin


def picture_tables(result: PictureResult, only: str | None = None) -> Mapping[str, pl.DataFrame]:
    """Tables of a picture, all or one.

    Raises
    ------
    BadUse
        The picture has no such table.
    """
    tables = result.picture.as_tables()
    if only is None:
        return tables
    if only not in tables:
        raise BadUse(f"The picture has no table '{only}'.", mend=f"Tables: {', '.join(tables)}.")
    return {only: tables[only]}


@use_case(Action.EXPORT)
def write_tables(tables: Mapping[str, pl.DataFrame], folder: Path, origin: Origin) -> list[Path]:
    """Write tables as CSV, each row :func:`stamped`."""
    exported(origin, "tables", rows=sum(frame.height for frame in tables.values()))
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, frame in tables.items():
        path = folder / f"{name}.csv"
        stamped(frame, origin).write_csv(path)
        paths.append(path)
    return paths


def stamped(frame: pl.DataFrame, origin: Origin) -> pl.DataFrame:
    """Rows to write out: every one carries the marking of the whole, its moment and twin hash.

    A row's own label, where the table has one, stays beside it in ``label``. Text that a
    spreadsheet would run as a formula is made harmless.
    """
    return csv_safe(frame).with_columns(
        marking=pl.lit(origin.marking),
        as_of=pl.lit(origin.as_of.isoformat()),
        twin_hash=pl.lit(origin.twin_hash),
    )
