r"""Exact search of (s,S) and (R,Q), and what a policy gives.

Cost runs at the rate :math:`G(y)` while the inventory position is :math:`y`; G is convex with its
least value at :math:`y^*`. ``event`` is a review, or a customer's order under continuous review.

**(s,S).** From :math:`x > s` let :math:`M(x)` be the expected number of events, and :math:`W(x)`
the expected sum of G, until the position is at or below :math:`s`:

.. math:: M(x) = \frac{1}{1-p_0} + \sum_{d \ge 1} \frac{p_d}{1-p_0} M(x-d), \qquad
          W(x) = \frac{G(x)}{1-p_0} + \sum_{d \ge 1} \frac{p_d}{1-p_0} W(x-d).

The cost is :math:`c(s,S) = (K + W(S)) / M(S)`. The problem and its optimality conditions are those
of Zheng and Federgruen (Operations Research 39(4), 1991): the best s for a cost c is the largest
:math:`y < y^*` with :math:`G(y) \ge c`, and no S with :math:`G(S) > c` is better. The search here
alternates: the best S for s by one pass over x, then the best s for that cost. It is Dinkelbach's
method for a ratio (Management Science 13(7), 1967), so it ends in the global optimum; each round
costs the span of positions times the support of demand, less than their pairwise search.

**(R,Q).** The position is uniform on R+1..R+Q, so the best window of Q positions holds the Q least
values of G (Federgruen and Zheng, Operations Research 40(4), 1992). It grows by the smaller of its
two neighbours.
"""

import numpy as np

from redball.model.compiled import Floats, compiled
from redball.stock.policies.pmf import loss_at

DUST = 1e-12
"""Rounding of a sum of probabilities: a level of 0.9 is reached by 0.9."""


@compiled
def rate(y: int, low: int, mean: float, loss: Floats, holding: float, backorder: float) -> float:
    """Rate of cost at position y: ``h E[(y - D)+] + b E[(D - y)+]``."""
    short = loss_at(y, low, mean, loss)
    return holding * (y - mean + short) + backorder * short


@compiled
def economic_span(order_cost: float, demand: float, holding: float, backorder: float) -> float:
    """Lot of steady demand: ``sqrt(2 K d / h)``, with backorders ``sqrt(2 K d (h + b) / (h b))``.

    Without a cost of backorders (zero) they are not allowed.
    """
    lot = 2.0 * order_cost * demand / holding
    if backorder > 0.0:
        lot *= (holding + backorder) / backorder
    return float(np.sqrt(lot))


@compiled
def cheapest_position(low: int, table: Floats, holding: float, backorder: float) -> int:
    """Smallest y with P(D <= y) >= b/(b + h): where the rate of cost is least."""
    tail, i = 0.0, len(table)
    while i > 0 and (tail + table[i - 1]) * (backorder + holding) <= holding:
        tail += table[i - 1]
        i -= 1
    return low + max(i - 1, 0)


@compiled
def periods_and_cost(event: Floats, costs: Floats, inverse: float) -> tuple[Floats, Floats]:
    """M and W for x - s = 1.. (index 0: none), for conditional demand ``event`` from 0."""
    size = len(costs)
    periods, total = np.zeros(size), np.zeros(size)
    for x in range(1, size):
        m, w = inverse, inverse * costs[x]
        for d in range(1, min(x, len(event))):
            m += event[d] * periods[x - d]
            w += event[d] * total[x - d]
        periods[x], total[x] = m, w
    return periods, total


@compiled
def best_reorder_up_to(
    low: int,
    mean: float,
    loss: Floats,
    cheapest: int,
    event: Floats,
    inverse: float,
    order_cost: float,
    holding: float,
    backorder: float,
    first_span: int,
) -> tuple[int, int, float]:
    """Best s, S and the cost for an order cost per event; ``event``: conditional on demand."""
    s = cheapest - 1 - int(first_span * holding / (holding + backorder))
    top = max(s + 2 * first_span, s + 1)
    best, big_s, least = np.inf, cheapest, s
    while True:
        costs = np.zeros(top - s + 1)
        for x in range(s + 1, top + 1):
            costs[x - s] = rate(x, low, mean, loss, holding, backorder)
        periods, total = periods_and_cost(event, costs, inverse)
        found, place = np.inf, s + 1
        for x in range(s + 1, top + 1):
            value = (order_cost + total[x - s]) / periods[x - s]
            if value < found:
                found, place = value, x
        if found >= best:
            return least, big_s, best
        best, big_s, least = found, place, s
        s, searched = cheapest - 1, top
        while rate(s, low, mean, loss, holding, backorder) < best:
            s -= 1
        top = cheapest
        while rate(top + 1, low, mean, loss, holding, backorder) <= best:
            top += 1
        if s == least and top <= searched:
            return least, big_s, best


@compiled
def best_fixed_quantity(
    low: int,
    mean: float,
    loss: Floats,
    cheapest: int,
    event: Floats,
    active: float,
    order_cost: float,
    holding: float,
    backorder: float,
) -> tuple[int, int, float]:
    """Best R, Q and the cost; ``order_cost`` per event at which something is ordered.

    An event leads to an order with probability E[min(D, Q)]/Q. The mean of the Q least costs only
    grows with Q, so the search ends where it alone reaches the best cost.
    """
    below, above = cheapest - 1, cheapest + 1
    total = rate(cheapest, low, mean, loss, holding, backorder)
    tail = reached = active
    best = order_cost * reached + total
    best_r, best_q, q = below, 1, 1
    while total / q < best:
        left = rate(below, low, mean, loss, holding, backorder)
        right = rate(above, low, mean, loss, holding, backorder)
        total += min(left, right)
        if left <= right:
            below -= 1
        else:
            above += 1
        if q < len(event):
            tail = max(tail - active * event[q], 0.0)
            reached += tail
        q += 1
        value = (order_cost * reached + total) / q
        if value < best:
            best, best_r, best_q = value, below, q
    return best_r, best_q, best


@compiled
def visits(event: Floats, span: int) -> Floats:
    """Share of events that leave the position at S - j, j = 0..span-1, under (s,S)."""
    count = np.zeros(span)
    count[0] = 1.0
    for j in range(1, span):
        for d in range(1, min(j + 1, len(event))):
            count[j] += event[d] * count[j - d]
    total = count.sum()
    for j in range(span):
        count[j] /= total
    return count


@compiled
def service(top: int, share: Floats, low: int, table: Floats) -> float:
    """Mean of ``table`` over positions top - j with the shares; 1 below the table, 0 above it."""
    total = 0.0
    for j in range(len(share)):
        i = top - j - low
        if i < 0:
            total += share[j]
        elif i < len(table):
            total += share[j] * table[i]
    return total


@compiled
def least_top(share: Floats, low: int, lacking: Floats, target: float) -> int:
    """Smallest top position at which the lacking share is at most ``1 - target``."""
    under, over = low - 1, low + len(lacking) + len(share)
    while over - under > 1:
        middle = (under + over) // 2
        if service(middle, share, low, lacking) <= (1.0 - target) * (1.0 + DUST):
            over = middle
        else:
            under = middle
    return over
