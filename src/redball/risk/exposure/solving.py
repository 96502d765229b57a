"""Losses of a whole network from the programmes of its blocks."""

import math
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from redball.model import BadUse
from redball.model.compiled import Floats, Longs
from redball.risk.exposure.blocks import blocks_of
from redball.risk.exposure.local import LocalLoss, undisturbed
from redball.risk.exposure.losses import Loss
from redball.risk.exposure.network import ExposureNetwork
from redball.risk.exposure.programme import Programmes
from redball.solvers import WarmSolution
from redball.solvers.solve import Progress

_MOST_MODELS = 400
"""Blocks whose programmes are held at a time; a small one takes some 300 kB in the solver."""
_MOST_ANSWERS = 200_000
"""Answers held, so that what two losses do alike to a block is solved once."""


@dataclass(frozen=True)
class Answer:
    """What one loss costs.

    Attributes
    ----------
    impact, lost_units : float
        Least loss over the window, and the units behind it.
    undisturbed_impact : float
        The same without the loss, in the same window.
    added_impact : float
        Impact of the blocks that the loss touches, less theirs without it; at least 0.
    survive_days, own_survive_days : float
        Of the whole network, and of the blocks that the loss touches; infinite for ever.
    """

    impact: float
    lost_units: float
    undisturbed_impact: float
    added_impact: float
    survive_days: float
    own_survive_days: float


