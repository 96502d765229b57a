"""Charts for the browser: what ``js/chart.js`` draws, with the table that says the same.

A chart is plain values: series with names and points, words for the axes. Colours are not in it;
the script takes them from the page's tokens, so that a chart follows the theme.
"""

from dataclasses import dataclass, field
from math import isfinite

import polars as pl

from redball.reports import Bars, LineChart
from redball.web.answers.tables import Tabled, plain_table

MOST_BARS = 24
"""Bars that are drawn; the table has all."""


@dataclass(frozen=True)
class ShownChart:
    """A chart ready for the macro ``answer.chart``.

    Attributes
    ----------
    anchor : str
    title : str
    said : str
        What the chart shows, for those who can't see it and as its caption.
    data : dict
        What the script draws.
    twin : Tabled
        The same values as a table.
    tall : str
        ``low``, ``middle`` or ``high``: how much room it takes.
    """

    anchor: str
    title: str
    said: str
    data: dict[str, object] = field(repr=False)
    twin: Tabled = field(repr=False)
    tall: str = "middle"


def chart_of(chart: LineChart | Bars, anchor: str) -> ShownChart | None:
    """A chart of an answer; ``None`` where it has no point."""
    return _lines(chart, anchor) if isinstance(chart, LineChart) else _bars(chart, anchor)


def _lines(chart: LineChart, anchor: str) -> ShownChart | None:
    series: list[dict[str, object]] = []
    rows: list[dict[str, object]] = []
    for line in chart.lines:
        points = [(float(x), float(y)) for x, y in line.points if isfinite(x) and isfinite(y)]
        points.sort(key=lambda point: point[0])  # two at one place keep their order: a step
        if not points:
            continue
        band = sorted(
            [float(x), float(low), float(high)]
            for x, low, high in line.band
            if isfinite(x) and isfinite(low) and isfinite(high)
        )
        series.append({"name": line.name, "points": points, "steps": line.steps, "band": band})
        rows += [{"series": line.name, chart.across: x, chart.up: y} for x, y in points]
    if not series:
        return None
    count = sum(1 for _ in rows)
    data: dict[str, object] = {
        "kind": "lines",
        "across": chart.across,
        "up": chart.up,
        "percent": chart.percent,
        "target": chart.target,
        "fromZero": chart.from_zero,
        "series": series,
    }
    said = f"{chart.up[:1].upper()}{chart.up[1:]} over {chart.across}"
    if len(series) > 1:
        said += f", {len(series)} series"
    said += f"; {count} points."
    if not chart.from_zero:
        said += " The upward axis does not begin at zero."
    if any(one["band"] for one in series):
        said += " The area around a line is its interval."
    if chart.target is not None:
        said += " The heavy line across is the target."
    frame = pl.DataFrame(rows, infer_schema_length=None)
    if len(series) == 1:
        frame = frame.drop("series")
    twin = plain_table(
        _in_percent(frame, chart.up, percent=chart.percent), chart.title, anchor=anchor
    )
    return ShownChart(anchor, chart.title, said, data, twin)


def _bars(chart: Bars, anchor: str) -> ShownChart | None:
    if not chart.bars:
        return None
    shown = chart.bars[:MOST_BARS]
    bars = [
        {
            "name": bar.name,
            "value": _finite(bar.value),
            "target": _finite(bar.target),
            "level": None if bar.level is None else str(bar.level),
            "low": _finite(bar.low),
        }
        for bar in shown
    ]
    data: dict[str, object] = {
        "kind": "bars",
        "unit": chart.unit,
        "percent": chart.percent,
        "targetWords": chart.target_words,
        "bars": bars,
    }
    said = f"{len(shown)} bars in {'%' if chart.percent else chart.unit}."
    if len(chart.bars) > len(shown):
        said += f" {len(chart.bars) - len(shown):,} more are in the table."
    if any(bar.target is not None for bar in shown):
        said += f" The upright mark is the {chart.target_words}."
    heads = ("what", chart.unit, chart.target_words, "status level")
    columns = {
        heads[0]: [bar.name for bar in chart.bars],
        heads[1]: [_finite(bar.value) for bar in chart.bars],
        heads[2]: [_finite(bar.target) for bar in chart.bars],
        heads[3]: [None if bar.level is None else str(bar.level) for bar in chart.bars],
    }
    frame = pl.DataFrame(columns, strict=False)
    frame = frame.select([n for n in heads if n in heads[:2] or frame[n].null_count() < len(frame)])
    for name in heads[1:3]:
        frame = _in_percent(frame, name, percent=chart.percent)
    tall = "low" if len(shown) <= 6 else "middle" if len(shown) <= 14 else "high"
    twin = plain_table(frame, chart.title, anchor=anchor)
    return ShownChart(anchor, chart.title, said, data, twin, tall)


def _finite(value: float | None) -> float | None:
    return None if value is None or not isfinite(value) else float(value)


def _in_percent(frame: pl.DataFrame, name: str, *, percent: bool) -> pl.DataFrame:
    """A column of shares in per cent, with that in its head."""
    if not percent or name not in frame.columns:
        return frame
    return frame.with_columns((pl.col(name) * 100).round(2)).rename({name: f"{name}, %"})
