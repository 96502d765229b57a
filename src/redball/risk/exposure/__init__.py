"""Exposure: what each loss costs at least, how long it can be borne, and which limit binds.

What: the time-to-recover and time-to-survive programmes over nodes with stock, capacity, parts,
alternative sources and shared sites; for any set of elements lost in whole or in part, one at a
time or in pairs; the Risk Exposure Index; and what one more unit of stock or capacity, or a day
less of recovery, is worth.

Why: a ranking by what a loss does, not by how likely anybody thinks it is. It asks no probability.

Source: D. Simchi-Levi, W. Schmidt, Y. Wei, P. Y. Zhang, K. Combs, Y. Ge, O. Gusikhin, M. Sanders,
D. Zhang, "Identifying Risks and Mitigating Disruptions in the Automotive Supply Chain", Interfaces
45(5) (2015) 375-390. ``docs/concepts/exposure.md``.
"""

from redball.risk.exposure.building import exposure_network
from redball.risk.exposure.case import (
    CASE_RULES,
    RECOVERY_DAYS,
    ExposureCase,
    exposure_case,
    labelled,
)
from redball.risk.exposure.losses import Loss, loss, pairs, single_losses, together
from redball.risk.exposure.measure import (
    CAP_DAYS,
    Exposure,
    exposure,
    lost_products,
    performance_impact,
    risk_exposure_index,
    time_to_survive,
)
from redball.risk.exposure.network import ExposureNetwork, Need
from redball.risk.exposure.solving import Solver
from redball.risk.exposure.worth import WORTH_RULES, bottlenecks, worth

__all__ = [
    "CAP_DAYS",
    "CASE_RULES",
    "RECOVERY_DAYS",
    "WORTH_RULES",
    "Exposure",
    "ExposureCase",
    "ExposureNetwork",
    "Loss",
    "Need",
    "Solver",
    "bottlenecks",
    "exposure",
    "exposure_case",
    "exposure_network",
    "labelled",
    "loss",
    "lost_products",
    "pairs",
    "performance_impact",
    "risk_exposure_index",
    "single_losses",
    "time_to_survive",
    "together",
    "worth",
]
