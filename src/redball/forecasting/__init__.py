"""How much of each item will be asked for at each site: mean rates and distributions.

:func:`consumption` gives the plain mean per day that the picture rests on. :func:`forecast_demand`
gives demand over lead time and review as a distribution, for stock decisions; the method is chosen
per series by rolling origin on the pinball loss. :func:`forecast_series` does the same for tables
and arrays without a twin, :func:`forecast_points` gives the means of the known point methods.
``docs/concepts/demand.md`` has the maths and the sources.
"""

from redball.forecasting.demand import Surge, forecast_demand
from redball.forecasting.laws import count_probabilities, count_quantiles
from redball.forecasting.mean import FACTOR, HISTORY, consumption
from redball.forecasting.measures import (
    StockSimulation,
    bias,
    coverage,
    pinball,
    randomised_pit,
    stock_simulation,
)
from redball.forecasting.points import (
    POINT_METHODS,
    adida,
    croston,
    imapa,
    moving_average,
    plain_mean,
    sba,
    ses,
    tsb,
)
from redball.forecasting.selection import METHODS
from redball.forecasting.series import (
    LEVELS,
    SeriesForecast,
    forecast_points,
    forecast_series,
    net_returns,
    series_table,
)

__all__ = [
    "FACTOR",
    "HISTORY",
    "LEVELS",
    "METHODS",
    "POINT_METHODS",
    "SeriesForecast",
    "StockSimulation",
    "Surge",
    "adida",
    "bias",
    "consumption",
    "count_probabilities",
    "count_quantiles",
    "coverage",
    "croston",
    "forecast_demand",
    "forecast_points",
    "forecast_series",
    "imapa",
    "moving_average",
    "net_returns",
    "pinball",
    "plain_mean",
    "randomised_pit",
    "sba",
    "series_table",
    "ses",
    "stock_simulation",
    "tsb",
]
