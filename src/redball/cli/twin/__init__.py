"""The digital twin: ``redball simulate``, ``stress`` and ``scenario``; one file per verb."""

from redball.cli.twin.scenario import group
from redball.cli.twin.simulate import simulate
from redball.cli.twin.stress import stress

__all__ = ["group", "simulate", "stress"]
