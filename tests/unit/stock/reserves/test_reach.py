"""Transit times along lanes, against every path tried."""

from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import polars as pl
import pytest

from redball.model import Label, Twin, build_twin, table
from redball.model.frames import frame_schema
from redball.stock.reserves import transit_hours

LABELS = {0: Label("DEU", release=frozenset({"ALL"})), 1: Label("DEU", "SECRET")}
LANES = [("A", "B", 1.0, True), ("B", "C", 2.0, False), ("A", "C", 4.0, False),
         ("C", "D", 0.5, True), ("D", "A", None, False), ("C", "E", 0.0, False)]  # fmt: skip


def twin_of(lanes: list[tuple[str, str, float | None, bool]]) -> Twin:
    base = {"owner": "DEU", "label": 0, "since": 1, "sheet": "x", "line": 1}
    rows: dict[str, list[dict[str, Any]]] = {
        "site": [{**base, "key": key} for key in "ABCDEF"],
        "lane": [
            {**base, "key": str(n), "from_site": start, "to_site": end, "transit_days": days,
             "both_ways": both, "mode": "road", "label": int(n == 1)}
            for n, (start, end, days, both) in enumerate(lanes)
        ],
    }  # fmt: skip
    frames = {}
    for name, records in rows.items():
        schema = frame_schema(table(name))
        frames[name] = pl.DataFrame({c: [r.get(c) for r in records] for c in schema}, schema=schema)
    return build_twin(frames, LABELS, viewer="DEU", as_of=datetime(2026, 1, 31, tzinfo=UTC))


def every_path(start: str) -> dict[str, float]:
    """Shortest hours to each site by trying all orders of sites."""
    ways: dict[tuple[str, str], float] = {}
    for a, b, days, both in LANES:
        if days is not None:
            ways[a, b] = min(ways.get((a, b), 1e9), days * 24)
            if both:
                ways[b, a] = min(ways.get((b, a), 1e9), days * 24)
    best = {start: 0.0}
    for count in range(1, 6):
        for order in permutations([s for s in "ABCDEF" if s != start], count):
            legs = list(zip((start, *order), order, strict=False))
            if all(leg in ways for leg in legs):
                hours = sum(ways[leg] for leg in legs)
                best[order[-1]] = min(best.get(order[-1], 1e9), hours)
    return best


@pytest.mark.parametrize("start", "ABCDEF")
def test_the_shortest_way_is_found(start: str) -> None:
    found = transit_hours(twin_of(LANES), ["ABCDEF".index(start)])
    hours = {"ABCDEF"[to]: h for to, h in found.select("to_site_ix", "hours").iter_rows()}
    assert hours == pytest.approx(every_path(start))


def test_the_labels_of_the_lanes_on_the_way_come_along() -> None:
    t = twin_of(LANES)
    found = transit_hours(t, [0, 0])
    used = dict(found.select("to_site_ix", "labels").iter_rows())
    assert used[0] == []
    assert "SECRET" not in {t.labels[i].classification for i in used[1]}
    assert "SECRET" in {t.labels[i].classification for i in used[2]}


def test_no_source_and_no_lane_give_only_what_is_there() -> None:
    assert transit_hours(twin_of(LANES), []).is_empty()
    alone = transit_hours(twin_of([]), [5])
    assert alone.select("from_site_ix", "to_site_ix", "hours").rows() == [(5, 5, 0.0)]
