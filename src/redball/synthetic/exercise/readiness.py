"""What keeps the shared vehicles running: resupply, repair, failures, spares, policies, support.

Stock is below need on purpose, and unevenly: of every other unit one nation holds plenty and the
other little, so that readiness can be bought, and mutual support is worth something.
"""

import calendar
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from math import ceil, floor

import numpy as np

from redball.synthetic.exercise.nations import BY_OWNER, Member
from redball.synthetic.exercise.reading import Row, read_table
from redball.synthetic.exercise.spares import OWNERS, Spare, read_spares

Rows = list[tuple[str, Row]]

TREES = {
    "DEU": ("DEPOT-HEIDE", {"BASE-MUNSTER": 3.0, "BASE-BERGEN": 3.0, "BASE-TORGELOW": 5.0}, 160.0),
    "NLD": ("DEPOT-VELUWE", {"BASE-HAVELTE": 2.0, "BASE-OIRSCHOT": 3.0}, 175.0),
}
"""Depot, order and ship time of its bases in days, procurement time where no source says it."""

SUPPORT = (
    ("DEU", "NLD:NLD", 4.0, 1.0),
    ("NLD", "DEU:DEU", 4.0, 1.0),
)
"""Who may be served by whom, days of a move, and what the giver keeps at a site."""

_BY_HISTORY = "TRK"
"""Vehicle whose failures are known from demand and not from a rate per hour."""

_PLENTY, _LITTLE = 1.0, 0.25
"""Stock held, as a share of what is on its way through repair or procurement on average."""

_AGREEMENT = "Exercise arrangement on mutual support, annex C"
_RESERVE = (("RATION", 0.75, (400, 700, 1000)), ("DRESSING", 0.004, (500, 900, 1400)))
"""Reserve at the depots: item, issues per person and day, days of life left of its lots."""


@dataclass
class Readiness:
    """Rows made so far, by table, each with its owner."""

    resupply: Rows = field(default_factory=list)
    repair: Rows = field(default_factory=list)
    factor: Rows = field(default_factory=list)
    demand: Rows = field(default_factory=list)
    holding: Rows = field(default_factory=list)
    policy: Rows = field(default_factory=list)
    support: Rows = field(default_factory=list)
    target: Rows = field(default_factory=list)


def build_readiness(rng: np.random.Generator) -> Readiness:
    """Make the rows of both nations."""
    made = Readiness()
    made.support += [
        (giver, _promise(giver, receiver, move, keep)) for giver, receiver, move, keep in SUPPORT
    ]
    for owner in OWNERS:
        _resupply(made, owner)
        for spare in read_spares():
            _repair(made, owner, spare)
            _failures(rng, made, owner, spare)
            _stock(rng, made, owner, spare)
            _policy(made, owner, spare)
        _no_days_of_supply(made, owner)
        _reserve(rng, made, owner)
    return made


@cache
def use_per_day(owner: str, system: str) -> dict[str, float]:
    """Operating hours a day of a vehicle at each site of an owner."""
    rows = [row for row in read_table("units", "fleet") if row["owner"] == owner]
    home = {str(row["key"]): str(row["site"]) for row in rows if row["site"]}
    hours: dict[str, float] = {}
    for row in rows:
        if str(row["system"]).rpartition(":")[2] == system:
            site = home[str(row["key"])]
            worked = float(str(row["count"])) * float(str(row["hours_per_day"]))
            hours[site] = hours.get(site, 0.0) + worked
    return hours


def _per_hour(spare: Spare) -> float:
    """Removals per operating hour; a part fails as its unit does, in the share traced to it."""
    if spare.is_unit:
        return spare.per_hour
    (unit,) = (s for s in read_spares() if s.part == spare.parent)
    return unit.per_hour * (spare.isolation or 0.0)


def _promise(giver: str, receiver: str, move_days: float, keep: float) -> Row:
    return {
        "giver": giver,
        "receiver": receiver,
        "supply_class": "NATO:II",
        "move_days": move_days,
        "keep": keep,
        "valid_from": date(2025, 7, 1),
        "valid_until": date(2027, 6, 30),
        "agreement": _AGREEMENT,
        "label": BY_OWNER[giver].restricted,
    }


def _resupply(made: Readiness, owner: str) -> None:
    depot, bases, procurement = TREES[owner]
    rows: list[Row] = [
        {"site": site, "from_site": depot, "ship_days": days} for site, days in bases.items()
    ]
    rows.append({"site": depot, "from_site": None, "ship_days": procurement})
    rows += [
        {"site": depot, "item": spare.key(owner), "ship_days": spare.lead_days}
        for spare in read_spares()
    ]
    made.resupply += [
        (owner, row | {"ship_sd_days": round(0.3 * float(str(row["ship_days"])), 1)})
        for row in rows
    ]


def _repair(made: Readiness, owner: str, spare: Spare) -> None:
    """At the bases what is simple, at the depot the rest but for what is beyond repair."""
    if not spare.reparable:
        return
    depot, bases, _ = TREES[owner]
    item = {"item": spare.key(owner)}
    at_depot: Row = {"site": depot, "repair_days": spare.depot_days, "repaired_share": 0.95}
    made.repair.append((owner, at_depot | item | {"repair_sd_days": round(spare.depot_days / 3)}))
    for site in bases:
        if spare.base_share > 0 and site in use_per_day(owner, spare.system):
            days, share = spare.base_days, spare.base_share
            here: Row = {"site": site, "repair_days": days, "repaired_share": share}
            made.repair.append((owner, here | item | {"repair_sd_days": round(days / 2, 1)}))


