"""Spares of the two vehicles that Germany and the Netherlands share: articles and structure.

Written by hand in ``data/spares.csv``: replaceable units, the parts they are repaired with, how
often they fail, and where they are repaired. Both nations catalogue each under one stock number,
so that mutual support has something to pool. All figures are exercise assumptions.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from redball.synthetic.exercise.catalogue import Article
from redball.synthetic.exercise.nations import BY_OWNER
from redball.synthetic.exercise.reading import Row, read_rows

OWNERS = ("DEU", "NLD")
"""Nations that hold the spares."""

SYSTEM_OWNER = "DEU"
"""Owner of the vehicles and of their structure."""


@dataclass(frozen=True)
class Spare:
    """A replaceable unit (``L..``) or a part it is repaired with (``S..``).

    Attributes
    ----------
    part, system, parent : str
        Own number; key of the vehicle; key of the assembly, or number of the unit it goes into.
    quantity, needed, isolation : float or None
        As in the table ``structure``.
    per_hour : float
        Removals per operating hour of one vehicle, all places together; 0 for a part, which fails
        with its unit.
    base_share, base_days, depot_days, lead_days : float
        Share repaired at bases and how long that takes; turnaround at the depot; procurement.
    """

    part: str
    system: str
    parent: str
    row: dict[str, str]
    quantity: float
    needed: float | None
    isolation: float | None
    per_hour: float
    base_share: float
    base_days: float
    depot_days: float
    lead_days: float

    @property
    def reparable(self) -> bool:
        """Whether it is repaired and returned to stock."""
        return self.row["reparable"] == "yes"

    @property
    def price_eur(self) -> float:
        """Price of one, in euro."""
        return float(self.row["price_eur"])

    @property
    def is_unit(self) -> bool:
        """Whether it is replaced on the vehicle."""
        return self.part.startswith("L")

    def key(self, owner: str) -> str:
        """Item number in the catalogue of a member."""
        return f"{BY_OWNER[owner].prefix}{self.part}"


@cache
def read_spares() -> tuple[Spare, ...]:
    """All spares, in the order of the file."""
    return tuple(_spare(row) for row in read_rows("spares"))


def _spare(row: dict[str, str]) -> Spare:
    return Spare(
        part=row["part"],
        system=row["system"],
        parent=row["parent"],
        row=row,
        quantity=float(row["quantity"]),
        needed=float(row["needed"]) if row["needed"] else None,
        isolation=float(row["isolation"]) if row["isolation"] else None,
        per_hour=float(row["per_1000_hours"] or 0) / 1000,
        base_share=float(row["base_share"] or 0),
        base_days=float(row["base_days"] or 0),
        depot_days=float(row["depot_days"] or 0),
        lead_days=float(row["lead_days"]),
    )


def spare_articles(rng: np.random.Generator) -> list[Article]:
    """Item records of both nations; the Netherlands writes the German number as an NSN."""
    return [
        _article(rng, owner, spare, number)
        for owner in OWNERS
        for number, spare in enumerate(read_spares(), start=1)
    ]


def _article(rng: np.random.Generator, owner: str, spare: Spare, number: int) -> Article:
    data, kilograms = spare.row, float(spare.row["mass_kg"])
    niin = f"{BY_OWNER[SYSTEM_OWNER].ncb}{9_200_000 + 37 * number:07d}"
    own = owner == SYSTEM_OWNER
    price = spare.price_eur * (1.0 if own else float(rng.uniform(0.96, 1.05)))
    row: Row = {
        "key": spare.key(owner),
        "niin": niin if own else None,
        "nsn": None if own else f"{data['fsc']}{niin}",
        "name": data["name"] if own else data["name"].replace(", ", " - ", 1),
        "local_name": data["de" if own else "nl"],
        "supply_class": "NATO:II",
        "unit_of_issue": "EA",
        "price": round(price, 2) if price < 1000 else float(round(price, -1)),
        "currency": BY_OWNER[owner].currency,
        "mass_kg": kilograms,
        "volume_m3": max(round(kilograms / 250, 5), 0.0005),
        "reparable": spare.reparable,
    }
    return Article(owner, str(row["key"]), "spare", data["family"], "spare", spare.system, row)


def spare_structure() -> list[tuple[str, Row]]:
    """Where each spare goes; the owner of the vehicles records it."""
    numbers = {spare.part for spare in read_spares()}
    rows: list[tuple[str, Row]] = []
    for spare in read_spares():
        inside = spare.parent in numbers
        parent = f"{BY_OWNER[SYSTEM_OWNER].prefix}{spare.parent}" if inside else spare.parent
        row: Row = {
            "parent": parent,
            "child": spare.key(SYSTEM_OWNER),
            "quantity": spare.quantity,
            "essential": True,
            "needed": spare.needed,
            "isolation": spare.isolation,
        }
        rows.append((SYSTEM_OWNER, row))
    return rows
