"""Graph kernels: compiled, iterative, deterministic, over arrays of node numbers.

Nothing here knows the twin. Each kernel takes the number of nodes and int32 arrays of edges and
returns arrays; each is checked against NetworkX or against brute force (``tests/property``).
"""

from redball.risk.kernels.critical import AndOrGraph, CriticalSets, and_or_graph, critical_sets
from redball.risk.kernels.directed import dominators, strongly_connected
from redball.risk.kernels.undirected import Cuts, articulation_points_and_bridges

__all__ = [
    "AndOrGraph",
    "CriticalSets",
    "Cuts",
    "and_or_graph",
    "articulation_points_and_bridges",
    "critical_sets",
    "dominators",
    "strongly_connected",
]
