"""Parties in tiers, who supplies whom, and the units with their fleets."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from redball.synthetic.generator.columns import (
    Indices,
    choose,
    chunks,
    foreign_owners,
    keys,
    labels,
    power_rank,
    references,
)
from redball.synthetic.generator.places import base_of
from redball.synthetic.generator.plan import OWNERS, Plan

_INPUTS = ("castings", "forgings", "electronics", "magnets", "chemicals", "seals", "optics",
           "wiring")  # fmt: skip
_ALPHABET = np.array(list("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"))
_SHARED = 0.08  # share of parties that another owner knows too, under the same NCAGE


def parties(plan: Plan) -> Iterator[pl.DataFrame]:
    """Units first, then suppliers by tier."""
    rng, rows, units = plan.rng("party"), plan.parties, plan.units
    number = np.arange(rows)
    is_unit = number < units
    tier = np.searchsorted(plan.tiers, number, side="right")
    kind = np.where(is_unit, "unit", np.where(tier <= 1, "supplier", "manufacturer"))
    # 15 % belong to a group; the head is one of the first suppliers and its own parent
    heads = units + max(1, (rows - units) // 50)
    grouped = (rng.random(rows) < 0.15) & (number >= heads)
    parent = np.where(grouped, rng.integers(units, heads, rows), -1)
    site = rng.integers(0, plan.sites, rows)
    site[:units] = base_of(plan, units)
    owners, known = _known_as(plan, rng, number)
    yield pl.DataFrame(
        {
            "key": keys("P", number),
            "name": pl.Series(
                np.where(is_unit, "Unit ", "Firm "), dtype=pl.String
            ) + pl.Series(known).cast(pl.String) + " " + _names(owners),
            "kind": pl.Series(kind, dtype=pl.String),
            "ultimate_parent": keys("P", parent),
            "country": pl.Series([o.code for o in OWNERS]).gather(owners),
            "ncage": pl.Series(np.where(is_unit, "", _ncage(owners, known))).replace("", None),
            "site": keys("S", site),
            "personnel": pl.Series(
                np.where(is_unit, rng.integers(200, 1200, rows), -1)
            ).replace(-1, None),
            "label": labels(rng, plan, rows),
        }
    )  # fmt: skip


def _names(owners: Indices) -> pl.Series:
    return pl.Series([o.name for o in OWNERS]).gather(owners)


def _known_as(plan: Plan, rng: np.random.Generator, number: Indices) -> tuple[Indices, Indices]:
    """Owner of the firm's code and its number there: own, or a firm another owner lists too."""
    shared = (rng.random(len(number)) < _SHARED) & (number >= plan.units) & (plan.number > 0)
    owners = np.where(shared, rng.integers(0, max(plan.number, 1), len(number)), plan.number)
    units = np.array([p.units for p in plan.peers])
    counts = np.array([p.parties for p in plan.peers]) - units
    other = units[owners] + number % counts[owners]
    return owners, np.where(owners == plan.number, number, other)


def _ncage(owners: Indices, number: Indices) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    """NCAGE in the pattern of the owner; three middle characters and a digit from the number."""
    digit = (number % 10).astype(str)
    rest, base = number // 10, len(_ALPHABET)
    first = np.array([o.ncage[0] for o in OWNERS])[owners]
    last = np.array([o.ncage[1] for o in OWNERS])[owners]
    head = np.where(first == "#", digit, first)
    # where both ends are digits the first carries the number and the last is fixed
    tail = np.where(last == "#", np.where(first == "#", "1", digit), last)
    code = head
    for power in (base * base, base, 1):
        code = np.char.add(code, _ALPHABET[rest // power % base])
    return np.char.add(code, tail)


def supply(plan: Plan) -> Iterator[pl.DataFrame]:
    """Supply relations: from the next tier, popular suppliers first; one in a hundred goes back.

    The graph is scale-free by the static model (see :func:`power_rank`), has four tiers, and is
    acyclic but for the relations that go back up.
    """
    tiers = np.stack([p.tiers for p in plan.peers])
    for chunk, start, stop in chunks(plan.rows(plan.size.supply)):
        rng, rows = plan.rng("supply", chunk), stop - start
        customers = plan.tiers[3] - plan.units
        customer = plan.units + (start + np.arange(rows)) % customers
        tier = np.searchsorted(plan.tiers, customer, side="right")
        back = rng.random(rows) < 0.01
        tier_of_supplier = np.where(back, 0, tier)
        owners = foreign_owners(rng, plan.number, rows)
        first = tiers[owners, tier_of_supplier]
        size = tiers[owners, tier_of_supplier + 1] - first
        supplier = first + power_rank(rng, size)
        itself = (supplier == customer) & (owners == plan.number)
        supplier = np.where(itself, first + (supplier - first + 1) % size, supplier)
        yield pl.DataFrame(
            {
                "key": keys("R", start + np.arange(rows)),
                "supplier": references("P", supplier, owners, plan),
                "customer": keys("P", customer),
                "input": choose(rng, _INPUTS, rows),
                "essential": pl.Series(rng.random(rows) < 0.9),
                "confidence": rng.choice([1.0, 0.9, 0.7], rows, p=[0.8, 0.12, 0.08]),
                "label": labels(rng, plan, rows),
            }
        )


def fleet_systems(plan: Plan) -> tuple[Indices, Indices]:
    """Units and the numbers of the systems they hold, one pair for each fleet."""
    return _unit_systems(plan, plan.rng("fleet"))


def _unit_systems(plan: Plan, rng: np.random.Generator) -> tuple[Indices, Indices]:
    unit = np.repeat(np.arange(plan.units), 2)
    first = rng.integers(0, plan.systems, plan.units)
    system = np.stack((first, (first + 1) % plan.systems), axis=1).ravel()
    keep = np.ones(2 * plan.units, bool)
    keep[1::2] = plan.systems > 1
    return unit[keep], system[keep]


def fleets(plan: Plan) -> Iterator[pl.DataFrame]:
    """One or two systems in each unit; one in ten does not report."""
    rng = plan.rng("fleet")
    unit, system = _unit_systems(plan, rng)
    rows = len(unit)
    count = rng.integers(6, 80, rows)
    ready = np.minimum(np.rint(count * rng.beta(9, 2.5, rows)).astype(np.int64), count)
    yield pl.DataFrame(
        {
            "unit": keys("P", unit),
            "system": pl.Series([f"SYS-{s + 1:03d}" for s in system], dtype=pl.String),
            "count": count,
            "available": pl.Series(np.where(rng.random(rows) < 0.1, -1, ready)).replace(-1, None),
            "hours_per_day": np.round(rng.uniform(0.5, 8.0, rows), 1),
            "availability_target": np.round(rng.uniform(0.7, 0.95, rows), 2),
            "label": labels(rng, plan, rows),
        }
    )
