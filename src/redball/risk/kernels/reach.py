"""How many nodes of each class several roots need, directly or not."""

import numpy as np

from redball.model.compiled import Ints, Words, compiled
from redball.risk.kernels.cascade import Net


def counts_by_root(net: Net, roots: Ints, kind: Ints, kinds: int) -> Ints:
    """Count what each root needs, itself among it.

    Parameters
    ----------
    net : Net
        What all the roots need.
    roots : int32 array
        Nodes, numbered as in the net.
    kind : int32 array, shape (m,)
        Class of each node, -1 for those that are not counted.
    kinds : int
        Number of classes.

    Returns
    -------
    int32 array, shape (roots, kinds)
    """
    parts = [_counts(net, roots[i : i + 64], kind, kinds) for i in range(0, len(roots), 64)]
    return np.concatenate([np.empty((0, kinds), np.int32), *parts])


@compiled
def _counts(net: Net, roots: Ints, kind: Ints, kinds: int) -> Ints:
    """Carry one bit for each root from what needs to what is needed, component by component."""
    m = len(net.node)
    bits: Words = np.zeros(m, np.uint64)
    counts = np.zeros((len(roots), kinds), np.int32)
    for i in range(len(roots)):
        bits[roots[i]] |= np.uint64(1) << np.uint64(i)
    end = m
    while end > 0:
        begin = end - 1
        together = bits[begin]
        while begin > 0 and net.component[begin - 1] == net.component[begin]:
            begin -= 1
            together |= bits[begin]
        for node in range(begin, end):
            bits[node] = together
            for k in range(
                net.alternative_start[net.group_start[node]],
                net.alternative_start[net.group_start[node + 1]],
            ):
                bits[net.alternative[k]] |= together
        end = begin
    for node in range(m):
        if kind[node] >= 0:
            for i in range(len(roots)):
                if bits[node] >> np.uint64(i) & np.uint64(1):
                    counts[i, kind[node]] += 1
    return counts
