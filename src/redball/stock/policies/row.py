"""One item at one site: from mean and variance to a policy and what it gives.

Compiled, so that a hundred thousand rows take seconds. Quantities are counted in steps here (one
unit of issue unless demand is very large); :mod:`redball.stock.policies.rows` counts them back.
"""

import numba
import numpy as np

from redball.model.compiled import Floats, compiled, compiled_parallel
from redball.stock.policies.pmf import (
    expected_loss,
    lattice_pmf,
    loss_at,
    mean_of,
    order_sizes,
    unfilled_at_once,
)
from redball.stock.policies.reorder import (
    best_fixed_quantity,
    best_reorder_up_to,
    cheapest_position,
    economic_span,
    least_top,
    service,
    visits,
)

REORDER_UP_TO, FIXED_QUANTITY, BASE_STOCK = 0, 1, 2
"""Kinds of policy, as the kernel counts them."""

OUT = ("reorder_point", "top", "lot", "cost", "orders", "on_hand", "backorders", "fill", "ready")
"""What :func:`solve_rows` gives for a row: levels in steps, cost and orders per day."""


@compiled
def events(
    mean: float, variance: float, horizon_days: float, review_days: float, step: float
) -> tuple[float, float, Floats]:
    """Events per day, the share with demand, and the law of that demand from 0.

    An event is a review; without review days it is a customer's order.
    """
    if review_days <= 0.0:
        if variance < mean:
            return mean / horizon_days, 1.0, np.array([0.0, 1.0])
        number, sizes = order_sizes(mean, variance)
        return number / horizon_days, 1.0, sizes
    part = review_days / horizon_days
    low, table = lattice_pmf(mean * part, variance * part, step)
    event = np.zeros(low + len(table))
    event[low:] = table
    event[0] = 0.0
    active = event.sum()
    return 1.0 / review_days, active, event / active


@compiled
def unfilled(
    mean: float,
    variance: float,
    horizon_days: float,
    review_days: float,
    step: float,
    low: int,
    table: Floats,
    loss: Floats,
) -> Floats:
    """Share of demand that finds no stock, at every position of the table.

    Under review: what is short at the end of a review period less what was short at its start,
    after the delivery, over the demand between them.
    """
    if review_days <= 0.0:
        if variance < mean:
            return unfilled_at_once(mean, mean, low, table)
        return unfilled_at_once(mean, variance, low, table)
    part = (horizon_days - review_days) / horizon_days
    start_low, start = lattice_pmf(mean * part, variance * part, step)
    start_loss, start_mean = expected_loss(start), mean_of(start_low, start)
    share = np.zeros(len(table))
    between = mean - start_mean
    for i in range(len(table)):
        lacking = loss[i] - loss_at(low + i, start_low, start_mean, start_loss)
        share[i] = min(max(lacking / between, 0.0), 1.0)
    return share


@compiled
def solve(
    kind: int,
    mean: float,
    variance: float,
    horizon_days: float,
    review_days: float,
    order_cost: float,
    holding: float,
    backorder: float,
    target: float,
    by_fill: bool,
    step: float,
) -> Floats:
    """Policy and figures of one row, in the order of :data:`OUT`.

    ``backorder`` above zero: least cost. Else the least stock that reaches ``target``, with the
    economic lot for the span or quantity. ``step``: units of issue in one step.
    """
    per_day, active, event = events(mean, variance, horizon_days, review_days, step)
    low, table = lattice_pmf(mean, variance, step)
    loss, centre = expected_loss(table), mean_of(low, table)
    lacking = unfilled(mean, variance, horizon_days, review_days, step, low, table, loss)
    above = np.zeros(len(table))
    for i in range(len(table) - 1, 0, -1):
        above[i - 1] = above[i] + table[i]
    per_event = order_cost * per_day
    lot = 1
    if kind != BASE_STOCK:
        lot = max(1, round(economic_span(order_cost, mean / horizon_days, holding, backorder)))
    if backorder > 0.0:
        cheapest = cheapest_position(low, table, holding, backorder)
        if kind == REORDER_UP_TO:
            s, top, _ = best_reorder_up_to(
                low,
                centre,
                loss,
                cheapest,
                event,
                1.0 / active,
                per_event,
                holding,
                backorder,
                lot,
            )
        elif kind == FIXED_QUANTITY:
            s, lot, _ = best_fixed_quantity(
                low, centre, loss, cheapest, event, active, per_event, holding, backorder
            )
            top = s + lot
        else:
            s, top = cheapest - 1, cheapest
        lot = top - s
        share = _positions(kind, event, lot)
    else:
        share = _positions(kind, event, lot)
        top = least_top(share, low, lacking if by_fill else above, target)
    return _figures(
        kind,
        top,
        share,
        event,
        active,
        per_day,
        low,
        centre,
        loss,
        lacking,
        above,
        order_cost,
        holding,
        backorder,
    )


@compiled
def _positions(kind: int, event: Floats, lot: int) -> Floats:
    """Long-run shares of the positions top - j."""
    if kind == REORDER_UP_TO:
        return visits(event, lot)
    return np.full(lot, 1.0 / lot)


@compiled
def _figures(
    kind: int,
    top: int,
    share: Floats,
    event: Floats,
    active: float,
    per_day: float,
    low: int,
    centre: float,
    loss: Floats,
    lacking: Floats,
    above: Floats,
    order_cost: float,
    holding: float,
    backorder: float,
) -> Floats:
    """What a policy gives in the long run."""
    lot, short, mean_position = len(share), 0.0, 0.0
    for j in range(lot):
        short += share[j] * loss_at(top - j, low, centre, loss)
        mean_position += share[j] * (top - j)
    ordering = active
    if kind == FIXED_QUANTITY:
        reached, tail = 0.0, 1.0
        for q in range(lot):
            if q > 0:
                tail = max(tail - event[q], 0.0) if q < len(event) else 0.0
            reached += tail
        ordering = active * reached / lot
    elif kind == REORDER_UP_TO:
        ordering = active * share[0]
    orders = per_day * ordering
    on_hand = mean_position - centre + short
    cost = order_cost * orders + holding * on_hand + max(backorder, 0.0) * short
    out = np.empty(9)
    out[0], out[1], out[2], out[3], out[4] = top - lot, top, lot, cost, orders
    out[5], out[6] = on_hand, short
    out[7] = 1.0 - service(top, share, low, lacking)
    out[8] = 1.0 - service(top, share, low, above)
    return out


@compiled_parallel
def solve_rows(
    kind: int,
    mean: Floats,
    variance: Floats,
    horizon_days: Floats,
    review_days: float,
    order_cost: Floats,
    holding: Floats,
    backorder: Floats,
    target: Floats,
    by_fill: bool,
    step: Floats,
) -> Floats:
    """:func:`solve` for many rows, shape (rows, figures); quantities in steps."""
    out = np.empty((len(mean), 9))
    for i in numba.prange(len(mean)):
        out[i] = solve(
            kind,
            mean[i],
            variance[i],
            horizon_days[i],
            review_days,
            order_cost[i],
            holding[i],
            backorder[i],
            target[i],
            by_fill,
            step[i],
        )
    return out
