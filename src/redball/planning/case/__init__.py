"""The network of a twin: what both kernels of ``simulation`` run.

What: sites, suppliers and their tiers, stock with its policies, ways over lanes, fleets, repair and
help between nations, as one :class:`~redball.simulation.network.Network`, with the names that a
scenario may use and the labels of what each figure rests on.

Why: a plan is rehearsed on what the nations really keep in their tables. What becomes a node, a way
or a stock level is decided here, once, and said; what can't be used is named with the reason.
Sources: the resupply tree and structure as in ``stock.case`` (Sherbrooke 2004), (s, S) levels as in
Silver, Pyke and Thomas (2017, ch. 6), tiers as needs of all inputs and alternatives for each.
"""

from redball.planning.case.build import SimulatedCase, simulated_case
from redball.planning.case.options import CaseOptions

__all__ = ["CaseOptions", "SimulatedCase", "simulated_case"]
