"""How a row of a stock rule becomes a finding that a person can read."""

from typing import Any

import polars as pl

from redball.model import Finding, Level, RowRef, Twin
from redball.stock.evidence import Evidence
from redball.stock.thresholds import StockThresholds

Row = dict[str, Any]
"""A row of a rule's frame, by column name."""


class Words:
    """Names, units and prices by row of the twin, looked up once."""

    def __init__(self, twin: Twin, limits: StockThresholds) -> None:
        item, site, holding = twin["item"], twin["site"], twin["holding"]
        nation = twin["nation"].with_columns(
            own=pl.col("owner").cast(pl.String) == pl.col("key")
        ).sort("own", maintain_order=True)  # fmt: skip
        money = dict(nation.select("key", "currency").iter_rows())
        self.limits = limits
        self.item = item["name"]
        self.item_owner = item["owner"].cast(pl.String)
        self.item_key = item["key"]
        self.unit = item["unit_of_issue"]
        self.price = item["price"]
        self.currency = item["currency"].fill_null(
            self.item_owner.replace_strict(money, default=None, return_dtype=pl.String)
        )
        self.site = site["name"]
        self.site_owner = site["owner"].cast(pl.String)
        self.site_key = site["key"]
        self.holding_owner = holding["owner"].cast(pl.String)
        self.holding_key = holding["key"]

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
        return RowRef("holding", self.holding_owner[holding], self.holding_key[holding])


def below_target(words: Words, row: Row, behind: Evidence, found: int) -> Finding:
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
            "found": found,
        },
        evidence=behind.rows,
        label=behind.label,
    )


def expires_unused(words: Words, row: Row, behind: Evidence, found: int) -> Finding:
    """Write ``stock-expires-unused``."""
    item, limits, past = row["item_ix"], words.limits, row["days_left"] < 0
    soon = row["days_left"] <= limits.serious_expiry_days
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
        level=Level.SERIOUS if past or soon else Level.CAUTION,
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
            "currency": words.currency[item],
            "per_day": rate,
            "found": found,
        },
        evidence=(holding, *(ref for ref in behind.rows if ref != holding)),
        label=behind.label,
    )


def overpromised(words: Words, row: Row, behind: Evidence, found: int) -> Finding:
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
            "found": found,
        },
        evidence=behind.rows,
        label=behind.label,
    )


def _number(value: float) -> str:
    """Number for a sentence: whole above 100, else at most one decimal."""
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}"
