"""Mean demand per period: Croston, SBA, TSB, ADIDA, IMAPA, exponential smoothing and means.

Own kernels over a matrix of series, equal to the published forms (``docs/concepts/demand.md``
names them). They are the means under the distributions of ``laws``; no point method is best on all
series, which is why one is chosen for each.
"""

from redball.forecasting.points.methods import (
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
from redball.forecasting.points.observed import Observed, observed

__all__ = [
    "POINT_METHODS",
    "Observed",
    "adida",
    "croston",
    "imapa",
    "moving_average",
    "observed",
    "plain_mean",
    "sba",
    "ses",
    "tsb",
]
