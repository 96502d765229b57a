"""Scenarios: what happens, when, to what, and how people react.

What: ``Scenario``, a small value of events and reactions; ``read_scenario`` and
``write_scenario`` for TOML; ``undisturbed`` and ``unanswered``, the futures to compare it with;
``library`` with ready ones on the example coalition; ``compile_scenario``, which finds the names in
a twin and draws what happens in each replication.

Why: a future that is rehearsed must be readable by those who decide, and mean the same rows of the
network in every run. What happens is drawn ahead of policy, so that two futures can be compared
replication by replication.

Sources: recovery curves after Bruneau et al. (2003), Earthquake Spectra 19(4), 733-752; random
numbers by key after Salmon et al. (2011), "Parallel random numbers: as easy as 1, 2, 3".
"""

from redball.planning.scenarios.compiling import (
    Case,
    CompiledScenario,
    Outage,
    compile_scenario,
)
from redball.planning.scenarios.events import EVENTS, After, Event
from redball.planning.scenarios.files import library, read_scenario, write_scenario
from redball.planning.scenarios.naming import Target
from redball.planning.scenarios.reactions import (
    REACTIONS,
    Expedite,
    MutualSupport,
    Print,
    Reaction,
    ReleaseReserve,
    Reroute,
    SecondSource,
)
from redball.planning.scenarios.recovery import Recovery
from redball.planning.scenarios.scenario import Scenario, unanswered, undisturbed
from redball.planning.scenarios.times import LAWS, Time

__all__ = [
    "EVENTS",
    "LAWS",
    "REACTIONS",
    "After",
    "Case",
    "CompiledScenario",
    "Event",
    "Expedite",
    "MutualSupport",
    "Outage",
    "Print",
    "Reaction",
    "Recovery",
    "ReleaseReserve",
    "Reroute",
    "Scenario",
    "SecondSource",
    "Target",
    "Time",
    "compile_scenario",
    "library",
    "read_scenario",
    "unanswered",
    "undisturbed",
    "write_scenario",
]
