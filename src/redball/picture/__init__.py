"""The recognised logistics picture: what the coalition has, where, for how many days, what moves.

Tidy tables by nation, unit, site and class of supply, the readiness of fleets as reported, what is
in transit, what expires, the stock that several nations hold of the same article, and how old the
data are. Every row carries the dominant label of the rows it is made of. Figures of a wider view
are computed from the rows again, never averaged from a narrower one.
"""

from redball.picture.build import build_picture
from redball.picture.readiness import ReadinessLimits
from redball.picture.types import Picture

__all__ = ["Picture", "ReadinessLimits", "build_picture"]
