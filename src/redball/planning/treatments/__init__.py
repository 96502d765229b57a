"""Treatments: what can be done about a risk, what it costs, and how it changes the twin.

What: :class:`Treatment`, a value with cost, lead time, limits and steps on the tables of a network;
:func:`treated`, the network with some of them at work; closed rows for what a network does not
hold yet (a second source, a detour, an agreement), opened by a treatment.

Why: a plan sets stock, sources, capacity, ways and agreements against each other, so each must say
what it costs and what it changes in the same words, and be rehearsed on the same twin.

Source: risk treatment after ISO 31000:2018, 6.5.
"""

from redball.planning.treatments.opening import NewArc, NewSupport, Opened, with_closed_rows
from redball.planning.treatments.treatment import KINDS, Step, Treatment, stepped, treated

__all__ = [
    "KINDS",
    "NewArc",
    "NewSupport",
    "Opened",
    "Step",
    "Treatment",
    "stepped",
    "treated",
    "with_closed_rows",
]
