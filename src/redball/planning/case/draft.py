"""A network while it is planned: rows with what they rest on, numbered in the order of planning.

Stock levels depend on flows, flows on who is resupplied by whom, and a builder takes each row only
once and whole. So all is planned here first and given to the builder at the end.
"""

import math
from dataclasses import dataclass, field

from redball.model import NOWHERE
from redball.simulation.network import (
    NOW,
    ArcKind,
    Law,
    Network,
    NetworkBuilder,
    PolicyKind,
    SizeKind,
    StreamKind,
)


@dataclass
class Node:
    """A site, or a party whose place is not known (or stands beside another's stock)."""

    name: str
    nation: str
    site: int = NOWHERE
    party: int = NOWHERE
    mark: int = 0


@dataclass
class Item:
    """An article (its leading record), or an input between tiers (text and customer)."""

    name: str
    lead: int = NOWHERE
    text: str = ""
    mass_kg: float = 0.0
    volume_m3: float = 0.0
    price_eur: float = 0.0
    shelf_life_days: float = float("inf")
    mark: int = 0


@dataclass
class Cell:
    """Stock of an item at a node; ``use`` in units a day is what is planned to leave it."""

    node: int
    item: int
    use: float = 0.0
    on_hand: int = 0
    reserve: int = 0
    policy: PolicyKind = PolicyKind.NONE
    reorder_point: int = 0
    order_up_to: int = 0
    quantity: int = 0
    lots: list[tuple[int, float]] = field(default_factory=list)
    due: list[tuple[int, float]] = field(default_factory=list)
    mark: int = 0

    @property
    def most(self) -> int:
        """Highest position that it orders up to."""
        if self.policy == PolicyKind.FIXED_QUANTITY:
            return self.reorder_point + self.quantity
        return self.order_up_to

    @property
    def lot(self) -> int:
        """What an order of it usually is."""
        if self.policy == PolicyKind.REORDER_UP_TO:
            return max(self.order_up_to - self.reorder_point, 1)
        return max(self.quantity, 1)


@dataclass
class Arc:
    """A way to supply a cell; ``party`` sells, where it is a sale; ``share`` of 0: by rank."""

    cell: int
    kind: ArcKind
    law: Law = NOW
    supplier: int = NOWHERE
    recipe: int = NOWHERE
    lanes: tuple[int, ...] = ()
    standby: bool = False
    share: float = 0.0
    minimum: int = 0
    price_eur: float = 0.0
    party: int = NOWHERE
    mark: int = 0


@dataclass
class Recipe:
    """What a party makes in a cell; ``load`` is the use planned on it, ``most`` with all standby.

    ``lot`` is the largest order that its buyers usually place.
    ``lead`` is the shortest of what its buyers state beside transport, with its spread.
    """

    cell: int
    party: int
    per_day: float
    lead_days: float = float("inf")
    lead_sd_days: float = 0.0
    inputs: list[tuple[int, float]] = field(default_factory=list)
    load: float = 0.0
    most: float = 0.0
    lot: int = 1
    mark: int = 0

    @property
    def batch(self) -> int:
        """Units that leave the line together: those of a day; 0: a whole order.

        Inputs are taken in whole units for each batch: what needs parts of a unit is not split.
        """
        if math.isinf(self.per_day) or any(quantity % 1 for _, quantity in self.inputs):
            return 0
        return max(math.floor(self.per_day), 1)


@dataclass
class Lane:
    """A row of the table ``lane`` in one direction."""

    row: int
    origin: int
    destination: int
    law: Law
    name: str
    mode: int
    kg_per_day: float
    eur_per_t: float
    co2e_kg_per_t: float
    mark: int


@dataclass
class Stream:
    """Demand that is not a failure of a fleet."""

    cell: int
    kind: StreamKind
    per_day: float
    size: float
    size_kind: SizeKind
    unit: str
    mark: int


@dataclass
class Fleet:
    """A row of the table ``fleet``; ``parts`` are (cell, per system, needed, removals a day)."""

    row: int
    node: int
    unit: str
    system: str
    count: int
    parts: list[tuple[int, int, int, float]]
    mark: int


@dataclass
class Shop:
    """Repair of a cell; ``up`` and ``pool`` are positions among shops, and places or none."""

    cell: int
    law: Law
    share: float
    servers: int
    up: int
    parts: list[tuple[int, float]]


@dataclass
class Support:
    """A link between cells of two nations."""

    receiver: int
    giver: int
    move_days: float
    keep: int
    from_day: float
    until_day: float
    mark: int = 0


