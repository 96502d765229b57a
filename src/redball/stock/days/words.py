"""How a row of a stock rule becomes a finding that a person can read."""

from typing import Any

import polars as pl

from redball.model import Finding, Level, RowRef, Twin
from redball.model.marks import Marks
from redball.stock.days.evidence import Evidence
from redball.stock.days.thresholds import StockThresholds

Row = dict[str, Any]
"""A row of a rule's frame, by column name."""


class Words:
    """Names, units and prices by row of the twin, looked up once."""

    def __init__(
        self, twin: Twin, limits: StockThresholds, marks: Marks, holdings: pl.Series
    ) -> None:
        item, site = twin["item"], twin["site"]
        holding = twin["holding"][holdings].select(pl.col("owner").cast(pl.String), "key")
        self.limits = limits
        self.marks = marks
        self.item = item["name"].to_list()
        self.item_owner = item["owner"].cast(pl.String).to_list()
        self.item_key = item["key"].to_list()
        self.unit = item["unit_of_issue"].to_list()
        self.price = item["price"].to_list()
        self.site = site["name"].to_list()
        self.site_owner = site["owner"].cast(pl.String).to_list()
        self.site_key = site["key"].to_list()
        self.holding = dict(zip(holdings.to_list(), holding.rows(), strict=True))

    def article(self, item: int) -> str:
        """Name of an item with its owner."""
        return f"{self.item[item] or self.item_key[item]} ({self.item_owner[item]})"

    def place(self, site: int) -> str:
        """Name of a site."""
        return str(self.site[site] or self.site_key[site])

    def where(self, row: Row) -> dict[str, str]:
        """Site, item and unit of issue for the detail of a finding."""
        site, item = row["site_ix"], row["item_ix"]
        return {
            "site": f"{self.site_owner[site]}:{self.site_key[site]}",
            "site_name": self.place(site),
            "item_name": self.article(item),
            "unit_of_issue": str(self.unit[item] or ""),
        }

    def item_ref(self, item: int) -> RowRef:
        """Reference of an item row."""
        return RowRef("item", self.item_owner[item], self.item_key[item])

    def holding_ref(self, holding: int) -> RowRef:
        """Reference of a holding row."""
        owner, key = self.holding[holding]
        return RowRef("holding", owner, key)


def below_target(words: Words, row: Row, behind: Evidence) -> Finding:
    """Write ``stock-below-target``."""
    item, limits, ratio = row["item_ix"], words.limits, row["ratio"]
    level = Level.CAUTION
    if ratio < limits.serious_ratio:
        level = Level.SERIOUS
    if ratio < limits.critical_ratio:
        level = Level.CRITICAL
    return Finding(
        rule="stock-below-target",
        level=level,
        subject=words.item_ref(item),
        title=f"{words.place(row['site_ix'])} holds {_number(row['days'])} of "
        f"{_number(row['target_days'])} days of supply of {words.article(item)}.",
        measure="days of supply, d",
        value=row["days"],
        threshold=row["target_days"],
        detail={
            **words.where(row),
            "ratio": ratio,
            "on_hand": row["on_hand"],
            "reserved": row["reserved"],
            "per_day": row["per_day"],
            "consumption_basis": row["basis"],
            "target_set_for": row["target_basis"],
        },
        evidence=behind.rows,
        label=words.marks.label(behind.mark),
    )


def expires_unused(words: Words, row: Row, behind: Evidence) -> Finding:
    """Write ``stock-expires-unused``."""
    item, limits, past = row["item_ix"], words.limits, row["days_left"] < 0
    price = words.price[item]
    amount = (
        f"{_number(row['wasted'])} of {_number(row['quantity'])} {words.unit[item] or ''}".strip()
    )
    lot = f", lot {row['lot']}," if row["lot"] else ""
    rate = row["per_day"]
    if past:
        end = f"passed their last day on {row['expiry']} and still count as serviceable"
    elif not rate:
        end = f"reach their last day on {row['expiry']} and no consumption is known"
    else:
        end = f"can't be used before their last day, {row['expiry']}"
    holding = words.holding_ref(row["holding_ix"])
    return Finding(
        rule="stock-expires-unused",
        level=Level(row["level"]),
        subject=holding,
        title=f"{amount} of {words.article(item)}{lot} at {words.place(row['site_ix'])} {end}.",
        measure="share of the lot that expires unused",
        value=row["share"],
        threshold=limits.least_wasted_share,
        detail={
            **words.where(row),
            "lot": row["lot"],
            "expiry": row["expiry"].isoformat(),
            "days_left": row["days_left"],
            "quantity": row["quantity"],
            "quantity_wasted": row["wasted"],
            "value_wasted": None if price is None else row["wasted"] * price,
            "currency": row["currency"],
            "value_wasted_eur": row["value_eur"],
            "per_day": rate,
        },
        evidence=(holding, *(ref for ref in behind.rows if ref != holding)),
        label=words.marks.label(behind.mark | row["price_mark"]),
    )


def overpromised(words: Words, row: Row, behind: Evidence) -> Finding:
    """Write ``negative-free-stock``."""
    item = row["item_ix"]
    return Finding(
        rule="negative-free-stock",
        level=words.limits.overpromised,
        subject=words.item_ref(item),
        title=f"{words.place(row['site_ix'])} has promised {_number(row['reserved'])} "
        f"{words.unit[item] or ''} of {words.article(item)} and holds {_number(row['on_hand'])}.",
        measure="free stock, units of issue",
        value=row["free"],
        threshold=0.0,
        detail={
            **words.where(row),
            "on_hand": row["on_hand"],
            "reserved": row["reserved"],
        },
        evidence=behind.rows,
        label=words.marks.label(behind.mark),
    )


def _number(value: float) -> str:
    """Number for a sentence: whole above 100, else at most one decimal."""
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}"
