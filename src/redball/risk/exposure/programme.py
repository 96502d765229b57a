"""The two linear programmes of a block, kept in the solver.

In a window of T days, for nodes j with stock s, demand d, margin f, capacity c::

    min  sum f_j l_j                                              what is not delivered
    s.t. y_j <= sum over sources i of u_ij / r_ij                 every need of j
         y_j + l_j - sum of what others take from j >= d_j T - s_j
         y_j <= c_j (T - share_j recovery_j)                      0 when lost for all of the window
         sum of y_j at site a <= c_a (T - share_a recovery_a)
         0 <= l_j <= d_j T

The time to survive is the longest T for which all l can be 0 while what is lost stays lost. Divided
by T and with x = 1/T it is a programme in rates, in which a loss changes limits only::

    min  x
    s.t. the same needs, and  y_j + s_j x - sum of what others take from j >= d_j
         y_j <= c_j (1 - share_j),  sum of y_j at site a <= c_a (1 - share_a)

x = 0 is 'never', no solution is 'at once'. Source: D. Simchi-Levi et al., "Identifying Risks and
Mitigating Disruptions in the Automotive Supply Chain", Interfaces 45(5) (2015) 375-390; the second
form is ours, the same optimum.
"""

import numpy as np

from redball.model import BadData
from redball.model.compiled import Floats, Longs
from redball.risk.exposure.blocks import Block
from redball.risk.exposure.local import Limits, LocalLoss, More, Prices, undisturbed
from redball.risk.exposure.network import ExposureNetwork
from redball.solvers import LinearProblem, Status, WarmModel, WarmSolution
from redball.solvers.solve import Progress

_USUAL_WINDOW_DAYS = 30.0
"""Window of the undisturbed programme from whose basis every loss begins."""

_LEAST_PART = 1e-8
"""Smallest share of a node's output that one taker may stand for: below, tolerances blur it."""
_ROUNDING = 1e-9
"""A loss of less, where demand is counted near 1 a day, is none."""


