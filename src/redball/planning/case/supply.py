"""Ways of supply of the stock of nations: up the resupply tree, at its top from suppliers."""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from redball.model import NOWHERE
from redball.planning.case.draft import Arc
from redball.planning.case.flows import Flows, Place
from redball.planning.case.lanes import Ways
from redball.planning.case.sales import Sales, split
from redball.simulation.network import ArcKind, Law


@dataclass(frozen=True)
class Ship:
    """Order and ship time at a site: for one article or for all."""

    days: float
    sd_days: float
    row: int
    mark: int


@dataclass
class Supply:
    """Plans the ways of supply of cells at sites.

    Attributes
    ----------
    lead_days : dict of int to float
        Mean time of each cell's supply: of the first way, or of all that share the volume.
    bought : dict of int to list of (recipe, part)
        Who makes what a cell buys, and the part of its volume that each makes.
    """

    sales: Sales
    ways: Ways
    flows: Flows
    lead_days: dict[int, float] = field(default_factory=dict)
    bought: dict[int, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))
    _own: dict[Place, Ship] = field(default_factory=dict)
    _general: dict[int, Ship] = field(default_factory=dict)
    _users: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self._own, self._general = self._ship_times()
        for site, lead in sorted(self.flows.use):
            self._users[lead].append(site)

    def plan(self, cells: Mapping[Place, int]) -> None:
        """Give each cell its ways, best first."""
        for place, cell in cells.items():
            above = int(self.sales.ground.above[place[0]])
            if above == NOWHERE:
                self._from_outside(place, cell)
            else:
                self._from_above(place, cell, above)

    def _from_above(self, place: Place, cell: int, above: int) -> None:
        ship = self._own.get(place) or self._general.get(place[0])
        days = ship.days if ship else math.nan
        spares = self.sales.ground.spares
        if spares is not None and place[1] in self.sales.ground.axis:
            site = self.sales.ground.position.get(place[0])
            if site is not None:
                days = float(spares.problem.ship_days[self.sales.ground.axis[place[1]], site])
        self._move(place, cell, above, days, ship, standby=False)
        for other in self._further(place, above):
            self._move(place, cell, other, days, ship, standby=True)

    def _move(
        self, place: Place, cell: int, giver: int, days: float, ship: Ship | None, *, standby: bool
    ) -> None:
        draft, places = self.sales.draft, self.sales.places
        supplier = places.cell(giver, place[1])
        way = self.ways.between(places.site[giver], places.site[place[0]],
                                fuel=places.fuel(draft.cells[cell].item))  # fmt: skip
        lanes, travel, variance, mark = (way.lanes, way.days, way.variance, way.mark) if way else (
            (), 0.0, 0.0, 0)  # fmt: skip
        stated = 0.0 if math.isnan(days) else days
        rest = max(stated - travel, 0.0)
        sd = math.sqrt(max((ship.sd_days**2 if ship else 0.0) - variance, 0.0))
        draft.arcs.append(Arc(
            cell, ArcKind.MOVE, Law.spread(rest, sd), supplier=supplier, lanes=lanes,
            standby=standby, mark=mark | (ship.mark if ship else 0),
        ))  # fmt: skip
        if not standby:
            self.lead_days[cell] = rest + travel

    def _further(self, place: Place, above: int) -> list[int]:
        """The next depot: the nearest site of the nation that stands higher and has the article."""
        ground, places = self.sales.ground, self.sales.places
        owners = ground.twin.tables["site"]["owner"]
        found = []
        for site in self._users.get(place[1], ()):
            higher = ground.depth[site] < ground.depth[place[0]]
            if site in (above, place[0]) or not higher or owners[site] != owners[place[0]]:
                continue
            way = self.ways.between(places.site[site], places.site[place[0]])
            if way is not None:
                found.append((way.days, site))
        return [site for _, site in sorted(found)[:1]]

    def _from_outside(self, place: Place, cell: int) -> None:
        """Offers to the nation share it; without any, from outside in the time of resupply."""
        ground, draft = self.sales.ground, self.sales.draft
        site, lead = place
        owner = str(ground.twin.tables["site"]["owner"][site])
        rate = self.flows.order.get(place, 0.0)
        offers, own = self.sales.of(owner, lead), self._own.get(place)
        parts = split([offer.share for offer in offers], [offer.per_day for offer in offers])
        taken = 0.0
        for rank, (offer, part) in enumerate(zip(offers, parts, strict=True)):
            stated = own if own is not None and rank == 0 else None
            recipe, mean_days = self.sales.sell(
                cell, offer, rate=rate, part=part, mark=stated.mark if stated else 0,
                days=stated.days if stated else None, sd_days=stated.sd_days if stated else None,
            )  # fmt: skip
            self.bought[cell].append((recipe, part))
            taken += part * mean_days
        if offers:
            self.lead_days[cell] = taken
            return
        ship = own or self._general.get(site)
        days = ship.days if ship else self._elsewhere(place)
        if days is None:
            why = "no source and no time of resupply at a site: nothing comes there after its stock"
            ground.book.leave("item", [lead], why)
            return
        price = draft.items[draft.cells[cell].item].price_eur
        law = Law.spread(days, ship.sd_days if ship else 0.0)
        draft.arcs.append(Arc(cell, ArcKind.BUY, law, price_eur=price,
                              mark=ship.mark if ship else 0))  # fmt: skip
        self.lead_days[cell] = days

    def busy(self, cell: int) -> float:
        """Share of the time that the lines work which make what a cell buys; at most all of it."""
        found = 0.0
        for at, part in self.bought.get(cell, ()):
            load, capacity = self.sales.draft.recipes[at].load, self.sales.capacity(at)
            found += part * min(load / capacity, 1.0) if capacity > 0 else part
        return found

    def _elsewhere(self, place: Place) -> float | None:
        """What the sparing case takes where nothing is said at a top: the mean of other tops."""
        ground = self.sales.ground
        site, item = ground.position.get(place[0]), ground.axis.get(place[1])
        if ground.spares is None or site is None or item is None:
            return None
        return float(ground.spares.problem.ship_days[item, site])

    def _ship_times(self) -> tuple[dict[Place, Ship], dict[int, Ship]]:
        ground = self.sales.ground
        own: dict[Place, Ship] = {}
        general: dict[int, Ship] = {}
        rows = ground.rows("resupply").filter(
            pl.col("site_ix") != NOWHERE, ~ground.twin.unseen("resupply", "item")
        )
        for row in rows.iter_rows(named=True):
            ship = Ship(row["ship_days"], row["ship_sd_days"] or 0.0, row["row"], row["mark"])
            if row["item_ix"] == NOWHERE:
                general.setdefault(row["site_ix"], ship)
            else:
                own.setdefault((row["site_ix"], ground.lead[row["item_ix"]]), ship)
        return own, general
