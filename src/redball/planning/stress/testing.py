"""One loss at a time, then pairs among the worst."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

import numpy as np

from redball.model import BadUse, ResultLabel
from redball.model.running import InOrder, Progress, Runner
from redball.planning.compare.comparing import precision_of
from redball.planning.compare.futures import Engine, bytes_of, event_engine
from redball.planning.stress.frames import (
    Found,
    Pair,
    View,
    curve_frame,
    loss_frame,
    name_frame,
    pair_frame,
    reason_frame,
    unit_frame,
)
from redball.planning.stress.losses import (
    Loss,
    Touched,
    changes_of,
    losses_of,
    touched_by,
    within,
)
from redball.planning.stress.matter import what_matters
from redball.planning.stress.result import StressResult
from redball.planning.stress.trial import Trial
from redball.planning.targets import Ints, Targets
from redball.simulation.network import Network, Rows, What
from redball.simulation.replicate.precision import Precision
from redball.simulation.runs import NO_RULES

MOST_PAIRED = 60
"""Most losses among which pairs are tried: 1,770 pairs."""


class Case(Protocol):
    """What is tested: a simulated case of a twin is one."""

    @property
    def network(self) -> Network:
        """What is simulated."""
        ...

    @property
    def targets(self) -> Targets:
        """What can be named in it."""
        ...

    @property
    def label(self) -> ResultLabel:
        """Dominant label of all it was made of."""
        ...

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What it assumes."""
        ...


@dataclass(frozen=True)
class Times:
    """When things are lost, and how the curve is read.

    Attributes
    ----------
    from_day : int
        Day of the loss, from 0.
    days_lost : float
        How long it lasts.
    horizon_days : int
        Length of the runs; effects after it are not counted.
    threshold : float
        Readiness below this share of the undisturbed one is not survived.
    tolerance : float
        Readiness is back when no more than this share of the undisturbed one is missing.
    """

    from_day: int = 30
    days_lost: float = 90.0
    horizon_days: int = 270
    threshold: float = 0.95
    tolerance: float = 0.01

    def __post_init__(self) -> None:
        if not (isinstance(self.horizon_days, int) and 1 <= self.horizon_days <= 36_600):
            raise BadUse(
                f"The horizon is {self.horizon_days} days.",
                mend="Give whole days from 1 to 36,600.",
            )
        if not (isinstance(self.from_day, int) and 0 <= self.from_day < self.horizon_days):
            raise BadUse(
                f"The loss is on day {self.from_day} of {self.horizon_days}.",
                mend="Let it begin on day 0 or later, before the horizon ends.",
            )
        if not (math.isfinite(self.days_lost) and self.days_lost > 0):
            raise BadUse(
                f"The loss lasts {self.days_lost} days.", mend="Give a finite time above 0."
            )
        if not (0 < self.threshold <= 1 and 0 <= self.tolerance < 1):
            raise BadUse(
                f"The threshold is {self.threshold} and the tolerance {self.tolerance}.",
                mend="Give shares of readiness, such as 0.95 and 0.01.",
            )

    @property
    def window(self) -> tuple[float, float]:
        """First day of the loss, and the day on which all is whole again."""
        return float(self.from_day), self.from_day + self.days_lost


def stress(
    case: Case,
    *,
    losses: Sequence[Loss] | None = None,
    times: Times | None = None,
    pairs_among: int = 10,
    show: int = 10,
    rules: Rows = NO_RULES,
    seed: int = 0,
    replications: int | None = None,
    precision: Precision | None = None,
    runner: Runner | None = None,
    progress: Progress | None = None,
    engine: Engine = event_engine,
) -> StressResult:
    """Rank what would hurt most.

    Every loss is run on the same replications as the undisturbed case, with the same demand and
    the same failures, so that what differs is the loss and nothing else.

    Parameters
    ----------
    case : Case
    losses : sequence of Loss, optional
        From :func:`losses_of`; without it every supplier, ultimate parent, site, lane and country.
    times : Times, optional
        Day 30 for 90 days of 270 where not given.
    pairs_among : int
        Pairs are tried among so many of the worst single losses, 0 to 60.
    show : int
        Curves, units and reasons are given for so many of the worst.
    rules : structured array
        Reactions of people, the same in every run.
    seed : int
    replications : int, optional
        A fixed number, rounded up to whole blocks of five.
    precision : Precision, optional
        Else until the interval of each loss is narrow enough: its half width against undisturbed
        readiness; default one percent, 10 to 100 replications.
    runner : Runner, optional
        Where the work is done; one with a journal resumes after a kill.
    progress : callable, optional
        Share done; raising from it cancels.
    engine : Engine
        Runs one replication.

    Raises
    ------
    BadUse
        A parameter is out of range, or losses are named twice.
    """
    times = times or Times()
    if not 0 <= pairs_among <= MOST_PAIRED or show < 0:
        raise BadUse(
            f"Pairs among {pairs_among} losses and details of {show} are asked for.",
            mend=f"Give 0 to {MOST_PAIRED} for pairs, and 0 or more for details.",
        )
    wanted = tuple(losses) if losses is not None else losses_of(case.targets)
    _check(wanted)
    trial = Trial(
        case.network, times.horizon_days, seed, rules, precision_of(replications, precision),
        runner or InOrder(), engine,
    )  # fmt: skip
    found = _singles(case, wanted, trial, times, _part(progress, 0.0, 0.8))
    pairs = _pairs(found[:pairs_among], trial, times, _part(progress, 0.8, 1.0))
    if progress is not None:
        progress(1.0)
    view = View(case.network, trial.precision.confidence, case.label.text, times.from_day)
    skipped = len(wanted) - sum(len(each.losses) for each in found)
    return StressResult(
        from_day=times.from_day,
        days_lost=times.days_lost,
        horizon_days=times.horizon_days,
        seed=seed,
        tried=len(wanted),
        skipped=skipped,
        runs=len(found) + len(pairs) + 1,
        systems=int(case.network.fleets["count"].sum()),
        readiness=_readiness(trial),
        losses=loss_frame(found, view),
        names=name_frame(wanted, found, view),
        pairs=pair_frame(pairs, view),
        curves=curve_frame(found, view, show),
        units=unit_frame(found, view, show),
        reasons=reason_frame(found, view, show),
        label=case.label,
        assumptions=(*case.assumptions, *_assumptions(times, trial, len(wanted), skipped)),
    )


