"""Prices by quantity, and rates to the euro."""

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from redball.model import BadData, Twin

_EURO = "EUR"


@dataclass(frozen=True)
class PriceList:
    """Price of one unit of issue by the quantity of an order; the price holds for all of it.

    Attributes
    ----------
    from_quantity : tuple of float
        Increasing; the first is 0 when there is a price for every quantity.
    price : tuple of float
        From that quantity on, in the currency of the source.
    """

    from_quantity: tuple[float, ...]
    price: tuple[float, ...]

    def at(self, quantity: float) -> float | None:
        """Price of one unit in an order of ``quantity``; None when there is none, or it is zero."""
        place = bisect_right(self.from_quantity, quantity) - 1
        if place < 0 or self.price[place] <= 0:
            return None
        return self.price[place]

    def breaks_above(self, quantity: float) -> tuple[float, ...]:
        """Quantities above ``quantity`` from which another price holds."""
        return self.from_quantity[bisect_right(self.from_quantity, quantity) :]


def price_list(unit_price: float | None, breaks: str | None, where: str) -> PriceList:
    """Read the prices of a source.

    Raises
    ------
    BadData
        The price breaks are not ``quantity:price`` pairs of numbers, or a quantity comes twice.
    """
    found = {} if unit_price is None else {0.0: unit_price}
    for part in filter(None, (text.strip() for text in (breaks or "").split(";"))):
        first, _, second = part.partition(":")
        try:
            quantity, price = float(first), float(second)
        except ValueError:
            quantity = price = math.nan
        if not (math.isfinite(quantity) and math.isfinite(price)) or quantity <= 0 or price < 0:
            raise BadData(
                f"'{part}' is not a price break.",
                where=where,
                mend="Write quantity:price pairs separated by ';', such as 100:16.50;1000:14.20.",
            )
        if quantity in found:
            raise BadData(
                f"The price break from {quantity:g} on comes twice.", where=where, mend="Keep one."
            )
        found[quantity] = price
    order = sorted(found)
    return PriceList(tuple(order), tuple(found[quantity] for quantity in order))


@dataclass(frozen=True)
class EuroRates:
    """Units of each currency for one euro on a day, and what they rest on.

    Attributes
    ----------
    per_eur : mapping of str to (float, int)
        Rate, and row label of it (-1 for the euro itself).
    own : mapping of str to (str, int)
        Currency of each owner's nation, and the row label of the nation.
    """

    per_eur: Mapping[str, tuple[float, int]]
    own: Mapping[str, tuple[str, int]]

    def find(self, currency: str | None, owner: str) -> tuple[str | None, float | None, list[int]]:
        """Currency (the nation's when not given), its rate, and the row labels used."""
        labels: list[int] = []
        if currency is None and owner in self.own:
            currency, label = self.own[owner]
            labels.append(label)
        rate = None if currency is None else self.per_eur.get(currency)
        if rate is None:
            return currency, None, labels
        return currency, rate[0], labels + [label for label in rate[1:] if label >= 0]


def euro_rates(twin: Twin, today: date) -> EuroRates:
    """Last rates not after ``today``: the viewer's where several owners give one for that day."""
    owner = pl.col("owner").cast(pl.String)
    rates = (
        twin["rate"]
        .filter(pl.col("day") <= today, pl.col("currency") != _EURO)
        .sort("day", owner == twin.viewer, owner, "key", descending=[True, True, False, False])
        .unique("currency", keep="first", maintain_order=True)
    )
    nations = (
        twin["nation"]
        .drop_nulls("currency")
        .sort(owner == pl.col("key"), owner, descending=[True, False])
        .unique("key", keep="first", maintain_order=True)
    )
    per_eur = {
        currency: (rate, label)
        for currency, rate, label in rates.select("currency", "per_eur", "label").iter_rows()
    }
    own = {
        key: (currency, label)
        for key, currency, label in nations.select("key", "currency", "label").iter_rows()
    }
    return EuroRates({_EURO: (1.0, -1), **per_eur}, own)
