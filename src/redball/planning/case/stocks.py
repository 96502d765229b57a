"""What is there today: on hand, promised, expiring, in repair, on order and under way."""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from redball.model import NOWHERE
from redball.planning.case.flows import Place
from redball.planning.case.ground import Ground

_ROUNDING = 1e-9
_MOST_STEPS = 50
"""Arrivals of one cell out of repair at most; more come in equal groups."""


@dataclass
class Stock:
    """Stock of an article at a site in units of the article; days count from the first day."""

    on_hand: float = 0.0
    reserve: float = 0.0
    in_repair: float = 0.0
    lots: list[tuple[float, float]] = field(default_factory=list)
    due: list[tuple[float, float | None]] = field(default_factory=list)
    mark: int = 0


def stocks_of(ground: Ground, wanted: set[int]) -> dict[Place, Stock]:
    """Stock of the articles wanted, by site and leading record.

    Serviceable lots in date count, what is reserved of them apart from the rest; lots that wait for
    repair or are in it come back; quarantined and condemned ones don't count. Orders not received
    are on order, and what is under way and belongs to no order counted.
    """
    found: dict[Place, Stock] = defaultdict(Stock)
    _on_hand(ground, wanted, found)
    _ordered(ground, wanted, found)
    return dict(sorted(found.items()))


def _here(ground: Ground, rows: pl.DataFrame, wanted: set[int], table: str) -> pl.DataFrame:
    """Rows of visible sites and wanted articles, with the article's record ``lead``."""
    unseen = rows.filter((pl.col("site_ix") == NOWHERE) | (pl.col("item_ix") == NOWHERE))
    ground.book.leave(table, unseen["row"], "its site or its item is not visible")
    seen = rows.filter(pl.col("site_ix") != NOWHERE, pl.col("item_ix") != NOWHERE)
    lead = pl.Series("lead", ground.articles.lead).gather(seen["item_ix"])
    size = pl.Series("size", ground.articles.factor).gather(seen["item_ix"])
    seen = seen.with_columns(lead, size)
    kept = pl.col("lead").is_in(sorted(wanted))
    ground.book.leave(table, seen.filter(~kept)["row"], "nobody in the case asks for its item")
    return seen.filter(kept)


def _on_hand(ground: Ground, wanted: set[int], found: dict[Place, Stock]) -> None:
    states = ("serviceable", "unserviceable", "in_repair")
    rows = ground.rows("holding").filter(pl.col("condition").is_in(states))
    for row in _here(ground, rows, wanted, "holding").iter_rows(named=True):
        amount, reserved = row["quantity"] * row["size"], row["reserved"] * row["size"]
        place = (row["site_ix"], row["lead"])
        if row["condition"] != "serviceable":
            if ground.articles.reparable[row["lead"]]:
                stock = found[place]
                stock.in_repair += amount
                stock.mark |= row["mark"]
            else:
                ground.book.leave("holding", [row["row"]], "its article is not repaired")
            continue
        expiry: date | None = row["expiry"]
        if expiry is not None and expiry < ground.day:
            ground.book.leave("holding", [row["row"]], "it is past its last day of use")
            continue
        free = max(amount - reserved, 0.0)
        stock = found[place]
        stock.on_hand += free
        stock.reserve += min(reserved, amount)
        stock.mark |= row["mark"]
        if expiry is not None and free > 0:
            # the last day of use is still a day of use
            stock.lots.append((free, ground.days_until(expiry) + 1))


def _ordered(ground: Ground, wanted: set[int], found: dict[Place, Stock]) -> None:
    orders = ground.rows("order").filter(pl.col("status").is_in(("open", "shipped")))
    for row in _here(ground, orders, wanted, "order").iter_rows(named=True):
        stock = found[row["site_ix"], row["lead"]]
        stock.due.append((row["quantity"] * row["size"], _in_days(ground, row["due_on"])))
        stock.mark |= row["mark"]
    moving = ground.rows("consignment").filter(pl.col("status") == "in_transit")
    # what belongs to an order is not counted; whoever does not see the order would count it
    ground.book.used(ground.book.marks.of_rows(ground.twin["order"]["label"], moving["order_ix"]))
    under_way = moving.filter(pl.col("order_ix") == NOWHERE).rename({"to_site_ix": "site_ix"})
    for row in _here(ground, under_way, wanted, "consignment").iter_rows(named=True):
        stock = found[row["site_ix"], row["lead"]]
        stock.due.append((row["quantity"] * row["size"], _in_days(ground, row["expected_on"])))
        stock.mark |= row["mark"]


def _in_days(ground: Ground, day: date | None) -> float | None:
    """What is overdue comes on the first day."""
    return None if day is None else max(ground.days_until(day), 0.0)


def whole(amount: float) -> int:
    """Whole units of an amount; packs times a factor may miss a whole number by rounding."""
    return math.floor(amount + _ROUNDING)


def whole_lots(lots: Iterable[tuple[float, float]], on_hand: int) -> list[tuple[int, float]]:
    """Lots in whole units, earliest first, together at most what is on hand."""
    left, found = on_hand, list[tuple[int, float]]()
    for amount, day in sorted(lots, key=lambda lot: lot[1]):
        quantity = min(whole(amount), left)
        if quantity > 0:
            found.append((quantity, day))
            left -= quantity
    return found


def spread_over(quantity: int, days: float) -> list[tuple[int, float]]:
    """Arrivals of a quantity at even distances within some days."""
    steps = min(quantity, _MOST_STEPS)
    parts = [quantity * (k + 1) // steps - quantity * k // steps for k in range(steps)]
    return [(part, days * (k + 0.5) / steps) for k, part in enumerate(parts)]
