"""Line charts as SVG: one or more series over a common axis, each named at its end."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from redball.reports.charts import scale_for
from redball.reports.columns import grouped
from redball.reports.element import Markup, el, number

WIDTH, TALL = 900.0, 360.0
_LEFT, _RIGHT, _HEAD, _FOOT = 70.0, 190.0, 16.0, 46.0
_KINDS = 4
"""Line styles that can be told apart without colour; further series start over."""
_APART = 15.0
"""Least distance of two names at the right, in chart units."""
_MARKED = 60
"""Series of at most this many points show each as a dot."""


@dataclass(frozen=True)
class Line:
    """One series.

    Attributes
    ----------
    name : str
    points : sequence of (float, float)
        In order of the first; points that are not finite are left out.
    steps : bool
        Whether the value holds from one point to the next.
    band : sequence of (float, float, float)
        Interval around it: across, low and high, in order of the first; none when empty.
    """

    name: str
    points: Sequence[tuple[float, float]]
    steps: bool = False
    band: Sequence[tuple[float, float, float]] = ()


@dataclass(frozen=True)
class LineChart:
    """Several series over one axis.

    Attributes
    ----------
    title : str
        What the chart shows; its accessible name.
    across, up : str
        What the axes stand for, with unit.
    lines : sequence of Line
    percent : bool
        Whether the values are shares, to be written as percent.
    target : float or None
        A level to be reached, drawn across.
    from_zero : bool
        Whether the upward axis begins at zero; else near the least value, and this is said.
    """

    title: str
    across: str
    up: str
    lines: Sequence[Line]
    percent: bool = False
    target: float | None = None
    from_zero: bool = True


@dataclass(frozen=True)
class _Frame:
    """From values to chart units on both axes."""

    left: float
    right: float
    low: float
    high: float

    def x(self, value: float) -> float:
        share = (value - self.left) / (self.right - self.left)
        return _LEFT + share * (WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return TALL - _FOOT - share * (TALL - _HEAD - _FOOT)


def line_chart(chart: LineChart, chart_id: str) -> Markup | None:
    """Draw a chart; ``None`` when no series has a point."""
    lines = [_finite(line) for line in chart.lines]
    lines = [line for line in lines if line.points]
    if not lines:
        return None
    frame, across, up = _frame(chart, lines)
    drawn = [_series(line, i, frame) for i, line in enumerate(lines)]
    count = sum(len(line.points) for line in lines)
    said = f"{len(lines)} series, {count} points; {chart.up} over {chart.across}."
    return el(
        "figure",
        el(
            "svg",
            el("title", chart.title, id=f"{chart_id}-title"),
            el("desc", said, id=f"{chart_id}-desc"),
            *_across(frame, across, chart.across),
            *_up(frame, up, chart),
            _target(frame, chart),
            *drawn,
            *_names(lines, frame),
            viewBox=f"0 0 {number(WIDTH)} {number(TALL)}",
            role="img",
            aria_labelledby=f"{chart_id}-title {chart_id}-desc",
        ),
        el("figcaption", _caption(chart, frame)),
        class_="chart lines",
    )


def _finite(line: Line) -> Line:
    kept = [(x, y) for x, y in line.points if math.isfinite(x) and math.isfinite(y)]
    band = [row for row in line.band if all(math.isfinite(value) for value in row)]
    return Line(line.name, sorted(kept, key=lambda point: point[0]), line.steps, sorted(band))


def _frame(chart: LineChart, lines: Sequence[Line]) -> tuple[_Frame, list[float], list[float]]:
    xs = [x for line in lines for x, _ in line.points]
    ys = [y for line in lines for _, y in line.points]
    ys += [y for line in lines for _, *ends in line.band for y in ends]
    ys += [chart.target] if chart.target is not None else []
    across = _ticks(min(0.0, min(xs)), max(xs))
    up = _ticks(min(0.0, min(ys)) if chart.from_zero else min(ys), max(ys))
    if chart.percent and up[-1] > 1.0:
        up = [tick for tick in up if tick <= 1.0 + 1e-9]
    if len(up) < 2 or up[-1] < max(ys) - 1e-12:
        up = _ticks(min(up[0], min(ys)), max(ys))
    return _Frame(across[0], across[-1], up[0], up[-1]), across, up


def _ticks(low: float, high: float) -> list[float]:
    """Round values that hold both ends, about six of them."""
    if high <= low:
        high = low + (abs(low) or 1.0)
    step = scale_for([high - low]).step
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [i * step for i in range(first, last + 1)]


def _across(frame: _Frame, ticks: Sequence[float], words: str) -> list[Markup]:
    base = TALL - _FOOT
    parts = []
    for tick in ticks:
        x = number(frame.x(tick))
        parts.append(el("path", d=f"M{x},{number(_HEAD)}V{number(base)}", class_="grid"))
        label = _figure(tick, ticks)
        parts.append(
            el("text", label, x=x, y=number(base + 16), class_="tick", text_anchor="middle")
        )
    middle = number((_LEFT + WIDTH - _RIGHT) / 2)
    parts.append(
        el("text", words, x=middle, y=number(TALL - 8), class_="tick", text_anchor="middle")
    )
    return parts


def _up(frame: _Frame, ticks: Sequence[float], chart: LineChart) -> list[Markup]:
    parts = []
    for tick in ticks:
        y = frame.y(tick)
        line = f"M{number(_LEFT)},{number(y)}H{number(WIDTH - _RIGHT)}"
        parts.append(el("path", d=line, class_="grid"))
        shown = [100 * t for t in ticks] if chart.percent else ticks
        label = _figure(100 * tick if chart.percent else tick, shown)
        label += " %" if chart.percent else ""
        parts.append(
            el("text", label, x=number(_LEFT - 6), y=number(y + 4), class_="tick",
               text_anchor="end")
        )  # fmt: skip
    return parts


def _figure(value: float, ticks: Sequence[float]) -> str:
    step = ticks[1] - ticks[0]
    digits = 0 if step >= 1 - 1e-9 else min(math.ceil(-math.log10(step) - 1e-9), 6)
    return grouped(value, digits)


def _target(frame: _Frame, chart: LineChart) -> Markup | None:
    if chart.target is None:
        return None
    y = number(frame.y(chart.target))
    return el("path", d=f"M{number(_LEFT)},{y}H{number(WIDTH - _RIGHT)}", class_="target")


def _series(line: Line, index: int, frame: _Frame) -> Markup:
    places = [(frame.x(x), frame.y(y)) for x, y in line.points]
    words = [f"M{number(places[0][0])},{number(places[0][1])}"]
    for x, y in places[1:]:
        words.append(f"H{number(x)}V{number(y)}" if line.steps else f"L{number(x)},{number(y)}")
    kind = f"line kind{index % _KINDS + 1}"
    dots = [
        el("circle", cx=number(x), cy=number(y), r=2.5, class_=f"dot kind{index % _KINDS + 1}")
        for x, y in places
    ]
    return el(
        "g",
        el("title", line.name),
        _band(line, index, frame),
        el("path", d="".join(words), class_=kind),
        *(dots if len(places) <= _MARKED else ()),
    )


def _band(line: Line, index: int, frame: _Frame) -> Markup | None:
    """Draw the interval around a series as an area behind it."""
    if len(line.band) < 2:
        return None
    there = [f"{number(frame.x(x))},{number(frame.y(high))}" for x, _, high in line.band]
    back = [f"{number(frame.x(x))},{number(frame.y(low))}" for x, low, _ in line.band[::-1]]
    return el("path", d=f"M{'L'.join(there + back)}Z", class_=f"band kind{index % _KINDS + 1}")


def _names(lines: Sequence[Line], frame: _Frame) -> list[Markup]:
    """Name every series at its last point, moved apart where they would overlap."""
    ends = sorted((frame.y(line.points[-1][1]), i) for i, line in enumerate(lines))
    parts, last = [], -math.inf
    for wanted, i in ends:
        last = max(wanted, last + _APART)
        x = frame.x(lines[i].points[-1][0]) + 8
        parts.append(
            el("text", _short(lines[i].name), x=number(x), y=number(last + 4), class_="series")
        )
    return parts


def _short(name: str) -> str:
    return name if len(name) <= 28 else name[:27] + "…"


def _caption(chart: LineChart, frame: _Frame) -> str:
    words = f"{chart.title}: {chart.up} over {chart.across}."
    if frame.low > 0:
        words += " The upward axis does not begin at zero."
    if any(len(line.band) > 1 for line in chart.lines):
        words += " The area around a line is its interval."
    if chart.target is not None:
        words += " The heavy line across is the target."
    return words