class Programmes:
    """Both programmes of a block, each built once and solved for one loss after another.

    Parameters
    ----------
    network : ExposureNetwork
    block : Block
    """

    def __init__(self, network: ExposureNetwork, block: Block) -> None:
        self.network, self.block = network, block
        self.demand = network.demand_per_day[block.nodes]
        self.stock = network.stock[block.nodes]
        self.capacity = network.capacity_per_day[block.nodes]
        self.site_capacity = network.site_capacity_per_day[block.sites]
        self.products = np.flatnonzero(self.demand > 0)
        self._shape()
        margin = network.margin[block.nodes][self.products] * block.scale[self.products]
        least = margin[margin > 0].min(initial=np.inf)
        self.cost_scale = float(np.exp2(-np.floor(np.log2(least)))) if np.isfinite(least) else 1.0
        self.cost = margin * self.cost_scale
        self._lost: WarmModel | None = None
        self._lasting: WarmModel | None = None

    def lost(
        self, loss: LocalLoss, progress: Progress | None = None, more: More | None = None
    ) -> WarmSolution:
        """Solve for the least loss in the window, perhaps with one limit raised."""
        if self._lost is None:
            self._lost = self._made(lasting=False)
        model, limits = self._lost, self.limits(loss, more)
        model.restart()
        model.bounds(self._y, np.zeros(len(self._y)), limits.made)
        model.bounds(self._u, np.zeros(len(self._u)), limits.taken)
        model.bounds(self._l, np.zeros(len(self._l)), limits.asked)
        model.rows(self._balance, limits.least, np.full(len(self._balance), np.inf))
        model.rows(self._site, np.full(len(self._site), -np.inf), limits.at_site)
        answer = model.solve(progress=progress)
        if answer.status is not Status.OPTIMAL:
            raise BadData(
                f"The programme of the loss ended as {answer.status.value}.",
                where=self.network.names[self.block.nodes[0]],
                mend="Numbers of very different size are the usual cause; choose other units.",
            )
        return answer

    def impact(self, answer: WarmSolution) -> tuple[float, float]:
        """Cost and units lost of an answer of :meth:`lost`."""
        return max(answer.objective, 0.0) / self.cost_scale, float(self.units(answer).sum())

    def units(self, answer: WarmSolution) -> Floats:
        """Units of each product lost by an answer of :meth:`lost`; rounding counts as none."""
        lost = answer.x[self._l]
        return np.where(lost > _ROUNDING, lost, 0.0) * self.block.scale[self.products]

    def survives(self, loss: LocalLoss, progress: Progress | None = None) -> float:
        """Days that all demand can be met while what is lost stays lost; infinite for ever."""
        if not len(self.products):
            return np.inf
        answer = self.lasting(loss, progress)
        if answer.status is Status.INFEASIBLE:
            return 0.0
        return 1.0 / answer.objective if answer.objective > 0 else np.inf

    def lasting(self, loss: LocalLoss, progress: Progress | None = None) -> WarmSolution:
        """Solve the second programme; infeasible where demand can't be met for any time."""
        if self._lasting is None:
            self._lasting = self._made(lasting=True)
        model, (made, at_site) = self._lasting, self.rates(loss)
        model.restart()
        model.bounds(self._y, np.zeros(len(self._y)), made / self.block.scale)
        model.rows(self._site, np.full(len(self._site), -np.inf), at_site)
        # without stock no taker gets more than is made
        taken = np.where(self.left(loss)[self._source] > 0, np.inf, made[self._source])
        model.bounds(self._u, np.zeros(len(self._u)), taken / self._link_scale)
        changed = [at for at in loss.stock_node.tolist() if self._balance_of[at] >= 0]
        left = self.left(loss) / self.block.scale
        for at in changed:
            model.coefficient(self._balance_of[at], self._x, left[at])
        answer = model.solve(progress=progress)
        for at in changed:
            whole = self.stock[at] / self.block.scale[at]
            model.coefficient(self._balance_of[at], self._x, whole)
        if answer.status not in (Status.OPTIMAL, Status.INFEASIBLE):
            raise BadData(
                f"The programme of the time to survive ended as {answer.status.value}.",
                where=self.network.names[self.block.nodes[0]],
                mend="Numbers of very different size are the usual cause; choose other units.",
            )
        return answer

    def left(self, loss: LocalLoss) -> Floats:
        """Stock of each node that is not lost."""
        gone = np.zeros(len(self.stock))
        gone[loss.stock_node] = loss.stock_lost
        return np.maximum(self.stock - gone, 0.0)

    def rates(self, loss: LocalLoss) -> tuple[Floats, Floats]:
        """Units a day that each node and each site can make while what is lost stays lost."""
        up, open_share = np.ones(len(self._y)), np.ones(len(self._site))
        up[loss.node] -= loss.node_share
        open_share[loss.site] -= loss.site_share
        return _times(self.capacity, up), _times(self.site_capacity, open_share)

    def days(self, loss: LocalLoss) -> tuple[Floats, Floats]:
        """Days in the window on which each node and each site works."""
        window = loss.window_days
        days, site_days = np.full(len(self._y), window), np.full(len(self._site), window)
        days[loss.node] -= loss.node_share * loss.node_days
        site_days[loss.site] -= loss.site_share * loss.site_days
        return np.maximum(days, 0.0), np.maximum(site_days, 0.0)

    def limits(self, loss: LocalLoss, more: More | None = None) -> Limits:
        """Limits of the first programme under a loss."""
        window, scale, rows = loss.window_days, self.block.scale, self._balanced
        days, site_days = self.days(loss)
        left = self.left(loss)
        capacity, site_capacity = self.capacity, self.site_capacity
        if more is not None:
            raised = {"stock": left, "capacity": capacity, "site capacity": site_capacity}
            changed = raised[more.kind].copy()
            changed[more.place] += more.units
            raised[more.kind] = changed
            left, capacity, site_capacity = raised.values()
        made = _times(capacity, days)
        return Limits(
            made=made / scale,
            # no taker gets more than there is: follows from the rows, but keeps small takers exact
            taken=(made + left)[self._source] / self._link_scale,
            asked=self.demand[self.products] * window / scale[self.products],
            least=(self.demand[rows] * window - left[rows]) / scale[rows],
            at_site=_times(site_capacity, site_days),
        )

    def prices(self, answer: WarmSolution, per: float = 1.0, *, lasting: bool = False) -> Prices:
        """Prices of stock and of what nodes and sites make: fall of the objective for each unit.

        ``per`` is what the objective is counted in: ``cost_scale`` for the first programme. In
        the second (``lasting``) a unit of output is one a day.
        """
        scale, held = self.block.scale, np.zeros(len(self._y))
        held[self._balanced] = answer.row_price[self._balance] / scale[self._balanced]
        made = -answer.column_price[self._y] / scale
        # a limit of a taker is one of stock and output of its source
        taken = np.zeros(len(self._y))
        at_most = np.maximum(-answer.column_price[self._u], 0.0) / self._link_scale
        np.add.at(taken, self._source, at_most)
        if not lasting:
            held += taken
        # where nothing is asked and nothing held, stock would only stand in for output
        held[(self.demand == 0) & (self.stock == 0)] = 0.0
        return Prices(held / per, (made + taken) / per, -answer.row_price[self._site] / per)

    def _shape(self) -> None:
        """Rows: needs, balances (nodes with demand or takers), sites. Columns: y, u, l or x."""
        network, block = self.network, self.block
        nodes, links = len(block.nodes), len(block.links)
        place = np.full(network.nodes, -1, np.int64)
        place[block.nodes] = np.arange(nodes)
        source = place[network.link_source[block.links]]
        need = np.searchsorted(block.needs, network.link_need[block.links])
        user = place[network.need_node[block.needs]]
        self._balanced = np.union1d(self.products, source)
        self._balance_of = np.full(nodes, -1, np.int64)
        self._balance_of[self._balanced] = len(block.needs) + np.arange(len(self._balanced))
        self._balance = self._balance_of[self._balanced]
        first_site = len(block.needs) + len(self._balanced)
        self._site = first_site + np.arange(len(block.sites))
        self._y, self._u = np.arange(nodes), nodes + np.arange(links)
        self._x = nodes + links
        self._l = self._x + np.arange(len(self.products))
        self._source = source
        # links are counted in units of the taker: one for each of its own
        self._link_scale = network.link_quantity[block.links] * block.scale[user[need]]
        taken = self._link_scale / block.scale[source]
        if len(taken) and taken.min() < _LEAST_PART:
            raise BadData(
                "A taker asks for less than a hundred-millionth of what others ask for.",
                where=network.names[block.nodes[source[np.argmin(taken)]]],
                mend="Give it a source of its own, or leave it out.",
            )
        placed = np.flatnonzero(network.site[block.nodes] >= 0)
        at = np.searchsorted(block.sites, network.site[block.nodes][placed])
        # row, column, value of what both programmes have in common
        self._entries = [
            (need, self._u, np.ones(links)),
            (np.arange(len(block.needs)), user, -np.ones(len(block.needs))),
            (self._balance, self._balanced, np.ones(len(self._balanced))),
            (self._balance_of[source], self._u, -taken),
            (self._site[at], placed, block.scale[placed]),
        ]

    def _made(self, *, lasting: bool) -> WarmModel:
        """Build a programme, solve it undisturbed, and keep the basis."""
        rows = len(self.block.needs) + len(self._balance) + len(self._site)
        limits = self.limits(undisturbed(1.0 if lasting else _USUAL_WINDOW_DAYS))
        if lasting:
            stocked = self._balanced[self.stock[self._balanced] > 0]
            more = (
                self._balance_of[stocked],
                np.full(len(stocked), self._x),
                self.stock[stocked] / self.block.scale[stocked],
            )
            cost, high = np.ones(1), np.full(1, np.inf)
            least = self.demand[self._balanced] / self.block.scale[self._balanced]
        else:
            more = (self._balance_of[self.products], self._l, np.ones(len(self.products)))
            cost, high, least = self.cost, limits.asked, limits.least
        start, column, value = _by_rows(rows, [*self._entries, more])
        free = np.full(rows, np.inf)
        low, top = np.zeros(rows), free.copy()
        low[self._balance], low[self._site] = least, -np.inf
        top[self._site] = limits.at_site
        model = WarmModel(
            LinearProblem(
                cost=np.concatenate([np.zeros(self._x), cost]),
                low=np.zeros(self._x + len(cost)),
                high=np.concatenate([limits.made, np.full(len(self._u), np.inf), high]),
                row_start=start, column=column, value=value, row_low=low, row_high=top,
            )
        )  # fmt: skip
        model.solve()
        model.keep()
        return model


def _times(capacity: Floats, share: Floats) -> Floats:
    """Capacity times what is left of it; without limit times nothing is nothing."""
    share = np.maximum(share, 0.0)
    return np.where(share > 0, capacity * np.where(share > 0, share, 1.0), 0.0)


def _by_rows(rows: int, entries: list[tuple[Longs, Longs, Floats]]) -> tuple[Longs, Longs, Floats]:
    row, column, value = (np.concatenate(part) for part in zip(*entries, strict=True))
    # a node that takes of itself has two entries in one place: they are added
    order = np.lexsort((column, row))
    row, column, value = row[order], column[order], value[order]
    fresh = np.ones(len(row), np.bool_)
    fresh[1:] = (np.diff(row) != 0) | (np.diff(column) != 0)
    starts = np.flatnonzero(fresh)
    summed = np.add.reduceat(value, starts) if len(value) else value
    start = np.searchsorted(row[starts], np.arange(rows + 1))
    return start.astype(np.int64), column[starts], summed
