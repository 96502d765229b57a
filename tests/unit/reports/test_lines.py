import math
from collections.abc import Callable
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from redball.reports.lines import Line, LineChart, line_chart

Svg = Callable[[str], ElementTree.Element]


def chart(**changes: object) -> LineChart:
    values: dict[str, object] = {
        "title": "Readiness against budget",
        "across": "cost, EUR",
        "up": "availability",
        "lines": [Line("alone", [(0, 0.5), (100, 0.8), (200, 0.9)])],
    }
    return LineChart(**{**values, **changes})  # type: ignore[arg-type]  # changes by name


def paths(page: str, kind: str) -> list[str]:
    root = ElementTree.fromstring(page)
    return [node.attrib["d"] for node in root.iter("path") if kind in node.get("class", "").split()]


def test_a_series_becomes_one_path_through_all_its_points() -> None:
    page = line_chart(chart(), "c")
    assert page is not None
    (line,) = paths(page, "line")
    assert line.count("L") == 2
    assert page.count("<circle") == 3


def test_greater_values_stand_higher_and_later_ones_further_right() -> None:
    page = line_chart(chart(), "c")
    assert page is not None
    (line,) = paths(page, "line")
    points = [tuple(map(float, part.split(","))) for part in line[1:].split("L")]
    assert points == sorted(points, key=lambda point: point[0])
    assert [y for _, y in points] == sorted((y for _, y in points), reverse=True)


def test_points_that_are_not_numbers_are_left_out() -> None:
    broken = Line("x", [(0, 1.0), (1, math.nan), (math.inf, 2), (2, 3.0)])
    page = line_chart(chart(lines=[broken]), "c")
    assert page is not None
    assert "nan" not in page
    assert page.count("<circle") == 2
    assert line_chart(chart(lines=[Line("none", [(math.nan, 1)])]), "c") is None
    assert line_chart(chart(lines=[]), "c") is None


def test_steps_hold_their_value_to_the_next_point() -> None:
    page = line_chart(chart(lines=[Line("x", [(0, 1), (5, 2)], steps=True)]), "c")
    assert page is not None
    assert "H" in paths(page, "line")[0]
    assert "L" not in paths(page, "line")[0]


def test_names_at_the_right_never_overlap() -> None:
    lines = [Line(f"series {i}", [(0, 0.5), (1, 0.9)]) for i in range(5)]
    page = line_chart(chart(lines=lines), "c")
    assert page is not None
    names = [n for n in ElementTree.fromstring(page).iter("text") if n.get("class") == "series"]
    heights = sorted(float(node.attrib["y"]) for node in names)
    assert len(heights) == 5
    assert all(b - a >= 15 - 1e-6 for a, b in pairwise(heights))


def test_an_axis_that_does_not_begin_at_zero_says_so() -> None:
    lines = [Line("x", [(0, 0.93), (1, 0.99)])]
    near = line_chart(chart(lines=lines, percent=True, from_zero=False), "c")
    whole = line_chart(chart(lines=lines, percent=True), "c")
    assert near is not None
    assert whole is not None
    assert "does not begin at zero" in near
    assert "does not begin at zero" not in whole
    assert "101 %" not in near


@pytest.mark.parametrize("value", [0.0, 5.0, -3.0, 1e9, 1e-9])
def test_a_single_point_or_a_level_line_can_be_drawn(value: float) -> None:
    assert line_chart(chart(lines=[Line("x", [(value, value)])]), "c") is not None
    level = Line("x", [(0, value), (1, value)])
    page = line_chart(chart(lines=[level], target=value), "c")
    assert page is not None
    assert len(paths(page, "target")) == 1


def test_text_of_a_series_is_escaped() -> None:
    page = line_chart(chart(lines=[Line("<script>", [(0, 1)])], title="a & b"), "c")
    assert page is not None
    assert "<script>" not in page
    assert "a &amp; b" in page


def test_interval_stands_as_an_area_behind_its_line_and_within_the_frame() -> None:
    line = Line("a", [(0, 0.5), (1, 0.6)], band=[(0, 0.1, 0.9), (1, 0.2, 1.0), (2, math.nan, 1.0)])
    drawn = str(line_chart(LineChart("t", "day", "share", [line]), "c"))
    assert drawn.count('class="band kind1"') == 1
    assert drawn.index("band kind1") < drawn.index("line kind1")
    assert "nan" not in drawn
    assert "The area around a line is its interval." in drawn
    assert "band" not in str(line_chart(LineChart("t", "d", "s", [Line("a", [(0, 1)])]), "c"))
