"""The tiers behind one item: who stands where, what all of it passes through, what a loss takes."""

from redball.risk.tiers.behind import Behind, behind
from redball.risk.tiers.origins import Origins, origins
from redball.risk.tiers.spread import Spread, spread

__all__ = ["Behind", "Origins", "Spread", "behind", "origins", "spread"]
