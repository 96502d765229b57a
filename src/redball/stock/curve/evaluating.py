"""Compiled: backorders and losses of a family of items at given stock, any echelons, indentures.

The order is children before parents and suppliers before clients, as in Sherbrooke (2004, ch. 5):
each pipeline needs the backorders of the supplier and of the parts, with mean and variance.
"""

import numpy as np

from redball.model.compiled import Floats, Ints, compiled
from redball.stock.curve.leaves import pipeline_of
from redball.stock.curve.losses import at, loss_of
from redball.stock.curve.network import Net
from redball.stock.sparing import mixed


@compiled
def parts_of(net: Net, family: Ints) -> tuple[Ints, Ints, Ints]:
    """Edges within a family: start for each member, member number of the part, position."""
    start = np.zeros(len(family) + 1, np.int32)
    for f in range(len(family)):
        i = family[f]
        start[f + 1] = start[f] + net.part_start[i + 1] - net.part_start[i]
    part, edge = np.empty(start[-1], np.int32), np.empty(start[-1], np.int32)
    n = 0
    for i in family:
        for k in range(net.part_start[i], net.part_start[i + 1]):
            for g in range(len(family)):
                if family[g] == net.part[k]:
                    part[n] = g
            edge[n] = k
            n += 1
    return start, part, edge


@compiled
def evaluate_site(
    net: Net, family: Ints, parts: tuple[Ints, Ints, Ints], s: int,
    stock: Floats, ebo: Floats, vbo: Floats,
) -> float:  # fmt: skip
    """Loss of a family at a site; fills its backorders. Arrays have the shape (members, S)."""
    start, part, edge = parts
    above = net.supplier[s]
    loss = 0.0
    for f in range(len(family)):
        i = family[f]
        if above >= 0:
            mean, variance = pipeline_of(net, i, s, ebo[f, above], vbo[f, above])
        else:
            mean, variance = pipeline_of(net, i, s, 0.0, 0.0)
        for k in range(start[f], start[f + 1]):
            c = part[k]
            g = net.part_share[edge[k], s]
            mean += g * ebo[c, s]
            if net.poisson:
                variance += g * ebo[c, s]
            else:
                variance += g * (1.0 - g) * ebo[c, s] + g * g * vbo[c, s]
        ebo[f, s], vbo[f, s], _ = mixed(mean, variance, stock[f, s], at(net.batch, i, s))
        loss += loss_of(net, i, s, ebo[f, s])
    return loss
