"""What each hazard costs, measured in the whole twin: no guessed colour.

Analysis of risk in the sense of ISO 31000:2018, 6.4.3: consequence as lost readiness-days, with an
interval from paired runs; likelihood as a rate. The product is the expected loss of a year.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from redball.model.running import InOrder, Runner
from redball.planning.compare.paired import Paired, paired
from redball.planning.portfolio.choosing import tail_mean
from redball.planning.portfolio.effects import Rehearsal
from redball.planning.portfolio.hazards import Hazard, draw_years
from redball.planning.portfolio.rehearsing import DAYS_PER_YEAR, Twin, lost_in_run
from redball.planning.portfolio.worth import Worth
from redball.simulation.network import Network
from redball.simulation.runs import NO_CHANGES

Floats = npt.NDArray[np.float64]
WORST = 0.1
"""Share of years that are the worst."""


@dataclass(frozen=True, eq=False)
class Exposure:
    """What hazards cost.

    Attributes
    ----------
    at_once : tuple of Paired
        For each hazard, readiness-days that one occurrence costs beyond the undisturbed year.
    undisturbed : float
        Readiness-days lost in a year without any hazard.
    yearly : float64 array, shape (H,)
        Expected readiness-days a year: cost times rate.
    together, worst : float
        Expected in a year over all hazards, and the mean of the worst tenth of drawn years.
    """

    at_once: tuple[Paired, ...]
    undisturbed: float
    yearly: Floats
    together: float
    worst: float


def measure(
    network: Network,
    worth: Worth,
    hazards: Sequence[Hazard],
    how: Rehearsal,
    *,
    years: int = 2_000,
    runner: Runner | None = None,
    progress: Callable[[float], None] | None = None,
) -> Exposure:
    """Run the whole network undisturbed and with each hazard, on the same draws.

    Parameters
    ----------
    network : Network
    worth : Worth
    hazards : sequence of Hazard
    how : Rehearsal
        Its replications are of the whole network.
    years : int
        Drawn for the worst tenth.
    runner : Runner, optional
    progress : callable, optional
        Takes the share that is done; raising from it cancels.
    """
    twin = Twin(network, worth, hazards, how)
    futures = [NO_CHANGES, *(h.changes(float(how.strike_day)) for h in hazards)]
    tasks = [(0, future, n) for future in range(len(futures)) for n in range(how.replications)]
    work = partial(lost_in_run, twin, (network,), tuple(futures))
    keys = [" ".join(map(str, task)) for task in tasks]
    found = (runner or InOrder()).map(work, tasks, keys=keys, progress=progress)
    lost = np.array(list(found)).reshape(len(futures), how.replications)
    costs = tuple(paired(lost[0], each) for each in lost[1:])
    at_once = np.array([max(each.difference, 0.0) for each in costs])
    rates = np.array([hazard.per_year for hazard in hazards])
    yearly = rates * at_once
    drawn = draw_years(hazards, days=DAYS_PER_YEAR, futures=years, seed=how.seed)
    worst = tail_mean(drawn.counts() @ at_once, WORST) if len(hazards) else 0.0
    return Exposure(
        costs, float(lost[0].mean()) * DAYS_PER_YEAR / how.days, yearly, float(yearly.sum()), worst
    )


def of_years(how: Rehearsal, replications: int) -> Rehearsal:
    """The same runs, so many of them."""
    return replace(how, replications=replications)
