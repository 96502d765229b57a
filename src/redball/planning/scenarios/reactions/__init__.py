"""How people react when supply fails: small objects behind one protocol, each in its own file.

What: ``Reroute``, ``SecondSource``, ``Expedite``, ``ReleaseReserve``, ``MutualSupport``,
``Print``. Each gives rules (records that both kernels obey) or adds a way of supply.

Why: the same disruption costs little or much by what people do, how late and at what price. A
further reaction is a further file and a line in ``REACTIONS``; the reader, the writer and the
reference page take its fields from it.

Source: the reactions that ``docs/reference/scenario-format.md`` tells, by the issue of the digital
twin; rules in :class:`redball.simulation.network.RuleKind`.
"""

from types import MappingProxyType

from redball.planning.scenarios.reactions.expedite import Expedite
from redball.planning.scenarios.reactions.mutual_support import MutualSupport
from redball.planning.scenarios.reactions.print_parts import Print
from redball.planning.scenarios.reactions.protocol import NewSource, Reacted, Reaction
from redball.planning.scenarios.reactions.release_reserve import ReleaseReserve
from redball.planning.scenarios.reactions.reroute import Reroute
from redball.planning.scenarios.reactions.second_source import SecondSource

REACTIONS: MappingProxyType[str, type[Reaction]] = MappingProxyType(
    {
        kind.how: kind
        for kind in (Reroute, SecondSource, Expedite, ReleaseReserve, MutualSupport, Print)
    }
)
"""Kinds of reactions by the word for them."""

__all__ = [
    "REACTIONS",
    "Expedite",
    "MutualSupport",
    "NewSource",
    "Print",
    "Reacted",
    "Reaction",
    "ReleaseReserve",
    "Reroute",
    "SecondSource",
]
