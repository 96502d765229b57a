"""Coastlines and borders, from assets written once at build time.

Source: Natural Earth 1:50m (public domain); written by ``tools/build_assets/build.py``.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from redball.model import BadData

Ring = tuple[tuple[float, float], ...]

_REMEDY = "Run: make assets"


@dataclass(frozen=True)
class Coast:
    """Land and borders in degrees, cut at the 180th meridian.

    Attributes
    ----------
    polygons : tuple of tuple of rings
        Land; the first ring of each is its shore, the others are inland seas.
    borders : tuple of lines
        Borders between countries.
    source : str
        Where the shapes come from; empty when the assets are absent.
    """

    polygons: tuple[tuple[Ring, ...], ...] = ()
    borders: tuple[Ring, ...] = ()
    source: str = ""


@cache
def load_coast() -> Coast:
    """Read the assets; an empty :class:`Coast` when they were not built.

    Raises
    ------
    BadData
        An asset is there and can't be read.
    """
    land, lines = _read("coastline.json"), _read("borders.json")
    polygons = tuple(tuple(_ring(ring) for ring in polygon) for polygon in land.get("polygons", ()))
    return Coast(
        polygons, tuple(_ring(line) for line in lines.get("lines", ())), str(land.get("source", ""))
    )


def _read(name: str) -> dict[str, Any]:
    asset = files("redball.reports") / "assets" / name
    if not asset.is_file():
        return {}
    try:
        content = json.loads(asset.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadData("The asset is not JSON.", where=name, mend=_REMEDY) from error
    if not isinstance(content, dict):
        raise BadData("The asset is not what the build script writes.", where=name, mend=_REMEDY)
    return content


def _ring(points: list[list[float]]) -> Ring:
    return tuple((float(x), float(y)) for x, y in points)
