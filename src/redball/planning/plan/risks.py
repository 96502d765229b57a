"""Risks by the names of a twin, and as hazards of a network."""

from dataclasses import dataclass

from redball.planning.portfolio.hazards import Hazard
from redball.planning.stress.losses import Loss, changes_of, touched_by
from redball.planning.targets import Targets
from redball.simulation.network import Network


@dataclass(frozen=True)
class Risk:
    """Something that may happen, by the names of the twin.

    Attributes
    ----------
    key, title : str
    parts : tuple of (kind, name)
        What is lost together.
    per_year, days : float
    source, confidence : str
    entries : tuple of str
        Keys of the entries of the register that it belongs to.
    """

    key: str
    title: str
    parts: tuple[tuple[str, str], ...]
    per_year: float
    days: float
    source: str = ""
    confidence: str = "low"
    entries: tuple[str, ...] = ()

    def on(self, network: Network, targets: Targets) -> Hazard:
        """The same by the rows of a network."""
        loss = Loss("set", self.key, self.title, self.parts)
        rows = changes_of(touched_by(loss, targets, network), 0.0, 1.0)
        struck = rows[rows["day"] == 0.0]
        return Hazard(
            self.key, self.title, self.per_year, self.days, struck, self.source, self.confidence
        )
