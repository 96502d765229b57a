"""When each cell orders and how much: the nation's policy, else today's position or the use."""

import math
from collections import defaultdict
from collections.abc import Mapping
from statistics import NormalDist

import polars as pl

from redball.model import NOWHERE
from redball.planning.case.draft import Cell
from redball.planning.case.flows import Flows, Place
from redball.planning.case.ground import Ground
from redball.planning.case.places import Places
from redball.planning.case.stocks import Stock, spread_over, whole, whole_lots
from redball.planning.case.supply import Supply
from redball.simulation.network import PolicyKind

_ROUNDING = 1e-9
_KINDS = {
    "reorder_up_to": PolicyKind.REORDER_UP_TO,
    "fixed_quantity": PolicyKind.FIXED_QUANTITY,
    "base_stock": PolicyKind.BASE_STOCK,
}


def set_stock(
    ground: Ground, cells: Mapping[Place, int], stocks: Mapping[Place, Stock], places: Places,
    lead_days: Mapping[int, float],
) -> None:  # fmt: skip
    """Put today's stock into the cells, and say when what is due comes."""
    for place, stock in stocks.items():
        cell = places.draft.cells[cells[place]]
        cell.on_hand, cell.reserve = whole(stock.on_hand), whole(stock.reserve)
        cell.lots = whole_lots(stock.lots, cell.on_hand)
        cell.mark |= stock.mark
        for amount, day in stock.due:
            if whole(amount):
                # without a date it comes when what is ordered today would
                when = lead_days.get(cells[place], 0.0) if day is None else day
                cell.due.append((whole(amount), when))
        back = whole(stock.in_repair)
        if back:
            cell.due += spread_over(back, _repair_days(ground, place))
        cell.due.sort(key=lambda row: row[1])


def _repair_days(ground: Ground, place: Place) -> float:
    """Time until what waits for repair at a site is back: of the first site above that repairs."""
    spares, item = ground.spares, ground.axis.get(place[1])
    site = place[0]
    if spares is None or item is None:
        return 0.0
    problem, days = spares.problem, 0.0
    while site != NOWHERE and site in ground.position:
        at = ground.position[site]
        if problem.repaired[item, at] > 0:
            return days + float(problem.repair_days[item, at])
        days += float(problem.ship_days[item, at])
        site = int(ground.above[site])
    return days


def set_policies(
    ground: Ground, cells: Mapping[Place, int], stocks: Mapping[Place, Stock], flows: Flows,
    places: Places, supply: Supply,
) -> None:  # fmt: skip
    """Give every cell that is supplied a policy, and what is under way by it where nobody says."""
    stated, targets = _stated(ground, places), _Targets(ground)
    ratio = _ratios(flows, ground)
    for place, at in cells.items():
        cell = places.draft.cells[at]
        if at in stated:
            _take(cell, stated[at])
        elif at not in supply.lead_days:
            cell.policy = PolicyKind.NONE
        elif cell.use <= 0:
            cell.policy = PolicyKind.BASE_STOCK  # orders what is asked of it, keeps nothing
        elif place[1] in ground.axis and place[0] in ground.position:
            cell.policy = PolicyKind.BASE_STOCK
            cell.order_up_to = cell.on_hand + sum(quantity for quantity, _ in cell.due)
        else:
            days, mark = targets.days(place, kept=place in stocks)
            cell.mark |= mark
            _by_use(ground, cell, supply.lead_days[at], supply.busy(at), days,
                    ratio.get(place[1], 1.0))  # fmt: skip


def set_under_way(
    ground: Ground, cells: Mapping[Place, int], stocks: Mapping[Place, Stock], flows: Flows,
    supply: Supply,
) -> None:  # fmt: skip
    """Put under way what has been ordered before today, where no table says what that is.

    A cell never stands at or below its reorder point: it has ordered by then. Its use up to today
    was met, so what a lead time uses is on its way, in equal parts.
    """
    silent: list[int] = []
    for place, at in cells.items():
        cell, days = supply.sales.draft.cells[at], supply.lead_days.get(at, 0.0)
        if cell.policy == PolicyKind.NONE or (place in stocks and stocks[place].due):
            continue
        position = cell.on_hand + sum(quantity for quantity, _ in cell.due)
        if position > cell.reorder_point:
            continue
        used = math.floor(flows.order.get(place, 0.0) * days + 0.5)
        coming = min(used, cell.most - position)
        if coming > 0:
            cell.due = sorted(cell.due + spread_over(coming, days), key=lambda row: row[1])
            silent.append(place[1])
    ground.book.leave(
        "item", silent, "no order of it is recorded at a site that has less than it orders at: "
        "what is used in a lead time is taken to be under way",
    )  # fmt: skip


def _by_use(
    ground: Ground, cell: Cell, lead: float, busy: float, target_days: float, ratio: float
) -> None:
    """(s, S): use over the lead time and safety; an order covers the use of a cycle.

    Safety is the larger of the days of supply to be held and a normal quantile of the use over the
    lead time (Silver, Pyke and Thomas 2017, ch. 6). Where orders of all buyers of a line come at
    once, the last waits the part ``busy`` of a cycle: that counts as lead time.
    """
    quantile = NormalDist().inv_cdf(ground.options.service)
    bulk = cell.use >= ground.options.bulk_per_day
    days = ground.options.bulk_cycle_days if bulk else ground.options.cycle_days
    lead += busy * days
    safety = max(quantile * math.sqrt(ratio * cell.use * lead), cell.use * target_days)
    cell.policy = PolicyKind.REORDER_UP_TO
    cell.reorder_point = math.ceil(cell.use * lead + safety - _ROUNDING)
    cycle = math.ceil(cell.use * days - _ROUNDING)
    cell.order_up_to = cell.reorder_point + max(cycle, 1)


