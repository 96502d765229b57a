"""How long goods take between sites along the lanes of a twin, for the release of reserves."""

import heapq
from collections.abc import Iterable

import polars as pl

from redball.model import NOWHERE, Twin

_HOURS = 24.0


def transit_hours(twin: Twin, sources: Iterable[int]) -> pl.DataFrame:
    """Shortest time from some sites to every site along lanes with a transit time.

    Mean transit times only: loading, waiting and the capacity of lanes are not counted. Dijkstra
    1959 from each source.

    Parameters
    ----------
    sources : iterable of int
        Rows of the table ``site``.

    Returns
    -------
    polars.DataFrame
        ``from_site_ix``, ``to_site_ix`` (int32), ``hours``, ``labels`` (positions in
        ``twin.labels`` of the lanes on the way); the source itself at 0 hours.
    """
    ways = _ways(twin)
    rows: list[tuple[int, int, float, list[int]]] = []
    for source in sorted(set(sources)):
        rows.extend((source, site, hours, used) for site, hours, used in _reached(ways, source))
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "from_site_ix": pl.Int32,
        "to_site_ix": pl.Int32,
        "hours": pl.Float64,
        "labels": pl.List(pl.Int32),
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _ways(twin: Twin) -> dict[int, list[tuple[int, float, int]]]:
    lanes = (
        twin["lane"]
        .filter(
            pl.col("transit_days").is_not_null(),
            pl.col("from_site_ix") != NOWHERE,
            pl.col("to_site_ix") != NOWHERE,
        )
        .select("from_site_ix", "to_site_ix", "transit_days", "both_ways", "label")
    )
    found: dict[int, list[tuple[int, float, int]]] = {}
    for start, end, days, both, label in lanes.iter_rows():
        found.setdefault(start, []).append((end, days * _HOURS, label))
        if both:
            found.setdefault(end, []).append((start, days * _HOURS, label))
    return found


def _reached(
    ways: dict[int, list[tuple[int, float, int]]], source: int
) -> list[tuple[int, float, list[int]]]:
    best: dict[int, float] = {}
    heap: list[tuple[float, int, tuple[int, ...]]] = [(0.0, source, ())]
    found = []
    while heap:
        hours, site, used = heapq.heappop(heap)
        if site in best:
            continue
        best[site] = hours
        found.append((site, hours, list(used)))
        for end, more, label in ways.get(site, ()):
            if end not in best:
                heapq.heappush(heap, (hours + more, end, tuple(sorted({*used, label}))))
    return found
