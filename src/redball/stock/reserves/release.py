"""What leaves from where within 24, 48 and 72 hours, and why the rest does not.

Windows are planned one after the other; what has left has left. Within a window the mass that
leaves is the greatest possible by priority (:mod:`redball.stock.reserves.flow`), then cut to whole
units and topped up. Of equal amounts, what could not arrive in time when left later goes first,
then what has the shorter way. The bound beside each figure is the most that could have left by that
hour at all, had the plan only that hour in view.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from redball.model import BadUse
from redball.model.compiled import Floats
from redball.stock.reserves.flow import flow, top_up
from redball.stock.reserves.release_case import ReleaseCase, release_case
from redball.stock.reserves.release_report import shipments, totals, unmet

_DUST = 1e-9


@dataclass(frozen=True)
class ReleasePlan:
    """Shipments by window.

    Attributes
    ----------
    shipments : polars.DataFrame
        ``leaves_by_hours``, ``from_site``, ``to_site``, ``item``, ``priority``, ``units``,
        ``mass_t``, ``arrives_by_hours`` (end of the window plus transit).
    unmet : polars.DataFrame
        Demands that are not sent whole: ``to_site``, ``item``, ``priority``, ``asked``, ``sent``,
        ``unmet`` (units), ``why``.
    totals : polars.DataFrame
        ``hours``, ``priority``, ``asked_t``, ``sent_t`` (of this priority, by that hour),
        ``sent_upto_t`` and ``bound_t`` (of this and all higher priorities: sent, and the most that
        could have left by that hour).
    assumptions : tuple of str
    """

    shipments: pl.DataFrame
    unmet: pl.DataFrame
    totals: pl.DataFrame
    assumptions: tuple[str, ...]


def release_plan(
    stock: pl.DataFrame,
    demands: pl.DataFrame,
    transit: pl.DataFrame,
    items: pl.DataFrame,
    sites: pl.DataFrame,
    *,
    hours: Sequence[float] = (24.0, 48.0, 72.0),
    progress: Callable[[float], None] | None = None,
) -> ReleasePlan:
    """Plan a rapid release.

    Parameters
    ----------
    stock : polars.DataFrame
        ``site``, ``item``, ``units`` on hand that may leave; each site and item once.
    demands : polars.DataFrame
        ``to_site``, ``item``, ``units``, ``priority`` (1 first); optional ``due_hours``: later than
        that it need not arrive.
    transit : polars.DataFrame
        ``from_site``, ``to_site``, ``hours``; of several rows of a pair the shortest counts.
    items : polars.DataFrame
        ``item``, ``mass_kg`` of one unit (above 0; missing: the item is not planned).
    sites : polars.DataFrame
        ``site``, ``t_per_day`` that it can outload (missing: nothing is planned from it).
    hours : sequence of float, in h
        Ends of the windows, increasing.

    Raises
    ------
    BadUse
        The windows are not increasing, or a column is missing.
    BadData
        A figure is negative or not finite, or a row comes twice.
    """
    ends = [float(one) for one in hours]
    if not ends or not all(a < b for a, b in zip([0.0, *ends], ends, strict=False)):
        raise BadUse(
            f"The hours {ends} are not increasing from above 0.", where="release",
            mend="Give the ends of the windows in order, such as 24, 48, 72.",
        )  # fmt: skip
    case = release_case(stock, demands, transit, items, sites)
    tell = progress or (lambda _: None)
    parts = 2 * len(ends)
    left = (case.stocks["units"].to_numpy().copy(), case.demands["units"].to_numpy().copy())
    sent, bounds = [], []
    for number, end in enumerate(ends):
        length = end - (ends[number - 1] if number else 0.0)
        sent.append(_window(case, length, ends[number:], left, _part(tell, 2 * number, parts)))
        bounds.append(_bound(case, ends[0], end, _part(tell, 2 * number + 1, parts)))
    tell(1.0)
    return ReleasePlan(
        shipments=shipments(case, ends, sent),
        unmet=unmet(case, ends, sent, left),
        totals=totals(case, ends, sent, bounds),
        assumptions=(
            "Outloading of a site is shared evenly over the hours of a day; transport is not a "
            "limit, only its time.",
            "Whole units leave; a window is planned without regard to later ones, and the bound "
            "shows what that can cost.",
            "Priorities are strict: no amount of a lower one makes up for a higher one.",
            "Stock at the place of a demand itself is not looked at, unless transit names it.",
            "Arrival is counted from the end of the window in which the units leave.",
            *case.left_out,
        ),
    )


def _part(tell: Callable[[float], None], done: int, parts: int) -> Callable[[float], None]:
    return lambda share: tell((done + share) / parts)


def _window(
    case: ReleaseCase, length: float, ends: Sequence[float], left: tuple[Floats, Floats],
    tell: Callable[[float], None],
) -> Floats:  # fmt: skip
    """Units on each way in the window up to the first end; takes them from what is left."""
    stock, demand = left
    net, which = case.network(ends)
    capacity = case.capacity * length
    stock_mass = case.stocks["mass_kg"].to_numpy()
    demand_mass = case.demands["mass_kg"].fill_null(0.0).to_numpy()
    kg = flow(net, capacity, np.floor(stock + _DUST) * stock_mass, demand * demand_mass, tell)
    mass = case.column("mass_kg")[which]
    units = np.floor(kg / mass + _DUST)
    np.subtract.at(stock, net.way_stock, units)
    np.subtract.at(demand, net.way_demand, units)
    np.subtract.at(capacity, net.stock_site[net.way_stock], units * mass)
    capacity = np.maximum(capacity, 0.0)
    order = np.lexsort((net.way_cost, net.level[net.way_demand]))
    top_up(
        order, net.stock_site, net.way_stock, net.way_demand, mass, capacity, stock, demand, units
    )  # fmt: skip
    sent = np.zeros(case.ways.height)
    sent[which] = units
    return sent


def _bound(
    case: ReleaseCase, first_end: float, end: float, tell: Callable[[float], None]
) -> Floats:
    """Most kg by level that can leave by an hour, higher levels first."""
    net, _ = case.network([first_end])
    kg = flow(
        net, case.capacity * end,
        case.stocks["units"].to_numpy() * case.stocks["mass_kg"].to_numpy(),
        case.demands["units"].to_numpy() * case.demands["mass_kg"].fill_null(0.0).to_numpy(), tell,
    )  # fmt: skip
    levels = int(net.level.max()) + 1 if len(net.level) else 0
    return np.bincount(net.level[net.way_demand], kg, minlength=levels).astype(np.float64)
