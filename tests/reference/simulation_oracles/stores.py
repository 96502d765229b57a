"""Stock, those who wait for it, reviews and orders, help, and what people do by rules."""

import math
from abc import abstractmethod
from functools import partial

from redball.simulation.network import Network, PolicyKind, Rationing, Rows, RuleKind
from redball.simulation.network.tables import ArcKind

from .things import ALLY, Cell, Goods, Job, Request
from .ways import ARRIVE, NEVER, REACT, REVIEW, Ways, ticks


class Stores(Ways):
    """What stands in cells, and how it gets there."""

    def __init__(self, net: Network, days: int, rules: Rows) -> None:
        super().__init__(net, days, rules)
        self.arc_open = [True] * len(net.arcs)
        self.arc_price = [1.0] * len(net.arcs)
        self.arc_units = [0] * len(net.arcs)
        for cell in self.cells:
            if cell.policy == PolicyKind.BASE_STOCK:
                cell.reorder = cell.up_to - 1
        for kind in RuleKind:
            for everywhere in (True, False):
                for row, rule in enumerate(rules):
                    if rule["kind"] == kind and (rule["cell"] < 0) == everywhere:
                        for cell in self.cells if everywhere else [self.cells[rule["cell"]]]:
                            cell.rules[kind] = row

    @abstractmethod
    def start_job(self, recipe: int, units: int) -> None:
        """Begin to make units."""

    # stock

    def free(self, cell: Cell) -> bool:
        """Whether stock may leave the cell."""
        return not cell.blocked and self.nodes[cell.node].level > 0

    def may_have(self, cell: Cell, arc: int) -> bool:
        """Whether there is anything for a request of another cell (arc) or from here (-1)."""
        sees = arc < 0 or self.nodes[cell.node].orders
        return cell.on_hand > 0 and self.free(cell) and sees

    def take(self, cell: Cell, units: int) -> int:
        """Take units, those that expire first; when the first of them expire."""
        cell.on_hand -= units
        first = NEVER
        while units and cell.lots:
            lot = cell.lots[0]
            part = min(units, lot[1])
            first, units = min(first, lot[0]), units - part
            lot[1] -= part
            if not lot[1]:
                cell.lots.pop(0)
        return first

    def put(self, cell: Cell, units: int, expires: int) -> None:
        cell.on_hand += units
        if expires < NEVER:
            cell.lots.append([expires, units])
            cell.lots.sort(key=lambda lot: lot[0])
            self.at(max(expires - self.now, 0), ARRIVE, lambda: self.expire(cell))

    def expire(self, cell: Cell) -> None:
        units = sum(lot[1] for lot in cell.lots if lot[0] <= self.now)
        cell.lots = [lot for lot in cell.lots if lot[0] > self.now]
        if units:
            cell.on_hand -= units
            cell.expired += units
            self.note("EXPIRED", cell.number, -1, units)
            self.look(cell)

    def receive(self, cell: Cell, units: int, expires: int, arc: int) -> None:
        self.put(cell, units, expires)
        self.note("RECEIVED", cell.number, arc, units)
        self.expire(cell)
        self.serve(cell)
        self.offer(cell)

    # requests

    def ask(self, cell: Cell, request: Request) -> None:
        """Give what there is; the rest waits."""
        self.give_at_once(cell, request)
        if request.units:
            place = len(cell.queue)
            if cell.rationing == Rationing.PRIORITY:
                place = sum(other.priority <= request.priority for other in cell.queue)
            cell.queue.insert(place, request)
            self.find_help(cell)
            if cell.reserve > 0:
                self.react(cell, RuleKind.RELEASE_RESERVE)
        self.look(cell)

    def give_at_once(self, cell: Cell, request: Request) -> None:
        """Give what the cell has that nobody before can have, or what may stand in for it."""
        mine = request.arc < 0
        blocked = any(self.may_have(cell, other.arc) for other in cell.queue)
        if self.may_have(cell, request.arc) and not blocked:
            self.hand_over(cell, cell, request, request.units)
        for row in self.net.substitutes if mine else ():
            other = self.cells[row["other"]]
            able = row["cell"] == cell.number and not other.queue and self.may_have(other, -1)
            if able and request.units:
                self.hand_over(other, other, request, request.units)
                self.look(other)

    def hand_over(self, cell: Cell, keeper: Cell, request: Request, most: int) -> None:
        """Give to a request at a cell out of a keeper's stock."""
        units = min(request.units, keeper.on_hand, most)
        if units <= 0 or not self.may_have(keeper, request.arc):
            return
        expires = self.take(keeper, units)
        request.units -= units
        if not request.units and request in cell.queue:
            cell.queue.remove(request)
        request.give(units, expires)

    def serve(self, cell: Cell) -> None:
        have, asked = cell.on_hand, cell.open
        if cell.rationing == Rationing.PROPORTIONAL and 0 < have < asked and self.free(cell):
            for request in list(cell.queue):
                self.hand_over(cell, cell, request, have * request.units // asked)
        for request in list(cell.queue):
            self.hand_over(cell, cell, request, request.units)

    def offer(self, keeper: Cell) -> None:
        """Serve elsewhere with what nobody here waits for."""
        if keeper.queue or not keeper.on_hand:
            return
        for row in self.net.substitutes:
            cell = self.cells[row["cell"]]
            if row["other"] == keeper.number and keeper.on_hand:
                for request in [r for r in cell.queue if r.arc < 0]:
                    self.hand_over(cell, keeper, request, request.units)
                self.look(keeper)
                self.look(cell)
        for row in self.net.supports:
            if row["giver"] == keeper.number:
                self.find_help(self.cells[row["receiver"]])

    def find_help(self, cell: Cell) -> None:
        """Ask allies for what waits and is not on its way from them."""
        for row in self.net.supports:
            if row["receiver"] != cell.number or cell.open <= cell.supporting:
                continue
            if not ticks(row["from_day"]) <= self.now < row["until_day"] * 86_400:
                continue
            if row["standby"] and not cell.helped:
                self.react(cell, RuleKind.SUPPORT)
                continue
            giver = self.cells[row["giver"]]
            units = min(cell.open - cell.supporting, giver.on_hand - int(row["keep"]))
            if giver.queue or units <= 0 or not self.may_have(giver, 0):
                continue
            expires = self.take(giver, units)
            cell.supporting += units
            cell.on_order += units
            goods = Goods(cell.number, ALLY, units, expires, 1.0, 0.0, [], giver.node)
            goods.kg = units * float(self.net.items[cell.item]["mass_kg"])
            self.goods.append(goods)
            self.send(goods, ticks(self.days_of(row["law"])))
            self.look(giver)

    def arrived(self, goods: Goods) -> None:
        cell = self.cells[goods.cell]
        cell.on_order -= goods.units
        cell.supporting -= goods.units if goods.arc == ALLY else 0
        self.receive(cell, goods.units, self.keeps(cell, goods.expires), max(goods.arc, -1))

    def keeps(self, cell: Cell, expires: int = NEVER) -> int:
        """When what comes new into a cell expires."""
        shelf = float(self.net.items[cell.item]["shelf_life_days"])
        fresh = expires >= NEVER and math.isfinite(shelf)
        return self.now + int(shelf * 86_400) if fresh else expires

    # reviews and orders

    def position(self, cell: Cell) -> int:
        if cell.stale:
            return cell.believed
        return cell.on_hand + cell.on_order + cell.in_repair - cell.open

    def look(self, cell: Cell) -> None:
        """Have the cell reviewed where its position asks for an order."""
        if cell.policy and not cell.review and self.position(cell) <= cell.reorder:
            self.plan_review(cell)

    def plan_review(self, cell: Cell) -> None:
        def come() -> None:
            cell.pending = False
            self.review(cell)

        if not cell.pending:
            cell.pending = True
            self.at(0, REVIEW, come)

    def review_again(self, cell: Cell) -> None:
        self.review(cell)
        self.at(cell.review, REVIEW, lambda: self.review_again(cell))

    def review(self, cell: Cell) -> None:
        if not cell.policy:
            return
        if not self.nodes[cell.node].orders:
            cell.wants = True
            return
        position = self.position(cell)
        self.note("REVIEWED", cell.number, -1, position)
        rule = cell.rules.get(RuleKind.EXPEDITE, -1)
        if rule >= 0 and cell.on_hand - cell.open >= self.rules[rule]["threshold"]:
            cell.hurried = False
        elif not cell.hurried:
            self.react(cell, RuleKind.EXPEDITE)
        if position > cell.reorder:
            return
        wanted = cell.up_to - position
        if cell.policy == PolicyKind.FIXED_QUANTITY:
            wanted = 0
            while position + wanted <= cell.reorder:
                wanted += cell.quantity
        if wanted <= 0:
            return
        arc = self.choose(cell)
        if arc < 0:
            cell.wants = True
        else:
            self.order(cell, arc, wanted)

    def other_end_works(self, arc: int) -> bool:
        row = self.net.arcs[arc]
        if row["kind"] == ArcKind.MAKE:
            return bool(self.recipes[row["recipe"]].level > 0)
        move = row["kind"] == ArcKind.MOVE
        at = self.cells[row["supplier"]].node if move else int(row["at_node"])
        return at < 0 or (self.nodes[at].level > 0 and self.nodes[at].orders)

    def choose(self, cell: Cell) -> int:
        """First arc that can be used, or the one furthest behind its share."""
        usable, waiting, failing = [], [], False
        for arc, row in enumerate(self.net.arcs):
            if row["cell"] != cell.number or (row["standby"] and not cell.second):
                continue
            works = self.other_end_works(arc)
            if self.arc_open[arc] and works:
                usable.append(arc)
            elif self.arc_open[arc]:
                waiting.append(arc)
            shared = row["share"] > 0
            failing = failing or (bool(shared or not usable) and arc not in usable)
            if usable and not self.net.arcs[usable[0]]["share"]:
                break
        if failing and not cell.second:
            self.react(cell, RuleKind.SECOND_SOURCE)
        shares = [arc for arc in usable if self.net.arcs[arc]["share"] > 0]
        if usable and usable[0] in shares:
            return min(shares, key=lambda arc: self.arc_units[arc] / self.net.arcs[arc]["share"])
        return (usable or waiting or [-1])[0]

    def order(self, cell: Cell, arc: int, wanted: int) -> None:
        row = self.net.arcs[arc]
        batch = int(row["batch"])
        units = -(-max(wanted, int(row["minimum"])) // batch) * batch
        price, factor = float(row["price_eur"]) * self.arc_price[arc], 1.0
        if cell.hurried:
            rule = self.rules[cell.rules[RuleKind.EXPEDITE]]
            price, factor = price * float(rule["price_factor"]), float(rule["factor"])
        cell.on_order += units
        cell.believed += units
        self.arc_units[arc] += units
        self.spent["purchase"] += units * price
        self.spent["orders"] += float(row["order_cost_eur"])
        self.note("ORDERED", cell.number, arc, units)
        if row["kind"] == ArcKind.BUY:
            self.ship(arc, factor, units, NEVER)
        elif row["kind"] == ArcKind.MOVE:
            give = partial(self.ship, arc, factor)
            self.ask(self.cells[row["supplier"]], Request(units, give, arc=arc))
        else:
            recipe = int(row["recipe"])
            lot = int(self.net.recipes[recipe]["lot"]) or units
            for done in range(0, units, lot):
                self.start_job(recipe, min(lot, units - done))

    def ship(self, arc: int, factor: float, units: int, expires: int) -> None:
        row = self.net.arcs[arc]
        cell = self.cells[row["cell"]]
        route = [int(lane) for lane in self.net.routes[row["first_lane"] : row["last_lane"]]]
        kg = units * float(self.net.items[cell.item]["mass_kg"])
        goods = Goods(cell.number, arc, units, expires, factor, kg, route, -1)
        self.goods.append(goods)
        self.send(goods, ticks(self.days_of(row["law"]) * self.arc_time[arc] * factor))
        self.note("SENT", cell.number, arc, units)

    # people

    def react(self, cell: Cell, kind: RuleKind) -> None:
        rule = cell.rules.get(kind, -1)
        if rule >= 0 and kind not in cell.reacting:
            cell.reacting.add(kind)
            wait = ticks(self.rules[rule]["delay_days"])
            self.at(wait, REACT, lambda: self.carry_out(cell, kind, rule))

    def lacks_source(self, cell: Cell) -> bool:
        """Whether an arc that orders would go by can't be used."""
        rows = [
            (arc, row)
            for arc, row in enumerate(self.net.arcs)
            if row["cell"] == cell.number and not row["standby"]
        ]
        good = {arc for arc, _ in rows if self.arc_open[arc] and self.other_end_works(arc)}
        plain = [arc for arc, row in rows if arc in good and not row["share"]]
        rows = [(arc, row) for arc, row in rows if not plain or arc < plain[0]]
        first = min(good, default=len(self.net.arcs))
        return any(arc not in good and (arc < first or row["share"]) for arc, row in rows)

    def carry_out(self, cell: Cell, kind: RuleKind, rule: int) -> None:
        """Do what the rule says, if what caused it still holds."""
        cell.reacting.discard(kind)
        if kind == RuleKind.SECOND_SOURCE and not self.lacks_source(cell):
            return
        if kind == RuleKind.SECOND_SOURCE:
            cell.second = cell.wants = True
            self.withdraw(cell)
        elif kind == RuleKind.EXPEDITE:
            cell.hurried = True
        elif not cell.queue or (kind == RuleKind.RELEASE_RESERVE and not cell.reserve):
            return
        elif kind == RuleKind.RELEASE_RESERVE:
            self.put(cell, cell.reserve, NEVER)
            cell.reserve = 0
            self.serve(cell)
            self.offer(cell)
        else:
            cell.helped = True
            self.find_help(cell)
        self.spent["rules"] += float(self.rules[rule]["cost_eur"])
        self.note("REACTED", cell.number, kind, 0)
        if cell.wants:
            cell.wants = False
            self.plan_review(cell)

    def withdraw(self, cell: Cell) -> None:
        """Take back what waits with suppliers that do not work."""
        for arc, row in enumerate(self.net.arcs):
            if row["cell"] != cell.number or row["kind"] != ArcKind.MOVE:
                continue
            if not self.other_end_works(arc):
                supplier = self.cells[row["supplier"]]
                for request in [r for r in supplier.queue if r.arc == arc]:
                    supplier.queue.remove(request)
                    cell.on_order -= request.units
        self.look(cell)


__all__ = ["Job", "Stores"]