def _check(losses: Sequence[Loss]) -> None:
    seen: set[tuple[str, str]] = set()
    for loss in losses:
        if loss.key in seen:
            raise BadUse(
                f"The {loss.kind} '{loss.name}' is tried twice.", mend="Name every loss once."
            )
        seen.add(loss.key)


def _singles(
    case: Case, losses: Sequence[Loss], trial: Trial, times: Times, progress: Progress | None
) -> list[Found]:
    """Effect of each loss, the worst first; equal ones run once, idle ones not at all."""
    matter = what_matters(case.network, trial.rules)
    groups: dict[bytes, tuple[Touched, list[Loss]]] = {}
    for loss in losses:
        touched = matter.only(touched_by(loss, case.targets, case.network))
        if touched:
            content = bytes_of(changes_of(touched, 0.0, 1.0))
            groups.setdefault(content, (touched, []))[1].append(loss)
    rows = [changes_of(touched, *times.window) for touched, _ in groups.values()]
    found = []
    effects = trial.run(rows, progress)
    for (touched, same), effect in zip(groups.values(), effects, strict=True):
        shape = effect.shape(times.from_day, times.threshold, times.tolerance)
        found.append(Found(tuple(same), touched, effect, shape, trial.precise(effect)))
    return sorted(found, key=lambda each: each.badness)


def _pairs(
    worst: Sequence[Found], trial: Trial, times: Times, progress: Progress | None
) -> list[Pair]:
    """Pairs, the worst first; one within the other is no pair."""
    chosen, rows = [], []
    for first, second in combinations(worst, 2):
        left, right = first.touched, second.touched
        if within(left, right, trial.network) or within(right, left, trial.network):
            continue
        chosen.append((first, second))
        rows.append(changes_of(_united(left, right), *times.window))
    made = []
    for (one, other), effect in zip(chosen, trial.run(rows, progress), strict=True):
        shape = effect.shape(times.from_day, times.threshold, times.tolerance)
        made.append(Pair(one, other, effect, shape, trial.precise(effect)))
    return sorted(made, key=lambda pair: -float(np.mean(pair.effect.lost)))


def _united(first: Touched, second: Touched) -> Touched:
    """Rows that either changes."""
    found: dict[What, list[Ints]] = {}
    for what, rows in (*first, *second):
        found.setdefault(what, []).append(rows)
    return tuple((what, np.unique(np.concatenate(found[what]))) for what in sorted(found))


def _readiness(trial: Trial) -> float:
    systems = float(trial.network.fleets["count"].sum())
    if not trial.base or systems <= 0:
        return 1.0
    return float(np.concatenate([block.up for block in trial.base]).mean()) / systems


def _part(progress: Progress | None, low: float, high: float) -> Progress | None:
    if progress is None:
        return None

    def report(done: float) -> None:
        progress(low + (high - low) * done)

    return report


def _assumptions(times: Times, trial: Trial, tried: int, skipped: int) -> tuple[str, ...]:
    precision = trial.precision
    return (
        f"Everything named is lost wholly on day {times.from_day} and whole again after "
        f"{times.days_lost:g} days; runs end on day {times.horizon_days}, and later effects do not "
        "count.",
        "Stock at a lost place can't be had while it is lost and is there afterwards.",
        f"{skipped} of {tried} losses reach nothing that a demand or a fleet depends on, or that "
        "competes with it; their effect is nothing and they were not run.",
        f"Replications from {precision.at_least} to {precision.at_most}, until the half width of "
        f"the {precision.confidence:.0%} interval is {precision.relative_half_width:.1%} of "
        "undisturbed readiness; intervals are for each loss by itself, not for the ranking.",
        f"Not survived: below {times.threshold:.0%} of undisturbed readiness. Recovered: "
        f"{times.tolerance:.0%} or less missing, to the end of the run.",
        "A zero without interval means that the runs were the same to the last unit.",
    )
