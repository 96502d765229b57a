"""Demand, stock, targets and planning factors at the sites of the exercise."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from redball.synthetic.exercise.catalogue import Article, Catalogue
from redball.synthetic.exercise.nations import BY_OWNER, Member
from redball.synthetic.exercise.places import site_rows
from redball.synthetic.exercise.reading import Row, read_table

SHORT = {
    ("DEU", "BASE-BERGEN"): ("M-FUEL", "M-RATION"),
    ("POL", "BASE-DRAWSKO"): ("IM-RATION", "IM-FUEL"),
}
"""Sites whose stock is far below target, and the items: an element of the story."""

DOOMED_LOTS = (
    ("L2016-A", 2400.0, date(2026, 5, 31)),
    ("L2016-B", 2600.0, date(2026, 8, 31)),
)
"""Lots of propelling charges at DEU:MUN-KRAUT that nobody can use in time."""

_TARGET_DAYS = {"food": 15.0, "fuel": 20.0, "ammunition": 45.0}
_SPARES_TARGET = 60.0
_LITRES_PER_HOUR = {"IFV": 95.0, "TRK": 21.0, "HOW": 70.0, "RDR": 14.0, "HEL": 447.0}
_GALLON_LITRES = 3.785411784  # US gallon of 231 cubic inches
_WITHOUT_FUEL_HISTORY = ("NOR", "EST")


@dataclass
class Activity:
    """Rows made so far, by table, each with its owner."""

    demand: list[tuple[str, Row]] = field(default_factory=list)
    holding: list[tuple[str, Row]] = field(default_factory=list)
    target: list[tuple[str, Row]] = field(default_factory=list)
    factor: list[tuple[str, Row]] = field(default_factory=list)


def build_activity(rng: np.random.Generator, catalogue: Catalogue) -> Activity:
    """Three years of demand, stock to match, targets, and factors."""
    made = Activity()
    units = [u for u in read_table("units", "party") if u["name"] is not None]
    for unit in units:
        _supply_unit(rng, made, catalogue, unit)
    for site in site_rows():
        if site["kind"] == "depot":
            _fill_depot(rng, made, catalogue, site)
        if site["kind"] == "ammunition_depot":
            _fill_magazine(rng, made, catalogue, site)
    for owner in BY_OWNER:
        _factors(made, catalogue, owner)
    _doomed_lots(made)
    return made


def _supply_unit(rng: np.random.Generator, made: Activity, catalogue: Catalogue, unit: Row) -> None:
    owner, site = str(unit["owner"]), str(unit["site"])
    member, persons = BY_OWNER[owner], int(str(unit["personnel"]))
    items = catalogue.of(owner)
    spares = [a for a in items if a.is_spare]
    chosen = [spares[i] for i in sorted(rng.permutation(len(spares))[:14])]
    chosen += [a for a in items if a.role == "story" and a not in chosen]
    for article in chosen:
        month = float(rng.lognormal(1.3, 0.9))
        _demand(rng, made, member, site, article, month)
        _stock(rng, made, member, site, article, month / 30.4, _SPARES_TARGET)
    for article in (a for a in items if a.noun in ("fuel", "ration", "water")):
        daily = _commodity_per_day(article, persons)
        if article.noun == "fuel" and owner not in _WITHOUT_FUEL_HISTORY:
            _demand(rng, made, member, site, article, daily * 30.4, every_month=True)
        _stock(rng, made, member, site, article, daily, _TARGET_DAYS[article.family])
    made.target += [
        (owner, {"unit": unit["key"], "supply_class": cls, "days_of_supply": days,
                 "label": member.restricted})
        for cls, days in _class_targets(member)
    ]  # fmt: skip


def _class_targets(member: Member) -> tuple[tuple[str, float], ...]:
    if member.owner == "USA":
        return (("US:I", 15.0), ("US:III", 20.0), ("US:IX", _SPARES_TARGET), ("US:V", 45.0))
    return (("NATO:I", 15.0), ("NATO:III", 20.0), ("NATO:II", _SPARES_TARGET), ("NATO:V", 45.0))


def _commodity_per_day(article: Article, persons: int) -> float:
    unit = article.row["unit_of_issue"]
    per_person = {"ration": 3.0, "water": 23.1, "fuel": 14.0}[article.noun]
    size = {"BX": 12.0, "GL": _GALLON_LITRES}.get(str(unit), 1.0)
    return persons * per_person / size


def _demand(
    rng: np.random.Generator,
    made: Activity,
    member: Member,
    site: str,
    article: Article,
    per_month: float,
    *,
    every_month: bool = False,
) -> None:
    """36 months; spares are intermittent: a share of months has demand, in skewed sizes.

    The mean over all months is ``per_month``.
    """
    busy = 1.0 if every_month else float(rng.uniform(0.3, 0.9))
    for start in member.months:
        if every_month:
            season = 1.0 + 0.15 * float(np.cos(2 * np.pi * (start.month - 1) / 12))
            quantity = round(per_month * season * float(rng.lognormal(0.0, 0.12)), -1)
        else:
            size = float(rng.gamma(1.2, per_month / busy / 1.2))
            quantity = float(np.ceil(size)) if rng.random() < busy else 0.0
        days = calendar.monthrange(start.year, start.month)[1]
        row: Row = {"site": site, "item": article.key, "period_start": start, "period_days": days}
        made.demand.append((member.owner, row | {"quantity": quantity}))


def _stock(
    rng: np.random.Generator,
    made: Activity,
    member: Member,
    site: str,
    article: Article,
    per_day: float,
    target_days: float,
) -> None:
    cover = 1.15 + float(rng.gamma(2.0, 0.4))
    if article.key in SHORT.get((member.owner, site), ()):
        cover = 0.22
    quantity = float(np.ceil(per_day * target_days * cover))
    made.holding.append((member.owner, _holding(rng, member, site, article, quantity)))
    if article.row["reparable"] and quantity > 3:
        broken = _holding(rng, member, site, article, float(np.ceil(quantity / 6)))
        made.holding.append((member.owner, broken | {"condition": "unserviceable"}))


def _holding(
    rng: np.random.Generator, member: Member, site: str, article: Article, quantity: float
) -> Row:
    day = member.as_of.date()
    life = article.row["shelf_life_days"]
    left = None if life is None else int(int(str(life)) * float(rng.uniform(0.45, 0.95)))
    reserved = float(np.floor(quantity * 0.1)) if rng.random() < 0.15 else 0.0
    return {
        "site": site,
        "item": article.key,
        "lot": None if left is None else f"L{int(rng.integers(10_000, 99_999))}",
        "quantity": quantity,
        "condition": "serviceable",
        "expiry": None if left is None else day + timedelta(days=left),
        "reserved": reserved,
        "counted_on": day - timedelta(days=int(rng.integers(2, 45))),
        "label": member.restricted if article.family == "ammunition" else None,
    }


def _fill_depot(rng: np.random.Generator, made: Activity, catalogue: Catalogue, site: Row) -> None:
    owner = str(site["owner"])
    member, items = BY_OWNER[owner], catalogue.of(owner)
    spares = [a for a in items if a.is_spare or a.noun in ("uniform", "boots", "dressing", "wire")]
    for i in sorted(rng.permutation(len(spares))[:45]):
        month = float(rng.lognormal(2.0, 1.1))
        quantity = float(np.ceil(month * float(rng.uniform(2.5, 14.0))))
        made.holding.append((owner, _holding(rng, member, str(site["key"]), spares[i], quantity)))
        if rng.random() < 0.35:
            _demand(rng, made, member, str(site["key"]), spares[i], month)
    made.target.append(
        (owner, {"site": site["key"], "days_of_supply": 90.0, "label": member.restricted})
    )


def _fill_magazine(
    rng: np.random.Generator, made: Activity, catalogue: Catalogue, site: Row
) -> None:
    """Training demand and lots with years of life left."""
    owner, key = str(site["owner"]), str(site["key"])
    member = BY_OWNER[owner]
    for article in catalogue.of(owner):
        if article.family != "ammunition":
            continue
        month = {"shell": 70.0, "charge": 60.0, "round30": 2500.0}[article.noun]
        _demand(rng, made, member, key, article, month)
        for _ in range(3):
            quantity = float(np.ceil(month * float(rng.uniform(2.0, 6.0))))
            made.holding.append((owner, _holding(rng, member, key, article, quantity)))


def _doomed_lots(made: Activity) -> None:
    member = BY_OWNER["DEU"]
    for lot, quantity, expiry in DOOMED_LOTS:
        row: Row = {"site": "MUN-KRAUT", "item": "M-CHARGE", "lot": lot, "quantity": quantity}
        row |= {"condition": "serviceable", "expiry": expiry, "reserved": 0.0}
        row |= {"counted_on": date(2025, 12, 4), "label": member.restricted}
        made.holding.append(("DEU", row))


def _factors(made: Activity, catalogue: Catalogue, owner: str) -> None:
    for article in catalogue.of(owner):
        if owner == "XAG" or article.role != "commodity":
            continue
        made.factor += [(owner, {"item": article.key} | row) for row in _factor(owner, article)]


def _factor(owner: str, article: Article) -> Iterator[Row]:
    """Rations and water from public planning tables; fuel per hour is an exercise assumption."""
    unit = article.row["unit_of_issue"]
    if article.noun == "ration":
        quantity = 0.25 if unit == "BX" else 3.0
        yield {"basis": "person_day", "quantity": quantity,
               "source": "ATP 4-90 App. C, cycle M-M-M: three meals"}  # fmt: skip
    if article.noun == "water":
        yield {"basis": "person_day", "quantity": 6.1 if unit == "GL" else 23.1,
               "source": "QM4923 Table 1-1, temperate, sustaining: 6.1 US gallons"}  # fmt: skip
    if article.noun == "fuel":
        held = {str(u["system"]) for u in read_table("units", "fleet") if u["owner"] == owner}
        for system in sorted(held):
            litres = _LITRES_PER_HOUR[system.rpartition(":")[2]]
            quantity = round(litres / _GALLON_LITRES, 1) if unit == "GL" else litres
            yield {"basis": "system_hour", "system": system, "quantity": quantity,
                   "source": "exercise assumption"}  # fmt: skip
