"""Drawn futures run whole: hazards strike when they were drawn to, and overlap where they do."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt

from redball.model.running import Runner
from redball.planning.compare.paired import Paired, paired
from redball.planning.plan.options import PlanOptions
from redball.planning.portfolio.hazards import Hazard, draw_years, outage, overlapped
from redball.planning.portfolio.rehearsing import DAYS_PER_YEAR, Twin, lost_in_run
from redball.planning.treatments import Treatment, treated
from redball.simulation.network import Rows

Floats = npt.NDArray[np.float64]

MOST_DAYS = 3_650
"""Longest future that is run."""


def futures_of(
    twin: Twin,
    hazards: Sequence[Hazard],
    treatments: Sequence[Treatment],
    options: PlanOptions,
    *,
    runner: Runner,
    progress: Callable[[float], None] | None = None,
) -> Paired | None:
    """Readiness-days saved a year in whole futures, each drawn once and run with and without.

    All treatments are at work from the first day. Future *n* is replication *n*: its random numbers
    are the same with the plan and without it.

    Returns
    -------
    Paired or None
        None where no futures are asked for.
    """
    count = options.whole_futures
    if count < 2:
        return None
    days = int(min(options.aim.days, MOST_DAYS))
    drawn = draw_years(hazards, days=days, futures=count, seed=options.how.seed)
    changes = tuple(_changes(hazards, each, days) for each in drawn.times)
    networks = (twin.network, treated(twin.network, treatments))
    whole = replace(twin, how=replace(twin.how, days=days))
    tasks = [(place, n, n) for place in range(2) for n in range(count)]
    keys = [" ".join(map(str, task)) for task in tasks]
    work = partial(lost_in_run, whole, networks, changes)
    found = list(runner.map(work, tasks, keys=keys, progress=progress))
    lost = np.array(found).reshape(2, count) * DAYS_PER_YEAR / days
    return paired(lost[1], lost[0])


def _changes(hazards: Sequence[Hazard], times: Sequence[Floats], days: int) -> Rows:
    return overlapped([
        outage(hazard.struck, float(day), hazard.days)
        for hazard, begun in zip(hazards, times, strict=True)
        for day in begun
        if day < days
    ])  # fmt: skip
