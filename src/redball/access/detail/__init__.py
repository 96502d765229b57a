"""How exactly rows are shown: exact, rounded, in bands, or as totals only.

The gate says by label id how exactly a viewer may see rows (:class:`Detail` of an agreement);
:func:`applied` makes them so before a twin is built, so that no capability ever holds more.
:func:`allowance` bounds how many different states of totals a party is shown in a day.

Sources: statistical disclosure control (Hundepool et al., Wiley 2012); the rules for each
attribute are our own (``docs/concepts/detail.md``).
"""

from redball.access.detail.apply import applied
from redball.access.detail.budget import WINDOW, Allowance, Release, allowance
from redball.access.detail.coarse import banded, rounded
from redball.access.detail.totals import DOMINANT, MIN_GROUP, TOTALLED, Totalled, totals
from redball.access.detail.treatment import Treatment, treatments

__all__ = [
    "DOMINANT",
    "MIN_GROUP",
    "TOTALLED",
    "WINDOW",
    "Allowance",
    "Release",
    "Totalled",
    "Treatment",
    "allowance",
    "applied",
    "banded",
    "rounded",
    "totals",
    "treatments",
]
