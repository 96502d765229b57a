"""Why each unit is bought: what it costs, what it gives, and what would be bought instead."""

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import BadUse
from redball.model.compiled import Floats
from redball.stock.curve.batches import add_family
from redball.stock.curve.curve import as_objective, mean_availability
from redball.stock.curve.network import Kind, Model, Network, Objective, build_network, named
from redball.stock.curve.steps import losses
from redball.stock.curve.threads import Progress, in_pieces
from redball.stock.curve.units import unit_gains
from redball.stock.sparing import SparingProblem

_WORK = 5e8
"""Evaluations beyond which alternatives are sought among the explained items only."""


def explain(
    problem: SparingProblem,
    stock: npt.ArrayLike,
    *,
    before: npt.ArrayLike | None = None,
    limit: int = 1000,
    objective: Kind | Objective = "availability",
    model: Model = "vari-metric",
    progress: Progress | None = None,
) -> pl.DataFrame:
    """Explain every buy of a stock, the most useful money first.

    Each row leaves out what was bought of one item at one site and evaluates again, the rest of
    the stock unchanged.

    Parameters
    ----------
    problem : SparingProblem
    stock : array-like, shape (I, S)
        Such as ``best_stock(...).stock`` or ``curve.stock(k)``.
    before : array-like, shape (I, S), optional
        What was there before; the least stock when absent.
    limit : int
        At most so many rows, those of the most money.
    objective, model, progress
        As in :func:`redball.stock.curve.readiness_curve`.

    Returns
    -------
    polars.DataFrame
        ``rank`` (1 for the most objective per money), ``item``, ``site`` (int32), ``item_name``,
        ``site_name``, ``units``, ``cost``, ``backorders_before`` and ``backorders_after`` (of own
        demand at all sites, without and with the buy), ``readiness_before``, ``readiness_after``
        (mean availability; null without systems), ``readiness_per_cost``, ``value_per_cost`` (of
        the objective: log availability, or backorders), and the next best, one more unit of
        something else that this money would pay for: ``next_item``, ``next_site`` (null where
        nothing helps), ``next_value_per_cost``.

    Raises
    ------
    BadUse
        Shapes that don't fit, a limit below 1, a stock below what was there.
    """
    network = build_network(problem, as_objective(objective), model=model)
    shape = network.net.local.shape
    held = np.array(np.broadcast_to(np.asarray(stock, dtype=np.float64), shape))
    was = np.asarray(network.net.least if before is None else before, dtype=np.float64)
    was = np.array(np.broadcast_to(was, shape))
    if limit < 1 or (held < was).any():
        raise BadUse(
            "The stock is below what was there before, or the limit below 1.",
            mend="Give a stock of at least 'before' and a limit from 1.",
        )
    bought = (held - was) * network.net.unit_cost[:, None]
    item, site = np.nonzero(bought > 0)
    chosen = np.sort(np.argsort(-bought[item, site], kind="stable")[:limit])
    item, site = item[chosen], site[chosen]
    effect = _effects(network, held, was, item, site, progress)
    cost = bought[item, site]
    after = losses(network, held)
    frame = pl.DataFrame(
        {
            "item": pl.Series(item, dtype=pl.Int32),
            "site": pl.Series(site, dtype=pl.Int32),
            "item_name": [named(problem.item_names, int(i), "item") for i in item],
            "site_name": [named(problem.site_names, int(s), "site") for s in site],
            "units": (held - was)[item, site],
            "cost": cost,
            "backorders_before": after.waiting + effect[:, 0],
            "backorders_after": np.full(len(item), after.waiting),
            "readiness_before": pl.Series(effect[:, 1]).fill_nan(None),
            "readiness_after": pl.Series(effect[:, 2]).fill_nan(None),
            "readiness_per_cost": pl.Series((effect[:, 2] - effect[:, 1]) / cost).fill_nan(None),
            "value_per_cost": effect[:, 3] / cost,
            **_alternatives(network, held, item, site, cost),
        }
    )
    return frame.sort("value_per_cost", "cost", descending=True, maintain_order=True).select(
        pl.int_range(1, pl.len() + 1).cast(pl.Int32).alias("rank"), pl.all()
    )


def _effects(
    network: Network, held: Floats, was: Floats, item: npt.NDArray[np.intp],
    site: npt.NDArray[np.intp], progress: Progress | None,
) -> Floats:  # fmt: skip
    """Backorders more, readiness without and with, objective lost; for each buy."""
    net = network.net
    total = losses(network, held).of_systems
    with_all = float(mean_availability(network, total))
    family_of = np.empty(len(held), np.int64)
    family_of[network.members] = np.repeat(
        np.arange(len(network.member_start) - 1), np.diff(network.member_start)
    )

    def some(k: int) -> list[float]:
        family = network.family(int(family_of[item[k]]))
        sites = network.sites_of(int(network.top[site[k]]))
        mine, without = np.zeros(net.systems.shape), np.zeros(net.systems.shape)
        stock = held[family]
        waiting, value = add_family(net, family, sites, stock, mine)
        stock[np.flatnonzero(family == item[k])[0], site[k]] = was[item[k], site[k]]
        more, worth = add_family(net, family, sites, stock, without)
        with np.errstate(invalid="ignore"):
            left = total - mine + without
        left[np.isnan(left)] = np.inf
        return [more - waiting, float(mean_availability(network, left)), with_all, worth - value]

    rows = in_pieces(some, range(len(item)), progress)
    return np.array(rows).reshape(len(item), 4)


def _alternatives(
    network: Network, held: Floats, item: npt.NDArray[np.intp], site: npt.NDArray[np.intp],
    cost: Floats,
) -> dict[str, pl.Series]:  # fmt: skip
    """For each buy the best unit more of another item or place that its money would pay for."""
    net = network.net
    families = np.arange(len(network.member_start) - 1, dtype=np.int32)
    size = np.diff(network.member_start)
    if float((size.astype(np.float64) ** 2).sum()) * held.shape[1] ** 2 > _WORK:
        families = np.unique(np.flatnonzero(np.isin(network.members, item)))
        families = np.unique(np.searchsorted(network.member_start, families, "right") - 1)
    gains = np.zeros(held.shape)
    for top in network.problem.tops:
        sites = network.sites_of(int(top))

        def some(piece: npt.NDArray[np.int32], sites: npt.NDArray[np.int32] = sites) -> None:
            unit_gains(net, piece, network.members, network.member_start, sites, held, gains)

        in_pieces(some, [families[k : k + 64] for k in range(0, len(families), 64)])
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(gains > 0, gains / net.unit_cost[:, None], 0.0)
    order = np.argsort(-rate, axis=None, kind="stable")[: max(200, 4 * held.shape[1])]
    best_item, best_site = np.unravel_index(order, rate.shape)
    price = net.unit_cost[best_item]
    found: list[tuple[int | None, int | None, float | None]] = []
    for i, s, money in zip(item, site, cost, strict=True):
        fits = (price <= money) & (rate[best_item, best_site] > 0)
        fits &= (best_item != i) | (best_site != s)
        at = int(np.argmax(fits)) if fits.any() else -1
        found.append(
            (None, None, None) if at < 0
            else (int(best_item[at]), int(best_site[at]), float(rate[best_item[at], best_site[at]]))
        )  # fmt: skip
    return {
        "next_item": pl.Series([row[0] for row in found], dtype=pl.Int32),
        "next_site": pl.Series([row[1] for row in found], dtype=pl.Int32),
        "next_value_per_cost": pl.Series([row[2] for row in found], dtype=pl.Float64),
    }
