"""The built assets: skipped where they were not built, required in CI."""

import json
import os
from importlib.resources import files
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from redball.reports.coast import Coast, Ring, load_coast
from redball.reports.ground import borders, land
from redball.reports.view import WIDTH, view_of

ASSET = files("redball.reports") / "assets" / "coastline.json"


@pytest.fixture(scope="module")
def coast() -> Coast:
    found = load_coast()
    if not found.polygons:
        message = "The coastline asset is not built: see tools/build_assets/build.py."
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


def _inside(ring: Ring, x: float, y: float) -> bool:
    hit = False
    for (xa, ya), (xb, yb) in pairwise(ring):
        if (ya > y) != (yb > y) and x < (xb - xa) * (y - ya) / (yb - ya) + xa:
            hit = not hit
    return hit


@pytest.mark.parametrize(
    ("place", "lon", "lat", "on_land"),
    [
        ("Berlin", 13.4, 52.5, True),
        ("Chukotka west of the antimeridian", 175.0, 67.5, True),
        ("Chukotka east of it", -175.0, 67.0, True),
        ("South Pole", 0.0, -89.0, True),
        ("Norwegian Sea", 2.0, 67.0, False),
        ("Barents Sea", 35.0, 74.0, False),
        ("North Pole", 0.0, 89.0, False),
        ("Caspian Sea", 51.0, 42.0, False),
        ("South Pacific", -150.0, -40.0, False),
    ],
)
def test_land_is_land_and_sea_is_sea(
    coast: Coast, place: str, lon: float, lat: float, on_land: bool
) -> None:
    crossings = sum(_inside(ring, lon, lat) for polygon in coast.polygons for ring in polygon)
    assert (crossings % 2 == 1) is on_land, place


def test_no_side_of_any_ring_jumps_across_the_map(coast: Coast) -> None:
    # the only side longer than 20 degrees runs along the pole
    for polygon in coast.polygons:
        for ring in polygon:
            for (xa, ya), (xb, yb) in pairwise(ring):
                assert abs(xa - xb) < 20 or (ya < -89 and yb < -89)


def test_borders_do_not_jump_either(coast: Coast) -> None:
    assert len(coast.borders) > 200
    steps = [abs(a[0] - b[0]) for line in coast.borders for a, b in pairwise(line)]
    # the longest is the border along 49 N between Canada and the United States
    assert 20 < max(steps) < 30


def test_the_asset_is_small_and_says_where_it_comes_from(coast: Coast) -> None:
    text = ASSET.read_text(encoding="utf-8")
    assert len(text) < 1_500_000
    assert "Natural Earth" in json.loads(text)["source"]
    assert "http" not in text


@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        ((3.0, 27.0), (49.0, 70.0)),
        ((130.0, 178.0), (-45.0, -12.0)),
        ((-170.0, 170.0), (-50.0, 70.0)),
        ((170.0, -160.0), (50.0, 66.0)),
    ],
    ids=["Baltic", "Australia", "world", "Bering Strait"],
)  # fmt: skip
def test_the_drawn_ground_agrees_with_the_coast_at_places(
    coast: Coast, lon: tuple[float, float], lat: tuple[float, float]
) -> None:
    view = view_of(lon, lat)
    path = ElementTree.fromstring(land(view, coast)).get("d", "")
    rings = []
    for piece in filter(None, path.split("M")):
        points = tuple(
            (float(x), float(y)) for x, y in (p.split(",") for p in piece.strip("Z").split())
        )
        rings.append((*points, points[0]))
    agreed = seen = 0
    for i in range(12):
        for j in range(12):
            there = view.window.west + (i + 0.37) / 12 * (view.window.east - view.window.west)
            up = view.window.south + (j + 0.41) / 12 * (view.window.north - view.window.south)
            x, y = view.point(there, up)
            flat = (there + 180.0) % 360.0 - 180.0
            true = sum(_inside(r, flat, up) for p in coast.polygons for r in p) % 2
            agreed += sum(_inside(r, x, y) for r in rings) % 2 == true
            seen += 1
    # a place within half a map unit of a shore may fall on its other side
    assert agreed >= seen - 2


def test_borders_are_cut_to_the_view(coast: Coast) -> None:
    path = ElementTree.fromstring(borders(view_of([3.0, 27.0], [49.0, 70.0]), coast)).get("d", "")
    assert path
    xs = [float(p.split(",")[0].lstrip("M")) for p in path.replace("M", " M").split()]
    assert min(xs) > -200
    assert max(xs) < WIDTH + 200
