"""Two echelons with (s, S) stock, written by hand in SimPy and built in SupplyNetPy, as peers.

One warehouse (s, S) = (200, 600) buys with 5 days of lead time; R retailers (20, 60) order from it
with 2 days; each sees Poisson demand of one a day for one unit, which waits when nothing is there.
Both are written as well as their library allows: SimPy with one process for each retailer's demand
and bare timeouts with callbacks for deliveries (a process for each delivery is slower), statistics
only of what the others give as well; SupplyNetPy without its log and its periodic statistics.
"""

import random
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import simpy

WAREHOUSE = (200, 600, 5.0)
RETAILER = (20, 60, 2.0)
PER_DAY = 1.0


@dataclass(frozen=True)
class Peer:
    """What a peer gives: logical events (demands and deliveries) and checkable sums."""

    demands: int
    deliveries: int
    at_once: int
    retailer_on_hand: float
    """Mean units on hand of one retailer."""

    @property
    def events(self) -> int:
        """Logical events."""
        return self.demands + self.deliveries


class _Store:
    """Stock with an (s, S) policy, reviewed whenever the position falls."""

    __slots__ = ("area", "level", "order", "position", "queue", "reorder", "since", "up_to")

    def __init__(self, reorder: int, up_to: int, order: Callable[["_Store", int], None]) -> None:
        self.reorder, self.up_to, self.order = reorder, up_to, order
        self.level = self.position = up_to
        self.queue: deque[list[Any]] = deque()
        self.area = self.since = 0.0

    def ask(self, now: float, units: int, give: Callable[[int], None] | None) -> bool:
        """Take units, in parts where it must be; whether all came at once."""
        self.area += self.level * (now - self.since)
        self.since = now
        given = min(self.level, units)
        self.level -= given
        self.position -= units
        if given and give:
            give(given)
        if given < units:
            self.queue.append([units - given, give])
        if self.position <= self.reorder:
            quantity = self.up_to - self.position
            self.position = self.up_to
            self.order(self, quantity)
        return given == units

    def receive(self, now: float, units: int) -> None:
        """Put units in and serve those who wait, first come first served."""
        self.area += self.level * (now - self.since)
        self.since = now
        self.level += units
        while self.queue and self.level:
            first = self.queue[0]
            given = min(self.level, first[0])
            self.level -= given
            first[0] -= given
            if first[1]:
                first[1](given)
            if not first[0]:
                self.queue.popleft()


def simpy_two_echelon(retailers: int, days: float, seed: int = 1) -> Peer:
    """Run the hand-written SimPy model."""
    env = simpy.Environment()
    draw = random.Random(seed).expovariate
    counts = [0, 0, 0]  # demands, deliveries, at once

    def deliver(store: _Store, units: int, after: float) -> None:
        def arrive(_: Any) -> None:
            counts[1] += 1
            store.receive(env.now, units)

        env.timeout(after).callbacks.append(arrive)

    reorder, up_to, lead = WAREHOUSE
    warehouse = _Store(reorder, up_to, lambda store, units: deliver(store, units, lead))

    def from_warehouse(store: _Store, units: int) -> None:
        warehouse.ask(env.now, units, lambda given: deliver(store, given, RETAILER[2]))

    stores = [_Store(RETAILER[0], RETAILER[1], from_warehouse) for _ in range(retailers)]

    def demand(store: _Store) -> Generator[Any, None, None]:
        while True:
            yield env.timeout(draw(PER_DAY))
            counts[0] += 1
            counts[2] += store.ask(env.now, 1, None)

    for store in stores:
        env.process(demand(store))
    env.run(days)
    area = sum(store.area + store.level * (days - store.since) for store in stores)
    return Peer(counts[0], counts[1], counts[2], area / days / retailers)


def supplynet_two_echelon(retailers: int, days: float, seed: int = 1) -> Peer:
    """Build and run the same network in SupplyNetPy."""
    import SupplyNetPy.Components as scm  # noqa: N813 - its own documented short name

    scm.global_logger.disable_logging()
    draw = random.Random(seed).expovariate
    env = simpy.Environment()
    supplier = scm.Supplier(env=env, ID="S", name="S", node_type="infinite_supplier")

    def store(name: str, kind: str, reorder: int, up_to: int) -> Any:
        return scm.InventoryNode(
            env=env, ID=name, name=name, node_type=kind, capacity=10**9, initial_level=up_to,
            inventory_holding_cost=0.001, replenishment_policy=scm.SSReplenishment,
            policy_param={"s": reorder, "S": up_to}, product_sell_price=2, product_buy_price=1,
        )  # fmt: skip

    warehouse = store("W", "warehouse", *WAREHOUSE[:2])
    shops = [store(f"R{i}", "retailer", *RETAILER[:2]) for i in range(retailers)]
    links = [
        scm.Link(env=env, ID="L", source=supplier, sink=warehouse, cost=1,
                 lead_time=lambda: WAREHOUSE[2])
    ]  # fmt: skip
    links += [
        scm.Link(env=env, ID=f"L{i}", source=warehouse, sink=shop, cost=1,
                 lead_time=lambda: RETAILER[2])
        for i, shop in enumerate(shops)
    ]  # fmt: skip
    demands = [
        scm.Demand(env=env, ID=f"D{i}", name=f"D{i}", order_arrival_model=lambda: draw(PER_DAY),
                   order_quantity_model=lambda: 1, demand_node=shop, tolerance=10**9)
        for i, shop in enumerate(shops)
    ]  # fmt: skip
    network = scm.create_sc_net(
        env=env, nodes=[supplier, warehouse, *shops], links=links, demands=demands
    )
    scm.simulate_sc_net(network, sim_time=days, logging=False)
    placed = sum(demand.stats.demand_placed[0] for demand in demands)
    received = sum(node.stats.fulfillment_received[0] for node in [warehouse, *shops])
    late = sum(shop.stats.orders_shortage[0] for shop in shops)
    on_hand = sum(shop.inventory.carry_cost for shop in shops) / 0.001
    return Peer(int(placed), int(received), int(placed - late), on_hand / days / retailers)


__all__ = ["Peer", "simpy_two_echelon", "supplynet_two_echelon"]
