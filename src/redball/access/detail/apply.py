"""Rows as exactly as the gate allows, ready for :func:`redball.model.build_twin`."""

from collections.abc import Mapping

import polars as pl

from redball.access.agreements.document import Detail
from redball.access.detail.coarse import coarse_dates, coarse_numbers, coarse_places
from redball.access.detail.totals import totals
from redball.access.detail.treatment import Treatment, treatments
from redball.model import Attribute, Table, table
from redball.model.frames import frame_schema

_COARSE = {
    Treatment.MEASURE: coarse_numbers,
    Treatment.DATE: coarse_dates,
    Treatment.COORDINATE: coarse_places,
}


def applied(name: str, frame: pl.DataFrame, details: Mapping[int, Detail]) -> pl.DataFrame:
    """Make the rows of a table as coarse as their labels' detail says.

    Parameters
    ----------
    name : str
        Table of the language.
    frame : polars.DataFrame
        As :func:`redball.model.frames.frame_schema` says: ``owner``, attributes with references as
        text, ``label``, ``since``, ``sheet``, ``line``.
    details : mapping of int to Detail
        By label id; a label that is not among them is shown exactly.

    Returns
    -------
    polars.DataFrame
        The same columns. Coarse rows carry no provenance, and no key that would spell what is
        coarse or withheld; keys stay unique.

    Raises
    ------
    BadUse
        There is no such table.
    """
    spec = table(name)
    frame = frame.select(pl.col(c).cast(dtype) for c, dtype in frame_schema(spec).items())
    coarser = {label: d for label, d in details.items() if d is not Detail.EXACT}
    present = set(frame["label"].unique().to_list()) & set(coarser)
    if not present:
        return frame
    kept = frame.filter(~pl.col("label").is_in(sorted(present)))
    parts = [kept]
    for detail in (Detail.ROUNDED, Detail.BANDED, Detail.TOTALS):
        labels = sorted(label for label in present if coarser[label] is detail)
        rows = frame.filter(pl.col("label").is_in(labels))
        if labels and detail is Detail.TOTALS:
            parts.append(_keyed(totals(name, rows), spec, detail, kept))
        elif labels:
            parts.append(_coarse(rows, spec, detail, kept))
    return pl.concat(parts)


def _coarse(rows: pl.DataFrame, spec: Table, detail: Detail, kept: pl.DataFrame) -> pl.DataFrame:
    """Rows rounded or in bands."""
    bands = detail is not Detail.ROUNDED
    how = treatments(spec.name)
    columns = [_column(rows[a.name], a, how[a.name], bands=bands) for a in spec.attributes]
    coarse = rows.with_columns(
        *columns,
        since=pl.lit(0, pl.Int32),
        sheet=pl.lit("").cast(rows.schema["sheet"]),
        line=pl.lit(0, pl.Int32),
    )
    if any(how[part] is not Treatment.KEPT for part in spec["key"].derived_from):
        return _keyed(coarse, spec, detail, kept)
    return coarse


def _column(
    column: pl.Series, attribute: Attribute, treatment: Treatment, *, bands: bool
) -> pl.Series:
    if treatment is Treatment.KEPT:
        return column
    if treatment in _COARSE:
        return _COARSE[treatment](column, bands=bands)
    empty = "" if attribute.required and column.dtype == pl.String else None
    return pl.repeat(empty, len(column), dtype=column.dtype, eager=True).alias(column.name)


def _keyed(rows: pl.DataFrame, spec: Table, detail: Detail, kept: pl.DataFrame) -> pl.DataFrame:
    """Write keys anew from what is shown, with a number to keep them apart.

    Rows are numbered in the order of what is shown of them: rows that look alike come in any
    order, so the numbers tell nothing of the keys that were there before.
    """
    shown = [c for c in rows.columns if c not in ("key", "label", "since", "sheet", "line")]
    rows = rows.with_columns(pl.col("owner").cast(pl.String)).sort(*shown, "label")
    parts = spec["key"].derived_from  # none: nothing is spelled that the twin could not hide again
    spelled = [
        pl.col(part).cast(pl.String).str.replace_all(":", ".", literal=True).fill_null("")
        for part in parts
    ]
    number = pl.int_range(pl.len()) + 1
    mark = f"{detail} "
    taken = kept["key"]
    while taken.str.starts_with(mark).any():  # an owner may write any key by hand
        mark = f"~{mark}"
    key = pl.concat_str(
        pl.lit(mark),
        number.over("owner").cast(pl.String),
        *([pl.lit("~"), pl.concat_str(spelled, separator="|")] if spelled else []),
    )
    return rows.with_columns(key.alias("key"), pl.col("owner").cast(kept.schema["owner"]))