def _ratios(flows: Flows, ground: Ground) -> dict[int, float]:
    """Variance to mean of the demand of each article over all sites, weighted by rate."""
    rate: dict[int, float] = {}
    spread: dict[int, float] = {}
    for (_, lead), own in flows.own.items():
        rate[lead] = rate.get(lead, 0.0) + own.per_day
        bulk = own.per_day >= ground.options.bulk_per_day  # drawn as Poisson
        spread[lead] = spread.get(lead, 0.0) + own.per_day * (1.0 if bulk else own.variance_to_mean)
    return {lead: spread[lead] / rate[lead] for lead in rate}


def _take(cell: Cell, levels: tuple[PolicyKind, int, int, int, int]) -> None:
    cell.policy, cell.reorder_point, cell.order_up_to, cell.quantity, mark = levels
    cell.mark |= mark


def _stated(ground: Ground, places: Places) -> dict[int, tuple[PolicyKind, int, int, int, int]]:
    """Policies of the table, by cell; the first row of a cell holds."""
    found: dict[int, tuple[PolicyKind, int, int, int, int]] = {}
    rows = ground.rows("policy").filter(pl.col("site_ix") != NOWHERE, pl.col("item_ix") != NOWHERE)
    for row in rows.iter_rows(named=True):
        lead, size = ground.lead[row["item_ix"]], ground.factor[row["item_ix"]]
        cell = places.find(row["site_ix"], lead)
        if cell == NOWHERE:
            ground.book.leave("policy", [row["row"]], "nobody in the case asks for its item there")
            continue
        if cell in found:
            ground.book.leave("policy", [row["row"]], "an earlier row holds for the same article")
            ground.book.mark |= found[cell][-1]
            continue
        kind = _KINDS[row["kind"]]
        point, level, lot = (
            None if row[name] is None else math.floor(row[name] * size + 0.5)
            for name in ("reorder_point", "order_up_to", "quantity")
        )
        levels = _levels(kind, point, level, lot)
        if levels is None:
            ground.book.leave("policy", [row["row"]], "its levels are not given or contradict")
            ground.book.mark |= row["mark"]  # it has its stock supplied nevertheless
        else:
            found[cell] = (*levels, row["mark"])
    return found


def _levels(
    kind: PolicyKind, point: int | None, level: int | None, lot: int | None
) -> tuple[PolicyKind, int, int, int] | None:
    """Reorder point, level and lot of a policy; None where its kind lacks one."""
    if kind == PolicyKind.BASE_STOCK and level is not None:
        return kind, max(level - 1, 0), level, 0
    if kind == PolicyKind.REORDER_UP_TO and point is not None and level is not None:
        return (kind, point, level, 0) if level > point else None
    if kind == PolicyKind.FIXED_QUANTITY and point is not None and lot is not None:
        return kind, point, 0, max(lot, 1)
    return None


class _Targets:
    """Days of supply to be held, by site and article."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.rows: dict[int, list[tuple[int, str | None, float, int]]] = {}
        # nations class one article by two schemes; with the marks of the record that says so
        self._codes: dict[int, dict[str, int]] = defaultdict(dict)
        classes = ground.twin.tables["item"]["supply_class"].to_list()
        for item, (code, lead) in enumerate(zip(classes, ground.lead, strict=True)):
            self._codes[lead].setdefault(code, ground.item_mark[item])
        home = ground.twin.index("party", "site")
        twin = ground.twin
        hidden = (twin.unseen("target", "item") | twin.unseen("target", "site")
                  | twin.unseen("target", "unit"))  # fmt: skip
        party_mark = ground.book.marks.of(twin["party"]["label"]).to_list()
        for row in ground.rows("target").filter(~hidden).iter_rows(named=True):
            site, mark = row["site_ix"], row["mark"]
            if site == NOWHERE and row["unit_ix"] != NOWHERE:
                site = int(home[row["unit_ix"]])
                mark |= party_mark[row["unit_ix"]]
            if site == NOWHERE:
                continue
            lead = NOWHERE if row["item_ix"] == NOWHERE else ground.lead[row["item_ix"]]
            self.rows.setdefault(site, []).append(
                (lead, row["supply_class"], row["days_of_supply"], mark)
            )

    def days(self, place: Place, *, kept: bool) -> tuple[float, int]:
        """Days of supply, and the mark of the row: of the article, else its class, else all.

        A target for all that a site keeps says nothing of what only passes through it.
        """
        codes = self._codes[place[1]]
        best: tuple[int, float, int] = (3, 0.0, 0)
        for lead, held, days, mark in self.rows.get(place[0], ()):
            if lead == place[1]:
                best = min(best, (0, -days, mark))
            elif lead == NOWHERE and held in codes:
                best = min(best, (1, -days, mark | codes[held]))
            elif lead == NOWHERE and held is None and kept:
                best = min(best, (2, -days, mark))
        return -best[1], best[2]
