r"""Which source gets an order, and how much it is asked for.

**Landed cost** of a unit is its price, the transport over a direct lane (only where it is known for
every source of the item, so that like is compared with like) and the capital tied up in the lead
time. Of the sources within ``tie_share`` of the lowest, the one with the shortest lead time wins.

**Price breaks.** In orders of *Q* at the price *p*, demand *d* a year costs
:math:`d p + i p Q / 2` in purchases and in holding at the rate *i*. Of the quantity needed and the
higher ones from which a lower price holds, the order takes the one of least cost (the lot with
discounts on all units; Hadley and Whitin 1963, section 2-11, without the cost of ordering).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from redball.model import NOWHERE
from redball.stock.orders.sources import Source, Transport

_DUST = 1e-9


@dataclass(frozen=True)
class Terms:
    """What is the same for every source of a need.

    Attributes
    ----------
    site : int
        Where to.
    whole : bool
        Whether only whole units of issue can be ordered.
    per_day : float or None
        Demand, units of issue per day.
    mass_kg, shelf_life_days : float or None
        Of a unit of issue.
    holding_rate : float
        Cost of holding for a year, as a share of the price.
    tie_share : float
        Landed costs that differ by no more are equal.
    """

    site: int
    whole: bool
    per_day: float | None
    mass_kg: float | None
    shelf_life_days: float | None
    holding_rate: float
    tie_share: float


@dataclass(frozen=True)
class Offer:
    """What one source would deliver, and at what cost.

    Attributes
    ----------
    source : Source
    quantity, unit_price : float
        In units of issue, and in the currency of the source.
    landed_eur : float
        Of one unit.
    notes : tuple of str
        What moved the quantity.
    """

    source: Source
    quantity: float
    unit_price: float
    landed_eur: float
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Refusal:
    """Why a source can't be used."""

    code: str
    why: str


def choose(
    need: float, candidates: Sequence[Source], terms: Terms, lanes: Transport
) -> tuple[Offer | None, list[Offer], list[Refusal]]:
    """Best offer for a need, all offers by landed cost, and why the other sources are left out."""
    usable, refusals = [], []
    for source in candidates:
        refusal = _unusable(source)
        if refusal is None:
            usable.append(source)
        else:
            refusals.append(refusal)
    costs = [lanes.per_unit(source, terms.site, terms.mass_kg) for source in usable]
    compared = [0.0 if None in costs else cost or 0.0 for cost in costs]
    offers = []
    for source, carriage in zip(usable, compared, strict=True):
        made = _offer(need, source, terms, carriage)
        if isinstance(made, Offer):
            offers.append(made)
        else:
            refusals.append(made)
    if not offers:
        return None, [], refusals
    offers.sort(key=lambda offer: (offer.landed_eur, offer.source.row))
    near = [o for o in offers if o.landed_eur <= offers[0].landed_eur * (1 + terms.tie_share)]
    best = min(near, key=lambda o: (o.source.lead_days, o.landed_eur, o.source.row))
    return best, offers, refusals


def _unusable(source: Source) -> Refusal | None:
    if source.party == NOWHERE:
        return Refusal("no source", "a source of which the party is not shown to you")
    if source.prices.at(math.inf) is None and source.prices.at(0.0) is None:
        return Refusal("no price", f"{source.name} has no price above zero")
    if source.per_eur is None:
        currency = source.currency or "its currency, which is not stated"
        return Refusal("no rate", f"there is no rate to the euro for {currency} of {source.name}")
    return None


def _offer(need: float, source: Source, terms: Terms, carriage: float) -> Offer | Refusal:
    """What the source would deliver of a need, within its minimum, capacity and prices."""
    notes: list[str] = []
    quantity = up(need, whole=terms.whole)
    if quantity < source.minimum:
        quantity = up(source.minimum, whole=terms.whole)
        notes.append(f"Raised from {number(need)} to the minimum order of {number(quantity)}.")
    left = down(source.left, whole=terms.whole)
    if quantity > left:
        if left <= 0 or left < source.minimum:
            return Refusal(
                "capacity", f"{source.name} can deliver {number(left)} more within 30 days"
                + (f" and takes no order below {number(source.minimum)}" if left > 0 else ""),
            )  # fmt: skip
        quantity = left
        notes.append(f"{source.name} can deliver {number(left)} more within 30 days.")
    price = source.prices.at(quantity)
    quantity, price, taken = _with_break(quantity, price, left, source, terms)
    if price is None:
        return Refusal("no price", f"{source.name} has no price for {number(quantity)}")
    price_eur = price / (source.per_eur or math.nan)
    capital = price_eur * terms.holding_rate * source.lead_days / 365
    return Offer(source, quantity, price, price_eur + carriage + capital, (*notes, *taken))


def _with_break(
    quantity: float, price: float | None, left: float, source: Source, terms: Terms
) -> tuple[float, float | None, tuple[str, ...]]:
    """Take the price break that lowers the cost most, if any does."""
    if price is None or terms.per_day is None:
        return quantity, price, ()
    per_year, rate = terms.per_day * 365, terms.holding_rate
    now = price * (per_year + rate * quantity / 2)
    best, note, least, chosen = quantity, "", now, price
    for start in source.prices.breaks_above(quantity):
        asked = up(start, whole=terms.whole)
        lower = source.prices.at(asked)
        lasts = asked / terms.per_day
        if lower is None or asked > left or lasts > (terms.shelf_life_days or math.inf):
            continue
        cost = lower * (per_year + rate * asked / 2)
        if cost < least * (1 - _DUST):
            best, least, chosen = asked, cost, lower
            note = (
                f"Raised from {number(quantity)} to {number(asked)} for the price of "
                f"{lower:,.2f} {source.currency} from {number(start)} on: purchases and holding "
                f"cost {(now - cost) / (source.per_eur or 1):,.2f} EUR a year less."
            )
    return best, chosen, (note,) if note else ()


def up(quantity: float, *, whole: bool) -> float:
    """Quantity rounded up to whole units of issue where only these exist."""
    return float(math.ceil(quantity - _DUST)) if whole else quantity


def down(quantity: float, *, whole: bool) -> float:
    """Quantity rounded down to whole units of issue where only these exist."""
    return float(math.floor(quantity + _DUST)) if whole and math.isfinite(quantity) else quantity


def number(value: float) -> str:
    """Quantity for a sentence: whole where it is, else at most three decimals."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.3f}".rstrip("0").rstrip(".")
