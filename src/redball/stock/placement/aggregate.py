"""How demand variance adds up towards suppliers, and value towards customers.

Three rules each, because the literature uses three and the choice moves the answer: on some real
chains by a tenth or more. See :class:`Aggregation` and :class:`CostRule`.
"""

import numpy as np

from redball.model.compiled import Floats, Longs
from redball.stock.placement.chain import Aggregation, CostRule

_BLOCK = 512
"""Stages whose reach is held at a time: 512 columns of doubles."""


def sigmas(
    sd: Floats, supplier: Longs, customer: Longs, quantity: Floats, order: Longs, rule: Aggregation
) -> Floats:
    """Standard deviation of the demand that each stage serves, own demand included.

    Parameters
    ----------
    sd : float64 array, shape (stages,)
        Of external demand; 0 where none.
    supplier, customer, quantity : arrays, shape (arcs,)
    order : int64 array, shape (stages,)
        Suppliers before customers.
    rule : Aggregation
    """
    variance = sd * sd
    if rule is Aggregation.PATH:
        return np.sqrt(_summed(variance, customer, supplier, np.ones(len(supplier)), order[::-1]))
    sources = np.flatnonzero(sd > 0)
    total = np.zeros(len(sd))
    for first in range(0, len(sources), _BLOCK):
        some = sources[first : first + _BLOCK]
        reach = np.zeros((len(sd), len(some)))
        reach[some, np.arange(len(some))] = 1.0
        units = quantity if rule is Aggregation.QUANTITY else np.ones(len(supplier))
        reach = _summed(reach, customer, supplier, units, order[::-1], once=rule is Aggregation.SET)
        total += (reach * reach) @ variance[some]
    return np.sqrt(total)


def unit_costs(
    added: Floats, supplier: Longs, customer: Longs, quantity: Floats, order: Longs, rule: CostRule
) -> Floats:
    """Value of a unit when it leaves each stage: what was added there and before.

    Parameters and order as in :func:`sigmas`; ``added`` is what each stage adds to a unit.
    """
    if rule is not CostRule.SET:
        units = quantity if rule is CostRule.QUANTITY else np.ones(len(supplier))
        return _summed(added.copy(), supplier, customer, units, order)
    sources = np.flatnonzero(added > 0)
    total = np.zeros(len(added))
    for first in range(0, len(sources), _BLOCK):
        some = sources[first : first + _BLOCK]
        reach = np.zeros((len(added), len(some)))
        reach[some, np.arange(len(some))] = 1.0
        reach = _summed(reach, supplier, customer, np.ones(len(supplier)), order, once=True)
        total += reach @ added[some]
    return total


def _summed(
    amount: Floats, source: Longs, target: Longs, units: Floats, order: Longs, *, once: bool = False
) -> Floats:
    """Pass amounts along arcs in the given order of stages; with ``once`` as yes or no."""
    by_target = np.argsort(target, kind="stable")
    start = np.searchsorted(target[by_target], np.arange(len(amount) + 1))
    for stage in order:
        arcs = by_target[start[stage] : start[stage + 1]]
        if not len(arcs):
            continue
        if once:
            amount[stage] = np.maximum(amount[stage], amount[source[arcs]].max(axis=0))
        else:
            amount[stage] += units[arcs] @ amount[source[arcs]]
    return amount