class Solver:
    """Solves losses on one network; for one thread.

    Every solve begins from the undisturbed basis of its block, so an answer does not depend on what
    was solved before: the same loss gives the same bytes in any list and order.
    """

    def __init__(self, network: ExposureNetwork) -> None:
        self.network = network
        self.blocks = blocks_of(network)
        self._place = np.empty(network.elements, np.int64)
        for block in self.blocks.all:
            self._place[block.nodes] = np.arange(len(block.nodes))
            self._place[network.nodes + block.sites] = np.arange(len(block.sites))
        self._models: OrderedDict[int, Programmes] = OrderedDict()
        self._answers: OrderedDict[tuple[int, bytes], tuple[float, float, float]] = OrderedDict()
        self.solves = self.steps = self.reused = 0
        self._short: list[tuple[int, float]] | None = None
        self._base: dict[float, dict[int, tuple[float, float]]] = {}

    def answer(self, loss: Loss, progress: Progress | None = None) -> Answer:
        """What a loss costs, and how long its network lasts."""
        touched = dict(self.local(loss))
        base = self._undisturbed(loss.window_days, progress)
        own = {b: self._solved(b, local, progress) for b, local in touched.items()}
        rest = [(b, lost) for b, lost in base.items() if b not in touched]
        before = math.fsum(cost for b, (cost, _) in base.items() if b in touched)
        mine = min((days for _, _, days in own.values()), default=np.inf)
        others = min((t for b, t in self._shortest() if b not in touched), default=np.inf)
        return Answer(
            impact=math.fsum([*(v[0] for v in own.values()), *(v[0] for _, v in rest)]),
            lost_units=math.fsum([*(v[1] for v in own.values()), *(v[1] for _, v in rest)]),
            undisturbed_impact=math.fsum(cost for cost, _ in base.values()),
            # no loss helps: less than 0 could come from rounding only
            added_impact=max(math.fsum(v[0] for v in own.values()) - before, 0.0),
            survive_days=min(mine, others),
            own_survive_days=mine,
        )

    def local(self, loss: Loss) -> Iterator[tuple[int, LocalLoss]]:
        """Blocks that a loss touches, with what it does there.

        Raises
        ------
        BadUse
            The loss names an element that the network does not have.
        """
        nodes = self.network.nodes
        if len(loss.elements) and not 0 <= loss.elements[0] <= loss.elements[-1] < (
            self.network.elements
        ):
            raise BadUse(f"There is no element {loss.elements[-1]}.", where=loss.name)
        if len(loss.stock_node) and not 0 <= loss.stock_node[0] <= loss.stock_node[-1] < nodes:
            raise BadUse(f"There is no node {loss.stock_node[-1]}.", where=loss.name)
        whose, stock = self.blocks.of_element[loss.elements], (
            self.blocks.of_element[loss.stock_node]
        )  # fmt: skip
        for b in np.union1d(whose, stock).tolist():
            at, held = whose == b, stock == b
            node = at & (loss.elements < nodes)
            site = at & (loss.elements >= nodes)
            yield b, LocalLoss(
                loss.window_days,
                self._place[loss.elements[node]], loss.share[node], loss.recovery_days[node],
                self._place[loss.elements[site]], loss.share[site], loss.recovery_days[site],
                self._place[loss.stock_node[held]], loss.stock_lost[held],
            )  # fmt: skip

    def programmes(self, block: int) -> Programmes:
        """Programmes of a block, built when first asked for; those longest unused are let go."""
        if block in self._models:
            self._models.move_to_end(block)
        else:
            self._models[block] = Programmes(self.network, self.blocks.all[block])
            if len(self._models) > _MOST_MODELS:
                self._models.popitem(last=False)
        return self._models[block]

    def touched(self, loss: Loss) -> Longs:
        """Numbers of the blocks a loss touches."""
        return np.array([b for b, _ in self.local(loss)], np.int64)

    def lost(self, loss: Loss) -> tuple[Longs, Floats]:
        """Nodes of which units are lost in the best plan found, and how many."""
        touched = dict(self.local(loss))
        for b in self.short_blocks():
            touched.setdefault(b, undisturbed(loss.window_days))
        nodes, units = [np.zeros(0, np.int64)], [np.zeros(0)]
        for b, local in sorted(touched.items()):
            programmes = self.programmes(b)
            if len(programmes.products):
                amount = programmes.units(self._counted(programmes.lost(local)))
                some = np.flatnonzero(amount > 0)
                nodes.append(programmes.block.nodes[programmes.products[some]])
                units.append(amount[some])
        return np.concatenate(nodes), np.concatenate(units)

    def _solved(
        self, block: int, loss: LocalLoss, progress: Progress | None
    ) -> tuple[float, float, float]:
        """Cost, units and days of a loss in its block."""
        if not len(self.blocks.all[block].nodes):
            return 0.0, 0.0, np.inf
        key = (block, loss.key)
        if key in self._answers:
            self.reused += 1
            return self._answers[key]
        programmes = self.programmes(block)
        days = programmes.survives(loss, progress)
        self.solves += 1
        cost = units = 0.0
        # what lasts for the whole window while all stays lost loses nothing in it
        if days < loss.window_days:
            cost, units = programmes.impact(self._counted(programmes.lost(loss, progress)))
        self._answers[key] = cost, units, days
        if len(self._answers) > _MOST_ANSWERS:
            self._answers.popitem(last=False)
        return cost, units, days

    def _counted(self, answer: WarmSolution) -> WarmSolution:
        self.solves += 1
        self.steps += answer.steps
        return answer

    def short_blocks(self) -> list[int]:
        """Blocks that do not last for ever even undisturbed."""
        return [b for b, _ in self._shortest()]

    def _shortest(self) -> list[tuple[int, float]]:
        """Blocks that do not last for ever even undisturbed, and for how long."""
        if self._short is None:
            self._short = []
            for b, block in enumerate(self.blocks.all):
                if (self.network.demand_per_day[block.nodes] > 0).any():
                    days = self.programmes(b).survives(undisturbed(1.0))
                    self.solves += 1
                    if np.isfinite(days):
                        self._short.append((b, days))
        return self._short

    def _undisturbed(
        self, window: float, progress: Progress | None
    ) -> dict[int, tuple[float, float]]:
        """Cost and units of the blocks that lose something in a window with nothing lost."""
        if window not in self._base:
            found = {}
            for b, days in self._shortest():
                if days < window:
                    cost, units, _ = self._solved(b, undisturbed(window), progress)
                    found[b] = cost, units
            self._base[window] = found
        return self._base[window]
