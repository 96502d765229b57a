"""Stock, demand, orders, consignments, targets, factors, rates, hazards."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.synthetic.generator.columns import (
    Indices,
    choose,
    chunks,
    foreign_owners,
    keys,
    labels,
    money,
    power_rank,
    references,
    scatter,
)
from redball.synthetic.generator.plan import Plan

DAY = date(2026, 1, 31)
PERIODS = 12
_LOTS = 8  # most lots of an item at a site
_PER_EUR = {"USD": 1.09, "GBP": 0.86, "NOK": 11.64, "PLN": 4.28}
_RATE_DAYS = tuple(DAY - timedelta(days=30 * n + 1) for n in range(4))


def _epoch(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def _dates(days: npt.NDArray[np.int64]) -> pl.Series:
    """Dates from days since 1970; a negative number is no date."""
    return pl.Series(days.astype(np.int32)).replace(-1, None).cast(pl.Date)


def line_ends(items: int, lines: int, most: int) -> Indices:
    """Running count of stock lines over items by popularity rank, shape (items,).

    Lines per item fall as 1/rank (Zipf), at most ``most``; the factor is found by bisection so
    that they add up to ``lines``.
    """
    lines = min(lines, items * most)
    weight = 1.0 / np.arange(1, items + 1)
    low, high = 0.0, float(most * items)
    for _ in range(200):
        factor = (low + high) / 2
        enough = np.minimum(factor * weight, most).sum() >= lines
        low, high = (low, factor) if enough else (factor, high)
    ends: Indices = np.rint(np.cumsum(np.minimum(high * weight, most))).astype(np.int64)
    ends[-1] = lines
    return ends


def _line(ends: Indices, number: Indices, plan: Plan) -> tuple[Indices, Indices, Indices]:
    """Item, site and lot number of stock lines; no two lines are alike in all three."""
    rank = np.searchsorted(ends, number, side="right")
    within = number - np.where(rank > 0, ends[rank - 1], 0)
    item = scatter(rank, plan.items)
    site = (item * 7 + within) % plan.sites
    return item, site, within // plan.sites


def holdings(plan: Plan) -> Iterator[pl.DataFrame]:
    """Stock lines: popular items at many sites, in several lots; log-normal quantities."""
    ends = line_ends(plan.items, plan.rows(plan.size.holdings), plan.sites * _LOTS)
    counts = np.array([p.items for p in plan.peers])
    for chunk, start, stop in chunks(int(ends[-1])):
        rng, rows = plan.rng("holding", chunk), stop - start
        number = np.arange(start, stop)
        item, site, lot = _line(ends, number, plan)
        owners = foreign_owners(rng, plan.number, rows)
        quantity = np.ceil(rng.lognormal(2.5, 1.4, rows))
        dated = rng.random(rows) < 0.15
        expiry = np.where(dated, _epoch(DAY) + rng.integers(-60, 2500, rows), -1)
        held = rng.random(rows) < 0.08
        yield pl.DataFrame(
            {
                "key": keys("H", number),
                "site": keys("S", site),
                "item": references("I", item % counts[owners], owners, plan),
                "lot": pl.Series(lot).cast(pl.String),
                "quantity": quantity,
                "condition": choose(
                    rng, ("serviceable", "unserviceable", "in_repair", "quarantine", "condemned"),
                    rows, (0.88, 0.06, 0.03, 0.02, 0.01),
                ),
                "expiry": _dates(expiry),
                "reserved": np.where(held, np.floor(quantity / 4), 0.0),
                "counted_on": _dates(_epoch(DAY) - rng.integers(1, 400, rows)),
                "label": labels(rng, plan, rows),
            }
        )  # fmt: skip


def demand(plan: Plan) -> Iterator[pl.DataFrame]:
    """Twelve periods of thirty days for each demand line; skewed and intermittent."""
    ends = line_ends(plan.items, plan.rows(plan.size.demand_lines), plan.sites)
    starts = np.array([_epoch(DAY) - 30 * (PERIODS - n) for n in range(PERIODS)])
    for chunk, start, stop in chunks(int(ends[-1]) * PERIODS):
        rng, rows = plan.rng("demand", chunk), stop - start
        number = np.arange(start, stop)
        rank = np.searchsorted(ends, number // PERIODS, side="right")
        item, site, _ = _line(ends, number // PERIODS, plan)
        mean = 400.0 / (1.0 + rank) ** 0.6
        quantity = np.ceil(rng.gamma(0.8, mean / 0.8, rows)) * (rng.random(rows) < 0.55)
        yield pl.DataFrame(
            {
                "key": keys("D", number),
                "site": keys("S", site),
                "item": keys("I", item),
                "period_start": _dates(starts[number % PERIODS]),
                "period_days": pl.repeat(30, rows, dtype=pl.Int64, eager=True),
                "quantity": quantity,
                "label": pl.repeat("UNCLASSIFIED // REL ALL", rows, eager=True),
            }
        )


def orders(plan: Plan) -> Iterator[pl.DataFrame]:
    """Orders with first-tier parties."""
    for chunk, start, stop in chunks(plan.rows(plan.size.orders)):
        rng, rows = plan.rng("order", chunk), stop - start
        size = np.full(rows, plan.tiers[1] - plan.units)
        ordered = _epoch(DAY) - rng.integers(1, 500, rows)
        yield pl.DataFrame(
            {
                "key": keys("O", np.arange(start, stop)),
                "supplier": keys("P", plan.units + power_rank(rng, size)),
                "item": keys("I", rng.integers(0, plan.items, rows)),
                "site": keys("S", rng.integers(0, plan.sites, rows)),
                "quantity": np.ceil(rng.lognormal(3.0, 1.0, rows)),
                "ordered_on": _dates(ordered),
                "due_on": _dates(ordered + rng.integers(10, 300, rows)),
                "status": choose(rng, ("open", "shipped", "received", "cancelled"), rows,
                                 (0.3, 0.15, 0.5, 0.05)),
                "unit_price": money(rng.lognormal(4.5, 1.5, rows)),
                "currency": pl.repeat(plan.owner.currency, rows, eager=True),
                "label": labels(rng, plan, rows),
            }
        )  # fmt: skip


def consignments(plan: Plan) -> Iterator[pl.DataFrame]:
    """Consignments between the owner's sites; one in ten items is another owner's."""
    counts = np.array([p.items for p in plan.peers])
    for chunk, start, stop in chunks(plan.rows(plan.size.consignments)):
        rng, rows = plan.rng("consignment", chunk), stop - start
        owners = foreign_owners(rng, plan.number, rows)
        origin = rng.integers(0, plan.sites, rows)
        target = (origin + rng.integers(1, plan.sites, rows)) % plan.sites
        arrived = rng.random(rows) < 0.6
        expected = _epoch(DAY) + np.where(
            arrived, -rng.integers(1, 90, rows), rng.integers(-4, 30, rows)
        )
        yield pl.DataFrame(
            {
                "key": keys("C", np.arange(start, stop)),
                "from_site": keys("S", origin),
                "to_site": keys("S", target),
                "item": references(
                    "I", (rng.random(rows) * counts[owners]).astype(np.int64), owners, plan,
                ),
                "quantity": np.ceil(rng.lognormal(3.0, 1.0, rows)),
                "mode": choose(rng, ("road", "rail", "sea"), rows, (0.6, 0.3, 0.1)),
                "status": pl.Series(np.where(arrived, "arrived", "in_transit"), dtype=pl.String),
                "departed_on": _dates(expected - rng.integers(1, 20, rows)),
                "expected_on": _dates(expected),
                "arrived_on": _dates(np.where(arrived, expected, -1)),
                "label": labels(rng, plan, rows),
            }
        )  # fmt: skip


def targets(plan: Plan) -> Iterator[pl.DataFrame]:
    """Days of supply by unit and class."""
    rows = plan.units * 3
    classes = pl.Series(("NATO:I", "NATO:II", "NATO:V"))
    yield pl.DataFrame(
        {
            "unit": keys("P", np.repeat(np.arange(plan.units), 3)),
            "supply_class": classes.gather(np.arange(rows) % 3),
            "days_of_supply": plan.rng("target").choice([15.0, 30.0, 45.0, 60.0], rows),
            "label": labels(plan.rng("target", 1), plan, rows),
        }
    )


def rates(plan: Plan) -> Iterator[pl.DataFrame]:
    """Rates of the owner's currency on four days, where it is not the euro."""
    if plan.owner.currency == "EUR":
        return
    per_eur = _PER_EUR[plan.owner.currency]
    yield pl.DataFrame(
        {
            "currency": [plan.owner.currency] * len(_RATE_DAYS),
            "day": list(_RATE_DAYS),
            "per_eur": [round(per_eur * (1 - 0.005 * n), 4) for n in range(len(_RATE_DAYS))],
            "source": ["synthetic rate"] * len(_RATE_DAYS),
            "label": ["UNCLASSIFIED // REL ALL"] * len(_RATE_DAYS),
        }
    )


def nations(plan: Plan) -> Iterator[pl.DataFrame]:
    """Return the owner's own row."""
    owner = plan.owner
    row = {"key": owner.code, "name": owner.name, "kind": "nation", "country": owner.code}
    row |= {"currency": owner.currency, "ncb": owner.ncb, "label": "UNCLASSIFIED // REL ALL"}
    yield pl.DataFrame([row])
