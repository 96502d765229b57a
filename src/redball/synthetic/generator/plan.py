"""Sizes, owners, and how many rows of each table an owner has."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from redball.model import BadUse
from redball.synthetic.types import CoalitionSize

SIZES: Mapping[str, CoalitionSize] = MappingProxyType(
    {
        "XS": CoalitionSize(
            items=240, sites=50, parties=160, supply=300, lanes=110, systems=8, units=16,
            holdings=800, demand_lines=80, orders=60, consignments=30,
        ),
        "S": CoalitionSize(
            items=1_000, sites=100, parties=500, supply=1_500, lanes=250, systems=8, units=16,
            holdings=10_000, demand_lines=1_000, orders=500, consignments=300,
        ),
        "M": CoalitionSize(
            items=10_000, sites=1_000, parties=2_500, supply=12_000, lanes=2_200, systems=16,
            units=48, holdings=100_000, demand_lines=8_000, orders=5_000, consignments=2_000,
        ),
        "L": CoalitionSize(
            items=100_000, sites=10_000, parties=20_000, supply=100_000, lanes=20_000, systems=56,
            units=160, holdings=1_000_000, demand_lines=80_000, orders=20_000,
            consignments=10_000,
        ),
        "XL": CoalitionSize(
            items=1_000_000, sites=10_000, parties=50_000, supply=250_000, lanes=20_000,
            systems=80, units=240, holdings=10_000_000, demand_lines=250_000, orders=50_000,
            consignments=20_000,
        ),
    }
)  # fmt: skip
"""Sizes by name; every demand line has twelve periods of thirty days."""


def size_of(size: str) -> CoalitionSize:
    """Counts of a size.

    Raises
    ------
    BadUse
        There is no such size.
    """
    try:
        return SIZES[size.upper()]
    except KeyError:
        raise BadUse(f"There is no size '{size}'.", mend=f"Sizes: {', '.join(SIZES)}.") from None


@dataclass(frozen=True)
class Owner:
    """A nation of the generated coalition; the centre and spread place its sites."""

    code: str
    name: str
    currency: str
    ncb: str
    ncage: str  # first and last character; '#' a digit
    weight: float
    latitude: float
    longitude: float
    spread_deg: float


OWNERS: tuple[Owner, ...] = (
    Owner("DEU", "Germany", "EUR", "12", "C#", 0.18, 51.2, 10.3, 1.7),
    Owner("EST", "Estonia", "EUR", "38", "#J", 0.05, 58.7, 25.6, 0.6),
    Owner("FRA", "France", "EUR", "14", "F#", 0.13, 47.0, 2.6, 1.8),
    Owner("GBR", "United Kingdom", "GBP", "99", "K#", 0.14, 52.8, -1.6, 1.3),
    Owner("NLD", "Netherlands", "EUR", "17", "H#", 0.09, 52.2, 5.6, 0.6),
    Owner("NOR", "Norway", "NOK", "25", "N#", 0.06, 61.5, 9.8, 1.5),
    Owner("POL", "Poland", "PLN", "43", "#H", 0.12, 52.1, 19.4, 1.5),
    Owner("USA", "United States", "USD", "01", "##", 0.23, 39.5, -83.5, 4.0),
)
"""In order of import: an owner refers only to itself and to owners before it."""

FOREIGN_SHARE = 0.115
"""Share of references across, of owners that can have any: about 10 % over all owners."""

CHUNK_ROWS = 400_000
"""Most rows of a chunk."""

_TIERS = (0.40, 0.30, 0.20, 0.10)
_KINDS = ("holding", "demand", "structure", "supply", "source", "item", "site", "lane", "party",
          "order", "consignment", "fleet", "target", "share", "resupply", "factor", "repair",
          "policy")  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """One owner's counts and its place in the coalition.

    Everything random comes from :meth:`rng`, which depends on the seed, the owner, the table and
    the chunk only: chunks can be made one at a time, in any order, with equal results.
    """

    seed: int
    number: int
    owner: Owner
    size: CoalitionSize

    @cached_property
    def peers(self) -> tuple["Plan", ...]:
        """Plans of all owners, in order of import."""
        return make_plans(self.size, self.seed)

    def _part(self, total: int, least: int = 1) -> int:
        return max(least, round(total * self.owner.weight))

    @cached_property
    def items(self) -> int:
        """Items."""
        return self._part(self.size.items, 30)

    @cached_property
    def sites(self) -> int:
        """Sites; the first is a port."""
        return self._part(self.size.sites, 5)

    @cached_property
    def units(self) -> int:
        """Units: the first parties."""
        return self._part(self.size.units)

    @cached_property
    def parties(self) -> int:
        """Parties, units included."""
        return max(self._part(self.size.parties), self.units + 12)

    @cached_property
    def systems(self) -> int:
        """Systems: their root items are the first items."""
        return self._part(self.size.systems)

    @cached_property
    def tiers(self) -> npt.NDArray[np.int64]:
        """Where the tiers of suppliers begin among the parties, and the end; shape (5,)."""
        suppliers = self.parties - self.units
        ends = np.rint(np.cumsum((0.0, *_TIERS)) * suppliers).astype(np.int64)
        tiers: npt.NDArray[np.int64] = ends + self.units
        return tiers

    def rows(self, total: int) -> int:
        """Return the owner's part of a coalition-wide number of rows."""
        return self._part(total)

    def rng(self, table: str, chunk: int = 0) -> np.random.Generator:
        """Return the generator of random numbers for a chunk of a table."""
        return np.random.Generator(
            np.random.PCG64([self.seed, self.number, _KINDS.index(table), chunk])
        )


def make_plans(size: CoalitionSize, seed: int) -> tuple[Plan, ...]:
    """Return the plans of all owners, in order of import."""
    return tuple(Plan(seed, number, owner, size) for number, owner in enumerate(OWNERS))
