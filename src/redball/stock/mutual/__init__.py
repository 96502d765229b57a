"""Mutual support: what allies gain, and lose, when their sites may help each other.

What: backorders and availability per site, nation and system, with and without support, for
agreements that say who may give to whom, what the giver keeps and how long a move takes; who gives
and who receives; and the bound of complete pooling.

Why: for allies this is the negotiation. A group gains while a giver may lose; both must be seen
before anything is signed.

Source: Axsater 1990, *Modelling emergency lateral transshipments in inventory systems*, Management
Science 36; Lee 1987 for identical sites; Sherbrooke 2004 for the pipelines.

``mutual_support`` takes a whole sparing problem. ``exact_support`` and ``approximate_support`` take
one item, the first by its Markov chain.
"""

from redball.stock.mutual.agreements import Agreement, Permissions, permissions
from redball.stock.mutual.single import SiteSupport, approximate_support, exact_support
from redball.stock.mutual.support import MutualSupport, mutual_support

__all__ = [
    "Agreement",
    "MutualSupport",
    "Permissions",
    "SiteSupport",
    "approximate_support",
    "exact_support",
    "mutual_support",
    "permissions",
]
