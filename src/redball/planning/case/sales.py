"""Suppliers: what each party sells, from where, how fast, and to whom."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from redball.model import NOWHERE
from redball.planning.case.draft import Arc, Draft, Recipe
from redball.planning.case.entries import Entry, entries_of
from redball.planning.case.ground import Ground
from redball.planning.case.lanes import HERE, Way, Ways
from redball.planning.case.places import Places
from redball.simulation.network import ArcKind, Law, PolicyKind

_MONTH_DAYS = 30.0
"""Capacity is stated for 30 days."""


@dataclass(frozen=True)
class Offer:
    """A row of the table ``source``, in units of the article; ``party`` leads its group.

    ``price_eur`` is NaN where the row states none: then the item's own price holds. ``share`` is
    0 where the row states none.
    """

    row: int
    party: int
    site: int
    lead_days: float
    lead_sd_days: float
    price_eur: float
    per_day: float
    minimum: int
    share: float
    mark: int


def split(shares: Sequence[float], per_day: Sequence[float]) -> list[float]:
    """Part of the volume that each of several sources gets; 0 where it only stands by.

    By the shares stated; where there are none by the capacities, if all are stated; else all goes
    to the first.
    """
    weights = list(shares)
    if not any(weights):
        weights = list(per_day) if all(0 < p < math.inf for p in per_day) else [1.0]
        weights += [0.0] * (len(per_day) - len(weights))
    total = math.fsum(weights)
    return [weight / total for weight in weights]


@dataclass
class Order:
    """A sale that is planned: whose time beside transport is set at the end."""

    arc: int
    recipe: int
    days: float
    sd_days: float
    way: Way


@dataclass
class Sales:
    """Cells and recipes of suppliers, and the ways of their buyers to them."""

    ground: Ground
    draft: Draft
    places: Places
    ways: Ways
    offers: dict[tuple[str, int], list[Offer]] = field(default_factory=dict)
    recipe_of: dict[tuple[int, int, int], int] = field(default_factory=dict)
    entries: dict[tuple[int, int], list[Entry]] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)
    stated_by: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.offers = _offers(self.ground)
        self.entries = entries_of(self.ground)

    def of(self, owner: str, lead: int) -> list[Offer]:
        """Offers of an article to a nation, best first."""
        return self.offers.get((owner, lead), [])

    def sell(self, buyer: int, offer: Offer, *, rate: float, part: float, mark: int = 0,
             days: float | None = None,
             sd_days: float | None = None) -> tuple[int, float]:  # fmt: skip
        """Let a cell buy a part of its volume by an offer; give the recipe and the mean time.

        ``days`` replaces the lead time that the offer states, by what ``mark`` stands for.
        """
        item = self.draft.cells[buyer].item
        price = offer.price_eur
        recipe = self.recipe(offer.party, item, offer.site, offer.per_day, offer.mark)
        self.stated_by[recipe].append(offer.row)
        stated = offer.lead_days if days is None else days
        ways = self._ways(recipe, buyer)
        for way, share in ways:
            self._order(
                buyer, recipe, way, rate=rate * share, part=part, share=part * share,
                mark=offer.mark | mark, days=stated,
                sd_days=offer.lead_sd_days if sd_days is None else sd_days,
                price_eur=self.draft.items[item].price_eur if math.isnan(price) else price,
                minimum=offer.minimum,
            )  # fmt: skip
        return recipe, math.fsum(share * max(stated, way.days) for way, share in ways)

    def connect(
        self, buyer: int, recipe: int, *, rate: float, part: float, mark: int, days: float,
        sd_days: float = 0.0, price_eur: float = 0.0, minimum: int = 0,
    ) -> None:  # fmt: skip
        """Add the shortest way from a recipe's cell to a buyer, where lanes connect both.

        ``part`` of the buyer's volume goes this way; of 0 it stands by.
        """
        way = self._shortest(recipe, buyer)
        self._order(buyer, recipe, way, rate=rate, part=part, share=part, mark=mark, days=days,
                    sd_days=sd_days, price_eur=price_eur, minimum=minimum)  # fmt: skip

    def _shortest(self, recipe: int, buyer: int) -> Way:
        cells = self.draft.cells
        node = cells[self.draft.recipes[recipe].cell].node
        fuel = self.places.fuel(cells[buyer].item)
        return self.ways.between(node, cells[buyer].node, fuel=fuel) or HERE

    def _ways(self, recipe: int, buyer: int) -> list[tuple[Way, float]]:
        """Ways of a sale and their shares: through the entries known of a maker without a place."""
        made, cells = self.draft.recipes[recipe], self.draft.cells
        node, item = cells[made.cell].node, cells[buyer].item
        found: list[tuple[Way, float]] = []
        if self.draft.nodes[node].site == NOWHERE and self.ground.parties.site[made.party] < 0:
            for entry in self.entries.get((made.party, self.draft.items[item].lead), ()):
                way = self.ways.through(
                    node, self.places.site[entry.site], cells[buyer].node,
                    fuel=self.places.fuel(item), mark=entry.mark,
                )  # fmt: skip
                if way is not None:
                    found.append((way, entry.share))
        total = math.fsum(share for _, share in found)
        return [(way, share / total) for way, share in found] or [
            (self._shortest(recipe, buyer), 1.0)
        ]

    def _order(
        self, buyer: int, recipe: int, way: Way, *, rate: float, part: float, share: float,
        mark: int, days: float, sd_days: float, price_eur: float, minimum: int,
    ) -> None:  # fmt: skip
        made = self.draft.recipes[recipe]
        self.orders.append(Order(len(self.draft.arcs), recipe, days, sd_days, way))
        self.draft.arcs.append(Arc(
            buyer, ArcKind.MOVE, supplier=made.cell, lanes=way.lanes, standby=part <= 0,
            share=share if share < 1 else 0.0, minimum=minimum, price_eur=price_eur,
            party=made.party, mark=mark | way.mark,
        ))  # fmt: skip
        made.load += rate * part
        made.most += rate

    def recipe(self, party: int, item: int, site: int, per_day: float, mark: int) -> int:
        """Recipe by which a party makes an item at a site (-1: its own node), added once.

        Of several stated capacities the largest holds: each nation says what it knows of.
        """
        key = (party, item, site)
        if key not in self.recipe_of:
            cell = self.draft.cell(self._node(party, item, site), item, mark)
            # makes to order: its position is 0 when nobody waits
            self.draft.cells[cell].policy = PolicyKind.BASE_STOCK
            self.recipe_of[key] = self.draft.make(Recipe(cell, party, per_day, mark=mark))
        made = self.draft.recipes[self.recipe_of[key]]
        made.per_day = max(made.per_day, per_day)
        made.mark |= mark
        self.draft.cells[made.cell].mark |= mark
        return self.recipe_of[key]

    def _node(self, party: int, item: int, site: int) -> int:
        """The site, or a node of the party where it is not known or holds another's stock."""
        if site == NOWHERE:
            return self.places.of_party(party)
        if (self.places.site[site], item) not in self.draft.cell_at:
            return self.places.site[site]
        known = party in self.places.party
        node = self.places.of_party(party)
        if not known:
            self.ways.connect(node, self.places.site[site])
        return node

    def set_times(self) -> None:
        """Part each stated time into making, transport and what is left for the buyer.

        The shortest of a recipe's times beside transport is the making; a buyer that states more
        waits the rest with the order. Where lanes alone take longer, the lanes' time counts.
        """
        rest = {}
        for order in self.orders:
            made = self.draft.recipes[order.recipe]
            rest[order.arc] = max(order.days - order.way.days, 0.0)
            if rest[order.arc] < made.lead_days:
                made.lead_days = rest[order.arc]
                left = order.sd_days**2 - order.way.variance
                made.lead_sd_days = math.sqrt(max(left, 0.0))
        for order in self.orders:
            made = self.draft.recipes[order.recipe]
            self.draft.arcs[order.arc].law = Law(rest[order.arc] - made.lead_days)
        for made in self.draft.recipes:
            made.lead_days = 0.0 if math.isinf(made.lead_days) else made.lead_days

    def capacity(self, recipe: int) -> float:
        """Units a day: as stated, or what the use planned so far needs with headroom."""
        made, headroom = self.draft.recipes[recipe], self.ground.options.headroom
        return made.per_day if headroom is None else max(made.per_day, made.load * (1 + headroom))

    def set_capacity(self) -> None:
        """Raise capacities that the planned use does not fit in, and say so."""
        rows: list[int] = []
        for at, made in enumerate(self.draft.recipes):
            raised = self.capacity(at)
            if raised > made.per_day:
                made.per_day = raised
                rows += self.stated_by[at]
        why = "its capacity is below the use planned on it: raised to that with headroom"
        self.ground.book.leave("source", rows, why)


