"""What happens in a scenario and when, as a table and a chart: one draw of it."""

from math import isfinite

import polars as pl

from redball.planning.scenarios import CompiledScenario
from redball.reports import Line, LineChart

_SCHEMA = {
    "event": pl.String, "about": pl.String, "from_day": pl.Float64, "to_day": pl.Float64,
    "whole_again_day": pl.Float64,
}  # fmt: skip
_LINES = 8


def happening_table(compiled: CompiledScenario, seed: int) -> pl.DataFrame:
    """Events of the first replication: when each begins, ends, and is whole again (null: never)."""
    rows = [
        (
            outage.event,
            outage.about,
            outage.begin_day,
            outage.end_day if isfinite(outage.end_day) else None,
            next((day for day, left in outage.left if left <= 0), None),
        )
        for outage in compiled.outages(seed, 0)
    ]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row").sort("from_day", "event", "about")


def happening_chart(compiled: CompiledScenario, seed: int, days: int) -> LineChart | None:
    """Share of each event's loss that is left, by day, in the first replication."""
    lines = []
    for outage in compiled.outages(seed, 0)[:_LINES]:
        points = [(0.0, 0.0), (outage.begin_day, 1.0), *outage.left]
        shown = [(day, left) for day, left in points if day <= days]
        if not shown or outage.begin_day > days:
            continue
        name = f"{outage.event}: {outage.about}" if outage.about else outage.event
        lines.append(Line(name, [*shown, (float(days), shown[-1][1])], steps=True))
    if not lines:
        return None
    return LineChart(
        "What happens, in the first run", "day", "share of the loss", lines, percent=True
    )
