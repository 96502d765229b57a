"""The whole twin says what a portfolio does: the same draws with it and without."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt

from redball.model.running import InOrder, Progress, Runner
from redball.planning.compare.paired import Paired, paired
from redball.planning.portfolio.effects import Rehearsal
from redball.planning.portfolio.hazards import Hazard
from redball.planning.portfolio.worth import Worth
from redball.planning.treatments import Treatment, treated
from redball.simulation.network import Network, Rows
from redball.simulation.runs import NO_CHANGES, NO_RULES

Floats = npt.NDArray[np.float64]
DAYS_PER_YEAR = 365.0


@dataclass(frozen=True, eq=False)
class Twin:
    """How the whole network is run.

    Attributes
    ----------
    network : Network
    worth : Worth
    hazards : sequence of Hazard
        Those that are run; each beside the undisturbed year.
    how : Rehearsal
    rules : structured array
    """

    network: Network
    worth: Worth
    hazards: Sequence[Hazard]
    how: Rehearsal
    rules: Rows = field(default_factory=lambda: NO_RULES)
    _known: dict[frozenset[Treatment], Floats] = field(default_factory=dict, init=False, repr=False)


@dataclass(frozen=True, eq=False)
class Rehearsed:
    """A portfolio in the whole twin. R replications, H hazards that were run.

    Attributes
    ----------
    without, lost : float64 arrays, shape (1 + H, R)
        Readiness-days lost in a run without it and with it, undisturbed first.
    gain : Paired
        Readiness-days saved in a year, over all hazards by their rates.
    by_hazard : tuple of Paired
        Saved in a run, undisturbed first.
    """

    without: Floats
    lost: Floats
    gain: Paired
    by_hazard: tuple[Paired, ...]


def rehearse(
    twin: Twin,
    portfolios: Sequence[Sequence[Treatment]],
    *,
    runner: Runner | None = None,
    progress: Progress | None = None,
    confidence: float = 0.95,
) -> list[Rehearsed]:
    """Run the whole network with each portfolio and without any, on the same draws.

    All treatments are at work from the first day of a run. What a twin was asked before is not run
    again.
    """
    known = twin._known
    wanted = [frozenset[Treatment](), *map(frozenset, portfolios)]
    fresh = [each for each in dict.fromkeys(wanted) if each not in known]
    networks = tuple(treated(twin.network, sorted(each, key=lambda one: one.key)) for each in fresh)
    futures = (NO_CHANGES, *(h.changes(float(twin.how.strike_day)) for h in twin.hazards))
    tasks = [
        (place, future, number)
        for place in range(len(networks))
        for future in range(len(futures))
        for number in range(twin.how.replications)
    ]
    if tasks:
        work = partial(lost_in_run, twin, networks, futures)
        keys = [" ".join(map(str, task)) for task in tasks]
        found = list((runner or InOrder()).map(work, tasks, keys=keys, progress=progress))
        shape = (len(networks), len(futures), twin.how.replications)
        known.update(zip(fresh, np.array(found).reshape(shape), strict=True))
    without = known[frozenset()]
    rates = np.array([h.per_year for h in twin.hazards])
    return [
        _compared(without, known[each], rates, twin.how.days, confidence) for each in wanted[1:]
    ]


def yearly(lost: Floats, rates: Floats, days: float) -> Floats:
    """Readiness-days lost in a year, of each replication, from runs of shape (1 + H, R)."""
    beyond: Floats = rates @ (lost[1:] - lost[0]) if len(rates) else np.zeros(lost.shape[1])
    found: Floats = lost[0] * DAYS_PER_YEAR / days + beyond
    return found


def _compared(
    without: Floats, lost: Floats, rates: Floats, days: float, confidence: float
) -> Rehearsed:
    gain = paired(yearly(lost, rates, days), yearly(without, rates, days), confidence=confidence)
    each = tuple(
        paired(after, before, confidence=confidence)
        for before, after in zip(without, lost, strict=True)
    )
    return Rehearsed(without, lost, gain, each)


def lost_in_run(
    twin: Twin, networks: tuple[Network, ...], futures: tuple[Rows, ...],
    task: tuple[int, int, int],
) -> float:  # fmt: skip
    """Readiness-days lost in one replication of the whole network."""
    from redball.simulation.events import run_events  # its kernels are only read when needed

    place, future, number = task
    asks = np.flatnonzero(twin.worth.weight > 0).astype(np.int32)
    run = run_events(
        networks[place], horizon_days=twin.how.days, seed=twin.how.seed, replication=number,
        changes=futures[future], rules=twin.rules, watch=asks,
    )  # fmt: skip
    down = float(twin.worth.systems @ (1.0 - run.available).sum(axis=1))
    short = np.minimum(run.waiting / twin.worth.need[asks][:, None], 1.0).sum(axis=1)
    return down + float(twin.worth.weight[asks] @ short)
