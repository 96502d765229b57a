"""Recorded demand of a twin, cut into even periods for each site and item."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from redball.forecasting.history import label_sets, owner_spans, rows_of_spans
from redball.model import NOWHERE, BadData, Twin
from redball.model.compiled import Floats, Longs, compiled

_PAIR = ["site_ix", "item_ix"]
_EVER = 36_500
"""Days of history that are looked at: all."""


@dataclass(frozen=True)
class Record:
    """Histories of a twin side by side.

    Attributes
    ----------
    pairs : polars.DataFrame
        ``site_ix``, ``item_ix``, ``labels`` (list of int32, the label of every row used), sorted.
    matrix : float64 array, shape (pairs, periods)
        Demand per period, the last one ending with the record; NaN before it begins.
    total, exposure : float64 arrays, shape (pairs,)
        Demand, and periods (a fraction where the record is shorter than one) it was asked in.
    spans : polars.DataFrame
        Of each owner ``owner``, ``begin``, ``end`` (day after the last) and ``labels`` of the rows
        that set them.
    period_days : int
    """

    pairs: pl.DataFrame
    matrix: Floats
    total: Floats
    exposure: Floats
    spans: pl.DataFrame
    period_days: int


def recorded(twin: Twin, day: date, period_days: int) -> Record:
    """Cut the recorded demand up to ``day`` into even periods.

    The record of an owner runs from its first period to the end of its last; inside it a site
    without a row counts as zero. The record of a pair is what the records of all owners who asked
    there share, and its periods end with it, so that the newest demand is never cut off. A row that
    lies in several periods is shared out by days; where all rows of a pair are whole numbers the
    running total is rounded at the ends of periods, so that units stay whole and none is lost.

    Parameters
    ----------
    period_days : int
        Length of the periods.

    Raises
    ------
    BadData
        A quantity is missing, negative or infinite.
    """
    stop = pl.col("period_start") + pl.duration(days="period_days")
    rows = (
        twin["demand"]
        .filter(pl.col("period_start") <= day)
        .select(
            "owner", *_PAIR, "period_start", "period_days", "quantity", "label",
            stop=pl.min_horizontal(stop, pl.lit(day + timedelta(days=1))),
        )
    )  # fmt: skip
    _check(rows)
    spans = owner_spans(twin, rows, _EVER).select(
        "owner",
        begin=pl.col("end") - pl.duration(days="covered"),
        end="end",
        labels="labels",
    )
    length = period_days
    named = rows.filter(pl.col("site_ix") != NOWHERE, pl.col("item_ix") != NOWHERE)
    used = named.join(spans.drop("labels"), on="owner", maintain_order="left")
    shared = used.group_by(_PAIR).agg(pl.col("begin").max(), pl.col("end").min()).sort(_PAIR)
    matrix, total = _cut(used, shared, length)
    covered = (shared["end"] - shared["begin"]).dt.total_days().to_numpy().astype(np.float64)
    marked = pl.concat([named.lazy().select(*_PAIR, "label"), rows_of_spans(named.lazy(), spans)])
    labels = label_sets(marked.unique().collect(), len(twin.labels))
    pairs = shared.select(_PAIR).join(labels, on=_PAIR, how="left", maintain_order="left")
    return Record(pairs, matrix, total, np.maximum(covered, 0.0) / length, spans, length)


def _check(rows: pl.DataFrame) -> None:
    wrong = rows.filter(
        pl.col("quantity").is_null() | ~pl.col("quantity").is_finite() | (pl.col("quantity") < 0)
    )
    if not wrong.is_empty():
        row = wrong.row(0, named=True)
        raise BadData(
            f"{wrong.height} quantities are missing, negative or infinite; the first is "
            f"{row['quantity']}.",
            where=f"demand of {row['owner']} from {row['period_start']}",
            mend="The table takes what was asked for, 0 or more; net returns before the import.",
        )


def _cut(used: pl.DataFrame, shared: pl.DataFrame, length: int) -> tuple[Floats, Floats]:
    """Matrix of periods, and demand inside the shared record, by the rows' days."""
    numbered = used.join(
        shared.with_row_index("pair").select(*_PAIR, "pair", shared_end="end"),
        on=_PAIR, maintain_order="left",
    )  # fmt: skip

    def before_end(column: str) -> Longs:
        days = (numbered["shared_end"] - numbered[column]).dt.total_days()
        return days.to_numpy().astype(np.int64)

    days = (shared["end"] - shared["begin"]).dt.total_days().to_numpy().astype(np.int64)
    counts = np.maximum(days // length, 0)
    matrix = np.full((len(days), max(int(counts.max(initial=0)), 1)), np.nan)
    for row in range(len(days)):
        if counts[row]:
            matrix[row, -counts[row] :] = 0.0
    total = np.zeros(len(days))
    _share_out(
        numbered["pair"].to_numpy().astype(np.int64), before_end("period_start"),
        before_end("stop"), numbered["period_days"].to_numpy().astype(np.float64),
        numbered["quantity"].to_numpy().astype(np.float64), days, length, matrix, total,
    )  # fmt: skip
    fractions = numbered.group_by("pair").agg(
        whole=(pl.col("quantity") == pl.col("quantity").floor()).all()
    )
    whole = np.zeros(len(days), np.int64)
    whole[fractions["pair"].to_numpy()] = fractions["whole"].to_numpy()
    _round_totals(matrix, whole)
    return matrix, total


@compiled
def _share_out(
    pair: Longs, start: Longs, stop: Longs, full: Floats, quantity: Floats, days: Longs,
    length: int, matrix: Floats, total: Floats,
) -> None:  # fmt: skip
    """Share each row out over periods by days; ``start``, ``stop``: days before the end."""
    columns = matrix.shape[1]
    for k in range(len(pair)):
        i = pair[k]
        oldest, newest = min(start[k], days[i]), max(stop[k], 0)
        if oldest <= newest:
            continue
        per_day = quantity[k] / full[k]
        total[i] += per_day * (oldest - newest)
        for back in range(newest // length, (oldest - 1) // length + 1):
            column = columns - 1 - back
            if column < 0 or np.isnan(matrix[i, column]):
                break
            inside = min(oldest, (back + 1) * length) - max(newest, back * length)
            matrix[i, column] += per_day * inside


@compiled
def _round_totals(matrix: Floats, whole: Longs) -> None:
    for i in range(matrix.shape[0]):
        if not whole[i]:
            continue
        running = given = 0.0
        for t in range(matrix.shape[1]):
            if not np.isnan(matrix[i, t]):
                running += matrix[i, t]
                upto = np.floor(running + 0.5 - 1e-9)
                matrix[i, t] = upto - given
                given = upto
