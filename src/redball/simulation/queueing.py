"""Waiting line with several servers in closed form: what a simulated repair pool must give.

Source: Erlang 1917; Gross, Shortle, Thompson and Harris, *Fundamentals of Queueing Theory*, 4th ed.
2008, sec. 2.3 (M/M/c) and 2.2 (Little's formulas).
"""

import math
from dataclasses import dataclass

from redball.model import BadUse

MOST_SERVERS = 1_000_000
"""The recursion takes one step for each server."""


@dataclass(frozen=True)
class WaitingLine:
    """Steady state of a line with Poisson arrivals and exponential service.

    Attributes
    ----------
    utilisation : float
        Share of the time a server works, ``rho``.
    wait_probability : float
        Share of arrivals that wait, Erlang's C.
    queue : float
        Mean number that wait, ``Lq``.
    wait_days : float
        Mean wait, ``Wq``, of all arrivals.
    present : float
        Mean number that wait or are served, ``L``.
    stay_days : float
        Mean wait and service together, ``W``.
    assumptions : tuple of str
    """

    utilisation: float
    wait_probability: float
    queue: float
    wait_days: float
    present: float
    stay_days: float
    assumptions: tuple[str, ...] = (
        "Arrivals are Poisson and service times exponential, independent of each other.",
        "First come first served, no limit of the queue, nobody leaves it.",
        "The line has run for ever at these rates.",
    )


def waiting_line(arrivals_per_day: float, service_days: float, servers: int) -> WaitingLine:
    """Erlang C and what follows from it.

    With ``a = arrivals_per_day * service_days`` and ``rho = a / c`` Erlang's B comes from
    ``B(0) = 1, B(k) = a B(k-1) / (k + a B(k-1))``, which never overflows, and
    ``C = B / (1 - rho (1 - B))``, ``Lq = C rho / (1 - rho)``, ``Wq = Lq / arrivals``.

    Parameters
    ----------
    arrivals_per_day : float
        Above 0.
    service_days : float
        Mean service time, above 0.
    servers : int
        1 to :data:`MOST_SERVERS`.

    Raises
    ------
    BadUse
        A number is out of its range, or the servers can't keep up (``rho >= 1``): then no steady
        state exists.
    """
    for name, value in (("arrivals_per_day", arrivals_per_day), ("service_days", service_days)):
        if not (math.isfinite(value) and value > 0):
            raise BadUse(f"'{name}' is {value}.", where=name, mend="Give a number above 0.")
    if not (isinstance(servers, int) and 1 <= servers <= MOST_SERVERS):
        raise BadUse(
            f"'servers' is {servers}.", where="servers", mend=f"Give 1 to {MOST_SERVERS:,}."
        )
    load = arrivals_per_day * service_days
    rho = load / servers
    if not rho < 1:
        raise BadUse(
            f"{servers} servers can't keep up: they would have to work {rho:.3g} of the time.",
            where="servers",
            mend=f"A steady state needs more than {load:.6g} servers.",
        )
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
    waits = blocked / (1 - rho * (1 - blocked))
    queue = waits * rho / (1 - rho)
    wait = queue / arrivals_per_day
    return WaitingLine(rho, waits, queue, wait, queue + load, wait + service_days)


__all__ = ["MOST_SERVERS", "WaitingLine", "waiting_line"]
