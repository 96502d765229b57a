"""Write the geographic assets of the report's map from the npm package ``world-atlas``.

Run once, before the package is built::

    npm ci --prefix tools/build_assets --no-audit --no-fund --ignore-scripts
    .venv/bin/python -m tools.build_assets.build

The data are Natural Earth 1:50m (public domain). ``world-atlas`` keeps them in spherical form:
rings run across the 180th meridian and around the pole. Drawn on a plane as they are, such rings
lay false land over the Norwegian Sea, so they are cut at the antimeridian here, once.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import antimeridian
from shapely.geometry import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from tools.build_assets.topojson import Line, Topology

HERE = Path(__file__).resolve().parent
ATLAS = HERE / "node_modules" / "world-atlas"
ASSETS = HERE.parents[1] / "src" / "redball" / "reports" / "assets"
SOURCE = "Natural Earth 1:50m, public domain, from the npm package world-atlas {version}"
TOLERANCE_DEG = 0.01
"""Largest shift of a point by simplification; about 1 km, under half a pixel in the report."""
LEAST_AREA_DEG2 = 0.0005
"""Islands under about 6 square kilometres are left out."""
HALF_TURN_DEG = 180.0


def main() -> int:
    """Build both assets; returns the exit code."""
    if not ATLAS.is_dir():
        print("world-atlas is not installed. Run first:", file=sys.stderr)
        print(
            "  npm ci --prefix tools/build_assets --no-audit --no-fund --ignore-scripts",
            file=sys.stderr,
        )
        return 2
    version = json.loads((ATLAS / "package.json").read_text(encoding="utf-8"))["version"]
    source = SOURCE.format(version=version)
    land = Topology(json.loads((ATLAS / "land-50m.json").read_text(encoding="utf-8")))
    countries = Topology(json.loads((ATLAS / "countries-50m.json").read_text(encoding="utf-8")))
    _write("coastline.json", {"source": source, "polygons": list(coastline(land))})
    _write("borders.json", {"source": source, "lines": list(borders(countries))})
    return 0


def coastline(land: Topology) -> Iterator[list[list[list[float]]]]:
    """Land as plane polygons in degrees: cut at the antimeridian, simplified, rounded."""
    for rings in land.polygons("land"):
        for polygon in _plane(rings):
            simple = polygon.simplify(TOLERANCE_DEG, preserve_topology=True)
            if simple.area < LEAST_AREA_DEG2:
                continue
            holes = [ring for ring in simple.interiors if Polygon(ring).area >= LEAST_AREA_DEG2]
            yield [_rounded(ring.coords) for ring in (simple.exterior, *holes)]


def borders(countries: Topology) -> Iterator[list[list[float]]]:
    """Land borders as lines in degrees; those that jump across the antimeridian are split."""
    for line in countries.shared_lines("countries"):
        for part in _split_at_jumps(line):
            if len(part) > 1:
                yield _rounded(LineString(part).simplify(TOLERANCE_DEG).coords)


def _plane(rings: list[Line]) -> list[Polygon]:
    polygon = Polygon(rings[0], rings[1:])
    jumps = any(abs(a[0] - b[0]) > HALF_TURN_DEG for ring in rings for a, b in pairwise(ring))
    if not jumps:
        return [polygon]
    # TopoJSON winds outer rings clockwise, GeoJSON the other way; the fix expects the latter
    rings = [ring[::-1] for ring in rings]
    fixed: BaseGeometry = antimeridian.fix_polygon(Polygon(rings[0], rings[1:]), fix_winding=False)
    return list(fixed.geoms) if isinstance(fixed, MultiPolygon) else [fixed]


def _split_at_jumps(line: Line) -> Iterator[Line]:
    part: Line = []
    for point in line:
        if part and abs(part[-1][0] - point[0]) > HALF_TURN_DEG:
            yield part
            part = []
        part.append(point)
    yield part


def _rounded(points: Iterable[tuple[float, ...]]) -> list[list[float]]:
    return [[round(x, 3), round(y, 3)] for x, y, *_ in points]


def _write(name: str, content: dict[str, Any]) -> None:
    ASSETS.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, separators=(",", ":"))
    target = ASSETS / name
    partial = target.with_suffix(".partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(target)
    print(f"{target.name}: {len(text) / 1e6:.2f} MB")


if __name__ == "__main__":
    raise SystemExit(main())
