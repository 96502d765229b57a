"""Compiled: what backorders take from the objective, and how they fall with stock.

With ``p = EBO / (N Z)``, the share of installed positions of an item that are empty, a system
that needs ``k`` of ``Z`` units is up for this item with probability ``P(binomial(Z, p) <= Z - k)``,
for ``k = Z`` that is ``(1 - p)^Z`` (Sherbrooke 2004, eq. 2.11). Its negative logarithm is convex in
p, because that probability is the upper tail of a beta law, whose density is log-concave.
Above p = 0.99 the tangent goes on: a system without spares then still has a slope to climb.
"""

import math

import numpy as np

from redball.model.compiled import Floats, compiled
from redball.stock.backorders import walk
from redball.stock.curve.network import Net

_EMPTY = 0.99
"""Share of empty positions from which on the loss is continued by its tangent."""


_NEGLIGIBLE = 1e-15
"""Probabilities below this share of what still counts end a sum."""

_INVERSE = 1.0 / np.arange(1.0, 257.0)
"""Multiplying by 1 / k is several times faster than dividing by k."""


@compiled
def at(plane: Floats, row: int, column: int) -> float:
    """Element of a plane that may have length 1 on an axis."""
    return float(plane[min(row, plane.shape[0] - 1), min(column, plane.shape[1] - 1)])


@compiled
def price(net: Net, i: int, s: int) -> float:
    """Price of a unit with what its place costs."""
    return float(net.unit_cost[i] + net.mass[i] * net.per_kg[s] + net.volume[i] * net.per_m3[s])


@compiled
def grounding(p: float, number: float, spare: float) -> float:
    """Return minus the log of the probability that an item lets a system up.

    A negative ``spare`` stands for the objective of plain backorders: the loss is ``p`` itself.
    """
    if spare < 0.0:
        return p
    return continued(p, number, spare, _EMPTY)


@compiled
def continued(p: float, number: float, spare: float, end: float) -> float:
    """:func:`grounding` with its tangent from ``end`` on."""
    if p <= 0.0:
        return 0.0
    q = min(p, end)
    if spare <= 0.0:
        loss = -number * math.log1p(-q)
        slope = number / (1.0 - q)
    else:
        down, last = _too_many(q, number, spare)
        up = 1.0 - down
        if up < 0.5:
            up = _enough(q, number, spare)
        loss = -math.log(up) if down > 0.1 else -math.log1p(-down)
        slope = last / up
    return loss + (p - q) * slope if p > q else loss


@compiled
def _too_many(p: float, number: float, spare: float) -> tuple[float, float]:
    """P(binomial(Z, p) > spare) and its derivative in p."""
    term = math.pow(1.0 - p, number)
    total = slope = 0.0
    holes = 0.0
    while holes < number:
        if holes == spare:
            slope = term * (number - holes) / (1.0 - p)
        term *= (number - holes) / (holes + 1.0) * p / (1.0 - p)
        holes += 1.0
        if holes > spare:
            total += term
    return total, slope


@compiled
def _enough(p: float, number: float, spare: float) -> float:
    """P(binomial(Z, p) <= spare), summed from 0 so that small values keep their digits."""
    term = math.pow(1.0 - p, number)
    total = term
    holes = 0.0
    while holes < spare:
        term *= (number - holes) / (holes + 1.0) * p / (1.0 - p)
        holes += 1.0
        total += term
    return total


@compiled
def own_share(net: Net, i: int, s: int) -> float:
    """Share of the arrivals that come from the systems at the site itself."""
    arrivals = net.arrivals[i, s]
    return float(at(net.demand, i, s) / arrivals) if arrivals > 0.0 else 0.0


@compiled
def count_uses(net: Net, i: int, s: int) -> int:
    """How many terms the loss of an item at a site has."""
    if at(net.demand, i, s) <= 0.0:
        return 0
    if net.by_backorders:
        return 1 if net.site_weight[s] > 0.0 else 0
    n = 0
    for a in range(net.use_start[i], net.use_start[i + 1]):
        if net.weight[net.use_system[a], s] > 0.0 and at(net.use_share, a, s) > 0.0:
            n += 1
    return n


@compiled
def fill_uses(net: Net, i: int, s: int, terms: Floats) -> int:
    """Write the terms of the loss; return their number.

    Each row of ``terms``: weight, empty positions per backorder (p / EBO), Z, Z - k.
    """
    own = own_share(net, i, s)
    if own <= 0.0:
        return 0
    if net.by_backorders:
        if net.site_weight[s] <= 0.0:
            return 0
        terms[0, 0], terms[0, 1], terms[0, 2], terms[0, 3] = net.site_weight[s], own, 1.0, -1.0
        return 1
    n = 0
    for a in range(net.use_start[i], net.use_start[i + 1]):
        y = net.use_system[a]
        share = at(net.use_share, a, s)
        if net.weight[y, s] > 0.0 and share > 0.0:
            terms[n, 0] = net.weight[y, s]
            terms[n, 1] = own * share / (net.systems[y, s] * net.use_number[a])
            terms[n, 2], terms[n, 3] = net.use_number[a], net.use_spare[a]
            n += 1
    return n


