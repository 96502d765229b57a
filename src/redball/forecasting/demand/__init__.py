"""Forecasts on a twin: histories cut into periods, lead times, planning factors, surge, classes."""

from redball.forecasting.demand.forecast import forecast_demand
from redball.forecasting.demand.surge import Surge

__all__ = ["Surge", "forecast_demand"]