def _failures(rng: np.random.Generator, made: Readiness, owner: str, spare: Spare) -> None:
    """A rate per operating hour, or for the truck the demand of 36 months."""
    if not spare.is_unit:
        return
    if spare.system != _BY_HISTORY:
        row: Row = {"item": spare.key(owner), "basis": "system_hour"}
        own = BY_OWNER[owner].owner == "DEU"
        row |= {"system": spare.system if own else f"DEU:{spare.system}"}
        row |= {"quantity": spare.per_hour, "source": "exercise assumption"}
        made.factor.append((owner, row))
        return
    for site, hours in use_per_day(owner, spare.system).items():
        for start in BY_OWNER[owner].months:
            days = calendar.monthrange(start.year, start.month)[1]
            asked = float(rng.poisson(spare.per_hour * hours * days))
            seen: Row = {"site": site, "item": spare.key(owner), "period_start": start}
            made.demand.append((owner, seen | {"period_days": days, "quantity": asked}))


def _stock(rng: np.random.Generator, made: Readiness, owner: str, spare: Spare) -> None:
    """Plenty of every other unit with one nation, little with the other."""
    depot, bases, _ = TREES[owner]
    hours = use_per_day(owner, spare.system)
    share = _PLENTY if (read_spares().index(spare) + OWNERS.index(owner)) % 2 else _LITTLE
    rate = _per_hour(spare)
    local = spare.base_share
    for site, ship_days in bases.items():
        away = local * spare.base_days + (1 - local) * ship_days
        held = floor(share * rate * hours.get(site, 0.0) * away + 0.6)
        made.holding += _lot(rng, owner, site, spare, float(held))
    turnaround = spare.depot_days if spare.reparable else spare.lead_days
    held = floor(share * rate * (1 - local) * sum(hours.values()) * turnaround + 0.4)
    made.holding += _lot(rng, owner, depot, spare, float(held))


def _lot(rng: np.random.Generator, owner: str, site: str, spare: Spare, quantity: float) -> Rows:
    """Usable stock, and at a depot one in four again that waits for repair."""
    day = BY_OWNER[owner].as_of.date()
    row: Row = {"site": site, "item": spare.key(owner), "quantity": quantity}
    row |= {"condition": "serviceable", "reserved": 0.0}
    row |= {"counted_on": day - timedelta(days=int(rng.integers(2, 30)))}
    waiting = floor(quantity / 4)
    if site != TREES[owner][0] or not spare.reparable or not waiting:
        return [(owner, row)] if quantity else []
    broken = row | {"quantity": float(waiting), "condition": "unserviceable"}
    return [(owner, row), (owner, broken)]


def _policy(made: Readiness, owner: str, spare: Spare) -> None:
    """What is thrown away is ordered by a rule at the depot, and held to a level at the bases."""
    if spare.reparable:
        return
    depot, bases, _ = TREES[owner]
    hours, item = use_per_day(owner, spare.system), spare.key(owner)
    daily = _per_hour(spare) * sum(hours.values())
    point, lot = ceil(1.3 * daily * spare.lead_days), max(ceil(60 * daily), 5)
    row: Row = {"site": depot, "item": item, "reorder_point": float(point)}
    if spare.price_eur < 500:
        row |= {"kind": "fixed_quantity", "quantity": float(lot)}
    else:
        row |= {"kind": "reorder_up_to", "order_up_to": float(point + lot)}
    made.policy.append((owner, row))
    for site, ship_days in bases.items():
        if spare.is_unit and site in hours:
            level = ceil(_per_hour(spare) * hours[site] * (ship_days + 7)) + 1
            made.policy.append(
                (owner, {"site": site, "item": item, "kind": "base_stock",
                         "order_up_to": float(level)})
            )  # fmt: skip


def _no_days_of_supply(made: Readiness, owner: str) -> None:
    """A target of no days: these spares are held by readiness, not by days of supply."""
    for row in read_table("units", "fleet"):
        system = str(row["system"]).rpartition(":")[2]
        if row["owner"] != owner:
            continue
        made.target += [
            (owner, {"unit": row["key"], "item": spare.key(owner), "days_of_supply": 0.0,
                     "label": BY_OWNER[owner].restricted})
            for spare in read_spares() if spare.system == system
        ]  # fmt: skip


def _reserve(rng: np.random.Generator, made: Readiness, owner: str) -> None:
    """Dated lots of rations and dressings at the depot, and what is issued from them."""
    member, depot = BY_OWNER[owner], TREES[owner][0]
    persons = sum(
        int(str(u["personnel"])) for u in read_table("units", "party")
        if u["owner"] == owner and u["personnel"]
    )  # fmt: skip
    for name, per_person, lives in _RESERVE:
        item, daily = f"{member.prefix}{name}", persons * per_person
        for start in member.months:
            days = calendar.monthrange(start.year, start.month)[1]
            issued = float(round(daily * days * float(rng.lognormal(0.0, 0.1))))
            made.demand.append(
                (owner, {"site": depot, "item": item, "period_start": start, "period_days": days,
                         "quantity": issued})
            )  # fmt: skip
        made.holding += [
            (owner, _dated(member, depot, item, f"R{n}-{life}", daily * 100.0, life))
            for n, life in enumerate(lives, start=1)
        ]


def _dated(member: Member, site: str, item: str, lot: str, quantity: float, life: int) -> Row:
    day = member.as_of.date()
    return {
        "site": site,
        "item": item,
        "lot": lot,
        "quantity": float(ceil(quantity)),
        "condition": "serviceable",
        "expiry": day + timedelta(days=life),
        "reserved": 0.0,
        "counted_on": day - timedelta(days=12),
    }
