"""What the schedule really gives when demand is not bounded: a simulation by order dates.

Guaranteed service assumes that demand stays under a bound. Here it does not. Every stage keeps the
base stock of the schedule, orders what it is asked for the same day, serves orders in the order of
their date, and ships when due, or late when it has nothing.

With first come, first served the state of a stage is one figure a day: up to which order date it
has shipped. For cumulative demand ``D`` a stage has shipped

    C(t) = min(D(t - S), B + D(a(t - T))),    B = mean net + z sigma sqrt(net),

where ``a(t)`` is the least order date that its suppliers had shipped by ``t``. So the stages can be
worked through once, suppliers first, all days at a time. Demand within a day is spread evenly,
which makes fractional times exact.
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import polars as pl

from redball.model import BadData, BadUse
from redball.model.compiled import Floats, Longs
from redball.stock.placement.chain import Chain
from redball.stock.placement.result import Placement

_CONFIDENCE = 0.95
_MOST_CELLS = 200_000_000


@dataclass(frozen=True, eq=False)
class FillRates:
    """Simulated service of the stages with external demand.

    Attributes
    ----------
    frame : polars.DataFrame
        ``stage``, ``quoted_days``, ``assumed`` (share of days within the bound if demand were
        normal: the normal distribution at z), ``fill_rate`` (share of units shipped within the
        quoted time), ``low``, ``high`` (95 % confidence interval over the runs), ``days_on_time``
        (share of order days shipped in full within the quoted time).
    days, runs, warm_up_days : int
    seed : int
    assumptions : tuple of str
    """

    frame: pl.DataFrame
    days: int
    runs: int
    warm_up_days: int
    seed: int
    assumptions: tuple[str, ...]


def simulate_fill_rate(
    chain: Chain,
    placement: Placement,
    *,
    days: int = 2_000,
    runs: int = 20,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> FillRates:
    """Simulate the schedule with gamma demand, independent from day to day.

    Parameters
    ----------
    chain : Chain
        With ``demand_mean`` above 0 wherever there is ``demand_sd``.
    placement : Placement
        Of this chain.
    days : int
        Counted in each run, after a warm-up of twice the longest path.
    runs : int
        At least 2, for the confidence interval.
    seed : int
    progress : callable, optional
        Called after each stage of each run with the share done; an exception from it stops.

    Raises
    ------
    BadUse
        Too few days or runs, more than 200 million days times stages in one run, or a placement
        of another chain.
    BadData
        A deviation of demand without a mean above 0.
    """
    outside = np.flatnonzero(np.isfinite(chain.demand_sd))
    _check(chain, placement, days, runs, outside)
    longest = _longest(chain)
    warm_up = int(np.ceil(2 * longest)) + 1
    if (days + warm_up) * chain.stages > _MOST_CELLS:
        raise BadUse("The simulation is too large.", mend="Give fewer days.")
    out = placement.frame["outbound_days"].to_numpy()
    net = placement.frame["net_days"].to_numpy()
    fill, whole = (np.empty((runs, len(outside))) for _ in range(2))
    for run in range(runs):
        rng = np.random.default_rng([seed, run])

        def tell(share: float, done: int = run) -> None:
            if progress is not None:
                progress((done + share) / runs)

        fill[run], whole[run] = _one_run(chain, out, net, outside, days, warm_up, rng, tell)
    mean = fill.mean(axis=0)
    half = _quantile(runs) * fill.std(axis=0, ddof=1) / np.sqrt(runs)
    assumed = [NormalDist().cdf(float(z)) for z in chain.z[outside]]
    frame = pl.DataFrame(
        {
            "stage": [chain.names[j] for j in outside],
            "quoted_days": out[outside],
            "assumed": assumed,
            "fill_rate": mean,
            "low": np.clip(mean - half, 0.0, 1.0),
            "high": np.clip(mean + half, 0.0, 1.0),
            "days_on_time": whole.mean(axis=0),
        }
    )
    said = (
        "Demand is gamma with the mean and deviation given, independent between days and stages.",
        "Demand beyond the bound waits; nothing is expedited. Orders are served by date, all "
        "customers of a day alike; demand within a day is spread evenly.",
        "Base stock is mean demand over the net replenishment time plus the safety stock.",
        f"{runs} runs of {days} days after {warm_up} days of warm-up, seed {seed}.",
    )
    return FillRates(frame, days, runs, warm_up, seed, said)


def _check(
    chain: Chain,
    placement: Placement,
    days: int,
    runs: int,
    outside: Longs,
) -> None:
    if days < 1 or runs < 2:
        raise BadUse(
            f"{days} days and {runs} runs were asked for.", mend="Give 1 day and 2 runs or more."
        )
    if tuple(placement.frame["stage"]) != chain.names:
        raise BadUse("The placement is of another chain.", mend="Place this chain first.")
    bad = [j for j in outside if chain.demand_sd[j] > 0 and not chain.demand_mean[j] > 0]
    if bad:
        raise BadData(
            "Demand varies but has no mean above 0.",
            where=f"stages, {chain.names[bad[0]]}",
            mend="Give 'demand_mean'; the simulation needs it for stock in process.",
        )


def _longest(chain: Chain) -> float:
    """Longest time from outside suppliers to the end of any stage."""
    done = np.zeros(chain.stages)
    into: list[list[int]] = [[] for _ in chain.names]
    for u, w in zip(chain.supplier.tolist(), chain.customer.tolist(), strict=True):
        into[w].append(u)
    for j in chain.order:
        start = max([chain.inbound_time_days[j], *(done[i] for i in into[j])])
        done[j] = start + chain.stage_time_days[j]
    return float(done.max())


def _one_run(
    chain: Chain, out: Floats, net: Floats,
    outside: Longs,
    days: int, warm_up: int, rng: np.random.Generator, tell: Callable[[float], None],
) -> tuple[Floats, Floats]:  # fmt: skip
    """Share of units, and of days, on time at each stage with external demand."""
    horizon = warm_up + days
    # shipments are looked at until the last counted order is due
    span = horizon + int(np.ceil(out.max())) + 1
    clock = np.arange(span + 1, dtype=np.float64)
    cumulative, rate = _orders(chain, outside, span, rng)
    stock = rate * net + chain.z * chain.sigma * np.sqrt(net)
    into: list[list[int]] = [[] for _ in chain.names]
    for u, w in zip(chain.supplier.tolist(), chain.customer.tolist(), strict=True):
        into[w].append(u)
    shipped = np.empty((chain.stages, span + 1))
    on_time = {}
    for count, j in enumerate(chain.order.tolist()):
        demand, mean = cumulative[j], rate[j]
        if mean == 0:
            shipped[j] = clock - out[j]
            continue
        # order date up to which all inputs are there, by day; outside suppliers are on time
        ready = clock - chain.inbound_time_days[j]
        for i in into[j]:
            ready = np.minimum(ready, shipped[i])
        begun = _at(clock, ready, clock - chain.stage_time_days[j], 1.0)
        have = stock[j] + _at(clock, demand, begun, mean)
        due = _at(clock, demand, clock - out[j], mean)
        shipped[j] = _date(clock, demand, np.minimum(have, due), mean)
        shipped[j] = np.minimum(shipped[j], clock - out[j])
        if np.isfinite(chain.demand_sd[j]):
            asked = clock[warm_up:horizon] + 1.0
            supply = _at(clock, have, asked + out[j], mean)
            first, last = demand[warm_up:horizon], demand[warm_up + 1 : horizon + 1]
            on_time[j] = np.clip(supply - first, 0.0, last - first), last - first
        tell((count + 1) / chain.stages)
    fill, whole = np.empty(len(outside)), np.empty(len(outside))
    for k, j in enumerate(outside.tolist()):
        served, wanted = on_time.get(j, (np.ones(1), np.ones(1)))
        fill[k] = served.sum() / wanted.sum() if wanted.sum() > 0 else 1.0
        whole[k] = float((served >= wanted * (1 - 1e-9)).mean())
    return fill, whole


def _orders(
    chain: Chain, outside: Longs, span: int,
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Cumulative orders on each stage at the end of each day, from day 0 on; mean a day."""
    daily, rate = np.zeros((chain.stages, span)), np.zeros(chain.stages)
    for j in outside:
        mean, sd = chain.demand_mean[j], chain.demand_sd[j]
        rate[j] = mean if np.isfinite(mean) else 0.0
        if sd > 0:
            daily[j] = rng.gamma((mean / sd) ** 2, sd * sd / mean, span)
        else:
            daily[j] = rate[j]
    outgoing: list[list[int]] = [[] for _ in chain.names]
    for arc, u in enumerate(chain.supplier.tolist()):
        outgoing[u].append(arc)
    for j in chain.order[::-1].tolist():
        for arc in outgoing[j]:
            daily[j] += chain.quantity[arc] * daily[chain.customer[arc]]
            rate[j] += chain.quantity[arc] * rate[chain.customer[arc]]
    cumulative = np.zeros((chain.stages, span + 1))
    np.cumsum(daily, axis=1, out=cumulative[:, 1:])
    return cumulative, rate


def _at(clock: Floats, curve: Floats, when: Floats, slope: float) -> Floats:
    """A rising curve at any time; before day 0 it rises at ``slope``."""
    return np.where(when < 0, curve[0] + slope * when, np.interp(when, clock, curve))


def _date(clock: Floats, curve: Floats, amount: Floats, slope: float) -> Floats:
    """Time at which a rising curve reaches an amount."""
    return np.where(amount < curve[0], (amount - curve[0]) / slope, np.interp(amount, curve, clock))


def _quantile(runs: int) -> float:
    """Student's t at 97.5 % by the expansion of Cornish and Fisher (Abramowitz-Stegun 26.7.5)."""
    x, n = NormalDist().inv_cdf(0.5 + _CONFIDENCE / 2), runs - 1
    return x + (x**3 + x) / (4 * n) + (5 * x**5 + 16 * x**3 + 3 * x) / (96 * n * n)
