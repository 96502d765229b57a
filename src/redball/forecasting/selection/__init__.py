"""Which law for which series: candidates, rolling origins, and a choice with credibility.

The choice is made on the scaled pinball loss at the service levels asked for, never on absolute
errors: an all-zero forecast wins those on real spare-part data.
"""

from redball.forecasting.selection.candidates import CANDIDATES, METHODS, Candidate
from redball.forecasting.selection.select import Progress, Selected, Settings, select

__all__ = ["CANDIDATES", "METHODS", "Candidate", "Progress", "Selected", "Settings", "select"]
