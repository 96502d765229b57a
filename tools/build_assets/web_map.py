"""Write the ground of the web face's map: land and borders as GeoJSON, small enough to be loaded.

Run after ``tools.build_assets.build``, from whose assets it is made::

    .venv/bin/python -m tools.build_assets.web_map

Those are cut at the antimeridian already. Here points are thinned once more, since the map's tiles
thin them again at small scales, and islands of a few square kilometres go: the theatre is looked at
down to about one kilometre for a pixel. Beside the file lies its gzip form.
"""

import gzip
import json
import sys
from pathlib import Path

from shapely.geometry import LineString, Polygon

HERE = Path(__file__).resolve().parent
REPORTS = HERE.parents[1] / "src" / "redball" / "reports" / "assets"
TARGET = HERE.parents[1] / "src" / "redball" / "web" / "static" / "vendor" / "ground.json"
TOLERANCE_DEG = 0.02
LEAST_AREA_DEG2 = 0.002
DIGITS = 2

Points = list[list[float]]


def main() -> int:
    """Write the file; returns the exit code."""
    try:
        coast = json.loads((REPORTS / "coastline.json").read_text(encoding="utf-8"))
        lines = json.loads((REPORTS / "borders.json").read_text(encoding="utf-8"))
    except FileNotFoundError as missing:
        print(f"{missing.filename} is not built. Run first:", file=sys.stderr)
        print("  python -m tools.build_assets.build", file=sys.stderr)
        return 2
    document = ground(coast["polygons"], lines["lines"], coast["source"])
    data = json.dumps(document, separators=(",", ":")).encode("utf-8")
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    packed = gzip.compress(data, 9, mtime=0)
    TARGET.with_name(TARGET.name + ".gz").write_bytes(packed)
    TARGET.write_bytes(data)
    print(f"{TARGET.name}: {len(data) / 1e6:.2f} MB, packed {len(packed) / 1e6:.2f} MB")
    return 0


def ground(polygons: list[list[Points]], lines: list[Points], source: str) -> dict[str, object]:
    """Land and borders as one collection; ``part`` tells them apart."""
    land = [shape for polygon in polygons if (shape := _thinned(polygon))]
    borders = [
        _rounded(LineString(line).simplify(TOLERANCE_DEG).coords) for line in lines if len(line) > 1
    ]
    return {
        "type": "FeatureCollection",
        "source": source,
        "features": [
            _feature("land", "MultiPolygon", land),
            _feature("border", "MultiLineString", borders),
        ],
    }


def _feature(part: str, kind: str, coordinates: object) -> dict[str, object]:
    return {
        "type": "Feature",
        "properties": {"part": part},
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def _thinned(rings: list[Points]) -> list[Points]:
    shape = Polygon(rings[0], rings[1:]).simplify(TOLERANCE_DEG, preserve_topology=True)
    if not isinstance(shape, Polygon) or shape.area < LEAST_AREA_DEG2:
        return []
    holes = [ring for ring in shape.interiors if Polygon(ring).area >= LEAST_AREA_DEG2]
    return [_rounded(ring.coords) for ring in (shape.exterior, *holes)]


def _rounded(points: object) -> Points:
    return [[round(x, DIGITS), round(y, DIGITS)] for x, y, *_ in points]  # type: ignore[attr-defined]  # shapely's coordinates


if __name__ == "__main__":
    raise SystemExit(main())
