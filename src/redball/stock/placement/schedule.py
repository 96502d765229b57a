"""Service times of a chain in days, in the order of its stages."""

from dataclasses import dataclass

import numpy as np

from redball.model.compiled import Floats, Longs, compiled
from redball.stock.placement.chain import Chain


@dataclass(frozen=True, eq=False)
class Schedule:
    """Inbound, outbound and net replenishment times; arrays of shape (stages,)."""

    inbound_days: Floats
    outbound_days: Floats
    net_days: Floats

    def cost(self, chain: Chain) -> float:
        """Cost a year."""
        return float(chain.weight @ np.sqrt(self.net_days))


def from_ticks(chain: Chain, ticks: Floats, per_day: float) -> Schedule:
    """From a choice of times in a lattice, two a stage in topological order.

    The inbound time becomes the largest that suppliers quote, and the outbound time falls with it
    where it must: that never costs more.
    """
    order = chain.order
    out, time, inbound = (np.empty(chain.stages) for _ in range(3))
    out[order] = ticks[1::2]
    time[order] = np.round(chain.stage_time_days[order] * per_day)
    inbound[:] = np.round(chain.inbound_time_days * per_day)
    return _settled(chain, out, time, inbound, per_day)


def repaired(chain: Chain, outbound_days: Floats) -> Schedule:
    """Nearest schedule that keeps all constraints, cheap side first.

    From suppliers to customers each time is cut to its limit and to what its suppliers allow; then
    each is raised as far as no customer waits for it.
    """
    out = np.minimum(outbound_days, chain.limit_days)
    first = _settled(chain, out, chain.stage_time_days, chain.inbound_time_days.copy(), 1.0)
    most = np.full(chain.stages, np.inf)
    np.minimum.at(most, chain.supplier, first.inbound_days[chain.customer])
    raised = np.minimum(np.minimum(most, chain.limit_days), first.outbound_days + first.net_days)
    out = np.maximum(raised, first.outbound_days)
    return _settled(chain, out, chain.stage_time_days, chain.inbound_time_days.copy(), 1.0)


def _settled(chain: Chain, out: Floats, time: Floats, inbound: Floats, per_day: float) -> Schedule:
    """Lower outbound times, suppliers first, to what the inbound times allow."""
    by_customer = np.argsort(chain.customer, kind="stable")
    start = np.searchsorted(chain.customer[by_customer], np.arange(chain.stages + 1))
    _settle(chain.order, start, chain.supplier[by_customer], out, time, inbound)
    net = np.maximum(inbound + time - out, 0.0)
    return Schedule(inbound / per_day, out / per_day, net / per_day)


@compiled
def _settle(
    order: Longs, start: Longs, supplier: Longs, out: Floats, time: Floats, inbound: Floats
) -> None:
    for stage in order:
        for arc in range(start[stage], start[stage + 1]):
            inbound[stage] = max(inbound[stage], out[supplier[arc]])
        out[stage] = min(out[stage], inbound[stage] + time[stage])
