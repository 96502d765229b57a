"""Seconds of each stage from a twin to picture and stock findings, on a synthetic coalition.

Stages are timed once, in the order in which a use case runs them; compiled kernels are loaded from
their cache, or compiled in the first run. ``rows`` and ``findings`` say how much came out.
"""

from collections.abc import Callable
from typing import TypeVar

from benchmarks.bench_twin import VIEWER, prepare
from benchmarks.measure import measured
from redball import app
from redball.forecasting import consumption
from redball.identity import item_conflicts, recognise_items, unit_factors
from redball.picture import build_picture
from redball.stock import days_of_supply, stock_findings, unused_lots

Result = TypeVar("Result")


def product(size: str) -> dict[str, float]:
    """Seconds of each stage, and the peak memory over all of them."""
    twin = app.see(app.View(str(prepare(size)), VIEWER)).twin
    seconds: dict[str, float] = {}

    def stage(name: str, work: Callable[[], Result]) -> Result:
        with measured() as m:
            result = work()
        seconds[name] = m.seconds
        return result

    with measured() as whole:
        items = stage("recognise_items", lambda: recognise_items(twin))
        stage("item_conflicts", lambda: item_conflicts(twin))
        units = stage("unit_factors", lambda: unit_factors(twin, items))
        used = stage("consumption", lambda: consumption(twin))
        stage("days_of_supply", lambda: days_of_supply(twin, used))
        days = stage("days_merged", lambda: days_of_supply(twin, used, items=items, units=units))
        stage("unused_lots", lambda: unused_lots(twin, used))
        found = stage("stock_findings", lambda: stock_findings(twin, used))
        made = stage("build_picture", lambda: build_picture(twin, used, days, items, units=units))
    return {
        **seconds,
        "seconds": whole.seconds,
        "grown_mb": whole.grown_mb,
        "rows": float(days.height),
        "stock_rows": float(made.stock.height),
        "findings": float(len(found)),
    }
