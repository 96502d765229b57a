"""Judge forecasts: pinball loss, coverage, bias, and the stock they lead to."""

from redball.forecasting.measures.scores import bias, coverage, pinball, randomised_pit
from redball.forecasting.measures.simulation import StockSimulation, stock_simulation

__all__ = [
    "StockSimulation",
    "bias",
    "coverage",
    "pinball",
    "randomised_pit",
    "stock_simulation",
]
