"""Cascades and published formulas: what a loss takes with it through firms, regions and tiers.

``economic_systemic_risk`` follows the loss of firms through their suppliers and customers (ESRI).
``ario`` follows a loss of capacity through regions and sectors, day by day, with inventories.
``dependency_shares`` says how much of what a firm sells comes from each other firm, through all
tiers; ``influence_vector`` says how much each firm weighs in the whole. ``resilience_triangle``
measures a curve of lost service. ``party_network`` and ``party_systemic_risk`` do it for a twin.

Why: a ranking by one formula rests on that formula; these are there to cross-check. How they differ
from structural removal (``redball.risk.kernels.cascade``), which knows only works and fails: here
losses have a size.

Sources: Diem et al. (2022), Scientific Reports 12:7719 (ESRI); Hallegatte (2008), Risk Analysis
28(3), and (2014), Risk Analysis 34(1) (ARIO); Leontief (1936); Acemoglu et al. (2012), Econometrica
80(5); Bruneau et al. (2003), Earthquake Spectra 19(4). ``docs/concepts/cascades.md``.
"""

from redball.risk.cascade.ario import ArioResult, ArioRules, ario
from redball.risk.cascade.esri import EsriResult, Market, economic_systemic_risk
from redball.risk.cascade.firms import (
    FirmNetwork,
    Need,
    firm_network,
    firm_network_of_matrix,
)
from redball.risk.cascade.parties import PartyNetwork, party_network
from redball.risk.cascade.ranking import PartyRisk, party_systemic_risk
from redball.risk.cascade.sectors import (
    CapacityLoss,
    SectorTable,
    sector_table,
    sector_table_of_frames,
)
from redball.risk.cascade.shares import DependencyShares, dependency_shares, influence_vector
from redball.risk.cascade.shocks import FirmShocks, each_firm_closed, firm_shocks
from redball.risk.cascade.triangle import ResilienceTriangle, resilience_triangle

__all__ = [
    "ArioResult",
    "ArioRules",
    "CapacityLoss",
    "DependencyShares",
    "EsriResult",
    "FirmNetwork",
    "FirmShocks",
    "Market",
    "Need",
    "PartyNetwork",
    "PartyRisk",
    "ResilienceTriangle",
    "SectorTable",
    "ario",
    "dependency_shares",
    "each_firm_closed",
    "economic_systemic_risk",
    "firm_network",
    "firm_network_of_matrix",
    "firm_shocks",
    "influence_vector",
    "party_network",
    "party_systemic_risk",
    "resilience_triangle",
    "sector_table",
    "sector_table_of_frames",
]
