"""Planning: composes the twin and the capabilities into futures that can be rehearsed.

What: the network that both kernels simulate, made from what a viewer sees (``case``), what a
scenario may name and what that means in it (``targets``); scenarios, stress tests and comparisons
stand beside them, each with a door of its own.

Why: the capabilities are pure functions that never import each other. What needs several of them
at once stands one row above.
"""

from redball.planning.targets import KINDS, NO_REACH, Reach, Targets

__all__ = ["KINDS", "NO_REACH", "Reach", "Targets"]
