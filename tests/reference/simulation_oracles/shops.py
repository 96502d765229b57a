"""Repair in shops with places and parts, and production on lines."""

import math
from functools import partial

from redball.simulation.network import Network, Rows

from .drawing import CHOICES, Drawing
from .stores import Stores
from .things import NEVER, Cell, Job, Pool, Request
from .ways import ARRIVE, DEMAND, ticks


class Shops(Stores):
    """Failed units come back, products are made."""

    def __init__(self, net: Network, days: int, seed: int, rules: Rows) -> None:
        super().__init__(net, days, rules)
        self.choices = [Drawing(seed, 0, CHOICES, k) for k in range(len(net.shops))]
        self.at_shop = [0] * len(net.shops)
        self.shop_of = {int(row["cell"]): k for k, row in enumerate(net.shops)}
        self.pools = [Pool(int(row["servers"]), int(row["servers"])) for row in net.pools]
        self.jobs: list[Job] = []

    # repair

    def failed(self, cell: Cell) -> None:
        shop = self.shop_of.get(cell.number, -1)
        if shop < 0:
            self.condemn(cell)
        else:
            cell.in_repair += 1
            self.at(0, DEMAND, partial(self.reach_shop, shop))

    def condemn(self, cell: Cell) -> None:
        cell.condemned += 1
        self.note("CONDEMNED", cell.number, -1, 1)
        self.look(cell)

    def reach_shop(self, shop: int) -> None:
        row, turn = self.net.shops[shop], self.at_shop[shop]
        self.at_shop[shop] += 1
        cell = self.cells[row["cell"]]
        self.note("AT_SHOP", cell.number, shop, 1)
        if self.choices[shop].uniform(2 * turn) >= row["share"]:
            cell.in_repair -= 1
            if row["up"] < 0:
                self.condemn(cell)
                return
            self.cells[self.net.shops[row["up"]]["cell"]].in_repair += 1
            wait = ticks(self.days_of(row["up_law"]))
            self.at(wait, DEMAND, partial(self.reach_shop, int(row["up"])))
            self.look(cell)
            return
        job = Job(cell.node, 1, int(row["law"]), partial(self.repaired, shop), shop=shop)
        self.jobs.append(job)
        share = self.choices[shop].uniform(2 * turn + 1)
        for part in self.net.parts[row["first_part"] : row["last_part"]]:
            if share < part["probability"]:
                self.failed(self.cells[part["cell"]])
                came = partial(self.part_came, job)
                self.ask(self.cells[part["cell"]], Request(1, came))
                return
            share -= float(part["probability"])
        self.take_place(job)

    def part_came(self, job: Job, units: int, expires: int) -> None:
        assert units == 1
        assert expires >= self.now
        self.take_place(job)

    def take_place(self, job: Job) -> None:
        pool = int(self.net.shops[job.shop]["pool"])
        if pool < 0:
            self.ripen(job)
        else:
            self.pools[pool].queue.append(job)
            self.fill_places(pool)

    def fill_places(self, number: int) -> None:
        pool = self.pools[number]
        while pool.queue and pool.busy < pool.able:
            pool.busy += 1
            self.ripen(pool.queue.pop(0))

    def repaired(self, shop: int) -> None:
        row = self.net.shops[shop]
        cell = self.cells[row["cell"]]
        self.note("REPAIRED", cell.number, shop, 1)
        if row["pool"] >= 0:
            self.pools[row["pool"]].busy -= 1
            self.fill_places(int(row["pool"]))
        cell.in_repair -= 1
        self.receive(cell, 1, NEVER, -1)

    # production

    def start_job(self, recipe: int, units: int) -> None:
        row = self.net.recipes[recipe]
        cell = self.cells[row["cell"]]
        job = Job(cell.node, units, int(row["law"]), partial(self.made, recipe, units),
                  recipe=recipe)  # fmt: skip
        self.jobs.append(job)
        inputs = self.net.inputs[row["first_input"] : row["last_input"]]
        needs = [math.ceil(units * float(one["quantity"]) - 1e-9) for one in inputs]
        job.missing = sum(needs)

        def give(got: int, expires: int) -> None:
            job.missing -= got
            if not job.missing:
                self.join_line(job)

        if not job.missing:
            self.join_line(job)
        for one, need in zip(inputs, needs, strict=True):
            if need:
                self.ask(self.cells[one["cell"]], Request(need, give))

    def join_line(self, job: Job) -> None:
        line = self.recipes[job.recipe]
        line.queue.append(job)
        self.take_up(line)

    def made(self, recipe: int, units: int) -> None:
        cell = self.cells[self.net.recipes[recipe]["cell"]]
        cell.on_order -= units
        self.note("MADE", cell.number, recipe, units)
        self.receive(cell, units, self.keeps(cell), -1)

    def ripen(self, job: Job) -> None:
        factor = self.recipes[job.recipe].time_factor if job.recipe >= 0 else 1.0
        wait = ticks(self.days_of(job.law) * factor)
        if self.nodes[job.node].level <= 0:
            job.state, job.due = "paused", wait
        else:
            self.let_ripen(job, wait)

    def let_ripen(self, job: Job, wait: int) -> None:
        job.state, job.due = "ripening", self.now + wait
        job.stamp += 1
        stamp = job.stamp

        def end() -> None:
            if job.stamp == stamp:
                self.jobs.remove(job)
                job.done()

        self.at(wait, ARRIVE, end)
