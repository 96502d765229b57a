"""Repair with a limited number of places: the M/M/c queue and the backorders it leaves.

Failures come at random at rate m, each takes a place for a time with mean T, and there are c
places. With the load ``a = m T`` and the utilisation ``rho = a / c < 1`` (Erlang; Gross et al.
2008, *Fundamentals of Queueing Theory*, ch. 3)

    B(0) = 1,  B(n) = a B(n - 1) / (n + a B(n - 1)),  P(all busy) = B(c) / (1 - rho (1 - B(c)))

the number N in repair is geometric from c upwards, and below it p(n) = p(n + 1) (n + 1) / a.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from redball.model.compiled import compiled
from redball.model.errors import BadData, BadUse
from redball.stock.backorders import backorders, pipeline, probability

Floats = npt.NDArray[np.float64]

MOST_SERVERS = 100_000


@dataclass(frozen=True)
class RepairQueue:
    """One stock point behind a repair shop; all arrays have the shape of the inputs together.

    Attributes
    ----------
    utilisation : float64 array
        Load over places.
    mean_in_repair : float64 array
        Units waiting or in work.
    ebo, vbo : float64 array
        Expected backorders and their variance.
    fill_rate : float64 array
        P(N <= s - 1).
    ebo_if_ample : float64 array
        What would be expected if no failure had to wait for a place.
    """

    utilisation: Floats
    mean_in_repair: Floats
    ebo: Floats
    vbo: Floats
    fill_rate: Floats
    ebo_if_ample: Floats


def repair_queue(
    rate_per_day: npt.ArrayLike,
    repair_days: npt.ArrayLike,
    servers: npt.ArrayLike,
    stock: npt.ArrayLike,
) -> RepairQueue:
    """Backorders of a stock behind ``servers`` repair places, exponential repair times.

    Parameters
    ----------
    rate_per_day, repair_days : array-like
        Failures per day, and mean days in a place; both from 0.
    servers : array-like
        Places, whole numbers from 1.
    stock : array-like
        Spares, whole numbers from 0. All four broadcast together.

    Raises
    ------
    BadData
        A value out of range; a utilisation of 1 or more, where the queue has no end.
    BadUse
        Shapes that don't broadcast.
    """
    try:
        arrays = [np.asarray(x, np.float64) for x in (rate_per_day, repair_days, servers, stock)]
        rate, days, places, spares = (np.array(x) for x in np.broadcast_arrays(*arrays))
    except ValueError as error:
        raise BadUse(
            "The values are not numbers of shapes that fit together.",
            mend="Give single numbers or arrays that broadcast.",
        ) from error
    for name, good, mend in (
        ("rate_per_day", (rate >= 0) & np.isfinite(rate), "Give 0 or more failures per day."),
        ("repair_days", (days >= 0) & np.isfinite(days), "Give 0 or more days."),
        (
            "servers", (places >= 1) & (places <= MOST_SERVERS) & (places == np.floor(places)),
            f"Give whole numbers, 1 to {MOST_SERVERS:,}.",
        ),
        ("stock", (spares >= 0) & (spares == np.floor(spares)) & np.isfinite(spares),
         "Give whole numbers of units, 0 or more."),
    ):  # fmt: skip
        if not good.all():
            raise BadData("A value is missing or out of range.", where=name, mend=mend)
    use = rate * days / places
    if (use >= 1).any():
        raise BadData(
            f"The utilisation is {use.max():.3g}: more fails than can be repaired, and the queue "
            "grows without end.",
            mend="Add repair places, shorten the repair, or send more to the supplier.",
        )
    out = np.empty((4, use.size))
    _fill((rate * days).ravel(), places.ravel(), spares.ravel(), out)
    mean, ebo, vbo, fill = (row.reshape(use.shape) for row in out)
    return RepairQueue(use, mean, ebo, vbo, fill, backorders(rate * days, None, spares).ebo)


@compiled
def queue_backorders(load: float, servers: float, stock: float) -> tuple[float, float, float]:
    """Return E[(N - s)+], Var[(N - s)+] and P(N < s) of the M/M/c queue, load < servers.

    From ``c - 1`` upwards the tail is geometric; below it positive terms are added step by step.
    ``stock`` may be negative: every unit in repair is then missing, and more.
    """
    if not load > 0.0:
        return max(-stock, 0.0), 0.0, 1.0 if stock > 0.0 else 0.0
    rho = load / servers
    blocked = 1.0
    n = 1.0
    while n <= servers:
        blocked = load * blocked / (n + load * blocked)
        n += 1.0
    busy = blocked / (1.0 - rho * (1.0 - blocked))
    at_full = busy * (1.0 - rho)
    if stock >= servers - 1.0:
        beyond = at_full * rho ** (stock + 1.0 - servers)
        ebo = beyond / (1.0 - rho) ** 2
        vbo = beyond * (1.0 + rho) / (1.0 - rho) ** 3 - ebo * ebo
        return ebo, vbo, 1.0 - busy * rho ** (stock - servers)
    s = servers - 1.0
    ebo = at_full / (1.0 - rho) ** 2
    vbo = at_full * (1.0 + rho) / (1.0 - rho) ** 3 - ebo * ebo
    term, reached = at_full, busy
    # EBO(s - 1) = EBO(s) + P(N >= s); reached is P(N >= s + 1), term p(s + 1)
    while s > max(stock, 0.0):
        term *= (s + 1.0) / load
        reached = min(reached + term, 1.0)
        vbo += (1.0 - reached) * (2.0 * ebo + reached)
        ebo += reached
        s -= 1.0
    if stock < 0.0:
        return ebo - stock, vbo, 0.0
    term *= (s + 1.0) / load
    return ebo, vbo, max(1.0 - reached - term, 0.0)


@compiled
def queue_and_rest(
    load: float, servers: float, rest_mean: float, rest_variance: float, stock: float
) -> tuple[float, float, float]:
    """EBO, VBO and P(X < s) of X = N + R, the queue and an independent rest of the pipeline.

    The rest is Poisson or negative binomial by its two moments. Up to ``s`` its numbers are gone
    through one by one; beyond, all of the queue is missing and the moments of both add up.
    """
    if not rest_mean > 1e-12:
        return queue_backorders(load, servers, stock)
    rest_ebo, rest_vbo, _, _, more = pipeline(rest_mean, rest_variance, stock)
    queue, spread, _ = queue_backorders(load, servers, 0.0)
    ebo = more * queue + rest_ebo
    square = more * (spread + queue * queue) + 2.0 * queue * rest_ebo
    square += rest_vbo + rest_ebo * rest_ebo
    below = 0.0
    eps = max(rest_variance / rest_mean - 1.0, 0.0)
    r = stock
    while r >= 0.0:
        term = probability(rest_mean, eps, r)
        e, v, b = queue_backorders(load, servers, stock - r)
        ebo, square, below = ebo + term * e, square + term * (v + e * e), below + term * b
        r -= 1.0
    return ebo, max(square - ebo * ebo, 0.0), min(below, 1.0)


@compiled
def _fill(load: Floats, servers: Floats, stock: Floats, out: Floats) -> None:
    """Rows of ``out``: mean in repair, EBO, VBO, fill rate."""
    for i in range(len(load)):
        out[0, i] = queue_backorders(load[i], servers[i], 0.0)[0]
        out[1, i], out[2, i], out[3, i] = queue_backorders(load[i], servers[i], stock[i])
