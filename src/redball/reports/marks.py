"""What stands on the map's ground: hazards, lanes, sites and their names."""

import math
from collections.abc import Sequence

import numpy as np

from redball.model import Level
from redball.reports.columns import grouped
from redball.reports.element import Markup, el, number
from redball.reports.geometry import Box, Point, circle
from redball.reports.places import Hazard, Lane, Site
from redball.reports.symbols import dash, kind_of, spoken
from redball.reports.view import WIDTH, View

LANE_WIDTHS = (1.2, 9.0)
"""Least and greatest width of a lane, in map units."""
FULL, HIGH = 0.9, 0.7
"""Loading (flow over capacity) from which a lane counts as full, and as highly loaded."""
_BEND = {"sea": 0.12, "air": 0.18}
_TEXT = 11.5
_CHARACTER, _BOLD_CHARACTER = 0.55 * _TEXT, 0.62 * _TEXT


def lane_width(flow: float | None, greatest: float) -> float:
    """Width of a lane in map units: proportional to the flow, never too thin to see."""
    low, high = LANE_WIDTHS
    if not flow or greatest <= 0:
        return low
    return max(low, high * flow / greatest)


def lane(view: View, line: Lane, greatest: float) -> Markup:
    """Draw a lane: width by flow, dash by mode, a wedge for the direction, the loading in words."""
    start = view.point(*line.start)
    # the end on the same side of the Earth as the start: lanes take the short way round
    lon = line.end[0] + 360.0 * round((line.start[0] - line.end[0]) / 360.0)
    shift = view.near(line.start[0]) - line.start[0]
    xs, ys = view.place([lon + shift], [line.end[1]])
    end = float(xs[0]), float(ys[0])
    middle, bend = _bend(start, end, _BEND.get(line.mode, 0.0))
    width = lane_width(line.flow, greatest)
    loading = line.loading
    state = (
        ""
        if loading is None
        else " full"
        if loading >= FULL
        else " high"
        if loading >= HIGH
        else ""
    )
    path = el(
        "path",
        d=f"M{_xy(start)}Q{_xy(bend)} {_xy(end)}",
        stroke_width=number(width),
        stroke_dasharray=dash(line.mode, width),
        class_="lane-line",
    )
    parts = [el("title", _lane_words(line)), path]
    if line.flow:
        parts.append(_wedge(start, end, middle, width))
    if loading is not None and loading >= HIGH and view.holds(*middle):
        parts.append(_halo_text(f"{100 * loading:.0f} %", middle[0] + 5, middle[1] - 5, "loading"))
    return el("g", *parts, class_=f"lane{state}")


def hazard(view: View, area: Hazard) -> Markup:
    """Draw a hazard as a hatched circle on the sphere, or as a cross where it has no radius."""
    x, y = view.point(area.longitude, area.latitude)
    if area.radius_km <= 0:
        shape = el(
            "path", d=f"M{number(x - 7)},{number(y - 7)}l14,14m0,-14l-14,14", class_="hazard-point"
        )
        top = y - 10
    else:
        lon, lat = circle(view.near(area.longitude), area.latitude, area.radius_km)
        px, py = view.place(lon, lat)
        points = " ".join(
            f"{number(a)},{number(b)}" for a, b in zip(px.tolist(), py.tolist(), strict=True)
        )
        shape = el("polygon", points=points, class_="hazard-area")
        top = max(float(np.min(py)) + 14, 14)
    name = (
        _halo_text(area.name, x, top, "hazard-name", anchor="middle")
        if view.holds(x, top)
        else None
    )
    return el(
        "g",
        el("title", f"Hazard: {area.name}, radius {grouped(area.radius_km)} km"),
        shape,
        name,
        class_="hazard",
    )


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


def site_names(view: View, places: Sequence[Site], size: float, most: int = 45) -> list[Markup]:
    """Names of sites where they fit, the worst first; from caution on with the level's word.

    Each name is tried at the right, left, above and below; one that would cover a mark or another
    name is left out (the table below the map holds all).
    """
    marks = [view.point(p.longitude, p.latitude) for p in places]
    taken = [(x - size / 2, y - size / 2, x + size / 2, y + size / 2) for x, y in marks]
    order = sorted(
        range(len(places)), key=lambda i: (-places[i].level.rank, places[i].kind == "other", i)
    )
    names: list[Markup] = []
    for i in order:
        if len(names) >= most:
            break
        place = places[i]
        words = (
            place.name if place.level.rank < Level.CAUTION.rank else f"{place.name} · {place.level}"
        )
        bold = place.level.rank >= Level.SERIOUS.rank
        width = len(words) * (_BOLD_CHARACTER if bold else _CHARACTER)
        spot = _free_spot(marks[i], width, size, taken, view)
        if spot is not None:
            taken.append(spot)
            names.append(_halo_text(words, spot[0], spot[3] - 3, f"site-name level-{place.level}"))
    return names


def _free_spot(
    mark: Point, width: float, size: float, taken: Sequence[Box], view: View
) -> Box | None:
    x, y = mark
    gap, tall = size / 2 + 2, _TEXT + 2
    corners = (
        (x + gap, y - tall / 2),
        (x - gap - width, y - tall / 2),
        (x - width / 2, y - gap - tall),
        (x - width / 2, y + gap),
        (x + gap * 0.8, y - gap - tall * 0.6),
        (x + gap * 0.8, y + gap - tall * 0.4),
        (x - gap * 0.8 - width, y - gap - tall * 0.6),
        (x - gap * 0.8 - width, y + gap - tall * 0.4),
    )
    for left, top in corners:
        spot = (left, top, left + width, top + tall)
        inside = (
            spot[0] >= 2 and spot[1] >= 2 and spot[2] <= WIDTH - 2 and spot[3] <= view.height - 2
        )
        if inside and not any(_overlap(spot, other) for other in taken):
            return spot
    return None


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _bend(start: Point, end: Point, share: float) -> tuple[Point, Point]:
    """Middle of the curve and its control point; ``share`` of the length to the left."""
    mid = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    dx, dy = end[0] - start[0], end[1] - start[1]
    control = mid[0] + share * dy, mid[1] - share * dx
    # a quadratic curve passes half-way between the chord and its control point
    return ((mid[0] + control[0]) / 2, (mid[1] + control[1]) / 2), control


def _wedge(start: Point, end: Point, middle: Point, width: float) -> Markup:
    angle = math.degrees(math.atan2(end[1] - start[1], end[0] - start[0]))
    size = 3.5 + width * 0.7
    return el(
        "path",
        d=f"M{number(size)},0L{number(-size * 0.8)},{number(size)}V{number(-size)}Z",
        transform=f"translate({_xy(middle)})rotate({number(angle)})",
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


def _halo_text(words: str, x: float, y: float, class_: str, anchor: str | None = None) -> Markup:
    return el("text", words, x=number(x), y=number(y), class_=f"halo {class_}", text_anchor=anchor)


def _xy(point: Point) -> str:
    return f"{number(point[0])},{number(point[1])}"
