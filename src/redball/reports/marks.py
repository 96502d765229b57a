"""What stands on the map's ground: hazards, lanes and sites."""

import math
from dataclasses import dataclass

import numpy as np

from redball.reports.columns import grouped
from redball.reports.element import Markup, el, number
from redball.reports.geometry import Point, circle
from redball.reports.places import Hazard, Lane, Site
from redball.reports.symbols import dash, kind_of, spoken
from redball.reports.view import View

LANE_WIDTHS = (1.2, 9.0)
"""Least and greatest width of a lane, in map units."""
FULL, HIGH = 0.9, 0.7
"""Loading (flow over capacity) from which a lane counts as full, and as highly loaded."""
_BEND = {"sea": 0.12, "air": 0.18}


def lane_width(flow: float | None, greatest: float) -> float:
    """Width of a lane in map units: proportional to the flow, never too thin to see."""
    low, high = LANE_WIDTHS
    if not flow or greatest <= 0:
        return low
    return max(low, high * flow / greatest)


@dataclass(frozen=True)
class Course:
    """Where a lane is drawn: its ends, the control point of its curve, and the curve's middle."""

    start: Point
    control: Point
    end: Point
    middle: Point


def course(view: View, line: Lane) -> Course:
    """Course of a lane on the map; it takes the short way round the Earth."""
    start = view.point(*line.start)
    lon = line.end[0] + 360.0 * round((line.start[0] - line.end[0]) / 360.0)
    shift = view.near(line.start[0]) - line.start[0]
    xs, ys = view.place([lon + shift], [line.end[1]])
    end = float(xs[0]), float(ys[0])
    share = _BEND.get(line.mode, 0.0)
    mid = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    control = mid[0] + share * (end[1] - start[1]), mid[1] - share * (end[0] - start[0])
    # a quadratic curve passes half-way between the chord and its control point
    middle = (mid[0] + control[0]) / 2, (mid[1] + control[1]) / 2
    return Course(start, control, end, middle)


def lane(view: View, line: Lane, greatest: float) -> Markup:
    """Draw a lane: width by flow, dash by mode, a wedge for the direction."""
    way = course(view, line)
    width = lane_width(line.flow, greatest)
    path = el(
        "path",
        d=f"M{_xy(way.start)}Q{_xy(way.control)} {_xy(way.end)}",
        stroke_width=number(width),
        stroke_dasharray=dash(line.mode, width),
        class_="lane-line",
    )
    wedge = _wedge(way, width) if line.flow else None
    return el("g", el("title", _lane_words(line)), path, wedge, class_=f"lane{_state(line)}")


def loading_words(line: Lane) -> str:
    """Loading in words where it is high; empty elsewhere."""
    loading = line.loading
    return "" if loading is None or loading < HIGH else f"{100 * loading:.0f} %"


def hazard(view: View, area: Hazard) -> Markup:
    """Draw a hazard as a hatched circle on the sphere, or as a cross where it has no radius."""
    x, y = view.point(area.longitude, area.latitude)
    if area.radius_km <= 0:
        cross = f"M{number(x - 7)},{number(y - 7)}l14,14m0,-14l-14,14"
        shape = el("path", d=cross, class_="hazard-point")
    else:
        lon, lat = circle(view.near(area.longitude), area.latitude, area.radius_km)
        px, py = view.place(lon, lat)
        corners = zip(px.tolist(), py.tolist(), strict=True)
        shape = el("polygon", points=" ".join(map(_xy, corners)), class_="hazard-area")
    words = f"Hazard: {area.name}, radius {grouped(area.radius_km)} km"
    return el("g", el("title", words), shape, class_="hazard")


def marker_size(count: int) -> float:
    """Size of a site's mark in map units: smaller where there are many."""
    return float(np.clip(23.0 * math.sqrt(80.0 / max(count, 1)), 8.0, 23.0))


def site(view: View, place: Site, size: float) -> Markup:
    """Draw a site: outer shape by kind, inner shape by level."""
    x, y = view.point(place.longitude, place.latitude)
    inner = size * 0.54
    words = f"{place.name}: {spoken(place.kind)}, {place.level}" + (
        f"; {place.hint}" if place.hint else ""
    )
    return el(
        "g",
        el("title", words),
        _use(f"kind-{kind_of(place.kind)}", x, y, size),
        _use(f"level-{place.level}", x, y, inner),
        class_="site",
    )


def _state(line: Lane) -> str:
    loading = line.loading
    if loading is None or loading < HIGH:
        return ""
    return " full" if loading >= FULL else " high"


def _wedge(way: Course, width: float) -> Markup:
    angle = math.degrees(math.atan2(way.end[1] - way.start[1], way.end[0] - way.start[0]))
    size = 3.5 + width * 0.7
    return el(
        "path",
        d=f"M{number(size)},0L{number(-size * 0.8)},{number(size)}V{number(-size)}Z",
        transform=f"translate({_xy(way.middle)})rotate({number(angle)})",
        class_="wedge",
    )


def _lane_words(line: Lane) -> str:
    words = [f"{line.name}: {spoken(line.mode)}"]
    if line.flow is not None:
        words.append(f"flow {grouped(line.flow)} t/d")
    if line.capacity is not None:
        words.append(f"capacity {grouped(line.capacity)} t/d")
    return ", ".join(words)


def _use(symbol: str, x: float, y: float, size: float) -> Markup:
    return el(
        "use",
        href=f"#{symbol}",
        x=number(x - size / 2),
        y=number(y - size / 2),
        width=number(size),
        height=number(size),
    )


def _xy(point: Point) -> str:
    return f"{number(point[0])},{number(point[1])}"
