"""Findings about stock: below target, expiring unused, promised twice."""

import polars as pl

from redball.model import Consumption, Finding, Level, Twin
from redball.model.marks import Marks
from redball.model.money import euro_prices
from redball.stock.days.evidence import evidence
from redball.stock.days.fefo import marked_lots
from redball.stock.days.supply_days import marked_days
from redball.stock.days.thresholds import StockThresholds
from redball.stock.days.words import Words, below_target, expires_unused, overpromised

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
        Worst first within a rule; at most ``thresholds.most_per_rule`` of each. How many there are
        in all is not said in a finding, because that rests on rows which its reader may not see.
        Evidence shows at most 12 rows of a table; the label covers every row used.
    """
    marks = Marks(twin.labels)
    days = marked_days(twin, consumption, marks)
    prices = euro_prices(twin, marks)
    most = thresholds.most_per_rule
    rules = (
        (below_target, _below_target(days, thresholds).head(most)),
        (
            expires_unused,
            _expiring(marked_lots(twin, consumption, marks), prices, thresholds).head(most),
        ),
        (overpromised, _overpromised(days).head(most)),
    )
    pairs = (
        pl.concat([rows.select(_PAIR) for _, rows in rules])
        .unique(maintain_order=True)
        .join(days.select(*_PAIR, "target_ix", "mark"), on=_PAIR, how="left", maintain_order="left")
    )
    behind = evidence(twin, consumption, pairs, marks)
    words = Words(twin, thresholds, marks, rules[1][1]["holding_ix"])
    return [
        write(words, row, behind[row["site_ix"], row["item_ix"]])
        for write, rows in rules
        for row in rows.iter_rows(named=True)
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


def _expiring(lots: pl.DataFrame, prices: pl.DataFrame, limits: StockThresholds) -> pl.DataFrame:
    """Lots that are lost in part or whole, with ``level`` and what they are worth."""
    lost = lots.filter(
        pl.col("wasted") > 0,
        pl.col("days_left") <= limits.expiry_horizon_days,
        pl.col("wasted") / pl.col("quantity") >= limits.least_wasted_share,
    )
    known = prices[lost["item_ix"]]
    return (
        lost.with_columns(
            share=pl.col("wasted") / pl.col("quantity"),
            currency=known["currency"],
            value_eur=pl.col("wasted") * known["price_eur"],
            price_mark=known["mark"],
        )
        .with_columns(level=_expiry_level(limits))
        .sort(
            pl.col("level").replace_strict({str(one): -one.rank for one in Level}),
            "days_left",
            "holding_ix",
        )
    )


def _expiry_level(limits: StockThresholds) -> pl.Expr:
    lost = (pl.col("days_left") < 0) | (pl.col("share") > limits.serious_wasted_share)
    soon = pl.col("days_left") <= limits.serious_expiry_days
    dear = (pl.col("value_eur") >= limits.high_value_eur).fill_null(value=False)
    return (
        pl.when(lost & dear).then(pl.lit(str(Level.CRITICAL)))
        .when(lost | soon | dear).then(pl.lit(str(Level.SERIOUS)))
        .otherwise(pl.lit(str(Level.CAUTION)))
    )  # fmt: skip
