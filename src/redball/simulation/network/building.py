"""A friendly builder in front of the exact, immutable network."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from redball.model import NOWHERE, BadUse
from redball.simulation.network.network import TABLES, Network
from redball.simulation.network.tables import (
    ArcKind,
    CutRule,
    LawKind,
    PolicyKind,
    Rationing,
    SizeKind,
    StreamKind,
)

Row = dict[str, float]


@dataclass(frozen=True)
class Law:
    """Distribution of a time in days; see :class:`LawKind`. ``Law(3)`` is always three days."""

    mean: float
    kind: LawKind = LawKind.CONSTANT
    sd: float = 0.0
    low: float = 0.0
    high: float = 0.0
    phases: int = 1

    @staticmethod
    def exponential(mean: float) -> "Law":
        """Exponential time."""
        return Law(mean, LawKind.EXPONENTIAL)

    @staticmethod
    def spread(mean: float, sd: float | None) -> "Law":
        """Gamma time, constant where there is no spread."""
        return Law(mean, LawKind.GAMMA, sd=sd) if sd and mean > 0 else Law(mean)

    @staticmethod
    def between(low: float, high: float) -> "Law":
        """Uniform time."""
        return Law((low + high) / 2, LawKind.UNIFORM, low=low, high=high)


NOW = Law(0.0)
"""Takes no time."""


@dataclass
class NetworkBuilder:
    """Adds things by name and gives the network. Every method returns the number of its row.

    Numbers of rows given back are those of the order of adding; ``build`` puts arcs, applications,
    substitutes and supports in groups and keeps the order within a group.
    """

    _rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in TABLES})
    _items: dict[str, int] = field(default_factory=dict)
    _nodes: dict[str, int] = field(default_factory=dict)
    _nations: dict[str, int] = field(default_factory=dict)
    _units: dict[str, int] = field(default_factory=dict)
    _systems: dict[str, int] = field(default_factory=dict)
    _laws: dict[Law, int] = field(default_factory=dict)
    _lanes: list[str] = field(default_factory=list)

    def _add(self, table: str, **values: float) -> int:
        self._rows[table].append(values)
        return len(self._rows[table]) - 1

    def item(
        self, name: str, *, mass_kg: float = 0.0, volume_m3: float = 0.0, price_eur: float = 0.0,
        shelf_life_days: float = np.inf,
    ) -> int:  # fmt: skip
        """Add an item."""
        self._items[name] = self._new(self._items, name, "item")
        return self._add("items", mass_kg=mass_kg, volume_m3=volume_m3, price_eur=price_eur,
                         shelf_life_days=shelf_life_days)  # fmt: skip

    def node(self, name: str, nation: str = "") -> int:
        """Add a node: a site, a supplier's plant, a customer."""
        self._nodes[name] = self._new(self._nodes, name, "node")
        return self._add("nodes", nation=self._nations.setdefault(nation, len(self._nations)))

    def law(self, law: Law) -> int:
        """Add a law once."""
        if law not in self._laws:
            self._laws[law] = self._add(
                "laws", kind=law.kind, mean=law.mean, sd=law.sd, low=law.low, high=law.high,
                phases=law.phases,
            )  # fmt: skip
        return self._laws[law]

    def cell(
        self, node: str, item: str, *, on_hand: int = 0, reserve: int = 0,
        policy: PolicyKind = PolicyKind.NONE, reorder_point: int = 0, order_up_to: int = 0,
        quantity: int = 0, review_days: float = 0.0,
        rationing: Rationing = Rationing.FIRST_COME,
    ) -> int:  # fmt: skip
        """Add the stock of an item at a node. Base stock: give ``order_up_to``."""
        return self._add(
            "cells", node=self._nodes[node], item=self._items[item], on_hand=on_hand,
            reserve=reserve, policy=policy, rationing=rationing, reorder_point=reorder_point,
            order_up_to=order_up_to, quantity=quantity, review_days=review_days,
        )  # fmt: skip

    def lot(self, cell: int, quantity: int, expires_day: float) -> int:
        """Say when a part of the stock at the start expires."""
        return self._add("lots", cell=cell, quantity=quantity, expires_day=expires_day)

    def due(self, cell: int, quantity: int, day: float) -> int:
        """Add what is on order at the start."""
        return self._add("due", cell=cell, quantity=quantity, day=day)

    def _arc(self, cell: int, kind: ArcKind, law: Law, lanes: Sequence[int], **more: float) -> int:
        first = len(self._rows["routes"])
        self._rows["routes"] += [{"lane": lane} for lane in lanes]
        values: Row = {
            "cell": cell, "kind": kind, "supplier": NOWHERE, "recipe": NOWHERE,
            "at_node": NOWHERE, "law": self.law(law), "first_lane": first,
            "last_lane": first + len(lanes), "standby": 0, "minimum": 0, "batch": 1,
            "price_eur": 0.0, "order_cost_eur": 0.0, "share": 0.0,
        }  # fmt: skip
        return self._add("arcs", **{**values, **more})

    def buy(self, cell: int, lead: Law, *, lanes: Sequence[int] = (), **more: float) -> int:
        """Supply a cell from outside.

        ``more``: ``standby, minimum, batch, share, price_eur, order_cost_eur, at_node``.
        """
        return self._arc(cell, ArcKind.BUY, lead, lanes, **more)

    def move(
        self, cell: int, supplier: int, lead: Law = NOW, *, lanes: Sequence[int] = (), **more: float
    ) -> int:
        """Supply a cell from another one of the same item."""
        return self._arc(cell, ArcKind.MOVE, lead, lanes, supplier=supplier, **more)

    def make(
        self, cell: int, *, per_day: float = np.inf, lead: Law = NOW, lot: int = 0,
        inputs: Sequence[tuple[int, float]] = (), **more: float,
    ) -> int:  # fmt: skip
        """Make the item at the node, from inputs at the same node; returns the recipe's row.

        ``lot`` units leave the line together; those of a whole order where it is 0.
        """
        first = len(self._rows["inputs"])
        for source, quantity in inputs:
            self._add("inputs", cell=source, quantity=quantity)
        recipe = self._add(
            "recipes", cell=cell, law=self.law(lead), per_day=per_day, lot=lot, first_input=first,
            last_input=first + len(inputs),
        )  # fmt: skip
        self._arc(cell, ArcKind.MAKE, NOW, (), recipe=recipe, **more)
        return recipe

    def lane(
        self, origin: str, destination: str, law: Law, *, name: str = "", mode: int = 0,
        cut_rule: CutRule = CutRule.HOLD, kg_per_day: float = np.inf, headway_days: float = 0.0,
        offset_days: float = 0.0, eur_per_t: float = 0.0, co2e_kg_per_t: float = 0.0,
    ) -> int:  # fmt: skip
        """Add a lane, one way."""
        self._lanes.append(name or f"{origin}|{destination}|{mode}")
        return self._add(
            "lanes", from_node=self._nodes[origin], to_node=self._nodes[destination], mode=mode,
            law=self.law(law), cut_rule=cut_rule, kg_per_day=kg_per_day,
            headway_days=headway_days, offset_days=offset_days, eur_per_t=eur_per_t,
            co2e_kg_per_t=co2e_kg_per_t,
        )  # fmt: skip

    def demand(
        self, cell: int, *, kind: StreamKind = StreamKind.POISSON, per_day: float = 0.0,
        size: float = 1.0, size_kind: SizeKind = SizeKind.FIXED, interval_days: float = 0.0,
        first_day: float = 0.0, lost: bool = False, priority: int = 0, unit: str = "",
        trace: Sequence[tuple[float, int]] = (), profile: Sequence[tuple[float, float]] = (),
    ) -> int:  # fmt: skip
        """Add a demand stream; ``trace`` of (day, quantity), ``profile`` of (from day, factor)."""
        first_trace, first_profile = len(self._rows["traces"]), len(self._rows["profiles"])
        for day, quantity in trace:
            self._add("traces", day=day, quantity=quantity)
        for day, factor in profile:
            self._add("profiles", day=day, factor=factor)
        return self._add(
            "streams", cell=cell, kind=StreamKind.TRACE if trace else kind, size_kind=size_kind,
            lost=lost, priority=priority, unit=self._unit(unit), per_day=per_day, size=size,
            interval_days=interval_days, first_day=first_day, first_trace=first_trace,
            last_trace=first_trace + len(trace), first_profile=first_profile,
            last_profile=first_profile + len(profile),
        )  # fmt: skip

    def fleet(
        self, node: str, unit: str, system: str, count: int, *, cannibalise: bool = False,
        only_up_fail: bool = False, priority: int = 0,
    ) -> int:  # fmt: skip
        """Add the systems of one kind that a unit has at a node."""
        return self._add(
            "fleets", node=self._nodes[node], unit=self._unit(unit),
            system=self._systems.setdefault(system, len(self._systems)), count=count,
            cannibalise=cannibalise, only_up_fail=only_up_fail, priority=priority,
        )  # fmt: skip

    def fit(
        self, fleet: int, cell: int, per_day: float, *, per_system: int = 1,
        needed: int | None = None,
    ) -> int:  # fmt: skip
        """Install an item in a fleet; ``per_day`` removals per installed unit and day."""
        return self._add(
            "applications", fleet=fleet, cell=cell, per_system=per_system,
            needed=per_system if needed is None else needed, per_day=per_day,
        )  # fmt: skip

    def pool(self, node: str, servers: int) -> int:
        """Add repair places shared by several shops."""
        return self._add("pools", node=self._nodes[node], servers=servers)

    def shop(
        self, cell: int, repair: Law, *, share: float = 1.0, pool: int = NOWHERE,
        up: int = NOWHERE, up_time: Law = NOW, parts: Sequence[tuple[int, float]] = (),
    ) -> int:  # fmt: skip
        """Repair failed units of a cell; ``up`` is the shop that gets what is not repaired here."""
        first = len(self._rows["parts"])
        for part, probability in parts:
            self._add("parts", cell=part, probability=probability)
        return self._add(
            "shops", cell=cell, pool=pool, law=self.law(repair), up=up, up_law=self.law(up_time),
            first_part=first, last_part=first + len(parts), share=share,
        )  # fmt: skip

    def substitute(self, cell: int, other: int) -> int:
        """Let another cell at the node serve what this one can't."""
        return self._add("substitutes", cell=cell, other=other)

    def support(
        self, receiver: int, giver: int, move: Law = NOW, *, keep: int = 0, from_day: float = 0.0,
        until_day: float = np.inf, standby: bool = False,
    ) -> int:  # fmt: skip
        """Let another nation's cell help."""
        return self._add(
            "supports", receiver=receiver, giver=giver, law=self.law(move), standby=standby,
            keep=keep, from_day=from_day, until_day=until_day,
        )  # fmt: skip

    def build(self) -> Network:
        """Make the network.

        Raises
        ------
        BadUse
            Something breaks a rule of the tables.
        """
        grouped = {"arcs": "cell", "applications": "fleet", "substitutes": "cell",
                   "supports": "receiver"}  # fmt: skip
        made: dict[str, Any] = {}
        for name, dtype in TABLES.items():
            rows = self._rows[name]
            if name in grouped:
                rows = sorted(rows, key=itemgetter(grouped[name]))
            made[name] = _records(name, rows, dtype)
        return Network(
            **made, item_names=tuple(self._items), node_names=tuple(self._nodes),
            nation_names=tuple(self._nations), unit_names=tuple(self._units),
            system_names=tuple(self._systems), lane_names=tuple(self._lanes),
        )  # fmt: skip

    def _unit(self, name: str) -> int:
        return self._units.setdefault(name, len(self._units)) if name else NOWHERE

    def _new(self, known: dict[str, int], name: str, what: str) -> int:
        if name in known:
            raise BadUse(f"The {what} '{name}' is there already.", mend="Give each its own name.")
        return len(known)


def _records(table: str, rows: list[Row], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    if dtype.names is None:
        return np.array([int(row["lane"]) for row in rows], dtype)
    made = np.zeros(len(rows), dtype)
    for number, row in enumerate(rows):
        for name, value in row.items():
            try:
                made[number][name] = value
            except (TypeError, ValueError, OverflowError) as error:
                raise BadUse(
                    f"'{name}' is {value!r}.",
                    where=f"row {number} of '{table}'",
                    mend="Give a number of the right size.",
                ) from error
    return made
