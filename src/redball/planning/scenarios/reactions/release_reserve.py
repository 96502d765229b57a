"""Release the reserve: what was kept back is issued when somebody waits."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from redball.planning.scenarios.naming import Finder, Target
from redball.planning.scenarios.reactions.protocol import Reacted, cells_of, check_common, rules
from redball.simulation.network import RuleKind


@dataclass(frozen=True)
class ReleaseReserve:
    """The reserve of a stock is free once somebody waits there and nothing is on hand.

    Attributes
    ----------
    delay_days : float
        Days to get leave.
    cost_eur : float
        Euro, once for each reserve.
    at : tuple of Target
        Where; everywhere when empty.
    """

    how: ClassVar[str] = "release_reserve"
    delay_days: float = 0.0
    cost_eur: float = 0.0
    at: tuple[Target, ...] = ()

    def __post_init__(self) -> None:
        check_common(self)

    def react(self, finder: Finder, where: str) -> Reacted:
        """One rule for each cell with a reserve there, or one for all."""
        cells = cells_of(finder, self.at, where)
        kept = np.flatnonzero(finder.network.cells["reserve"] > 0).astype(np.int32)
        some = kept if cells is None else np.intersect1d(kept, cells)
        idle = (f"{where}: no stock there has a reserve.",) if not len(some) else ()
        return Reacted(
            rules(RuleKind.RELEASE_RESERVE, self, None if cells is None else some), warnings=idle
        )
