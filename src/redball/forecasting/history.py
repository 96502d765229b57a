"""Rates from recorded demand."""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from redball.model import NOWHERE, Twin
from redball.model.labels import CLASSIFICATIONS, result_label

_PAIR = ["site_ix", "item_ix"]


@dataclass(frozen=True)
class History:
    """Rates from recorded demand, and where the record of an owner ends.

    Attributes
    ----------
    rates : polars.DataFrame
        ``site_ix``, ``item_ix``, ``per_day``, ``periods`` (periods with days in the window),
        ``labels``.
    ends : polars.DataFrame
        ``owner``, ``last`` (last day of the owner's window), sorted by owner.
    """

    rates: pl.DataFrame
    ends: pl.DataFrame


def history_rates(twin: Twin, day: date, window_days: int) -> History:
    """Mean demand per site and item over a window of each owner's recorded history.

    The recorded history of an owner runs from the first day of its first period to the last day of
    its last one (periods that begin after ``day`` are left out). The owner's window ends with that
    last day, but not after ``day``, so that a feed that is late does not lower its rates. The
    divisor is the number of days that the history shares with the window, the same for all sites
    and items of the owner, so that a site which recorded nothing in a period counts as zero in it.
    """
    stop = pl.col("period_start") + pl.duration(days="period_days")
    rows = (
        twin["demand"]
        .lazy()
        .filter(pl.col("period_start") <= day)
        .select(
            "owner", *_PAIR, "period_start", "period_days", "quantity", "label",
            stop=pl.min_horizontal(stop, pl.lit(day + timedelta(days=1))),
        )
    )  # fmt: skip
    spans = owner_spans(twin, rows.collect(), window_days)
    inside = (pl.col("stop") - pl.max_horizontal("period_start", "first")).dt.total_days()
    used = (
        rows.filter(pl.col("site_ix") != NOWHERE, pl.col("item_ix") != NOWHERE)
        .join(spans.lazy(), on="owner", maintain_order="left")
        .with_columns(inside=inside.clip(lower_bound=0))
    )
    rates = (
        used.group_by("owner", *_PAIR)
        .agg(
            asked=(pl.col("quantity") * pl.col("inside") / pl.col("period_days")).sum(),
            periods=(pl.col("inside") > 0).sum(),
            covered=pl.col("covered").first(),
        )
        .group_by(_PAIR)
        .agg(per_day=(pl.col("asked") / pl.col("covered")).sum(), periods=pl.col("periods").sum())
    )
    marked = (
        pl.concat([used.select(*_PAIR, "label"), rows_of_spans(used, spans)]).unique().collect()
    )
    found = rates.collect().join(label_sets(marked, len(twin.labels)), on=_PAIR).sort(_PAIR)
    ends = spans.select("owner", last=pl.col("end") - pl.duration(days=1))
    return History(found, ends)


def owner_spans(twin: Twin, rows: pl.DataFrame, window_days: int) -> pl.DataFrame:
    """Window of each owner, the days of it that its history covers, and the rows that say so.

    Returns ``owner``, ``first`` (first day of the window), ``end`` (day after the last),
    ``covered`` and ``labels``: of one row that is early enough and one that is late enough, the
    most open ones, because any such row alone gives the same span.
    """
    openness = _openness(twin)
    window = (
        rows.group_by("owner")
        .agg(end=pl.col("stop").max())
        .with_columns(first=pl.col("end") - pl.duration(days=window_days))
    )
    ends = (
        rows.select("owner", "period_start", "stop", "label")
        .unique()
        .join(window, on="owner")
        .with_columns(
            begins=pl.max_horizontal("period_start", "first"),
            rank=pl.col("label").replace_strict(
                list(range(len(openness))), openness, return_dtype=pl.Int32
            ),
        )
        .sort("owner", "rank")
    )
    early = pl.col("begins") == pl.col("begins").min()
    late = pl.col("stop") == pl.col("end")
    return (
        ends.group_by("owner")
        .agg(
            pl.col("first", "end").first(),
            covered=(pl.col("end").first() - pl.col("begins").min()).dt.total_days(),
            labels=pl.concat_list(
                pl.col("label").filter(early).first(), pl.col("label").filter(late).first()
            ).list.unique(),
        )
        .sort(pl.col("owner").cast(pl.String))
    )


def rows_of_spans(used: pl.LazyFrame, spans: pl.DataFrame) -> pl.LazyFrame:
    """Labels of the rows that set the owner's span, for every site and item of the owner."""
    each = spans.lazy().select("owner", label="labels").explode("label")
    return used.select("owner", *_PAIR).unique().join(each, on="owner").select(*_PAIR, "label")


def label_sets(rows: pl.DataFrame, labels: int) -> pl.DataFrame:
    """Labels of each site and item as a sorted list; most have one, and share the list of it."""
    spread = rows.group_by(_PAIR).agg(low=pl.col("label").min(), high=pl.col("label").max())
    alone = spread.filter(pl.col("low") == pl.col("high"))
    lists = pl.Series("labels", [[label] for label in range(labels)], dtype=pl.List(pl.Int32))
    several = (
        rows.join(spread.filter(pl.col("low") < pl.col("high")), on=_PAIR, how="semi")
        .sort("label")
        .group_by(_PAIR, maintain_order=True)
        .agg(labels=pl.col("label").cast(pl.Int32))
    )
    return pl.concat([alone.select(*_PAIR, lists.gather(alone["low"])), several])


def _openness(twin: Twin) -> list[int]:
    """Rank of each label of the twin, the most open first."""
    every = len(twin.labels) + len({c for one in twin.labels for c in one.release})

    def closed(position: int) -> tuple[int, int, int, int]:
        one = result_label(twin.labels[position])
        readers = every if one.readers is None else len(one.readers)
        asked = len(one.caveats) + len(one.agreements)
        return -readers, CLASSIFICATIONS.index(one.classification), asked, position

    order = sorted(range(len(twin.labels)), key=closed)
    return [order.index(position) for position in range(len(order))]
