"""The sweep over days, echelons and indentures: VARI-METRIC with a clock.

Everything is the mean, variance and backorders of :mod:`redball.stock.sparing` on one day, with
two differences: pipelines carry the memory of the days before, and a site waits for what its
supplier owed it one order and ship time ago, since what left later has not arrived.
"""

import numba
import numpy as np
import numpy.typing as npt

from redball.model.compiled import Flags, Floats, Ints, compiled, compiled_parallel
from redball.stock.sparing import mixed
from redball.stock.wartime.laws import CONSTANT, clock_at, day_of, pipeline_mean

Longs = npt.NDArray[np.int64]


@compiled
def _between(values: Floats, grid: Floats, day: float) -> float:
    """Linear between the days of the grid; before day 0 the steady value of peace."""
    if day <= grid[0]:
        return float(values[0])
    k = np.searchsorted(grid, day)
    if k >= len(grid):
        return float(values[-1])
    share = (day - grid[k - 1]) / (grid[k] - grid[k - 1])
    return float(values[k - 1] * (1.0 - share) + values[k] * share)


@compiled_parallel
def sweep(
    family_start: Longs, family: Longs, place: Longs, sites_down: Ints, supplier: Ints,
    children_start: Ints, children: Ints, child: Ints, law: int, starts: Floats,
    repair_clock: Floats, repair_open: Flags, ship_clock: Floats, ship_open: Flags, grid: Floats,
    piece: Longs, rate: Floats, peace_rate: Floats, part: Floats, repaired: Floats,
    repair_days: Floats, ship_days: Floats, ratio: Floats, batch: Floats, stock: Floats,
    mean: Floats, variance: Floats, ebo: Floats, vbo: Floats,
) -> None:  # fmt: skip
    """Fill mean, variance, EBO and VBO (n, S, T) of the items of some families, children first.

    ``family[family_start[f]:family_start[f + 1]]`` are the items of a family, children before
    parents; ``place`` (I,) where an item lies in the results and in ``rate`` (K, n, S);
    ``part`` (K, E, S) shares of a child owed to a parent; ``piece`` (T,) of each day of the grid.
    """
    for f in numba.prange(len(family_start) - 1):
        sweep_family(
            f, family_start, family, place, sites_down, supplier, children_start, children, child,
            law, starts, repair_clock, repair_open, ship_clock, ship_open, grid, piece, rate,
            peace_rate, part, repaired, repair_days, ship_days, ratio, batch, stock, mean, variance,
            ebo, vbo,
        )  # fmt: skip


@compiled
def sweep_family(
    f: int, family_start: Longs, family: Longs, place: Longs, sites_down: Ints,
    supplier: Ints, children_start: Ints, children: Ints, child: Ints, law: int, starts: Floats,
    repair_clock: Floats, repair_open: Flags, ship_clock: Floats, ship_open: Flags, grid: Floats,
    piece: Longs, rate: Floats, peace_rate: Floats, part: Floats, repaired: Floats,
    repair_days: Floats, ship_days: Floats, ratio: Floats, batch: Floats, stock: Floats,
    mean: Floats, variance: Floats, ebo: Floats, vbo: Floats,
) -> None:  # fmt: skip
    """One family of :func:`sweep`, on one core.

    Called by itself where the work is less than sharing it among cores takes, which is up to some
    milliseconds on a machine with other work to do.
    """
    for at in range(family_start[f], family_start[f + 1]):
        i = family[at]
        n = place[i]
        for s in sites_down:
            _site(
                i, n, s, supplier[s], place, children_start, children, child, law, starts,
                repair_clock, repair_open, ship_clock, ship_open, grid, piece, rate, peace_rate,
                part, repaired, repair_days, ship_days, ratio, batch, stock, mean, variance,
                ebo, vbo,
            )  # fmt: skip


@compiled
def _site(
    i: int, n: int, s: int, u: int, place: Longs, children_start: Ints, children: Ints, child: Ints,
    law: int, starts: Floats, repair_clock: Floats, repair_open: Flags, ship_clock: Floats,
    ship_open: Flags, grid: Floats, piece: Longs, rate: Floats, peace_rate: Floats, part: Floats,
    repaired: Floats, repair_days: Floats, ship_days: Floats, ratio: Floats, batch: Floats,
    stock: Floats, mean: Floats, variance: Floats, ebo: Floats, vbo: Floats,
) -> None:  # fmt: skip
    """One item at one site, on every day of the grid."""
    r, repair, ship = repaired[i, s], repair_days[i, s], ship_days[i, s]
    here, peace = rate[:, n, s].copy(), peace_rate[n, s]
    at_shop, at_road = repair_clock[:, s].copy(), ship_clock[:, s].copy()
    shop_open, road_open = repair_open[:, s].copy(), ship_open[:, s].copy()
    if u >= 0:
        above_clock, above_open = repair_clock[:, u].copy(), repair_open[:, u].copy()
        road_above, road_above_open = ship_clock[:, u].copy(), ship_open[:, u].copy()
        above, above_peace = rate[:, n, u].copy(), peace_rate[n, u]
    for t in range(len(grid)):
        day = grid[t]
        m = r * pipeline_mean(day, law, repair, peace, here, starts, at_shop, shop_open)
        m += (1.0 - r) * pipeline_mean(day, CONSTANT, ship, peace, here, starts, at_road, road_open)
        v = m * ratio[i, s]
        if u >= 0 and r < 1.0:
            # what the supplier owed when the last unit that has arrived by now was sent
            sent = day_of(
                clock_at(day, starts, at_road, road_open) - ship, starts, at_road, road_open
            )
            sent = min(sent, day)
            e, w = _between(ebo[n, u], grid, sent), _between(vbo[n, u], grid, sent)
            if e > 0.0:
                since = max(sent, 0.0)
                ru, tu, ou = repaired[i, u], repair_days[i, u], ship_days[i, u]
                mine = (1.0 - r) * _content(
                    since, law, ru, tu, ou, peace, here, starts, above_clock, above_open,
                    road_above, road_above_open,
                )  # fmt: skip
                whole = _content(
                    since, law, ru, tu, ou, above_peace, above, starts, above_clock, above_open,
                    road_above, road_above_open,
                )  # fmt: skip
                f = min(mine / whole, 1.0) if whole > 0.0 else 0.0
                m += f * e
                v += f * ((1.0 - f) * e + f * w)
        for k in range(children_start[i], children_start[i + 1]):
            g, c = part[piece[t], children[k], s], place[child[children[k]]]
            e, w = ebo[c, s, t], vbo[c, s, t]
            m += g * e
            v += g * ((1.0 - g) * e + g * w)
        mean[n, s, t], variance[n, s, t] = m, v
        ebo[n, s, t], vbo[n, s, t], _ = mixed(m, v, stock[i, s], batch[i, s])


@compiled
def _content(
    day: float, law: int, repaired: float, repair_days: float, ship_days: float, peace: float,
    rates: Floats, starts: Floats, shop: Floats, shop_open: Flags, road: Floats, road_open: Flags,
) -> float:  # fmt: skip
    """Units in a supplier's own resupply that a stream of demand has put there."""
    return repaired * pipeline_mean(
        day, law, repair_days, peace, rates, starts, shop, shop_open
    ) + (1.0 - repaired) * pipeline_mean(
        day, CONSTANT, ship_days, peace, rates, starts, road, road_open
    )
