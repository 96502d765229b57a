"""A lattice with its messages: bounds, schedules read off them, and shorter lists."""

from dataclasses import replace

import numpy as np

from redball.model.compiled import Flags, Longs
from redball.stock.placement.bounds import message_starts, round_off, sweep, tighten
from redball.stock.placement.forest import adjacency
from redball.stock.placement.lattice import Lattice


class Relaxation:
    """Bounds on a lattice and on parts of it; see :mod:`redball.stock.placement.bounds`.

    ``marginal[k]`` is, after a pass, how much the bound would rise if a variable had the time
    ``lattice.value[k]``.
    """

    def __init__(self, lattice: Lattice) -> None:
        self.lattice = lattice
        self._near = adjacency(lattice.variables, lattice.tail, lattice.head)
        self._up_start = message_starts(lattice.start, lattice.tail)
        self._down_start = message_starts(lattice.start, lattice.head)
        self._up = np.zeros(self._up_start[-1])
        self._down = np.zeros(self._down_start[-1])
        self.marginal = np.zeros(len(lattice.value))

    def everything(self) -> tuple[Longs, Longs]:
        """Ends of all lists, tightened until they agree."""
        low, high = self.lattice.start[:-1].copy(), self.lattice.start[1:].copy()
        self.tighten(low, high)
        return low, high

    def tighten(self, low: Longs, high: Longs) -> bool:
        """Move the ends together until they agree; false when nothing is left."""
        near_start, near_edge = self._near
        lat = self.lattice
        return bool(
            tighten(
                lat.value, lat.time, lat.tail, lat.head, near_start, near_edge, low, high
            )
        )  # fmt: skip

    def bound(self, low: Longs, high: Longs, *, backward: bool) -> float:
        """One pass of messages; the bound when it went backward."""
        lat = self.lattice
        return float(
            sweep(
                lat.value, lat.factor, lat.time, lat.tail, lat.head, *self._near,
                self._up, self._up_start, self._down, self._down_start,
                low, high, backward, self.marginal,
            )
        )  # fmt: skip

    def read_off(self, low: Longs, high: Longs) -> Longs:
        """A schedule from the messages of a backward pass."""
        lat = self.lattice
        return round_off(
            lat.value, lat.factor, lat.time, lat.tail, lat.head, *self._near,
            self._up, self._up_start, low, high,
        )  # fmt: skip

    def shortened(self, keep: Flags) -> "Relaxation":
        """Only some of the times, with their messages."""
        lat = self.lattice
        before = np.concatenate([[0], np.cumsum(keep)])
        other = Relaxation(replace(lat, value=lat.value[keep], start=before[lat.start]))
        other._up[:] = self._up[_kept(lat, self._up_start, lat.tail, keep)]
        other._down[:] = self._down[_kept(lat, self._down_start, lat.head, keep)]
        return other


def _kept(lattice: Lattice, starts: Longs, end: Longs, keep: Flags) -> Flags:
    """Which entries of a flat array of messages belong to times that are kept."""
    out = np.empty(starts[-1], dtype=np.bool_)
    for e, v in enumerate(end):
        a, b = lattice.start[v], lattice.start[v + 1]
        out[starts[e] + a : starts[e] + b] = keep[a:b]
    return out
