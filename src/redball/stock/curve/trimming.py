"""Take out single units that no target needs."""

import numpy as np

from redball.model.compiled import Floats
from redball.stock.curve.batches import add_family
from redball.stock.curve.network import Network
from redball.stock.curve.steps import losses

_TRIED = 20_000
"""Units that are tried at most, dearest first."""


def trim(network: Network, stock: Floats, groups: Floats, limits: Floats) -> Floats:
    """Take units out, dearest first, while every group's loss stays within its limit."""
    net = network.net
    stock = stock.copy()
    found = losses(network, stock).of_systems
    lost = np.array([(g[g > 0] * found[g > 0]).sum() for g in groups])
    above = stock - np.broadcast_to(net.least, stock.shape)
    item, site = np.nonzero(above > 0)
    order = np.argsort(-net.unit_cost[item], kind="stable")[:_TRIED]
    family_of = np.empty(len(stock), np.int64)
    family_of[network.members] = np.repeat(
        np.arange(len(network.member_start) - 1), np.diff(network.member_start)
    )
    for i, s in zip(item[order], site[order], strict=True):
        members = network.family(int(family_of[i]))
        sites = network.sites_of(int(network.top[s]))
        before = np.zeros(net.systems.shape)
        add_family(net, members, sites, stock[members], before)
        while stock[i, s] > np.broadcast_to(net.least, stock.shape)[i, s]:
            stock[i, s] -= 1.0
            after = np.zeros(net.systems.shape)
            add_family(net, members, sites, stock[members], after)
            then = lost + np.array([(g[g > 0] * (after - before)[g > 0]).sum() for g in groups])
            if not (then <= limits).all():
                stock[i, s] += 1.0
                break
            lost, before = then, after
    return stock
