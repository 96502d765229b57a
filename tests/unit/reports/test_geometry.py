import math

import numpy as np
import pytest

from redball.reports.geometry import circle, clip_line, clip_polygon, dense, thin
from redball.reports.projection import EARTH_KM

BOX = (0.0, 0.0, 10.0, 10.0)


def _area(points: list[tuple[float, float]]) -> float:
    return abs(
        sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, points[1:] + points[:1], strict=True))
        / 2
    )


def test_a_polygon_inside_the_box_stays_as_it_is() -> None:
    inside = [(1.0, 1.0), (9.0, 1.0), (5.0, 9.0)]
    assert sorted(clip_polygon(inside, BOX)) == sorted(inside)


def test_a_polygon_across_a_side_keeps_the_part_inside() -> None:
    assert _area(clip_polygon([(-5.0, 2.0), (5.0, 2.0), (5.0, 8.0), (-5.0, 8.0)], BOX)) == 30.0


def test_a_polygon_around_the_box_fills_it_and_one_beside_it_is_gone() -> None:
    assert (
        _area(clip_polygon([(-9.0, -9.0), (19.0, -9.0), (19.0, 19.0), (-9.0, 19.0)], BOX)) == 100.0
    )
    assert clip_polygon([(11.0, 1.0), (12.0, 1.0), (12.0, 2.0)], BOX) == []


def test_a_line_is_split_where_it_leaves_the_box() -> None:
    line = [(1.0, 1.0), (2.0, 1.0), (20.0, 1.0), (30.0, 1.0), (20.0, 5.0), (5.0, 5.0)]
    parts = list(clip_line(line, BOX))
    assert parts == [[(1.0, 1.0), (2.0, 1.0), (20.0, 1.0)], [(20.0, 5.0), (5.0, 5.0)]]


def test_thinning_keeps_first_and_last() -> None:
    assert thin([(0.0, 0.0), (0.1, 0.0), (5.0, 0.0), (5.1, 0.0)], 1.0) == [
        (0.0, 0.0),
        (5.0, 0.0),
        (5.1, 0.0),
    ]
    assert thin([], 1.0) == []


def test_long_sides_get_points_between_and_short_ones_none() -> None:
    ring = [(0.0, 0.0), (4.0, 2.0), (4.0, 0.0)]
    assert dense(ring, 1.0) == [
        (3.0, 0.0), (2.0, 0.0), (1.0, 0.0), (0.0, 0.0),
        (1.0, 0.5), (2.0, 1.0), (3.0, 1.5), (4.0, 2.0), (4.0, 0.0),
    ]  # fmt: skip


def test_an_open_line_is_not_closed() -> None:
    assert dense([(0.0, 0.0), (2.0, 0.0)], 1.0, closed=False) == [
        (0.0, 0.0),
        (1.0, 0.0),
        (2.0, 0.0),
    ]
    assert dense([], 1.0, closed=False) == []


@pytest.mark.parametrize("lat", [-60.0, 0.0, 54.0, 85.0])
def test_every_point_of_a_circle_is_at_its_radius(lat: float) -> None:
    lon, lats = circle(8.0, lat, 300.0)
    phi, lam = np.radians(lats), np.radians(lon - 8.0)
    here = math.radians(lat)
    cosine = math.sin(here) * np.sin(phi) + math.cos(here) * np.cos(phi) * np.cos(lam)
    assert np.allclose(EARTH_KM * np.arccos(cosine), 300.0, rtol=1e-4)
