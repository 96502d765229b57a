"""A scenario on one twin: rows of the network, draws, rules, and what a reader must know."""

from redball.planning.scenarios.compiling.compiled import (
    Case,
    CompiledScenario,
    compile_scenario,
)
from redball.planning.scenarios.compiling.drawing import Outage

__all__ = ["Case", "CompiledScenario", "Outage", "compile_scenario"]
