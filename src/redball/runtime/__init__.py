"""Where work runs: all cores of this machine, a Ray cluster, and a journal to resume from.

What: runners behind the protocol :class:`redball.model.running.Runner`, limits of time and memory,
and a journal of finished tasks on disk.

Why: a stress test of a coalition is thousands of independent runs. Where they run must change
neither a byte of the answer nor a line of the capability; and a machine that is switched off must
not cost the night's work.

Source: the order of results and the bounded look-ahead are our own; Ray after Moritz et al. 2018,
"Ray: A Distributed Framework for Emerging AI Applications" (OSDI).
"""

from redball.runtime.cluster import RayCluster
from redball.runtime.journal import Journal
from redball.runtime.limits import NO_LIMITS, Limits
from redball.runtime.threads import InProcess

__all__ = ["NO_LIMITS", "InProcess", "Journal", "Limits", "RayCluster"]
