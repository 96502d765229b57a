"""Rules over several rows of one table: overlapping periods and sums of shares."""

import polars as pl

from redball.exchange.check.rule import WARNING, Rule
from redball.exchange.check.work import Work

OVERLAP = Rule(
    "periods-overlap",
    WARNING,
    "The period overlaps an earlier one of the same site and item.",
    "The days in both would be counted twice in forecasts.",
    "Correct period_start or period_days.",
)
SHARES_ABOVE_ONE = Rule(
    "shares-above-one",
    WARNING,
    "The shares of the group sum to more than 1.",
    "Suppliers together can't give more than the whole.",
    "Check the shares; they are parts of 1, not of 100.",
)
RULES = (OVERLAP, SHARES_ABOVE_ONE)

_SHARES = {"source": ("item",), "supply": ("customer", "input", "item")}

_ROUNDING = 1e-6
"""Shares rounded to some decimals may sum to a little more than 1."""


def run_group_rules(work: Work) -> None:
    """Run the rules that look at groups of rows, over rows without errors."""
    if work.spec.name == "demand":
        overlapping_periods(work)
    if work.spec.name in _SHARES:
        share_sums(work, _SHARES[work.spec.name])


def overlapping_periods(work: Work) -> None:
    """Periods of one site and item that start before an earlier one has ended."""
    group = ["site", "item"]
    end = pl.col("period_start") + pl.duration(days="period_days")
    rows = (
        _good(work, "site", "item", "period_start", "period_days")
        .sort(*group, "period_start", "row")
        .with_columns(before=end.cum_max().shift(1).over(group))
        .filter(pl.col("period_start") < pl.col("before"))["row"]
    )
    work.compared += work.frame.height
    work.failed += len(rows)
    work.log.hit(OVERLAP, rows.sort(), "period_start")


def share_sums(work: Work, group: tuple[str, ...]) -> None:
    """Shares of one group that sum to more than 1."""
    over = (
        _good(work, *group, "share")
        .drop_nulls("share")
        .with_columns(total=pl.col("share").sum().over(group))
        .filter(pl.col("total") > 1 + _ROUNDING)
    )
    work.compared += work.frame.height
    work.failed += over.height
    message = over.select(
        pl.format("The shares of this {} sum to {}.", pl.lit(group[0]), pl.col("total").round(4))
    )
    work.log.hit(SHARES_ABOVE_ONE, over["row"], "share", message.to_series())


def _good(work: Work, *columns: str) -> pl.DataFrame:
    keep = pl.Series(~work.skipped)
    return work.frame.select(columns).with_row_index("row").filter(keep)
