"""Findings about stock: below target, expiring unused, promised twice."""

import polars as pl

from redball.model import Consumption, Finding, Twin
from redball.stock.days import days_of_supply
from redball.stock.evidence import evidence
from redball.stock.fefo import unused_lots
from redball.stock.thresholds import StockThresholds
from redball.stock.words import Words, below_target, expires_unused, overpromised

_PAIR = ["site_ix", "item_ix"]
_DEFAULT = StockThresholds()


def stock_findings(
    twin: Twin, consumption: Consumption, *, thresholds: StockThresholds = _DEFAULT
) -> list[Finding]:
    """What is wrong with the stock, record by record.

    ==========================  ==================================================================
    rule                        what it says
    ==========================  ==================================================================
    ``stock-below-target``      days of supply are under the most specific target; subject: item
    ``stock-expires-unused``    part of a lot is past its last day, or consumption can't use it
                                before; first expired, first out; subject: holding
    ``negative-free-stock``     more is promised than is on hand over all lots; subject: item
    ==========================  ==================================================================

    Returns
    -------
    list of Finding
        Worst first within a rule; at most ``thresholds.most_per_rule`` of each, and
        ``detail["found"]`` says of how many. Evidence shows at most 12 rows of a table; the label
        covers every row used.
    """
    days = days_of_supply(twin, consumption)
    rules = (
        (below_target, _below_target(days, thresholds)),
        (expires_unused, _expiring(twin, consumption, thresholds)),
        (overpromised, _overpromised(days)),
    )
    kept = [rows.head(thresholds.most_per_rule) for _, rows in rules]
    pairs = (
        pl.concat([rows.select(_PAIR) for rows in kept])
        .unique(maintain_order=True)
        .join(days.select(*_PAIR, "target_ix"), on=_PAIR, how="left", maintain_order="left")
    )
    behind = evidence(twin, consumption, pairs)
    words = Words(twin, thresholds)
    return [
        write(words, row, behind[row["site_ix"], row["item_ix"]], rows.height)
        for (write, rows), shown in zip(rules, kept, strict=True)
        for row in shown.iter_rows(named=True)
    ]


def _below_target(days: pl.DataFrame, limits: StockThresholds) -> pl.DataFrame:
    ratio = pl.col("days") / pl.col("target_days")
    return (
        days.filter(pl.col("target_days") > 0, pl.col("days").is_not_null())
        .with_columns(ratio=ratio)
        .filter(pl.col("ratio") < limits.caution_ratio)
        .sort("ratio", *_PAIR)
    )


def _overpromised(days: pl.DataFrame) -> pl.DataFrame:
    return days.filter(pl.col("free") < 0).sort("free", *_PAIR)


def _expiring(twin: Twin, consumption: Consumption, limits: StockThresholds) -> pl.DataFrame:
    share = pl.col("wasted") / pl.col("quantity")
    return (
        unused_lots(twin, consumption)
        .filter(pl.col("wasted") > 0, pl.col("days_left") <= limits.expiry_horizon_days)
        .with_columns(share=share)
        .filter(pl.col("share") >= limits.least_wasted_share)
        .sort("days_left", "holding_ix")
    )
