"""Failure rates: per operating hour where a nation states them, else the demand recorded.

A rate per hour (or per system and day) times the hours of a fleet gives removals per day. It goes
before recorded demand, which mixes failures with how full the shelves were. The rate of the
fleet's own nation holds, else that of the owner of the system, else the first by owner: how often
a part fails is a property of the system first.
"""

from dataclasses import dataclass

import polars as pl

from redball.model import NOWHERE, BadUse, Consumption, DemandForecast, Twin
from redball.stock.case.articles import Articles
from redball.stock.case.book import Book
from redball.stock.case.fleets import Fleets
from redball.stock.case.sites import Sites

CAUSAL = ("system_hour", "system_day")
"""Bases of planning factors that are failure rates."""

_FACTOR = "planning factor"


@dataclass(frozen=True)
class Rates:
    """Removals per day, in units of the article.

    Attributes
    ----------
    causal : polars.DataFrame
        ``lead``, ``system_ix``, ``site``, ``per_day``, ``mark``; from rates per hour or day.
    history : polars.DataFrame
        ``lead``, ``site``, ``per_day``, ``ratio`` (variance to mean), ``mark``; from demand.
    """

    causal: pl.DataFrame
    history: pl.DataFrame

    def failing(self) -> set[int]:
        """Articles that fail somewhere."""
        both = (self.causal, self.history)
        return {lead for frame in both for lead in frame["lead"].unique().to_list()}


def rates_of(
    twin: Twin,
    book: Book,
    use: Consumption | DemandForecast | None,
    fleets: Fleets,
    articles: Articles,
    sites: Sites,
) -> Rates:
    """Rates of all articles at the sites that hold systems."""
    return Rates(
        _causal(twin, book, fleets, articles),
        _history(twin, book, use, fleets, articles, sites),
    )


def _causal(twin: Twin, book: Book, fleets: Fleets, articles: Articles) -> pl.DataFrame:
    factor = (
        twin["factor"]
        .with_row_index("row")
        .filter(pl.col("basis").is_in(CAUSAL), pl.col("item_ix") != NOWHERE,
                pl.col("system_ix") != NOWHERE)
    )  # fmt: skip
    ix = factor["item_ix"]
    lead, size = pl.Series(articles.lead).gather(ix), pl.Series(articles.factor).gather(ix)
    stated = (
        factor.with_columns(lead=lead, amount=pl.col("quantity") * size,
                            factor_mark=book.marks.of(factor["label"]))
        .group_by(pl.col("owner").cast(pl.String).alias("stated_by"), "lead", "system_ix")
        .agg(
            per_hour=pl.col("amount").filter(pl.col("basis") == CAUSAL[0]).sum(),
            per_system_day=pl.col("amount").filter(pl.col("basis") == CAUSAL[1]).sum(),
            factor_mark=pl.col("factor_mark").bitwise_or(),
        )
    )  # fmt: skip
    owners = twin["system"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("system_ix"),
        system_owner=pl.col("owner").cast(pl.String),
    )
    by = pl.col("stated_by")
    rank = (
        pl.when(by == pl.col("owner")).then(0).when(by == pl.col("system_owner")).then(1)
        .otherwise(2)
    )  # fmt: skip
    worked = pl.col("per_hour") * pl.col("hours").fill_null(0.0)
    return (
        fleets.rows.join(owners, on="system_ix", how="left", maintain_order="left")
        .join(stated, on="system_ix", maintain_order="left_right")
        .sort("row", "lead", rank, "stated_by")
        .unique(["row", "lead"], keep="first", maintain_order=True)
        .with_columns(
            per_day=worked + pl.col("per_system_day") * pl.col("count"),
            mark=pl.col("mark") | pl.col("factor_mark"),
        )
        .filter(pl.col("per_day") > 0)
        .group_by("lead", "system_ix", "site", maintain_order=True)
        .agg(pl.col("per_day").sum(), pl.col("mark").bitwise_or())
    )


def _history(
    twin: Twin,
    book: Book,
    use: Consumption | DemandForecast | None,
    fleets: Fleets,
    articles: Articles,
    sites: Sites,
) -> pl.DataFrame:
    """Recorded demand at sites that hold systems; elsewhere it may be their replenishment."""
    rows = _given(twin, book, use)
    found, bad = _usable(rows, twin)
    book.leave("item", bad["item_ix"], "its rate of demand at a site is negative or not a number")
    ix = found["item_ix"]
    size = pl.Series(articles.factor).gather(ix)
    return (
        found.with_columns(
            lead=pl.Series(articles.lead).gather(ix),
            site=pl.Series(sites.position).gather(found["site_ix"]),
            spread=pl.col("ratio") * pl.col("per_day") * size * size,
            per_day=pl.col("per_day") * size,
        )
        .filter(pl.col("site").is_in(fleets.rows["site"].unique().implode()))
        .group_by("lead", "site", maintain_order=True)
        .agg(pl.col("per_day", "spread").sum(), pl.col("mark").bitwise_or())
        .select("lead", "site", "per_day", "mark", ratio=pl.col("spread") / pl.col("per_day"))
    )


def _given(twin: Twin, book: Book, use: Consumption | DemandForecast | None) -> pl.DataFrame:
    """Rates of demand with their ratio of variance to mean: 1 where only a mean is known."""
    schema = {
        "site_ix": pl.Int32, "item_ix": pl.Int32, "per_day": pl.Float64, "ratio": pl.Float64,
        "mark": pl.UInt64,
    }  # fmt: skip
    if use is None:
        return pl.DataFrame(schema=schema)
    frame = use.frame.filter(pl.col("basis") != _FACTOR)
    if "labels" in frame.columns:
        mark = book.marks.of_lists(frame["labels"])
    else:
        every = book.marks.together(pl.int_range(len(twin.labels), eager=True))
        mark = pl.repeat(every, frame.height, dtype=pl.UInt64, eager=True)
    ratio = pl.lit(1.0)
    if isinstance(use, DemandForecast):
        # fewer than Poisson's spread is counted as Poisson: the laws used here begin there
        given = pl.col("variance") / pl.col("mean")
        ratio = pl.when(given > 1).then(given).otherwise(1.0)
    return frame.with_columns(ratio=ratio, mark=mark).select(
        pl.col(name).cast(dtype) for name, dtype in schema.items()
    )


def _usable(rows: pl.DataFrame, twin: Twin) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows with a rate above 0, and rows whose rate is none."""
    for name, table in (("site_ix", "site"), ("item_ix", "item")):
        if rows.height and not rows[name].is_between(0, twin[table].height - 1).all():
            raise BadUse(
                f"The demand names a {name} that the twin does not have.",
                mend="Pass the consumption or forecast of the same twin.",
            )
    rate = pl.col("per_day")
    good = rate.is_finite() & (rate >= 0) & pl.col("ratio").is_finite()
    fine = good.fill_null(value=False)
    return rows.filter(fine, rate > 0), rows.filter(~fine)
