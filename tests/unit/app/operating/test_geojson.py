"""Rows as GeoJSON: places, lines across the antimeridian, circles on the sphere."""

import gzip
import itertools
import json
import math

import polars as pl
import pytest

from redball.app.operating.geojson import EARTH_KM, circles, collection, lines, packed, points, ring


def test_names_of_any_script_and_missing_figures_survive() -> None:
    rows = pl.DataFrame(
        {"longitude": [26.7], "latitude": [58.38], "name": ['Tartu "Emajõgi" \\ 港'],
         "days": [None]},
        schema_overrides={"days": pl.Float64},
    )  # fmt: skip
    text = collection(points(rows, {"name": pl.col("name"), "days": pl.col("days")}), {"of": "ü"})
    document = json.loads(text)
    assert document["of"] == "ü"
    (one,) = document["features"]
    assert one["geometry"] == {"type": "Point", "coordinates": [26.7, 58.38]}
    assert one["properties"] == {"name": 'Tartu "Emajõgi" \\ 港', "days": None}


def test_nothing_is_an_empty_collection() -> None:
    rows = pl.DataFrame(schema={"longitude": pl.Float64, "latitude": pl.Float64})
    assert json.loads(collection(points(rows, {}))) == {"type": "FeatureCollection", "features": []}


@pytest.mark.parametrize(
    ("start", "end", "drawn"),
    [(170.0, -170.0, 190.0), (-170.0, 170.0, -190.0), (10.0, 20.0, 20.0)],
    ids=["east", "west", "within"],
)  # fmt: skip
def test_a_line_goes_the_short_way_round(start: float, end: float, drawn: float) -> None:
    rows = pl.DataFrame(
        {"from_lon": [start], "from_lat": [1.0], "to_lon": [end], "to_lat": [2.0], "name": ["a"]}
    )
    (one,) = (json.loads(text) for text in lines(rows, {"name": pl.col("name")}))
    assert one["geometry"]["coordinates"] == [[start, 1.0], [drawn, 2.0]]


@pytest.mark.parametrize("latitude", [0.0, 57.0, -63.0], ids=["equator", "north", "south"])
def test_every_corner_of_a_circle_is_as_far_away(latitude: float) -> None:
    corners = ring(20.0, latitude, 80.0)
    assert corners[0] == corners[-1]
    here = math.radians(latitude)
    for lon, lat in corners:
        up, east = math.radians(lat), math.radians(lon - 20.0)
        cosine = math.sin(here) * math.sin(up) + math.cos(here) * math.cos(up) * math.cos(east)
        assert EARTH_KM * math.acos(cosine) == pytest.approx(80.0, abs=0.05)
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(corners))
    assert area > 0  # against the clock: RFC 7946


def test_circles_are_polygons_and_packing_keeps_the_text() -> None:
    rows = pl.DataFrame(
        {"longitude": [5.0], "latitude": [52.0], "radius_km": [12.0], "name": ["x"]}
    )
    text = collection(circles(rows, {"name": pl.col("name")}))
    assert json.loads(text)["features"][0]["geometry"]["type"] == "Polygon"
    both = packed(text, "t")
    assert gzip.decompress(both.gzip) == both.plain == text.encode()
