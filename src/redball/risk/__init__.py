"""Structural risk: what in the structure of supply and transport would break it.

What: concentration of sources (HHI and effective number, by supplier, owner, site and country),
hidden common suppliers (critical sets of the AND/OR supply network of each system), sites and
lanes that units or whole regions hang on, demand without a source, parts without a supplier, and
gateways that carry most of a class. Why: each nation sees its own suppliers and routes; that they
meet in one forge, owner or port shows only in the common picture. Existence only: whether the
second source could cover the volume, and how long a loss can be borne, is for the simulation.

Sources: US Merger Guidelines (2023) for HHI; Hopcroft and Tarjan (1973) for cuts; Lengauer and
Tarjan (1979) for dominators; Menger's theorem for disjoint routes; critical sets in
``docs/concepts/structural-findings.md``.
"""

from redball.risk.concentration import (
    effective_number,
    hhi,
    normalised_hhi,
    source_concentration,
)
from redball.risk.findings import structural_findings
from redball.risk.network import SupplyNetwork, build_network
from redball.risk.thresholds import RULE_NAMES, Thresholds

__all__ = [
    "RULE_NAMES",
    "SupplyNetwork",
    "Thresholds",
    "build_network",
    "effective_number",
    "hhi",
    "normalised_hhi",
    "source_concentration",
    "structural_findings",
]
