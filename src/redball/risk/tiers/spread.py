"""What one loss takes with it, step by step: the cascade of the findings, with its order told."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from redball.model.compiled import Ints, compiled
from redball.risk.kernels.cascade import Losses, Net, lose, nothing_lost


@dataclass(frozen=True)
class Spread:
    """What fails.

    Attributes
    ----------
    node : int32 array
        Failed nodes (numbers in the whole network) in the order of failing, the lost one first.
    step : int32 array
        Step at which each fails; 0 for the lost one.
    """

    node: npt.NDArray[np.int32]
    step: npt.NDArray[np.int32]


def spread(net: Net, node: int) -> Spread:
    """Lose a node and follow what fails to the end.

    Parameters
    ----------
    net : Net
        What the tops that are looked at need.
    node : int
        Number in the whole network; nothing fails where the net does not need it.
    """
    place = np.flatnonzero(net.node == node)
    if not len(place):
        none = np.empty(0, np.int32)
        return Spread(none, none)
    losses = nothing_lost(net)
    count = lose(net, losses, int(place[0]), 0)
    return Spread(net.node[losses.fallen[:count]], _steps(net, losses, count))


@compiled
def _steps(net: Net, losses: Losses, count: int) -> Ints:
    """Step of each fallen node: one after the last alternative of the group that it fails by."""
    at = np.full(len(net.node), -1, np.int32)
    for i in range(count):
        at[losses.fallen[i]] = i
    step = np.zeros(count, np.int32)
    for i in range(1, count):  # in the order of failing: what a node fails by stands before it
        node, least = losses.fallen[i], count
        for group in range(net.group_start[node], net.group_start[node + 1]):
            last, stands = -1, net.alternative_start[group] == net.alternative_start[group + 1]
            for k in range(net.alternative_start[group], net.alternative_start[group + 1]):
                place = at[net.alternative[k]]
                if place < 0 or place >= i:
                    stands = True
                    break
                last = max(last, step[place])
            if not stands:
                least = min(least, last + 1)
        step[i] = least
    return step
