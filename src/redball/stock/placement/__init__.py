"""Safety stock along a production chain with guaranteed service times.

What: for each stage of a chain, the service time to quote to its customers and the safety stock
that covers the rest, at the least holding cost; with a proof, or with the gap that is left.

Why: stock at every stage is dear, stock at none is late. Where the few buffers should stand is not
visible from any one stage.

Source: S. C. Graves and S. P. Willems, "Optimizing strategic safety stock placement in supply
chains", Manufacturing & Service Operations Management 2 (2000) 68-83. Own: candidate lists that
are exact for fractional times, messages in n log^2 n steps, bounds for general networks by
tree-reweighted messages (Kolmogorov 2006). See docs/concepts/guaranteed-service.md.
"""

from redball.stock.placement.chain import Aggregation, Chain, CostRule
from redball.stock.placement.frames import chain_from_frames
from redball.stock.placement.placing import METHODS, place, place_on_tree, price_schedule
from redball.stock.placement.result import Placement
from redball.stock.placement.simulate import FillRates, simulate_fill_rate
from redball.stock.placement.twin_chain import ChainFrames, chain_of_twin

__all__ = [
    "METHODS",
    "Aggregation",
    "Chain",
    "ChainFrames",
    "CostRule",
    "FillRates",
    "Placement",
    "chain_from_frames",
    "chain_of_twin",
    "place",
    "place_on_tree",
    "price_schedule",
    "simulate_fill_rate",
]
