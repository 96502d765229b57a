"""How much of each item is consumed at each site, per day.

Days of supply, targets and expiry all need a rate of consumption. It is taken from recorded demand
where there is enough of it and from planning factors elsewhere; every row says which. The estimate
is the plain mean over a window. The value that leaves here, :class:`redball.model.Consumption`,
stays the same when distributions replace the mean.
"""

from redball.forecasting.mean import FACTOR, HISTORY, consumption

__all__ = ["FACTOR", "HISTORY", "consumption"]
