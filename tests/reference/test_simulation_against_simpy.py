"""The event kernel against a model of the same small network written by hand in SimPy.

Nothing is random: demand is a trace and a period, times are constant. The SimPy model keeps its own
state and knows nothing of the kernel but the documented order of events: (tick, class, sequence of
scheduling). Every line of both logs must agree: tick, kind, entity, other, quantity.

Network: a plant makes A from two P, bought in batches; a depot orders from the plant over a slow
lane; one base orders one for one over a lane with capacity, the other in fixed quantities. The slow
lane is cut for a while: what is on it stands still, what comes waits before it.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import simpy
from simpy.events import EventPriority

from redball.simulation.events import Kind, run_events
from redball.simulation.network import Law, Network, NetworkBuilder, PolicyKind, StreamKind, What
from redball.simulation.network.tables import CHANGE

DAY = 86_400
ARRIVE, DEMAND, REVIEW = 1, 2, 4
HORIZON = 365
TRACE = [(1.5, 9), (4.0, 3), (4.0, 1), (11.25, 14), (20.0, 2), (33.0, 40), (34.0, 5), (70.0, 30)]
EVERY, SIZE, FIRST = 1.25, 3, 0.5
CUT, OPEN = 40.3, 47.9
Line = tuple[int, int, int, int, int]


def network() -> Network:
    """The network for the kernel."""
    b = NetworkBuilder()
    b.item("A", mass_kg=10.0)
    b.item("P", mass_kg=2.0)
    for node in ("PLANT", "DEPOT", "NORTH", "SOUTH"):
        b.node(node)
    plant = b.cell("PLANT", "A", on_hand=40, policy=PolicyKind.REORDER_UP_TO, reorder_point=20,
                   order_up_to=60)  # fmt: skip
    parts = b.cell("PLANT", "P", on_hand=60, policy=PolicyKind.FIXED_QUANTITY, reorder_point=30,
                   quantity=12)  # fmt: skip
    depot = b.cell("DEPOT", "A", on_hand=30, policy=PolicyKind.REORDER_UP_TO, reorder_point=15,
                   order_up_to=45)  # fmt: skip
    north = b.cell("NORTH", "A", on_hand=12, policy=PolicyKind.BASE_STOCK, order_up_to=12)
    south = b.cell("SOUTH", "A", on_hand=20, policy=PolicyKind.FIXED_QUANTITY, reorder_point=9,
                   quantity=7)  # fmt: skip
    slow = b.lane("PLANT", "DEPOT", Law(2.0), name="slow")
    narrow = b.lane("DEPOT", "NORTH", Law(1.0), name="narrow", kg_per_day=60.0)
    b.make(plant, per_day=8.0, lead=Law(1.0), inputs=[(parts, 2.0)])
    b.buy(parts, Law(3.0), batch=5, minimum=20)
    b.move(depot, plant, Law(0.25), lanes=[slow])
    b.move(north, depot, lanes=[narrow])
    b.move(south, depot, Law(1.5))
    b.demand(north, trace=TRACE)
    b.demand(south, kind=StreamKind.PERIODIC, size=SIZE, interval_days=EVERY, first_day=FIRST)
    return b.build()


@dataclass
class Cell:
    """Stock with a policy and those who wait, first come first served."""

    number: int
    on_hand: int
    reorder: int
    up_to: int = 0
    quantity: int = 0
    on_order: int = 0
    pending: bool = False
    queue: deque[list[Any]] = field(default_factory=deque)
    order: Callable[[int], None] | None = None

    @property
    def position(self) -> int:
        return self.on_hand + self.on_order - sum(int(asked) for asked, _ in self.queue)


class Model:
    """The same network in SimPy."""

    def __init__(self) -> None:
        self.env = simpy.Environment()
        self.log: list[Line] = []
        self.plant = Cell(0, 40, 20, up_to=60, order=self.make)
        self.parts = Cell(1, 60, 30, quantity=12, order=self.buy)
        self.depot = Cell(2, 30, 15, up_to=45, order=self.from_plant)
        self.north = Cell(3, 12, 11, up_to=12, order=self.to_north)
        self.south = Cell(4, 20, 9, quantity=7, order=self.to_south)
        self.cut = False
        self.on_slow: list[dict[str, Any]] = []  # what travels on the slow lane
        self.before_slow: deque[dict[str, Any]] = deque()
        self.jobs: deque[int] = deque()
        self.making = 0
        self.loads: deque[int] = deque()
        self.loading = 0

    def at(self, ticks: int, order: int, do: Callable[[], None]) -> None:
        """Schedule within SimPy's queue: by time, priority, sequence."""
        event = self.env.event()
        event._ok, event._value = True, None
        event.callbacks.append(lambda _: do())
        self.env.schedule(event, EventPriority(order), ticks)

    def note(self, kind: Kind, entity: int, other: int, quantity: int) -> None:
        self.log.append((int(self.env.now), int(kind), entity, other, quantity))

    # stock

    def ask(self, cell: Cell, units: int, give: Callable[[int], None]) -> None:
        given = 0 if cell.queue else min(units, cell.on_hand)
        if given:
            cell.on_hand -= given
            give(given)
        if given < units:
            cell.queue.append([units - given, give])
        self.look(cell)

    def look(self, cell: Cell) -> None:
        if not cell.pending and cell.position <= cell.reorder:
            cell.pending = True
            self.at(0, REVIEW, lambda: self.review(cell))

    def review(self, cell: Cell) -> None:
        cell.pending = False
        position = cell.position
        self.note(Kind.REVIEWED, cell.number, -1, position)
        if position > cell.reorder:
            return
        if cell.quantity:
            units = cell.quantity
            while position + units <= cell.reorder:
                units += cell.quantity
        else:
            units = cell.up_to - position
        assert cell.order
        cell.order(units)

    def ordered(self, cell: Cell, units: int) -> None:
        cell.on_order += units
        self.note(Kind.ORDERED, cell.number, cell.number, units)  # arcs stand in the cells' order

    def receive(self, cell: Cell, units: int, arc: int) -> None:
        cell.on_order -= units
        cell.on_hand += units
        self.note(Kind.RECEIVED, cell.number, arc, units)
        while cell.queue and cell.on_hand:
            first = cell.queue[0]
            given = min(first[0], cell.on_hand)
            cell.on_hand -= given
            first[0] -= given
            if not first[0]:
                cell.queue.popleft()
            first[1](given)

    # ways of supply

    def buy(self, units: int) -> None:
        units = -(-max(units, 20) // 5) * 5
        self.ordered(self.parts, units)
        self.note(Kind.SENT, 1, 1, units)
        self.at(3 * DAY, ARRIVE, lambda: self.arrive(self.parts, units))

    def arrive(self, cell: Cell, units: int, lane: int = -1) -> None:
        if lane >= 0:
            self.note(Kind.MOVED, cell.number, lane, units)
        self.receive(cell, units, cell.number)

    def make(self, units: int) -> None:
        self.ordered(self.plant, units)
        missing = [2 * units]

        def part(given: int) -> None:
            missing[0] -= given
            if not missing[0]:
                self.jobs.append(units)
                self.work()

        self.ask(self.parts, 2 * units, part)

    def work(self) -> None:
        if self.making or not self.jobs:
            return
        self.making = self.jobs.popleft()
        self.at(round(self.making / 8 * DAY), ARRIVE, self.made)

    def made(self) -> None:
        units, self.making = self.making, 0
        self.at(DAY, ARRIVE, lambda: self.ripe(units))
        self.work()

    def ripe(self, units: int) -> None:
        self.note(Kind.MADE, 0, 0, units)
        self.receive(self.plant, units, -1)

    def from_plant(self, units: int) -> None:
        self.ordered(self.depot, units)

        def send(given: int) -> None:
            self.note(Kind.SENT, 2, 2, given)
            self.at(DAY // 4, ARRIVE, lambda: self.enter_slow(given))

        self.ask(self.plant, units, send)

    def enter_slow(self, units: int) -> None:
        load = {"units": units, "stamp": 0, "due": 0}
        if self.cut:
            self.note(Kind.HELD, 2, 0, units)
            self.before_slow.append(load)
        else:
            self.travel(load, 2 * DAY)

    def travel(self, load: dict[str, Any], ticks: int) -> None:
        load["due"] = self.env.now + ticks
        load["stamp"] += 1
        stamp = load["stamp"]
        self.on_slow.append(load)

        def end() -> None:
            if load["stamp"] == stamp:
                self.on_slow.remove(load)
                self.arrive(self.depot, load["units"], 0)

        self.at(ticks, ARRIVE, end)

    def to_north(self, units: int) -> None:
        self.ordered(self.north, units)

        def send(given: int) -> None:
            self.note(Kind.SENT, 3, 3, given)

            def come() -> None:
                self.loads.append(given)
                self.load_up()

            self.at(0, ARRIVE, come)

        self.ask(self.depot, units, send)

    def load_up(self) -> None:
        if self.loading or not self.loads:
            return
        self.loading = self.loads.popleft()
        self.at(round(self.loading * 10 / 60 * DAY), ARRIVE, self.loaded)

    def loaded(self) -> None:
        units, self.loading = self.loading, 0
        self.at(DAY, ARRIVE, lambda: self.arrive(self.north, units, 1))
        self.load_up()

    def to_south(self, units: int) -> None:
        self.ordered(self.south, units)

        def send(given: int) -> None:
            self.note(Kind.SENT, 4, 4, given)
            self.at(3 * DAY // 2, ARRIVE, lambda: self.arrive(self.south, given))

        self.ask(self.depot, units, send)

    # what comes from outside

    def run(self) -> list[Line]:
        """Run to the end of the horizon."""
        self.at(round(CUT * DAY), 0, lambda: self.set_slow(True))
        self.at(round(OPEN * DAY), 0, lambda: self.set_slow(False))
        self.next_trace(0)
        self.next_period(FIRST)
        self.env.run(HORIZON * DAY - 0.5)
        return self.log

    def next_trace(self, row: int) -> None:
        if row < len(TRACE):
            day, units = TRACE[row]

            def come() -> None:
                self.next_trace(row + 1)
                self.demand(self.north, 0, units)

            self.at(round(day * DAY) - int(self.env.now), DEMAND, come)

    def next_period(self, day: float) -> None:
        def come() -> None:
            self.next_period(day + EVERY)
            self.demand(self.south, 1, SIZE)

        self.at(round(day * DAY) - int(self.env.now), DEMAND, come)

    def demand(self, cell: Cell, stream: int, units: int) -> None:
        self.note(Kind.DEMANDED, cell.number, stream, units)
        self.ask(cell, units, lambda _: None)

    def set_slow(self, cut: bool) -> None:
        self.note(Kind.CHANGED, int(What.LANE), 0, 0 if cut else 1_000_000)
        self.cut = cut
        if cut:
            for load in self.on_slow:
                load["stamp"] += 1
                load["due"] -= self.env.now
            return
        halted, self.on_slow = self.on_slow, []
        for load in halted:
            self.travel(load, load["due"])
        while self.before_slow:
            self.travel(self.before_slow.popleft(), 2 * DAY)


def ours(without: set[Kind]) -> list[Line]:
    """Log of the kernel, without the lines that say nothing of goods."""
    changes = np.array([(CUT, What.LANE, 0, 0.0), (OPEN, What.LANE, 0, 1.0)], CHANGE)
    run = run_events(network(), horizon_days=HORIZON, changes=changes, log=True, check=True)
    rows = run.log[~np.isin(run.log["kind"], list(without))]
    return [
        (int(r["tick"]), int(r["kind"]), int(r["entity"]), int(r["other"]), int(r["quantity"]))
        for r in rows
    ]


def test_every_line_of_the_log_is_that_of_the_simpy_model() -> None:
    mine, theirs = ours(set()), Model().run()
    for number, (left, right) in enumerate(zip(mine, theirs, strict=False)):
        assert left == right, (number, Kind(left[1]).name, Kind(right[1]).name)
    assert len(mine) == len(theirs) > 800
    assert {Kind(line[1]) for line in mine} >= {
        Kind.HELD, Kind.MADE, Kind.MOVED, Kind.RECEIVED, Kind.SENT, Kind.CHANGED
    }  # fmt: skip
