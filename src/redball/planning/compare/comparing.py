"""Runs several futures on the same replications and sets them side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl

from redball.model import BadUse, ResultLabel
from redball.model.results import NOBODY
from redball.model.running import InOrder, Progress, Runner
from redball.planning.compare.figures import POSITION
from redball.planning.compare.frames import day_frame, difference_frame, figure_frame, system_frame
from redball.planning.compare.futures import (
    BLOCK,
    Engine,
    Future,
    Stage,
    block_of,
    event_engine,
    run_blocks,
)
from redball.planning.compare.gathered import Gathered
from redball.planning.compare.reasons import reason_frame
from redball.planning.compare.tallies import KNOWN
from redball.simulation.replicate.estimates import mean_estimate
from redball.simulation.replicate.precision import Precision


@dataclass(frozen=True)
class Comparison:
    """Two or more futures side by side; the first is what the others are compared with.

    Attributes
    ----------
    futures : tuple of str
    horizon_days, replications, seed : int
    figures : polars.DataFrame
        ``future, figure, unit, mean, low, high``: each future by itself.
    differences : polars.DataFrame
        ``future, against, figure, unit, difference, low, high, significant, verdict,
        correlation``: paired over replications.
    readiness : polars.DataFrame
        ``future, day, readiness, low, high, difference, difference_low, difference_high``.
    systems : polars.DataFrame
        ``future, unit, site, system, systems, readiness, change``: means over the horizon.
    reasons : polars.DataFrame
        ``future, against, what, name, unit, before, after, change, low, high``: where the sums of
        the runs differ most and significantly.
    label : ResultLabel
        Every figure weighs all parts of the networks against each other: one label for all.
    assumptions : tuple of str
    """

    futures: tuple[str, ...]
    horizon_days: int
    replications: int
    seed: int
    figures: pl.DataFrame
    differences: pl.DataFrame
    readiness: pl.DataFrame
    systems: pl.DataFrame
    reasons: pl.DataFrame
    label: ResultLabel
    assumptions: tuple[str, ...]


def compare(
    futures: Mapping[str, Future],
    *,
    seed: int = 0,
    replications: int | None = None,
    precision: Precision | None = None,
    label: ResultLabel = NOBODY,
    most_reasons: int = 20,
    runner: Runner | None = None,
    progress: Progress | None = None,
    engine: Engine = event_engine,
) -> Comparison:
    """Set two or more futures side by side on the same replications.

    Parameters
    ----------
    futures : mapping of str to Future
        By name, the one to compare with first; compiled scenarios, or :class:`GivenFuture`.
    seed : int
        Of all futures: with one seed they see the same demand and failures.
    replications : int, optional
        A fixed number, rounded up to whole blocks of five.
    precision : Precision, optional
        Else until the paired interval of readiness is narrow enough for every future; the default
        is one percent of the readiness of the first, with 10 to 100 replications.
    label : ResultLabel
        Of the case that the futures were made from; nobody may read the result without it.
    most_reasons : int
        Rows of each kind in ``reasons``, for each future.
    runner : Runner, optional
        Where the work is done; here, one after the other, when absent.
    progress : callable, optional
        Share done of the most that may be needed; raising from it cancels.
    engine : Engine
        Runs one replication.

    Raises
    ------
    BadUse
        Fewer than two futures, or a parameter out of range.
    """
    if len(futures) < 2:
        raise BadUse("A comparison needs two futures.", mend="Name at least two.")
    if most_reasons < 0:
        raise BadUse(f"{most_reasons} reasons are asked for.", mend="Give 0 or more.")
    when = precision_of(replications, precision)
    horizon = max(future.horizon_days for future in futures.values())
    stages = {
        name: Stage(future.network, horizon, seed, engine, tuple(KNOWN), each=True)
        for name, future in futures.items()
    }
    gathered = _gather(futures, stages, when, runner or InOrder(), progress)
    return Comparison(
        futures=tuple(futures),
        horizon_days=horizon,
        replications=BLOCK * len(next(iter(gathered.values())).figures),
        seed=seed,
        figures=figure_frame(gathered, when.confidence),
        differences=difference_frame(gathered, when.confidence),
        readiness=day_frame(gathered, stages, when.confidence),
        systems=system_frame(gathered, stages),
        reasons=reason_frame(gathered, stages, when.confidence, most_reasons),
        label=label,
        assumptions=_assumptions(futures, horizon, when),
    )


def precision_of(replications: int | None, precision: Precision | None) -> Precision:
    """Rule to stop by: a fixed number of replications, the rule given, or the default.

    Raises
    ------
    BadUse
        Both are given, or fewer than two replications.
    """
    if replications is None:
        return precision or Precision(at_most=100)
    if precision is not None:
        raise BadUse(
            "Both a number of replications and a precision are given.", mend="Give one of them."
        )
    return Precision(at_least=replications, at_most=replications)


def blocks_for(replications: int) -> int:
    """Whole blocks that hold so many replications."""
    return -(-replications // BLOCK)


def _gather(
    futures: Mapping[str, Future],
    stages: Mapping[str, Stage],
    when: Precision,
    runner: Runner,
    progress: Progress | None,
) -> dict[str, Gathered]:
    """Run round after round, a block of every future each, until the rule says enough."""
    gathered = {name: Gathered() for name in futures}
    number, least, most = 0, blocks_for(when.at_least), blocks_for(when.at_most)
    while number < most:
        last = max(least, number + 1)
        blocks = [
            block_of(future, place, stages[name].seed, each)
            for each in range(number, last)
            for place, (name, future) in enumerate(futures.items())
        ]
        part = None if progress is None else partial(_share, progress, number / most, last / most)
        outcomes = run_blocks(list(stages.values()), blocks, runner, part)
        names = list(futures)
        for block, outcome in zip(blocks, outcomes, strict=True):
            gathered[names[block.stage]].add(outcome)
        number = last
        if _narrow(gathered, when):
            break
    if progress is not None:
        progress(1.0)
    return gathered


def _share(progress: Progress, low: float, high: float, done: float) -> None:
    """Progress of a part of the work, as progress of all of it."""
    progress(low + (high - low) * done)


def _narrow(gathered: Mapping[str, Gathered], when: Precision) -> bool:
    """Whether every paired interval of readiness is narrow enough."""
    base, *others = (np.concatenate(g.figures)[:, POSITION["readiness"]] for g in gathered.values())
    return all(
        when.reached(mean_estimate(other - base, when.confidence), float(base.mean()))
        for other in others
    )


def _assumptions(futures: Mapping[str, Future], horizon: int, when: Precision) -> tuple[str, ...]:
    names = list(futures)
    longer = [name for name in names if futures[name].horizon_days < horizon]
    said = [
        f"All futures run for {horizon} days on the same replications; '{names[0]}' is what the "
        "others are compared with.",
        f"Differences are paired over replications; intervals are t intervals at "
        f"{when.confidence:.0%}, each by itself, without a correction for their number.",
        "Fill is value met at once by value asked for, over all runs, with jackknife intervals.",
    ]
    if longer:
        said.append(f"Run beyond their own horizon: {', '.join(longer)}.")
    return tuple(said)