def _offers(ground: Ground) -> dict[tuple[str, int], list[Offer]]:
    """Offers by owner and article, ranked by share, then lead time, then as the table stands."""
    rows = ground.rows("source")
    unseen = rows.filter((pl.col("party_ix") == NOWHERE) | (pl.col("item_ix") == NOWHERE))
    ground.book.leave("source", unseen["row"], "its supplier or its item is not visible")
    seen = rows.filter(pl.col("party_ix") != NOWHERE, pl.col("item_ix") != NOWHERE)
    ranked = seen.sort(
        pl.col("share").fill_null(-1.0), pl.col("lead_time_days"), "row",
        descending=[True, False, False],
    )  # fmt: skip
    found: dict[tuple[str, int], list[Offer]] = defaultdict(list)
    party_label = ground.book.marks.of(ground.twin["party"]["label"]).to_list()
    hidden_site = ground.twin.unseen("source", "site").to_list()
    for row in ranked.iter_rows(named=True):
        lead, size = ground.lead[row["item_ix"]], ground.factor[row["item_ix"]]
        party = int(ground.parties.group[row["party_ix"]])
        price, of_price = ground.euro(row["unit_price"], row["currency"], row["owner"])
        site = row["site_ix"]
        if site == NOWHERE and not hidden_site[row["row"]]:
            site = int(ground.parties.site[row["party_ix"]])
        month = row["capacity_per_month"]
        known = found[row["owner"], lead]
        same = [offer for offer in known if offer.party == party and offer.site == site]
        if same:
            ground.book.leave("source", [row["row"]], "the same supplier is offered by another row")
            ground.book.mark |= same[0].mark  # also where nobody asks for the article
            continue
        known.append(Offer(
            row=row["row"], party=party, site=site, lead_days=row["lead_time_days"],
            lead_sd_days=row["lead_time_sd_days"] or 0.0,
            price_eur=price / size,
            per_day=math.inf if month is None else month * size / _MONTH_DAYS,
            minimum=math.ceil((row["minimum_order"] or 0.0) * size), share=row["share"] or 0.0,
            mark=row["mark"] | of_price | int(party_label[row["party_ix"]]) | ground.party_mark
            | ground.item_mark[row["item_ix"]]
            | (ground.site_mark[site] if site != NOWHERE else 0),
        ))  # fmt: skip
    return dict(found)
