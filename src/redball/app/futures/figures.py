"""What kept futures say in figures, each with its difference from the baseline."""

from collections.abc import Mapping, Sequence
from itertools import chain

import polars as pl

from redball.app.futures.chosen import KeptFuture
from redball.reports import Line, LineChart

HALF = ": half of the interval"
WORST = "readiness-days lost by the worst loss"
CLEAR, NOISE = "clear", "within the intervals"
_RUNS = ("replications", "events", "futures run", "losses tried")
"""Figures that say how it was run, not what was found."""
_MOST_ROWS = 60
_SCHEMA = {
    "figure": pl.String, "future": pl.String, "value": pl.Float64, "half_of_interval": pl.Float64,
    "difference": pl.Float64, "verdict": pl.String,
}  # fmt: skip
_UNITS = ("unit_name", "system_name", "unit", "system")
_STOCKS = ("item_name", "node_name", "item", "node")
_LOSSES = ("title", "kind")


def differences(futures: Sequence[KeptFuture]) -> pl.DataFrame:
    """Every figure of every future, with its difference from the first.

    The runs of two answers need not share their random numbers, so a difference counts as clear
    only where it is larger than both halves of the intervals together: that holds however the runs
    depend on each other.
    """
    known = {one.key: _figures(one) for one in futures}
    names = dict.fromkeys(chain.from_iterable(known.values()))
    rows = []
    for name in sorted(names, key=_order):
        if name.endswith(HALF) or name.startswith(_RUNS):
            continue
        base = known[futures[0].key]
        first, first_half = base.get(name), base.get(name + HALF)
        for one in futures:
            value, half = known[one.key].get(name), known[one.key].get(name + HALF)
            apart = None if value is None or first is None else value - first
            verdict = _verdict(apart, first_half, half) if one is not futures[0] else ""
            rows.append((name, one.name, value, half, apart, verdict))
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _order(name: str) -> int:
    """Readiness first, then what is met of demand: kept figures stand in order of their names."""
    return next((n for n, word in enumerate(("readiness", "share")) if word in name), 2)


def _figures(future: KeptFuture) -> dict[str, float]:
    """Figures of an answer that are numbers; of a stress test also those of its worst loss."""
    given = future.answer.figures.items()
    found = {k: float(v) for k, v in given if isinstance(v, int | float)}
    ranking = future.answer.tables.get("ranking")
    if ranking is None or ranking.is_empty():
        return found
    row = ranking.row(0, named=True)
    lost, low, high = (row.get(name) for name in ("lost_readiness_days", "low", "high"))
    if isinstance(lost, int | float):
        found[WORST] = float(lost)
        if isinstance(low, int | float) and isinstance(high, int | float):
            found[WORST + HALF] = (high - low) / 2
    return found


def _verdict(apart: float | None, one: float | None, other: float | None) -> str:
    if apart is None or one is None or other is None:
        return ""
    return CLEAR if abs(apart) > one + other else NOISE


def details(futures: Sequence[KeptFuture]) -> dict[str, pl.DataFrame]:
    """Tables whose rows are found in several of them, what moved most first."""
    found = {
        "units": _beside(futures, "readiness", _UNITS, "mean"),
        "shortages": _beside(futures, "shortages", _STOCKS, "days_of_use", absent=0.0),
        "losses": _beside(futures, "ranking", _LOSSES, "lost_readiness_days"),
        "losses_by_demand": _beside(futures, "ranking", _LOSSES, "demand_lost_share"),
    }
    return {name: frame for name, frame in found.items() if frame.height}


def _beside(
    futures: Sequence[KeptFuture],
    table: str,
    keys: Sequence[str],
    value: str,
    absent: float | None = None,
) -> pl.DataFrame:
    """One value of the rows of a table: in each future, and its difference from the first.

    Parameters
    ----------
    absent : float or None
        Value of a row that a future's table does not have; not known where None.
    """
    parts = []
    for one in futures:
        frame = one.answer.tables.get(table)
        if frame is None or value not in frame.columns:
            if absent is None:
                return pl.DataFrame()
            continue
        named = [key for key in keys if key in frame.columns]
        rows = frame.select(*(pl.col(key).cast(pl.String) for key in named),
                            pl.col(value).cast(pl.Float64).alias("value"))  # fmt: skip
        parts.append(rows.with_columns(future=pl.lit(one.name)).unique([*named, "future"]))
    if not parts:
        return pl.DataFrame()
    rows = pl.concat(parts, how="diagonal")
    named = [key for key in keys if key in rows.columns]
    every = (
        rows.select(named)
        .unique()
        .join(pl.DataFrame({"future": [one.name for one in futures]}), how="cross")
    )
    whole = every.join(rows, on=[*named, "future"], how="left", nulls_equal=True)
    if absent is not None:
        whole = whole.with_columns(pl.col("value").fill_null(absent))
    base = whole.filter(pl.col("future") == futures[0].name).select(*named, base="value")
    compared = whole.join(base, on=named, how="left", nulls_equal=True).filter(
        pl.col("future") != futures[0].name
    )
    apart = compared.with_columns(difference=pl.col("value") - pl.col("base"))
    order = [pl.col("difference").abs(), *named, "future"]
    downward = [True, *(False for _ in named), False]
    names = named[:2]  # names for readers stand before the codes
    columns = [*names, "future", "baseline", "value", "difference", *named[2:]]
    moved = apart.filter(pl.col("difference") != 0).sort(order, descending=downward)
    return moved.rename({"base": "baseline"}).select(columns).head(_MOST_ROWS)


def curves(futures: Sequence[KeptFuture]) -> LineChart | None:
    """Readiness by day of all of them in one chart; of the worst loss, where losses were ranked."""
    lines = [line for one in futures if (line := _line(one)) is not None]
    if not lines:
        return None
    worst = futures[0].answer.kind == "stress"
    title = "Resilience under each one's worst loss" if worst else "Readiness by day"
    return LineChart(title, "day", "share of systems up", lines, percent=True, from_zero=False)


def _line(future: KeptFuture) -> Line | None:
    tables: Mapping[str, pl.DataFrame] = future.answer.tables
    if future.answer.kind == "stress":
        by_loss = tables.get("curves")
        if by_loss is None or by_loss.is_empty():
            return None
        worst = by_loss["loss"][0]
        points = by_loss.filter(pl.col("loss") == worst).select("day", "readiness").drop_nulls()
        return Line(f"{future.name}, {worst}", list(points.sort("day").iter_rows()))
    by_day = tables.get("readiness_by_day")
    if by_day is None or by_day.is_empty():
        return None
    up = (pl.col("mean") * pl.col("systems")).sum() / pl.col("systems").sum()
    return Line(future.name, list(by_day.group_by("day").agg(up).sort("day").iter_rows()))
