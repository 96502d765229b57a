"""Which columns of the picture become bars: days of supply, readiness, concentration."""

from collections.abc import Sequence

import polars as pl

from redball.model import Level
from redball.reports.charts import Bar, bar_chart
from redball.reports.columns import first_of, grouped
from redball.reports.content import Limits, ReportContent
from redball.reports.element import Markup, el, join
from redball.reports.status import level_of

_DAYS = ("days_median", "days_of_supply", "days")
_TARGETS = ("target_days", "target")
_CUT = 3.0
"""Bars longer than this many times the greatest target are cut there."""


def days_chart(content: ReportContent, name: str, title: str, limits: Limits) -> Markup | None:
    """Days of supply against target, the shortest against its target first."""
    frame = content.tables.get(name)
    if frame is None or frame.is_empty():
        return None
    days, target = first_of(frame, *_DAYS), first_of(frame, *_TARGETS)
    if days is None:
        return el("p", f"{title}: no chart, the table has no days of supply.", class_="none")
    names = _names(
        frame,
        [c for c in ("nation", "supply_class", "class_title", "unit") if c in frame.columns],
    )
    rows = (names, *(_numbers(frame, c) for c in (days, target, first_of(frame, "days_p10"))))
    bars = [Bar(n, value, goal, low=low) for n, value, goal, low in zip(*rows, strict=True)]
    bars.sort(key=_shortfall)
    goals = [bar.target for bar in bars if bar.target]
    chart = bar_chart(
        bars[: limits.bars],
        title=title,
        unit="days (median of its items)" if days == "days_median" else "days",
        chart_id=f"chart-{name}",
        target_words="target; a pale bar is below it",
        longest=_CUT * max(goals) if goals else None,
    )
    return join([el("h3", title), chart, _left(len(bars), limits.bars)])


def readiness_chart(content: ReportContent, limits: Limits) -> Markup | None:
    """Availability of fleets against target, the widest gap first."""
    frame = content.tables.get("readiness")
    if frame is None or frame.is_empty():
        return None
    value = first_of(frame, "availability", "reported_availability")
    if value is None:
        return el("p", "No chart: the table has no availability.", class_="none")
    target = first_of(frame, "target", "availability_target", "target_availability")
    level = first_of(frame, "level")
    levels = frame[level].to_list() if level else [None] * frame.height
    names = _names(frame, [c for c in ("unit", "system") if c in frame.columns])
    bars = [
        Bar(n, v, goal, level_of(word))
        for n, v, goal, word in zip(
            names, _numbers(frame, value), _numbers(frame, target), levels, strict=True
        )
    ]
    bars.sort(key=_shortfall)
    chart = bar_chart(
        bars[: limits.bars],
        title="Availability of fleets",
        unit="percent",
        chart_id="chart-readiness",
        target_words="target; a pale bar is below it",
        percent=True,
    )
    return join([chart, _left(len(bars), limits.bars)])


def concentration_chart(content: ReportContent, limits: Limits) -> Markup | None:
    """HHI of findings that measure it, the most concentrated first."""
    found = [
        f
        for f in content.findings
        if f.measure.lower().startswith("hhi by") and f.value is not None
    ]
    if not found:
        return None
    # one subject measured in several ways keeps one bar for each way
    bars = [
        Bar(f"{f.subject.owner}:{f.subject.key}, {_way(f.measure)}", f.value, f.threshold, f.level)
        for f in found
    ]
    bars.sort(key=lambda b: (-(b.level or Level.OFF).rank, -(b.value or 0.0), b.name))
    # stated as a share of 1 or, as competition authorities do, of 10 000
    single = 1 if max(bar.value or 0.0 for bar in bars) <= 1 else 10_000
    said = el(
        "p",
        "The Herfindahl-Hirschman index (HHI) is the sum of squared shares: "
        f"{grouped(single)} is a single source, {grouped(single)}/n is n equal ones.",
    )
    chart = bar_chart(
        bars[: limits.bars],
        title="Concentration of supply (HHI)",
        unit="sum of squared shares",
        chart_id="chart-hhi",
        target_words="limit",
    )
    return join([said, chart, _left(len(bars), limits.bars)])


def _way(measure: str) -> str:
    return "by " + measure.partition(" by ")[2]


def _shortfall(bar: Bar) -> tuple[int, float, str]:
    if bar.value is None:
        return 2, 0.0, bar.name
    if not bar.target:
        return 1, bar.value, bar.name
    return 0, bar.value / bar.target, bar.name


def _names(frame: pl.DataFrame, columns: Sequence[str]) -> list[str]:
    if not columns:
        return [f"row {i + 1}" for i in range(frame.height)]
    return [
        " · ".join(f"no {c}" if v is None else str(v) for c, v in zip(columns, row, strict=True))
        for row in frame.select(columns).iter_rows()
    ]


def _numbers(frame: pl.DataFrame, column: str | None) -> list[float | None]:
    if column is None or not frame[column].dtype.is_numeric():
        return [None] * frame.height
    return frame[column].cast(pl.Float64).fill_nan(None).to_list()


def _left(count: int, most: int) -> Markup | None:
    if count <= most:
        return None
    return el("p", f"{grouped(count - most)} more in the table.", class_="more")
