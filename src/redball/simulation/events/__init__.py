"""Simulation event by event, in integer ticks, with one total order of simultaneous events.

What: demand, failures, orders, production, transport, repair, support and disruptions of a network,
exactly as they follow from each other; sums, the readiness of fleets day by day, and the log.

Why: what a loss costs in readiness depends on queues, reserves and reactions that no formula holds;
and two simulators that break ties differently disagree, so the order is part of the model.

Source: Law 2015, *Simulation Modeling and Analysis*, ch. 1 (next-event time advance).
"""

from redball.simulation.events.codes import TICKS_PER_DAY, Kind, Order
from redball.simulation.events.run import Limits, compile_events, run_events

__all__ = ["TICKS_PER_DAY", "Kind", "Limits", "Order", "compile_events", "run_events"]
