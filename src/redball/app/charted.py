"""Charts of an answer as plain values, to be kept with it, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from redball.model import Level
from redball.reports import Bar, Bars, Line, LineChart


def charts_as_values(charts: Sequence[LineChart | Bars]) -> list[dict[str, object]]:
    """Charts as JSON has them."""
    return [
        {"sort": "bars" if isinstance(chart, Bars) else "lines", **asdict(chart)}
        for chart in charts
    ]


def charts_from_values(values: object) -> tuple[LineChart | Bars, ...]:
    """Charts from what :func:`charts_as_values` made; none where nothing was kept."""
    if not isinstance(values, list):
        return ()
    return tuple(_bars(one) if one.pop("sort", "") == "bars" else _lines(one) for one in
                 [dict(value) for value in values])  # fmt: skip


def _lines(given: Mapping[str, Any]) -> LineChart:
    lines = [
        Line(
            one["name"],
            [(x, y) for x, y in one["points"]],
            one["steps"],
            [(x, high, low) for x, high, low in one["band"]],
        )
        for one in given["lines"]
    ]
    return LineChart(**{**given, "lines": lines})


def _bars(given: Mapping[str, Any]) -> Bars:
    bars = [
        Bar(**{**one, "level": None if one["level"] is None else Level(one["level"])})
        for one in given["bars"]
    ]
    return Bars(**{**given, "bars": bars})
