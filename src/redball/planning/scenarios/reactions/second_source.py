"""Second source: standby suppliers are used when the supplier in use fails."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from redball.planning.scenarios.naming import Finder, Target
from redball.planning.scenarios.reactions.protocol import Reacted, cells_of, check_common, rules
from redball.simulation.network import RuleKind


@dataclass(frozen=True)
class SecondSource:
    """Standby ways of supply may be used once the way in use is closed or its supplier is down.

    Attributes
    ----------
    delay_days : float
        Days to contract and qualify.
    cost_eur : float
        Euro, once for each stock that takes one.
    at : tuple of Target
        Where; everywhere when empty.
    """

    how: ClassVar[str] = "second_source"
    delay_days: float = 0.0
    cost_eur: float = 0.0
    at: tuple[Target, ...] = ()

    def __post_init__(self) -> None:
        check_common(self)

    def react(self, finder: Finder, where: str) -> Reacted:
        """One rule for each cell that has a standby way, or one for all."""
        cells = cells_of(finder, self.at, where)
        arcs = finder.network.arcs
        standby = np.unique(arcs["cell"][arcs["standby"] == 1])
        some = standby if cells is None else np.intersect1d(standby, cells)
        idle = (f"{where}: no stock there has a standby supplier.",) if not len(some) else ()
        return Reacted(
            rules(RuleKind.SECOND_SOURCE, self, None if cells is None else some), warnings=idle
        )
