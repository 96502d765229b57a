"""Simulation of a supply network: an event calendar, and a day step for screening.

What: stock, orders, production, transport, failures, repair and the readiness of fleets under
disruption, by two kernels of our own on one network value; replications with confidence intervals
and paired comparison of futures.

Why: a plan that was never rehearsed is a hope; and what a loss costs in readiness can't be read off
a formula once reserves, routes and repair places run out.

Source: Law 2015, *Simulation Modeling and Analysis* (calendar, replications, common random
numbers); Sherbrooke 2004 (repair and readiness).
"""
