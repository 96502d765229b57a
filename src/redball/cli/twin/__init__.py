"""The twin: ``redball simulate``, ``stress``, ``scenario`` and ``plan``; one file per verb."""

from redball.cli.twin.plan import group as plan
from redball.cli.twin.scenario import group
from redball.cli.twin.simulate import simulate
from redball.cli.twin.stress import stress

__all__ = ["group", "plan", "simulate", "stress"]
