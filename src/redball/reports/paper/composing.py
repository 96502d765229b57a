"""From the content of a report to what the template sets: plain values only."""

import re
from collections.abc import Iterable, Iterator, Mapping
from math import isfinite

import polars as pl

from redball.model import Finding
from redball.reports.charts import Bar
from redball.reports.columns import Column, date_time_group, describe, grouped, show, zulu
from redball.reports.content import Limits, ReportContent
from redball.reports.exhibits import Bars, Exhibit
from redball.reports.findings import in_order
from redball.reports.head import age_in_words
from redball.reports.lines import Line, LineChart
from redball.reports.paper.mapping import map_block

Block = Mapping[str, object]
_TABLES = (
    ("Days of supply", ("by_class", "by_nation", "by_unit", "by_site")),
    ("Readiness", ("readiness",)),
    ("In transit and expiring", ("in_transit", "expiring")),
    ("The same part under several names", ("shared_items",)),
    ("Data age", ("data_age",)),
)
_POINTS = 400
"""Most points of a line on paper: more can't be told apart."""
_SHORT, _LONG = 14, 120
"""Letters up to which text is never broken, and from which it takes no more width."""
_COLUMNS = 8
"""Most columns of a table on paper."""
_TELLS = re.compile(
    r"^(site|nation|unit|item|system|owner|supply_class|consignment|from_site|to_site|feed_as_of|"
    r"title|sentence|when|why)$|name|level|days|target|availab|below|expected|quantity|state|age"
)
"""Columns that come first where not all fit."""
PAPER = Limits(rows=40, findings_per_rule=8, evidence=0, bars=20)
"""How much of long lists goes on paper."""


def composed(content: ReportContent, limits: Limits = PAPER) -> dict[str, object]:
    """A report as plain values for the template."""
    origin = content.origin
    marking = ("EXERCISE // " if content.exercise else "") + content.label.text
    return {
        "title": content.title,
        "marking": marking,
        "about": [
            ["As of", f"{date_time_group(origin.as_of)} ({zulu(origin.as_of)})"],
            ["For", origin.subject or origin.viewer],
            ["Data age", age_in_words(content)],
            ["Revision", str(origin.revision)],
            ["Twin", origin.twin_hash],
            ["Made", f"{zulu(content.generated)} by {origin.software}"],
        ],
        "short": f"as of {zulu(origin.as_of)} · twin {origin.twin_hash[:12]}",
        "sections": list(_sections(content, limits)),
        "made": [content.command] if content.command else [],
        "date": content.generated.isoformat(),
    }


def _sections(content: ReportContent, limits: Limits) -> Iterator[Block]:
    if not content.answers_only:
        yield _section("What needs action now", _findings(content, limits))
    if drawn := map_block(content):
        yield _section("Where", [drawn])
    for exhibit in content.exhibits:
        yield _section(exhibit.title, _exhibit(exhibit, limits))
    if content.answers_only:
        return
    for title, names in _TABLES:
        found = [
            _table(content.tables[name], name.replace("_", " ").capitalize(), limits.rows)
            for name in names
            if name in content.tables
        ]
        if found:
            yield _section(title, found)
    if content.assumptions:
        yield _section("Assumptions", [{"kind": "list", "items": list(content.assumptions)}])


def _section(title: str, blocks: Iterable[Block]) -> Block:
    return {"title": title, "blocks": list(blocks)}


def _findings(content: ReportContent, limits: Limits) -> list[Block]:
    ordered = in_order(content.findings)
    if not ordered:
        return [_words("No rule found anything. That is as good as the data.")]
    shown: list[Finding] = []
    used: dict[tuple[str, str], int] = {}
    for finding in ordered:
        kind = (finding.rule, finding.level.value)
        used[kind] = used.get(kind, 0) + 1
        if used[kind] <= limits.findings_per_rule:
            shown.append(finding)
    blocks: list[Block] = [
        {
            "kind": "findings",
            "rows": [[f.level.value, f.title, f.rule, f.label.text] for f in shown],
        }
    ]
    left = len(ordered) - len(shown)
    return [*blocks, _words(f"{left:,} more are in the working list.")] if left else blocks


def _exhibit(exhibit: Exhibit, limits: Limits) -> Iterator[Block]:
    for place, sentence in enumerate(exhibit.said):
        yield {"kind": "lead" if place == 0 else "words", "text": sentence}
    if exhibit.figures:
        yield {"kind": "figures", "rows": [[name, value] for name, value in exhibit.figures]}
    for chart in exhibit.charts:
        drawn = _lines(chart) if isinstance(chart, LineChart) else _bars(chart, limits.bars)
        if drawn is not None:
            yield drawn
    for caption, frame in exhibit.tables.items():
        yield _table(frame, caption, limits.rows)
    if exhibit.assumptions:
        yield {"kind": "small", "title": "Assumed", "items": list(exhibit.assumptions)}


