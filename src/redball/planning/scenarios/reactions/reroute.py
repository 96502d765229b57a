"""Reroute: goods that wait before a cut lane look for another way."""

from dataclasses import dataclass
from typing import ClassVar

from redball.planning.scenarios.naming import Finder
from redball.planning.scenarios.reactions.protocol import Reacted, check_common, rules
from redball.simulation.network import RuleKind


@dataclass(frozen=True)
class Reroute:
    """Goods that wait before a cut lane look for another way, on the whole network.

    Attributes
    ----------
    delay_days : float
        Days that goods wait before somebody turns them round.
    cost_eur : float
        Euro each time.
    """

    how: ClassVar[str] = "reroute"
    delay_days: float = 0.0
    cost_eur: float = 0.0

    def __post_init__(self) -> None:
        check_common(self)

    def react(self, finder: Finder, where: str) -> Reacted:
        """One rule for the whole network."""
        idle = not len(finder.network.lanes)
        return Reacted(
            rules(RuleKind.REROUTE, self),
            warnings=(f"{where}: there are no lanes, so nothing can be rerouted.",) * idle,
        )
