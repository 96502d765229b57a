"""Sums of a run side by side in one row of numbers, so that thousands are averaged alike."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from redball.model import BadUse
from redball.simulation.network import Network
from redball.simulation.runs import Run

Floats = npt.NDArray[np.float64]

KNOWN: dict[str, str] = {
    "cells.demanded": "units asked for",
    "cells.at_once": "units given at once",
    "cells.lost": "units of demand that did not wait",
    "cells.waiting_days": "unit-days of waiting",
    "cells.on_hand_days": "unit-days on hand",
    "lanes.kg": "kg carried",
    "lanes.busy_days": "days in use",
    "lanes.held_days": "consignment-days held before the lane",
    "lanes.lost_units": "units lost on the way",
    "lanes.rerouted": "consignments sent another way",
    "recipes.units": "units made",
    "recipes.busy_days": "days in use",
    "recipes.waiting_days": "unit-days of jobs not begun",
    "recipes.starved_days": "unit-days of jobs that lack an input",
    "pools.busy_days": "server-days in use",
    "pools.queue_days": "job-days of waiting for a server",
}
"""What can be tallied, and its unit."""

REASONS = (
    "cells.demanded",
    "cells.waiting_days",
    "lanes.held_days",
    "recipes.starved_days",
    "recipes.waiting_days",
    "pools.queue_days",
)
"""Why readiness is lost: who waits, and before what; and what was asked for, to compare by."""


@dataclass(frozen=True)
class Tallies:
    """Where each sum stands in the row of numbers.

    Attributes
    ----------
    network : Network
    names : tuple of str
        Of :data:`KNOWN`.
    """

    network: Network
    names: tuple[str, ...]
    first: dict[str, int] = field(init=False)
    width: int = field(init=False)

    def __post_init__(self) -> None:
        unknown = [name for name in self.names if name not in KNOWN]
        if unknown:
            raise BadUse(f"'{unknown[0]}' is not tallied.", mend=f"Known: {', '.join(KNOWN)}.")
        first, at = {}, 0
        for name in self.names:
            first[name] = at
            at += self._rows(name)
        object.__setattr__(self, "first", first)
        object.__setattr__(self, "width", at)

    def of(self, run: Run) -> Floats:
        """Sums of a run, shape (width,)."""
        row = np.empty(self.width)
        for name in self.names:
            table, column = name.split(".")
            row[self.part(name)] = getattr(run, table)[column]
        return row

    def part(self, name: str) -> slice:
        """Where a sum stands."""
        return slice(self.first[name], self.first[name] + self._rows(name))

    def _rows(self, name: str) -> int:
        return len(getattr(self.network, name.split(".")[0]))


def names_of(network: Network, table: str) -> list[str]:
    """Names for readers of the rows of a table, unique: a number follows where one repeats."""
    nodes = network.node_names
    if table == "cells":
        plain = [network.name_of(row) for row in range(len(network.cells))]
    elif table == "lanes":
        plain = list(network.lane_names)
    elif table == "recipes":
        plain = [network.name_of(int(cell)) for cell in network.recipes["cell"]]
    elif table == "pools":
        plain = [f"workshop of {nodes[int(node)]}" for node in network.pools["node"]]
    else:
        raise BadUse(f"Rows of '{table}' have no names.", mend="cells, lanes, recipes or pools.")
    seen: dict[str, int] = {}
    unique = []
    for name in plain:
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return unique
