"""The network that both kernels simulate, and a builder for notebooks and tests.

What: stock, its policies and ways of supply, production from parts, demand and failures, repair
shops, lanes, substitutes and support between nations, as tables of records with checked indices.

Why: the event calendar and the day step read the same value, so that they can be compared, and a
twin, a published case or a notebook makes it the same way.
"""

from redball.simulation.network.building import NOW, Law, NetworkBuilder
from redball.simulation.network.futures import check_changes, check_rules
from redball.simulation.network.network import Network, Rows
from redball.simulation.network.parting import Part, part_numbers, part_of
from redball.simulation.network.supplied import warnings_of
from redball.simulation.network.tables import (
    TURNING,
    ArcKind,
    CutRule,
    LawKind,
    PolicyKind,
    Rationing,
    RuleKind,
    SizeKind,
    StreamKind,
    What,
)

__all__ = [
    "NOW",
    "TURNING",
    "ArcKind",
    "CutRule",
    "Law",
    "LawKind",
    "Network",
    "NetworkBuilder",
    "Part",
    "PolicyKind",
    "Rationing",
    "Rows",
    "RuleKind",
    "SizeKind",
    "StreamKind",
    "What",
    "check_changes",
    "check_rules",
    "part_numbers",
    "part_of",
    "warnings_of",
]
