"""The ground of the map: land, inland seas, borders, and a graticule."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from redball.reports.coast import Coast, Ring
from redball.reports.element import Markup, el, number
from redball.reports.geometry import Point, clip_line, clip_polygon, dense, thin
from redball.reports.projection import Array
from redball.reports.view import WIDTH, View

_THIN_UNITS = 0.45
"""Points nearer than this many map units to the last are left out: it can't be seen."""
_LONGEST_SIDE_DEG = 2.0
_STEPS = (1, 2, 5, 10, 15, 30)
_SPAN_STEPS = 6.0


def land(view: View, coast: Coast) -> Markup:
    """Land as one path with its inland seas cut out (even-odd rule)."""
    shapes = [
        path for polygon in coast.polygons for ring in polygon for path in _ring_paths(view, ring)
    ]
    return el("path", d="".join(shapes), class_="land", fill_rule="evenodd")


def borders(view: View, coast: Coast) -> Markup:
    """Borders between countries as one path."""
    shapes: list[str] = []
    for line in coast.borders:
        move = view.near(line[0][0]) - line[0][0]
        bent = np.array(dense(line, _LONGEST_SIDE_DEG, closed=False))
        points = _points(view, bent[:, 0] + move, bent[:, 1])
        shapes.extend(_path(thin(part, _THIN_UNITS)) for part in clip_line(points, view.box))
    return el("path", d="".join(shapes), class_="border")


def graticule(view: View) -> Markup:
    """Meridians and parallels, each named where it leaves the frame at the left or the bottom."""
    window = view.window.grown(0.6, 10.0)
    step = next(
        (s for s in _STEPS if (view.window.north - view.window.south) / s <= _SPAN_STEPS),
        _STEPS[-1],
    )
    parts: list[Markup] = []
    for lat in range(_first(window.south, step), math.floor(window.north) + 1, step):
        lon = np.linspace(window.west, window.east, 73)
        parts.extend(
            _grid_line(view, _points(view, lon, np.full_like(lon, lat)), _named(lat, "N", "S"), 0)
        )
    for meridian in range(_first(window.west, step), math.floor(window.east) + 1, step):
        lat_line = np.linspace(window.south, window.north, 37)
        wrapped = (meridian + 180) % 360 - 180
        points = _points(view, np.full_like(lat_line, meridian), lat_line)
        parts.extend(_grid_line(view, points, _named(wrapped, "E", "W"), 1))
    return el("g", *parts, class_="graticule")


def _ring_paths(view: View, ring: Ring) -> Iterator[str]:
    """Paths of a ring; it is drawn on each side of the map's own cut meridian that it reaches."""
    centre = view.projection.centre_lon
    lon = np.array([x for x, _ in ring])
    lat = np.array([y for _, y in ring])
    for turn in (-360.0, 0.0, 360.0):
        moved = lon + turn
        if moved.max() <= centre - 180.0 or moved.min() >= centre + 180.0:
            continue
        points = _ring_points(view, moved, lat)
        if len(points) < 3:
            continue
        visible = clip_polygon(points, view.box) if _touches(points, view) else []
        slim = thin(visible, _THIN_UNITS)
        if len(slim) > 2:
            yield _path(slim) + "Z"


def _ring_points(view: View, lon: Array, lat: Array) -> list[Point]:
    """Map points of a ring, cut at the meridian opposite the map's centre."""
    west, east = view.projection.centre_lon - 180.0, view.projection.centre_lon + 180.0
    inside = lon.min() >= west and lon.max() <= east
    if inside and np.abs(np.diff(lon)).max() <= _LONGEST_SIDE_DEG:
        return _points(view, lon, lat)
    around = list(zip(lon.tolist(), lat.tolist(), strict=True))
    if not inside:
        around = clip_polygon(around, (west, -90.0, east, 90.0))
    if not around:
        return []
    bent = np.array(dense(around, _LONGEST_SIDE_DEG))
    return _points(view, bent[:, 0], bent[:, 1])


def _touches(points: Sequence[Point], view: View) -> bool:
    low_x, low_y, high_x, high_y = view.box
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return max(xs) >= low_x and min(xs) <= high_x and max(ys) >= low_y and min(ys) <= high_y


def _points(
    view: View,
    lon: Array,
    lat: Array,
) -> list[Point]:
    x, y = view.place(lon, lat)
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _path(points: Sequence[Point]) -> str:
    return "M" + " ".join(f"{number(x)},{number(y)}" for x, y in points)


def _grid_line(view: View, points: list[Point], name: str, axis: int) -> Iterator[Markup]:
    parts = list(clip_line(points, view.box))
    if not parts:
        return
    yield el("path", d="".join(map(_path, parts)))
    crossing = _crossing(parts, axis, 6.0 if axis == 0 else view.height - 6.0)
    if crossing is None:
        return
    x, y = (8.0, crossing - 3.0) if axis == 0 else (crossing + 3.0, view.height - 6.0)
    # the lower left corner holds the scale bar
    if 12 < y <= view.height and x < WIDTH - 30 and not (x < 240 and y > view.height - 60):
        yield el("text", name, x=number(x), y=number(y))


def _crossing(parts: Sequence[Sequence[Point]], axis: int, at: float) -> float | None:
    """Where a line crosses x = ``at`` (axis 0) or y = ``at`` (axis 1), on the other axis."""
    for part in parts:
        for a, b in pairwise(part):
            if min(a[axis], b[axis]) <= at <= max(a[axis], b[axis]) and a[axis] != b[axis]:
                share = (at - a[axis]) / (b[axis] - a[axis])
                return a[1 - axis] + share * (b[1 - axis] - a[1 - axis])
    return None


def _first(least: float, step: int) -> int:
    return math.ceil(least / step) * step


def _named(degrees: int, positive: str, negative: str) -> str:
    side = positive if degrees > 0 else negative if degrees < 0 else ""
    return f"{abs(degrees)}° {side}".strip()