def _weight(column: Column, cells: list[str]) -> int:
    """Share of the width that a column of text gets; 0 for as wide as it needs."""
    longest = max(map(len, cells), default=0)
    return 0 if column.kind != "text" or longest <= _SHORT else min(longest, _LONG)


def _fitting(frame: pl.DataFrame) -> tuple[list[str], list[str]]:
    """Columns that fit on paper in their order, and those that do not: the workbook has them."""
    filled = [name for name in frame.columns if frame[name].null_count() < frame.height]
    ranked = sorted(filled, key=lambda name: not _TELLS.search(name))
    kept = set(ranked[:_COLUMNS])
    return [c for c in filled if c in kept], [c for c in filled if c not in kept]


def _words(text: str) -> Block:
    return {"kind": "words", "text": text}


def _table(frame: pl.DataFrame, caption: str, rows: int) -> Block:
    if frame.is_empty():
        return _words(f"{caption}: none.")
    shown, left_out = _fitting(frame)
    columns = [describe(frame[name]) for name in shown]
    cut = frame.select(shown).head(rows)
    cells = [
        [show(value, column) for value, column in zip(row, columns, strict=True)]
        for row in cut.iter_rows()
    ]
    notes = []
    if frame.height > rows:
        notes.append(f"{frame.height - rows:,} more rows")
    if left_out:
        notes.append(f"{len(left_out)} more columns")
    return {
        "kind": "table",
        "caption": caption,
        "heads": [
            [c.words, c.unit, "right" if c.numeric else c.kind, _weight(c, [r[i] for r in cells])]
            for i, c in enumerate(columns)
        ],
        "rows": cells,
        "note": f"{' and '.join(notes)} in the workbook." if notes else "",
    }


def _bars(chart: Bars, most: int) -> Block | None:
    known = [bar for bar in chart.bars if bar.value is not None and isfinite(bar.value)]
    if not known:
        return None
    greatest = max([abs(bar.value or 0.0) for bar in known] + [bar.target or 0.0 for bar in known])
    return {
        "kind": "bars",
        "title": chart.title,
        "unit": "" if chart.percent else chart.unit,
        "target": chart.target_words if any(bar.target is not None for bar in known) else "",
        "bars": [_bar(bar, greatest or 1.0, percent=chart.percent) for bar in known[:most]],
        "note": f"{len(known) - most:,} more in the table." if len(known) > most else "",
    }


def _bar(bar: Bar, greatest: float, *, percent: bool) -> Block:
    value = bar.value or 0.0
    return {
        "name": bar.name,
        "level": "" if bar.level is None else str(bar.level),
        "share": max(0.0, min(1.0, value / greatest)),
        "target": None if bar.target is None else min(1.0, bar.target / greatest),
        "words": f"{grouped(100 * value)} %" if percent else grouped(value, 0 if value > 99 else 1),
    }


def _lines(chart: LineChart) -> Block | None:
    lines = [(line.name, _points(line)) for line in chart.lines]
    lines = [(name, points) for name, points in lines if points]
    if not lines:
        return None
    xs = [x for _, points in lines for x, _ in points]
    ys = [y for _, points in lines for _, y in points]
    ys += [0.0] if chart.from_zero else []
    ys += [chart.target] if chart.target is not None else []
    left, right, low, high = min(xs), max(xs), min(ys), max(ys)
    across, up = (right - left) or 1.0, (high - low) or 1.0

    def y_words(value: float) -> str:
        return f"{grouped(100 * value)} %" if chart.percent else _short(value)

    return {
        "kind": "lines",
        "title": chart.title,
        "across": chart.across,
        "up": chart.up,
        "x": [_short(left), _short((left + right) / 2), _short(right)],
        "y": [y_words(low), y_words((low + high) / 2), y_words(high)],
        "target": None if chart.target is None else (chart.target - low) / up,
        "lines": [
            {"name": name, "points": [[(x - left) / across, (y - low) / up] for x, y in points]}
            for name, points in lines
        ],
    }


def _points(line: Line) -> list[tuple[float, float]]:
    found = sorted((x, y) for x, y in line.points if isfinite(x) and isfinite(y))
    if line.steps:
        found = [
            corner
            for (x, y), following in zip(found, [*found[1:], None], strict=True)
            for corner in ([(x, y)] if following is None else [(x, y), (following[0], y)])
        ]
    step = max(1, -(-len(found) // _POINTS))
    return found[::step] + ([found[-1]] if (len(found) - 1) % step else [])


def _short(value: float) -> str:
    return grouped(value, 0 if abs(value) >= 100 or value == round(value) else 2)
