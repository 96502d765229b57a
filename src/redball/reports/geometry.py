"""Clipping and thinning of lines and polygons, and circles on the sphere."""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np

from redball.reports.projection import EARTH_KM, Array

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Least x, least y, greatest x, greatest y."""


def clip_polygon(points: Sequence[Point], box: Box) -> list[Point]:
    """Cut a polygon to a box, one side after the other (Sutherland and Hodgman, CACM 17(1), 1974).

    Where the polygon leaves and enters again, the result runs along the side of the box.
    """
    for axis, limit, keep_above in (
        (0, box[0], True),
        (1, box[1], True),
        (0, box[2], False),
        (1, box[3], False),
    ):
        points = _clip_side(points, axis, limit, keep_above)
    return list(points)


def clip_line(points: Sequence[Point], box: Box) -> Iterator[list[Point]]:
    """Split a line into its parts that touch a box; whole steps are kept, none is cut."""
    part: list[Point] = []
    for a, b in pairwise(points):
        outside = (
            max(a[0], b[0]) < box[0]
            or min(a[0], b[0]) > box[2]
            or max(a[1], b[1]) < box[1]
            or min(a[1], b[1]) > box[3]
        )
        if outside:
            if part:
                yield part
            part = []
        else:
            part = part or [a]
            part.append(b)
    if part:
        yield part


def thin(points: Iterable[Point], least: float) -> list[Point]:
    """Drop points nearer than ``least`` to the one kept before; the last one always stays."""
    kept: list[Point] = []
    last: Point | None = None
    for point in points:
        last = point
        if not kept or math.dist(kept[-1], point) >= least:
            kept.append(point)
    if last is not None and kept[-1] != last:
        kept.append(last)
    return kept


def dense(points: Sequence[Point], step: float, *, closed: bool = True) -> list[Point]:
    """Add points to a ring or line so that no side is longer than ``step`` in x.

    A long side along a parallel is a curve on the plane: left straight, the south side of
    Antarctica would run across the whole map, and the border along 49 N would miss its places.
    """
    kept = [] if closed else list(points[:1])
    for i in range(0 if closed else 1, len(points)):
        here, before = points[i], points[i - 1]
        pieces = math.ceil(abs(here[0] - before[0]) / step)
        kept.extend(
            (
                before[0] + (here[0] - before[0]) * k / pieces,
                before[1] + (here[1] - before[1]) * k / pieces,
            )
            for k in range(1, pieces)
        )
        kept.append(here)
    return kept


def circle(
    longitude: float, latitude: float, radius_km: float, points: int = 48
) -> tuple[Array, Array]:
    """Longitudes and latitudes, in degrees, of a circle on the sphere.

    Direct geodesic problem on the sphere; longitudes are continuous around the centre.
    """
    bearing = np.linspace(0.0, 2 * math.pi, points, endpoint=False)
    angle = min(radius_km / EARTH_KM, math.pi / 2)
    phi = math.radians(latitude)
    lat = np.arcsin(
        math.sin(phi) * math.cos(angle) + math.cos(phi) * math.sin(angle) * np.cos(bearing)
    )
    lon = np.arctan2(
        np.sin(bearing) * math.sin(angle) * math.cos(phi),
        math.cos(angle) - math.sin(phi) * np.sin(lat),
    )
    return longitude + np.degrees(lon), np.degrees(lat)


def _clip_side(points: Sequence[Point], axis: int, limit: float, keep_above: bool) -> list[Point]:
    result: list[Point] = []
    for i, here in enumerate(points):
        before = points[i - 1]
        inside = (here[axis] >= limit) == keep_above or here[axis] == limit
        was_inside = (before[axis] >= limit) == keep_above or before[axis] == limit
        if inside != was_inside:
            share = (limit - before[axis]) / (here[axis] - before[axis])
            other = before[1 - axis] + share * (here[1 - axis] - before[1 - axis])
            result.append((limit, other) if axis == 0 else (other, limit))
        if inside:
            result.append(here)
    return result
