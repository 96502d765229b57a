"""Mutual support: an ally's stock helps when somebody waits."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from redball.planning.scenarios.naming import Finder, Target
from redball.planning.scenarios.reactions.protocol import Reacted, cells_of, check_common, rules
from redball.simulation.network import RuleKind


@dataclass(frozen=True)
class MutualSupport:
    """Support links that stand by between nations may be used once somebody waits.

    Attributes
    ----------
    delay_days : float
        Days to ask and be granted.
    cost_eur : float
        Euro, once for each stock that is helped.
    at : tuple of Target
        Who is helped; everybody when empty.
    """

    how: ClassVar[str] = "mutual_support"
    delay_days: float = 0.0
    cost_eur: float = 0.0
    at: tuple[Target, ...] = ()

    def __post_init__(self) -> None:
        check_common(self)

    def react(self, finder: Finder, where: str) -> Reacted:
        """One rule for each cell that can be helped there, or one for all."""
        cells = cells_of(finder, self.at, where)
        links = finder.network.supports
        helped = np.unique(links["receiver"][links["standby"] == 1])
        some = helped if cells is None else np.intersect1d(helped, cells)
        idle = (f"{where}: no support link stands by there.",) if not len(some) else ()
        return Reacted(
            rules(RuleKind.SUPPORT, self, None if cells is None else some), warnings=idle
        )
