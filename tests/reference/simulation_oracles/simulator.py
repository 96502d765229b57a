"""Demand, failures, repair, production and disruptions; one replication from begin to end."""

import heapq
import math
from collections.abc import Callable
from functools import partial

from redball.simulation.network import Network, Rows, StreamKind, What

from .drawing import APPLICATIONS, PICKS, STREAMS, Drawing
from .shops import Shops
from .things import DAY, DUE, NEVER, Cell, Failing, Fleet, Goods, Request, Stream
from .ways import ARRIVE, CHANGE, DEMAND, REACT, REVIEW, ticks


class Simulator(Shops):
    """One replication."""

    def __init__(self, net: Network, days: int, seed: int, changes: Rows, rules: Rows) -> None:
        super().__init__(net, days, seed, rules)
        draw = partial(Drawing, seed, 0)
        self.gaps = [draw(STREAMS, k) for k in range(len(net.streams))]
        self.fails = [draw(APPLICATIONS, k) for k in range(len(net.applications))]
        self.picks = [draw(PICKS, k) for k in range(len(net.applications))]
        self.streams = [
            Stream(at=float(row["first_day"] * DAY), left=self.gaps[k].exponential(0),
                   row=int(row["first_trace"]))
            for k, row in enumerate(net.streams)
        ]  # fmt: skip
        owners = net.applications["fleet"]
        self.fleets = [
            Fleet(int(f["count"]), bool(f["cannibalise"]), bool(f["only_up_fail"]),
                  int(f["priority"]), [a for a in range(len(owners)) if owners[a] == k])
            for k, f in enumerate(net.fleets)
        ]  # fmt: skip
        self.failing: list[Failing] = []
        for app, row in enumerate(net.applications):
            fleet = self.fleets[row["fleet"]]
            fleet.holes[app] = [0] * fleet.count
            rate = float(row["per_day"]) * int(row["per_system"]) * fleet.count / DAY
            self.failing.append(Failing(rate, self.fails[app].exponential(0)))
        self.up_area = [[0.0] * days for _ in self.fleets]
        self.begin(changes)

    def begin(self, changes: Rows) -> None:
        for row in sorted(changes, key=lambda change: float(change["day"])):
            self.at(ticks(row["day"]), CHANGE, partial(self.change, row))
        for due in self.net.due:
            goods = Goods(int(due["cell"]), DUE, int(due["quantity"]), NEVER, 1.0, 0.0, [], -1)
            self.cells[goods.cell].on_order += goods.units
            self.goods.append(goods)
            self.send(goods, ticks(due["day"]))
        for cell in self.cells:
            lots = [lot for lot in self.net.lots if lot["cell"] == cell.number]
            for lot in sorted(lots, key=lambda row: float(row["expires_day"])):
                ends = min(int(lot["expires_day"] * DAY), NEVER)
                cell.lots.append([ends, int(lot["quantity"])])
                self.at(ends, ARRIVE, partial(self.expire, cell))
        for link in self.net.supports:
            if link["from_day"] > 0:
                receiver = self.cells[link["receiver"]]
                self.at(ticks(link["from_day"]), REACT, partial(self.find_help, receiver))
        for number in range(len(self.streams)):
            self.plan_demand(number)
        for app in range(len(self.failing)):
            self.plan_failure(app)
        for cell in self.cells:
            if cell.review:
                self.at(0, REVIEW, partial(self.review_again, cell))
            else:
                self.look(cell)

    def run(self) -> None:
        while self.heap:
            tick, _, _, do = heapq.heappop(self.heap)
            self.count_up(tick)
            self.now = tick
            do()
        self.count_up(self.end)

    def count_up(self, until: int) -> None:
        """System-ticks that were up, day by day."""
        at = self.now
        while at < until:
            day = at // DAY
            end = min(until, (day + 1) * DAY)
            for number, fleet in enumerate(self.fleets):
                self.up_area[number][day] += self.up(fleet) * (end - at)
            at = end

    # demand

    def plan_demand(self, number: int) -> None:
        row, stream = self.net.streams[number], self.streams[number]
        stream.stamp += 1
        stamp = stream.stamp
        if row["kind"] == StreamKind.POISSON:
            rate = float(row["per_day"]) / DAY * stream.factor
            at = stream.at + stream.left / rate if rate > 0 else math.inf
        elif row["kind"] == StreamKind.TRACE:
            done = stream.row >= row["last_trace"]
            at = math.inf if done else ticks(self.net.traces[stream.row]["day"])
        else:
            at = stream.at
        if at < self.end:
            wait = max(int(at) - self.now, 0)
            come: Callable[[], None] = partial(self.demand, number, stamp, at)
            self.at(wait, DEMAND, come)

    def demand(self, number: int, stamp: int, at: float) -> None:
        row, stream = self.net.streams[number], self.streams[number]
        if stream.stamp != stamp:
            return
        size = float(row["size"])
        if row["kind"] == StreamKind.POISSON:
            stream.at, stream.left = at, self.gaps[number].exponential(stream.drawn)
            stream.drawn += 1
            units = int(size)
        elif row["kind"] == StreamKind.TRACE:
            units = math.floor(int(self.net.traces[stream.row]["quantity"]) * stream.factor + 0.5)
            stream.row += 1
        else:
            stream.at += float(row["interval_days"]) * DAY
            units = math.floor(size * stream.factor + 0.5)
        cell = self.cells[row["cell"]]
        self.note("DEMANDED", cell.number, number, units)
        self.plan_demand(number)
        if units <= 0:
            return  # nobody asks for anything
        request = Request(units, lambda *_: None, priority=int(row["priority"]))
        if row["lost"]:
            self.ask_at_once(cell, request, number)
        else:
            self.ask(cell, request)

    def ask_at_once(self, cell: Cell, request: Request, number: int) -> None:
        self.give_at_once(cell, request)
        if request.units:
            cell.lost += request.units
            self.note("UNMET", cell.number, number, request.units)
        self.look(cell)

    def set_stream(self, number: int, factor: float) -> None:
        row, stream = self.net.streams[number], self.streams[number]
        if row["kind"] == StreamKind.POISSON and self.now > stream.at:
            rate = float(row["per_day"]) / DAY * stream.factor
            stream.left -= rate * (self.now - stream.at)
            stream.at = float(self.now)
        stream.factor = factor
        if row["kind"] == StreamKind.POISSON:
            self.plan_demand(number)

    # fleets

    def up(self, fleet: Fleet) -> int:
        """Systems that work."""
        needs = [(app, self.net.applications[app]) for app in fleet.apps]
        if fleet.cannibalise:
            left = [
                (fleet.count * int(a["per_system"]) - sum(fleet.holes[app])) // int(a["needed"])
                for app, a in needs
                if a["needed"] > 0
            ]
            return min([fleet.count, *left])
        return sum(self.is_up(fleet, tail) for tail in range(fleet.count))

    def is_up(self, fleet: Fleet, tail: int) -> bool:
        if fleet.cannibalise:
            return tail < self.up(fleet)
        rows = self.net.applications
        return all(
            rows[app]["per_system"] - fleet.holes[app][tail] >= rows[app]["needed"]
            for app in fleet.apps
        )

    def plan_failure(self, app: int) -> None:
        one = self.failing[app]
        one.stamp += 1
        stamp = one.stamp
        rate = one.per_tick * self.fleets[self.net.applications[app]["fleet"]].tempo
        at = one.since + one.left / rate if rate > 0 else math.inf
        if at < self.end:
            self.at(max(int(at) - self.now, 0), DEMAND, partial(self.fail, app, stamp, at))

    def fail(self, app: int, stamp: int, at: float) -> None:
        one, row = self.failing[app], self.net.applications[app]
        if one.stamp != stamp:
            return
        fleet = self.fleets[row["fleet"]]
        one.since, one.left = at, self.fails[app].exponential(one.drawn)
        tail = int(self.picks[app].uniform(one.drawn) * fleet.count)
        one.drawn += 1
        self.plan_failure(app)
        room = [(tail + k) % fleet.count for k in range(fleet.count)]
        room = [k for k in room if fleet.holes[app][k] < row["per_system"]]
        if fleet.only_up and not self.is_up(fleet, tail):
            return
        if fleet.only_up and not fleet.cannibalise and tail not in room:
            return
        if not room:
            return
        hole = room[0]
        fleet.holes[app][hole] += 1
        cell = self.cells[row["cell"]]
        self.note("FAILED", cell.number, app, 1)
        self.failed(cell)

        def close(units: int, expires: int) -> None:
            fleet.holes[app][hole] -= units

        self.ask(cell, Request(1, close, priority=fleet.priority))

    def set_tempo(self, number: int, tempo: float) -> None:
        fleet = self.fleets[number]
        for app in fleet.apps:
            one = self.failing[app]
            one.left = max(one.left - (self.now - one.since) * one.per_tick * fleet.tempo, 0.0)
            one.since = float(self.now)
        fleet.tempo = tempo
        for app in fleet.apps:
            self.plan_failure(app)

    # disruptions

    def change(self, row: Rows) -> None:
        what, at, value = What(int(row["what"])), int(row["index"]), float(row["value"])
        self.note("CHANGED", what, at, round(value * 1e6))
        made: dict[What, Callable[[], None]] = {
            What.NODE: lambda: self.set_node(at, value),
            What.NODE_STOCK: lambda: self.destroy(at, value),
            What.NODE_ORDERS: lambda: self.set_orders(at, value > 0),
            What.STREAM: lambda: self.set_stream(at, value),
            What.FLEET: lambda: self.set_tempo(at, value),
            What.CELL: lambda: self.set_blocked(self.cells[at], value <= 0),
            What.CELL_REPORT: lambda: self.set_reports(self.cells[at], value > 0),
        }
        if what in made:
            made[what]()
        elif what in (What.LANE, What.RECIPE):
            line = self.lanes[at] if what == What.LANE else self.recipes[at]
            line.own = value
            self.set_line(line)
        elif what in (What.LANE_TIME, What.RECIPE_TIME):
            line = self.lanes[at] if what == What.LANE_TIME else self.recipes[at]
            line.time_factor = value
        elif what == What.ARC:
            self.arc_open[at] = value > 0
        elif what == What.ARC_TIME:
            self.arc_time[at] = value
        else:
            self.arc_price[at] = value
        for cell in self.cells:
            if cell.wants and not cell.pending:
                cell.wants = False
                self.plan_review(cell)

    def set_node(self, number: int, level: float) -> None:
        node = self.nodes[number]
        before, node.level = node.level, level
        if level == before:
            return
        for line in [*self.lanes, *self.recipes]:
            if number in line.ends:
                self.set_line(line)
        mine = [k for k, row in enumerate(self.net.pools) if row["node"] == number]
        for k in mine:
            self.pools[k].able = math.floor(self.pools[k].servers * level + 1e-9)
        for job in [one for one in self.jobs if one.node == number]:
            if level <= 0 and job.state == "ripening":
                job.state, job.due, job.stamp = "paused", job.due - self.now, job.stamp + 1
            elif before <= 0 and job.state == "paused":
                self.let_ripen(job, job.due)
        if before <= 0:
            self.free_bought(number)
            self.serve_node(number)
        for k in mine:
            self.fill_places(k)

    def free_bought(self, number: int) -> None:
        """Send what a seller at this node could not."""
        for arc, row in enumerate(self.net.arcs):
            for goods in [one for one in self.goods if one.arc == arc]:
                if row["at_node"] == number and goods.state == "with seller":
                    goods.state = "in hand"
                    self.send(goods, 0)

    def serve_node(self, number: int) -> None:
        for cell in self.cells:
            if cell.node == number:
                self.serve(cell)
                self.look(cell)
        for cell in self.cells:
            if cell.node == number:
                self.offer(cell)

    def destroy(self, number: int, share: float) -> None:
        for cell in self.cells:
            if cell.node == number:
                units = math.floor(cell.on_hand * share + 0.5)
                kept = math.floor(cell.reserve * share + 0.5)
                self.take(cell, units)
                cell.reserve -= kept
                cell.destroyed += units + kept
                self.look(cell)

    def set_orders(self, number: int, sees: bool) -> None:
        self.nodes[number].orders = sees
        if sees:
            self.serve_node(number)

    def set_blocked(self, cell: Cell, blocked: bool) -> None:
        before, cell.blocked = cell.blocked, blocked
        if before and not blocked:
            self.serve(cell)
            self.look(cell)
            self.offer(cell)

    def set_reports(self, cell: Cell, fresh: bool) -> None:
        if not fresh and not cell.stale:
            cell.believed, cell.stale = self.position(cell), True
        elif fresh and cell.stale:
            cell.stale = False
            self.look(cell)


def simulate(net: Network, days: int, seed: int, changes: Rows, rules: Rows) -> Simulator:
    """Run one replication."""
    made = Simulator(net, days, seed, changes, rules)
    made.run()
    return made
