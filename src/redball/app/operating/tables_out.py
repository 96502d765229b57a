"""The tables of the picture as JSON, packed once for all who look at the same."""

import json
import math
from collections.abc import Iterator
from datetime import date, datetime

import polars as pl

from redball.access.actions import Action
from redball.app.doing import use_case
from redball.app.export import picture_tables
from redball.app.keeping import kept
from redball.app.operating.geojson import Packed, packed
from redball.app.picture import PictureOptions, picture_of, recognise
from redball.app.view import View, see


@use_case(Action.SEE)
def packed_tables(view: View, only: str | None = None) -> Packed:
    """What ``redball picture --json`` prints: the origin and the tables, all or one.

    Raises
    ------
    BadUse
        The picture has no such table.
    """
    known = recognise(see(view), PictureOptions())
    result = picture_of(known, PictureOptions())
    tables = picture_tables(result, only)

    def make() -> Packed:
        document = {
            "origin": result.origin.as_dict(),
            "tables": {name: list(_rows(frame)) for name, frame in tables.items()},
        }
        text = json.dumps(document, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return packed(text, f"{result.origin.twin_hash[:20]}-{only or 'all'}")

    return kept(known.seen, ("operating tables", only), make)


def _rows(frame: pl.DataFrame) -> Iterator[dict[str, object]]:
    for row in frame.iter_rows(named=True):
        yield {name: _plain(value) for name, value in row.items()}


def _plain(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime | date):
        return value.isoformat()
    return [_plain(one) for one in value] if isinstance(value, list) else value
