"""The decoder of the build script, on a topology small enough to check by hand."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def topojson(project_root: Path) -> ModuleType:
    path = project_root / "tools" / "build_assets" / "topojson.py"
    spec = importlib.util.spec_from_file_location("redball_topojson", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# two squares side by side: arc 0 is the side they share, arcs 1 and 2 the rest of each
TOPOLOGY = {
    "transform": {"scale": [0.5, 2.0], "translate": [-10.0, 40.0]},
    "arcs": [
        [[2, 0], [0, 1]],
        [[2, 1], [-2, 0], [0, -1], [2, 0]],
        [[2, 1], [2, 0], [0, -1], [-2, 0]],
    ],
    "objects": {
        "countries": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "arcs": [[0, 1]]},
                {"type": "MultiPolygon", "arcs": [[[-3, -1]]]},
                {"type": None},
            ],
        }
    },
}


def test_arcs_are_running_sums_scaled_and_moved(topojson: ModuleType) -> None:
    assert topojson.Topology(TOPOLOGY).arcs[0] == [(-9.0, 40.0), (-9.0, 42.0)]


def test_rings_join_arcs_and_turn_those_with_a_negative_index(topojson: ModuleType) -> None:
    first, second = topojson.Topology(TOPOLOGY).polygons("countries")
    assert first == [[(-9.0, 40.0), (-9.0, 42.0), (-10.0, 42.0), (-10.0, 40.0), (-9.0, 40.0)]]
    assert second == [[(-9.0, 40.0), (-8.0, 40.0), (-8.0, 42.0), (-9.0, 42.0), (-9.0, 40.0)]]


def test_only_arcs_of_two_countries_are_borders(topojson: ModuleType) -> None:
    assert list(topojson.Topology(TOPOLOGY).shared_lines("countries")) == [
        [(-9.0, 40.0), (-9.0, 42.0)]
    ]


def test_the_lock_file_names_no_host(project_root: Path) -> None:
    folder = project_root / "tools" / "build_assets"
    lock = (folder / "package-lock.json").read_text(encoding="utf-8")
    assert "http" not in lock
    assert "resolved" not in lock
    wanted = json.loads((folder / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert (
        json.loads(lock)["packages"]["node_modules/world-atlas"]["version"] == wanted["world-atlas"]
    )