@dataclass
class Draft:
    """All rows of a network that is being planned."""

    nodes: list[Node] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    arcs: list[Arc] = field(default_factory=list)
    recipes: list[Recipe] = field(default_factory=list)
    lanes: list[Lane] = field(default_factory=list)
    streams: list[Stream] = field(default_factory=list)
    fleets: list[Fleet] = field(default_factory=list)
    shops: list[Shop] = field(default_factory=list)
    substitutes: list[tuple[int, int]] = field(default_factory=list)
    supports: list[Support] = field(default_factory=list)
    cell_at: dict[tuple[int, int], int] = field(default_factory=dict)

    def cell(self, node: int, item: int, mark: int = 0) -> int:
        """Position of the cell of a node and an item; it is added where there is none."""
        at = self.cell_at.get((node, item))
        if at is None:
            at = self.cell_at[node, item] = len(self.cells)
            self.cells.append(Cell(node, item, mark=self.nodes[node].mark | self.items[item].mark))
        self.cells[at].mark |= mark
        return at

    def make(self, recipe: Recipe) -> int:
        """Add a recipe and the way it supplies its cell."""
        self.recipes.append(recipe)
        at = len(self.recipes) - 1
        self.arcs.append(
            Arc(recipe.cell, ArcKind.MAKE, recipe=at, party=recipe.party, mark=recipe.mark)
        )
        return at

    def build(self, *, support_standby: bool, cannibalise: bool) -> Network:
        """Give all rows to a builder.

        Raises
        ------
        BadUse
            The network breaks a rule of the tables.
        """
        builder = NetworkBuilder()
        self._places(builder)
        self._supply(builder)
        self._use(builder, support_standby=support_standby, cannibalise=cannibalise)
        return builder.build()

    def arc_order(self) -> list[int]:
        """Rows of the built arcs by position here: they stand by cell, else as planned."""
        order = sorted(range(len(self.arcs)), key=lambda at: self.arcs[at].cell)
        rows = [0] * len(order)
        for row, at in enumerate(order):
            rows[at] = row
        return rows

    def _places(self, builder: NetworkBuilder) -> None:
        for item in self.items:
            builder.item(
                item.name, mass_kg=item.mass_kg, volume_m3=item.volume_m3,
                price_eur=item.price_eur, shelf_life_days=item.shelf_life_days,
            )  # fmt: skip
        for node in self.nodes:
            builder.node(node.name, node.nation)
        for cell in self.cells:
            at = builder.cell(
                self.nodes[cell.node].name, self.items[cell.item].name, on_hand=cell.on_hand,
                reserve=cell.reserve, policy=cell.policy, reorder_point=cell.reorder_point,
                order_up_to=cell.order_up_to, quantity=cell.quantity,
            )  # fmt: skip
            for quantity, day in cell.lots:
                builder.lot(at, quantity, day)
            for quantity, day in cell.due:
                builder.due(at, quantity, day)
        for lane in self.lanes:
            builder.lane(
                self.nodes[lane.origin].name, self.nodes[lane.destination].name, lane.law,
                name=lane.name, mode=lane.mode, kg_per_day=lane.kg_per_day,
                eur_per_t=lane.eur_per_t, co2e_kg_per_t=lane.co2e_kg_per_t,
            )  # fmt: skip

    def _supply(self, builder: NetworkBuilder) -> None:
        for arc in self.arcs:
            if arc.kind == ArcKind.MAKE:
                made = self.recipes[arc.recipe]
                lead = Law.spread(made.lead_days, made.lead_sd_days)
                builder.make(made.cell, per_day=made.per_day, lead=lead, lot=made.batch,
                             inputs=made.inputs)  # fmt: skip
                continue
            terms = {"standby": int(arc.standby), "minimum": arc.minimum,
                     "share": arc.share, "price_eur": arc.price_eur}  # fmt: skip
            if arc.kind == ArcKind.BUY:
                builder.buy(arc.cell, arc.law, lanes=arc.lanes, **terms)
            else:
                builder.move(arc.cell, arc.supplier, arc.law, lanes=arc.lanes, **terms)

    def _use(self, builder: NetworkBuilder, *, support_standby: bool, cannibalise: bool) -> None:
        for stream in self.streams:
            builder.demand(
                stream.cell, kind=stream.kind, per_day=stream.per_day, size=stream.size,
                size_kind=stream.size_kind, unit=stream.unit,
            )  # fmt: skip
        for fleet in self.fleets:
            at = builder.fleet(self.nodes[fleet.node].name, fleet.unit, fleet.system, fleet.count,
                               cannibalise=cannibalise)  # fmt: skip
            for cell, per_system, needed, per_day in fleet.parts:
                builder.fit(at, cell, per_day, per_system=per_system, needed=needed)
        for shop in self.shops:
            node = self.nodes[self.cells[shop.cell].node].name
            pool = builder.pool(node, shop.servers) if shop.servers else NOWHERE
            builder.shop(shop.cell, shop.law, share=shop.share, pool=pool, up=shop.up,
                         parts=shop.parts)  # fmt: skip
        for cell, other in self.substitutes:
            builder.substitute(cell, other)
        for link in self.supports:
            builder.support(
                link.receiver, link.giver, Law(link.move_days), keep=link.keep,
                from_day=link.from_day, until_day=link.until_day, standby=support_standby,
            )  # fmt: skip
