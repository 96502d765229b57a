"""Scenarios as files: TOML in, TOML out, and ready ones.

Source: TOML 1.0.0; the keys are those of ``docs/reference/scenario-format.md``.
"""

from redball.planning.scenarios.files.read import MOST_BYTES, read_scenario
from redball.planning.scenarios.files.ready import library
from redball.planning.scenarios.files.write import write_scenario

__all__ = ["MOST_BYTES", "library", "read_scenario", "write_scenario"]
