"""Day step: many replications of a network at once, a day at a time, for screening.

What: stock, orders, production, lanes, repair and readiness under disruption, on the same network
value as the event calendar, as arrays with the replications innermost. What it does not hold it
says (:func:`applies`).

Why: thousands of losses with hundreds of replications each are too many for a calendar of events.
The day step finds those worth a closer look.

Source: bucket simulation with rings for pipelines and a fixed order of phases in a day; inventory
position and policies after Zipkin 2000, *Foundations of Inventory Management*, ch. 6; systems up
with and without cannibalisation after Sherbrooke 2004, ch. 2. Common random numbers: Law 2015,
ch. 11.
"""

from redball.simulation.screen.applies import applies
from redball.simulation.screen.run import ScreenRun, run_days

__all__ = ["ScreenRun", "applies", "run_days"]