@compiled
def loss_at(terms: Floats, n: int, ebo: float) -> float:
    """Weighted loss of ``n`` terms at some backorders."""
    total = 0.0
    for a in range(n):
        total += terms[a, 0] * grounding(terms[a, 1] * ebo, terms[a, 2], terms[a, 3])
    return total


@compiled
def steepest(terms: Floats, n: int, ebo: float) -> float:
    """Bound of what a backorder less can be worth, where there are ``ebo`` of them at most."""
    total = 0.0
    for a in range(n):
        if terms[a, 3] < 0.0:
            total += terms[a, 0] * terms[a, 1]
        else:
            # the hazard rate of the beta law is below Z / (1 - p)
            empty = min(ebo * terms[a, 1], _EMPTY)
            total += terms[a, 0] * terms[a, 1] * terms[a, 2] / (1.0 - empty)
    return total


@compiled
def loss_of(net: Net, i: int, s: int, ebo: float) -> float:
    """Weighted loss from backorders of an item at a site."""
    n = count_uses(net, i, s)
    if n == 0:
        return 0.0
    terms = np.empty((n, 4))
    return loss_at(terms, fill_uses(net, i, s, terms), ebo)


@compiled
def falling(
    mean: float, variance: float, batch: float, enough: float, out: Floats, spare: Floats
) -> int:
    """Fill EBO(0), EBO(1), ... until backorders are below ``enough``; return how many.

    Both arrays must hold :func:`room` values. Only positive terms are added. With order quantity
    Q the inventory position is uniform on s, ..., s + Q - 1, so the mean over those stands at s.
    """
    if mean <= 0.0:
        out[0] = 0.0
        return 1
    variance = max(variance, mean)
    eps = (variance - mean) / mean
    log_none = -mean * (math.log1p(eps) / eps if eps > 0.0 else 1.0)
    if log_none > -200.0:
        count = _from_nothing(mean, eps, log_none, enough, out, spare)
    else:
        count = int(mean + 10.0 * math.sqrt(variance)) + 20
        while True:
            count = min(count, len(out))
            walk(mean, variance, count - 1, out, spare)
            if out[count - 1] < 1e-3 * enough or count == len(out):
                break
            count *= 2
    if batch > 1.0:
        _average(int(batch), count, out)
    while count > 1 and out[count - 2] < enough:
        count -= 1
    return count


@compiled
def _from_nothing(
    mean: float, eps: float, log_none: float, enough: float, out: Floats, probability: Floats
) -> int:
    """EBO of small pipelines: probabilities upwards from 0, sums back down from the tail."""
    p = 1.0 / (1.0 + eps)
    step, base = p * eps, p * mean
    term = math.exp(log_none)
    k = 0
    last = len(out) - 1
    tiny = _NEGLIGIBLE * min(enough, 1.0)
    while True:
        probability[k] = term
        if (term < tiny and k > mean) or k == last:
            break
        inverse = _INVERSE[k] if k < len(_INVERSE) else 1.0 / (k + 1.0)
        term *= (base + k * step) * inverse
        k += 1
    count = k + 1
    expected = reached = 0.0
    while k >= 0:
        out[k] = expected
        reached += probability[k]
        expected += reached
        k -= 1
    return count


@compiled
def _average(batch: int, count: int, out: Floats) -> None:
    """Replace EBO(s) by its mean over s, ..., s + batch - 1; beyond ``count`` there is nothing."""
    for s in range(count):
        total = 0.0
        for k in range(s, min(s + batch, count)):
            total += out[k]
        out[s] = total / batch


@compiled
def room(mean: float, variance: float, ratio: float) -> int:
    """Length of the arrays that :func:`falling` needs; ``ratio`` bounds variance to mean."""
    return int(mean + 15.0 * math.sqrt(max(variance, mean)) + 100.0 * max(ratio, 1.0)) + 150


@compiled
def fill_holes(net: Net, i: int, s: int, holes: Floats) -> int:
    """Write how backorders empty systems, whatever the objective; return the number of rows.

    Each row of ``holes``: system, empty positions per backorder (p / EBO), Z, Z - k.
    """
    own = own_share(net, i, s)
    n = 0
    if own <= 0.0:
        return 0
    for a in range(net.use_start[i], net.use_start[i + 1]):
        y = net.use_system[a]
        if net.systems[y, s] > 0.0:
            holes[n, 0] = y
            holes[n, 1] = own * at(net.use_share, a, s) / (net.systems[y, s] * net.use_number[a])
            holes[n, 2], holes[n, 3] = net.use_number[a], net.use_spare[a]
            n += 1
    return n


@compiled
def add_losses(holes: Floats, n: int, s: int, ebo: float, loss: Floats) -> None:
    """Add what an item takes from each system at a site to ``loss`` (Y, S), without weights.

    The exact loss, infinite where the holes reach all the places there are.
    """
    if ebo <= 0.0:
        return
    for a in range(n):
        p = holes[a, 1] * ebo
        y = int(holes[a, 0])
        if p >= 1.0:
            loss[y, s] = math.inf
        else:
            loss[y, s] += continued(p, holes[a, 2], holes[a, 3], 1.0)
