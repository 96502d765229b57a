"""The orders to place today, from policies and positions.

A policy says when an item at a site must be ordered, the position says how things stand. The gap
becomes a purchase from the source that lands cheapest, or a transfer from the site that resupplies
this one; what can't be ordered is listed with the reason. Proposals become rows of the tables order
and consignment, and are then part of the position: running it twice proposes nothing twice.
"""

from redball.stock.orders.as_rows import as_consignment_rows, as_order_rows
from redball.stock.orders.proposals import order_proposals
from redball.stock.orders.result import CODES, OrderProposals

__all__ = [
    "CODES",
    "OrderProposals",
    "as_consignment_rows",
    "as_order_rows",
    "order_proposals",
]
