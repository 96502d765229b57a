"""Calendar, log, and goods on their way over lanes."""

import heapq
import math
from abc import ABC, abstractmethod
from collections.abc import Callable

from redball.simulation.network import CutRule, Network, Rows, RuleKind
from redball.simulation.network.tables import ArcKind

from .things import ALLY, DAY, NEVER, Cell, Goods, Job, Line, Node

CHANGE, ARRIVE, DEMAND, REACT, REVIEW = 0, 1, 2, 3, 4
Entry = tuple[int, str, int, int, int]


class Ways(ABC):
    """Lanes and lines; what comes to its end is handed to :meth:`arrived`."""

    def __init__(self, net: Network, days: int, rules: Rows) -> None:
        self.net, self.rules, self.end = net, rules, days * DAY
        self.now, self.scheduled = 0, 0
        self.heap: list[tuple[int, int, int, Callable[[], None]]] = []
        self.log: list[Entry] = []
        self.nodes = [Node() for _ in net.nodes]
        self.cells = [
            Cell(k, int(c["node"]), int(c["item"]), int(c["on_hand"]), int(c["reserve"]),
                 int(c["policy"]), int(c["rationing"]), int(c["reorder_point"]),
                 int(c["order_up_to"]), int(c["quantity"]), ticks(c["review_days"]))
            for k, c in enumerate(net.cells)
        ]  # fmt: skip
        self.lanes = [
            Line(k, (int(a["from_node"]), int(a["to_node"])), float(a["kg_per_day"]),
                 int(a["law"]), int(a["cut_rule"]), ticks(a["headway_days"]),
                 ticks(a["offset_days"]))
            for k, a in enumerate(net.lanes)
        ]  # fmt: skip
        self.recipes = [
            Line(k, (self.cells[r["cell"]].node,) * 2, float(r["per_day"]), int(r["law"]),
                 is_lane=False)
            for k, r in enumerate(net.recipes)
        ]  # fmt: skip
        self.goods: list[Goods] = []
        self.arc_time = [1.0] * len(net.arcs)
        self.spent = {"purchase": 0.0, "orders": 0.0, "transport": 0.0, "rules": 0.0}
        reroute = [r for r in rules if r["kind"] == RuleKind.REROUTE]
        self.reroute = reroute[0] if reroute else None

    @abstractmethod
    def arrived(self, goods: Goods) -> None:
        """Goods are where they are wanted."""

    @abstractmethod
    def ripen(self, job: Job) -> None:
        """Let the time after the line run."""

    # calendar

    def at(self, wait: int, order: int, do: Callable[[], None]) -> None:
        """Schedule in the total order (tick, class, sequence)."""
        if self.now + wait < self.end:
            heapq.heappush(self.heap, (self.now + wait, order, self.scheduled, do))
        self.scheduled += 1

    def note(self, kind: str, entity: int, other: int, quantity: int) -> None:
        self.log.append((self.now, kind, entity, other, quantity))

    def days_of(self, law: int) -> float:
        """All times are constant."""
        assert self.net.laws[law]["kind"] == 0
        return float(self.net.laws[law]["mean"])

    # goods

    def send(self, goods: Goods, wait: int) -> None:
        """Let goods go on after some time."""
        goods.due = self.now + wait
        stamp = goods.stamp
        self.at(wait, ARRIVE, lambda: self.go_on(goods) if goods.stamp == stamp else None)

    def go_on(self, goods: Goods) -> None:
        """Goods come to the end of a time or of a lane."""
        if goods.state == "loaded":
            self.sail(goods)
            return
        if goods.state == "on lane":
            self.note("MOVED", goods.cell, goods.lane, goods.units)
            goods.at_node = self.lanes[goods.lane].ends[1]
        elif goods.state == "in hand" and goods.lane < 0 and self.kept_by_seller(goods):
            goods.state = "with seller"
            return
        goods.state, goods.lane = "in hand", -1
        goal = self.cells[goods.cell].node
        if goods.free:
            lane = -1 if goods.at_node == goal else self.way(goods.at_node, goal)
            if goods.at_node != goal and lane < 0:
                goods.state = "standing"
                return
        else:
            lane = goods.route.pop(0) if goods.route else -1
        if lane < 0:
            self.goods.remove(goods)
            self.arrived(goods)
        else:
            self.enter(goods, self.lanes[lane])

    def kept_by_seller(self, goods: Goods) -> bool:
        """Whether what was bought still stands with a seller who is down."""
        if goods.arc < 0 or self.net.arcs[goods.arc]["kind"] != ArcKind.BUY:
            return False
        seller = int(self.net.arcs[goods.arc]["at_node"])
        arc = self.net.arcs[goods.arc]
        full = int(arc["last_lane"] - arc["first_lane"])
        return seller >= 0 and self.nodes[seller].level <= 0 and len(goods.route) == full

    def enter(self, goods: Goods, lane: Line) -> None:
        """Come before a lane."""
        goods.lane = lane.number
        open_way = lane.level > 0 and not lane.queue and lane.current is None
        if open_way and math.isinf(lane.per_day):
            self.depart(goods)
            return
        goods.state = "before lane"
        lane.queue.append(goods)
        if lane.level <= 0:
            self.note("HELD", goods.cell, lane.number, goods.units)
            self.may_look_again(goods)
        self.take_up(lane)

    def depart(self, goods: Goods) -> None:
        """Go over the lane, by its timetable."""
        lane = self.lanes[goods.lane]
        wait = (lane.offset - self.now) % lane.headway if lane.headway else 0
        goods.stamp += 1
        if wait:
            goods.state = "loaded"
            self.send(goods, wait)
            return
        self.sail(goods)

    def sail(self, goods: Goods) -> None:
        """Leave now."""
        lane = self.lanes[goods.lane]
        goods.state, goods.left_at = "on lane", self.now
        self.spent["transport"] += goods.kg / 1000 * float(self.net.lanes[lane.number]["eur_per_t"])
        days = self.days_of(lane.law) * lane.time_factor * goods.factor
        self.send(goods, ticks(days))

    def may_look_again(self, goods: Goods) -> None:
        """Have people look for another way, if there is a rule for it."""
        if self.reroute is not None:
            lane = goods.lane
            wait = ticks(self.reroute["delay_days"])
            self.at(wait, REACT, lambda: self.look_again(goods, lane))

    def look_again(self, goods: Goods, lane: int) -> None:
        line = self.lanes[lane]
        if goods.lane != lane or goods not in line.queue or line.level > 0:
            return
        if self.way(line.ends[0], self.cells[goods.cell].node) < 0:
            return
        line.queue.remove(goods)
        goods.at_node, goods.free, goods.state = line.ends[0], True, "in hand"
        assert self.reroute is not None
        self.spent["rules"] += float(self.reroute["cost_eur"])
        self.send(goods, 0)

    def way(self, origin: int, goal: int) -> int:
        """First lane of the quickest open way, by trying all."""
        best = (math.inf, -1)

        def walk(node: int, been: set[int], took: int, first: int) -> None:
            nonlocal best
            if node == goal:
                best = min(best, (took, first))
                return
            for lane in self.lanes:
                if lane.ends[0] == node and lane.ends[1] not in been and lane.level > 0:
                    more = took + 1 + ticks(self.days_of(lane.law) * lane.time_factor)
                    start = lane.number if first < 0 else first
                    walk(lane.ends[1], been | {lane.ends[1]}, more, start)

        walk(origin, {origin}, 0, -1)
        return best[1]

    # lines

    def take_up(self, line: Line) -> None:
        """Take the first of the queue up, where the line is free and works."""
        if line.current is not None or not line.queue or line.level <= 0:
            return
        line.current = line.queue.pop(0)
        line.left = line.current.kg if isinstance(line.current, Goods) else line.current.units
        line.since = self.now
        self.plan_end(line)

    def plan_end(self, line: Line) -> None:
        line.stamp += 1
        if line.level <= 0:
            return
        wait = 0
        if not math.isinf(line.per_day):
            wait = int(line.left / (line.per_day * line.level) * DAY + 0.999999)
        stamp = line.stamp
        self.at(wait, ARRIVE, lambda: self.line_done(line) if line.stamp == stamp else None)

    def line_done(self, line: Line) -> None:
        done, line.current = line.current, None
        if isinstance(done, Goods):
            self.depart(done)
        elif done is not None:
            self.ripen(done)
        self.take_up(line)

    def set_line(self, line: Line) -> None:
        """Work on with the share that the line has now."""
        level = line.own * min(self.nodes[end].level for end in line.ends)
        if level == line.level:
            return
        before, line.level = line.level, level
        if line.current is not None:
            if before > 0 and not math.isinf(line.per_day):
                done = line.per_day * before * (self.now - line.since) / DAY
                line.left = max(line.left - done, 0.0)
            line.since = self.now
            self.plan_end(line)
        else:
            self.take_up(line)
        if line.is_lane and before > 0 >= level:
            self.cut(line)
        if line.is_lane and before <= 0 < level:
            self.reopen(line)

    def cut(self, line: Line) -> None:
        for goods in list(self.goods):
            if goods.lane == line.number and goods.state == "before lane":
                self.may_look_again(goods)
            if goods.lane == line.number and goods.state == "loaded":
                goods.stamp += 1
                self.enter(goods, line)
            if goods.lane != line.number or goods.state != "on lane":
                continue
            if line.cut_rule == CutRule.PASS:
                continue
            goods.stamp += 1
            if line.cut_rule == CutRule.HOLD:
                goods.state, goods.due = "halted", goods.due - self.now
            elif line.cut_rule == CutRule.REROUTE:
                goods.state, goods.free, goods.at_node = "in hand", True, line.ends[0]
                self.send(goods, max(self.now - goods.left_at, 0))
            else:
                self.lose(goods)

    def lose(self, goods: Goods) -> None:
        """Write goods off; who ordered them sees that they do not come."""
        cell = self.cells[goods.cell]
        cell.on_order -= goods.units
        cell.supporting -= goods.units if goods.arc == ALLY else 0
        cell.wants = True
        self.note("LOST", goods.cell, goods.lane, goods.units)
        self.goods.remove(goods)

    def reopen(self, line: Line) -> None:
        for goods in self.goods:
            if goods.state == "halted" and goods.lane == line.number:
                goods.state = "on lane"
                self.send(goods, goods.due)
            elif goods.state == "standing":
                goods.state = "in hand"
                self.send(goods, 0)


def ticks(days: float) -> int:
    """Seconds, to the nearest."""
    return math.floor(float(days) * DAY + 0.5)


__all__ = ["ARRIVE", "CHANGE", "DEMAND", "NEVER", "REACT", "REVIEW", "Ways", "ticks"]
