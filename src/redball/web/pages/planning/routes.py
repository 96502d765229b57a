"""``/plans`` and ``/risks``."""

from redball.web.pages.planning import plans, risks
from redball.web.pages.planning.part import pages

__all__ = ["pages", "plans", "risks"]
