"""Replications of one future, until there are enough."""

from collections.abc import Sequence
from contextlib import closing
from functools import partial
from typing import Protocol

import numpy as np

from redball.model import BadUse
from redball.model.compiled import Ints
from redball.model.running import InOrder, Progress, Runner
from redball.simulation.events import run_events
from redball.simulation.network import Network, Rows
from redball.simulation.replicate.estimates import Estimate, mean_estimate
from redball.simulation.replicate.gathering import HEADLINES, Gathering
from redball.simulation.replicate.precision import Precision
from redball.simulation.replicate.simulated import Floats, Simulated, measured
from redball.simulation.replicate.student import check_confidence
from redball.simulation.replicate.tabulating import tables_of
from redball.simulation.runs import NO_CHANGES, NO_RULES, Always, Happening, Run

REPLICATIONS = 20
"""When neither a number nor a precision is asked for."""


class Kernel(Protocol):
    """Simulates one replication, such as ``simulation.events.run_events``."""

    def __call__(
        self,
        network: Network,
        *,
        horizon_days: int,
        seed: int,
        replication: int,
        changes: Rows,
        rules: Rows,
        watch: Ints,
    ) -> Run:
        """One replication; depends on its arguments only."""
        ...


def simulate(
    network: Network,
    *,
    horizon_days: int,
    happening: Happening | None = None,
    rules: Rows = NO_RULES,
    seed: int = 0,
    replications: int | None = None,
    precision: Precision | None = None,
    baseline: Simulated | None = None,
    watch: Sequence[int] = (),
    confidence: float = 0.95,
    kernel: Kernel | None = None,
    runner: Runner | None = None,
    progress: Progress | None = None,
) -> Simulated:
    """Simulate a future often enough to say how sure its figures are.

    Replication r of every future with the same seed sees the same demand, failures and transit
    times (common random numbers), so that :func:`compare_pair` sees the difference and not the
    luck. The answer is the same bytes from every runner with any number of workers.

    Parameters
    ----------
    network : Network
    horizon_days : int
        1 or more.
    happening : Happening, optional
        What happens from outside; nothing when absent.
    rules : structured array
        How people react.
    seed : int
        0 or more.
    replications : int, optional
        A number; 20 when neither this nor ``precision`` is given.
    precision : Precision, optional
        Instead: as many as the interval takes.
    baseline : Simulated, optional
        With ``precision``: the interval is that of the paired difference to this one, the
        relative half-width a share of *its* mean; it bounds the number of replications.
    watch : sequence of int
        Cells whose stock is kept by day.
    confidence : float
        Of the intervals of the tables; of ``precision`` where that is given.
    kernel : Kernel, optional
        The event calendar when absent; ``functools.partial(run_events, limits=...)`` bounds it.
    runner : Runner, optional
        Where replications run; here, one after the other, when absent.
    progress : callable, optional
        Share done, 0 to 1; with a precision, of the replications that are sure to come. Raising
        from it cancels.

    Returns
    -------
    Simulated

    Raises
    ------
    BadUse
        A parameter is out of range; both a number and a precision; a baseline of another seed or
        horizon; a measure that the network does not have.
    """
    _check(network, horizon_days, seed, replications, precision, watch)
    check_confidence(confidence)
    level = confidence if precision is None else precision.confidence
    work = partial(
        _one, network, horizon_days, happening or Always(NO_CHANGES), rules, seed, tuple(watch),
        kernel or run_events,
    )  # fmt: skip
    found = Gathering(network, horizon_days, tuple(watch))
    chosen = runner or InOrder()

    def more(until: int) -> None:
        first = found.count
        tasks = range(first, until)

        def told(share: float) -> None:
            if progress is not None:
                progress((first + share * len(tasks)) / until)

        with closing(chosen.map(work, tasks, progress=told)) as runs:
            for run in runs:
                found.add(run)

    notes: tuple[str, ...] = ()
    precise = True
    if precision is None:
        more(REPLICATIONS if replications is None else replications)
    else:
        _check_baseline(baseline, horizon_days, seed, precision)
        at_most = precision.at_most if baseline is None else baseline.replications
        more(min(precision.at_least, at_most))
        state, scale = _state(found, precision, baseline)
        while not precision.reached(state, scale) and found.count < at_most:
            more(min(precision.next_count(state, scale), at_most))
            state, scale = _state(found, precision, baseline)
        precise = precision.reached(state, scale)
        notes = (_said(precision, state, scale, precise, baseline is not None),)
    return _result(found, seed, level, precise, notes)


def _one(
    network: Network,
    horizon_days: int,
    happening: Happening,
    rules: Rows,
    seed: int,
    watch: tuple[int, ...],
    kernel: Kernel,
    replication: int,
) -> Run:
    """One replication; module-level, so that it can be sent to another process."""
    return kernel(
        network,
        horizon_days=horizon_days,
        seed=seed,
        replication=replication,
        changes=happening.changes(seed, replication),
        rules=rules,
        watch=np.array(watch, np.int32),
    )


def _check(
    network: Network,
    horizon_days: int,
    seed: int,
    replications: int | None,
    precision: Precision | None,
    watch: Sequence[int],
) -> None:
    if horizon_days < 1:
        raise BadUse(f"The horizon is {horizon_days} days.", mend="Give 1 or more.")
    if seed < 0:
        raise BadUse(f"The seed is {seed}.", mend="Give 0 or more.")
    if replications is not None and precision is not None:
        raise BadUse(
            "Both a number of replications and a precision are given.", mend="Give one of them."
        )
    if replications is not None and replications < 1:
        raise BadUse(f"{replications} replications are asked for.", mend="Give 1 or more.")
    wrong = [cell for cell in watch if not 0 <= cell < len(network.cells)]
    if wrong:
        raise BadUse(
            f"The cell {wrong[0]} is watched, and there are {len(network.cells)}.",
            mend="Give rows of the network's cells.",
        )


def _check_baseline(
    baseline: Simulated | None, horizon_days: int, seed: int, precision: Precision
) -> None:
    if baseline is None:
        return
    if (baseline.seed, baseline.horizon_days) != (seed, horizon_days):
        raise BadUse(
            f"The baseline has seed {baseline.seed} and {baseline.horizon_days} days, this future "
            f"{seed} and {horizon_days}.",
            mend="Simulate both with the same seed and horizon.",
        )
    if baseline.replications < 2:
        raise BadUse(
            "The baseline has a single replication, so no difference has an interval.",
            mend=f"Simulate it {precision.at_least} times or more.",
        )


def _state(
    found: Gathering, precision: Precision, baseline: Simulated | None
) -> tuple[Estimate, float]:
    """Interval that the stop rule looks at, and the mean it is held against."""
    values = measured(_headline(found), precision.measure)
    if baseline is None:
        state = mean_estimate(values, precision.confidence)
        return state, state.value
    other = baseline.values(precision.measure)
    scale = float(np.mean(other))
    return mean_estimate(values - other[: len(values)], precision.confidence), scale


def _headline(found: Gathering) -> dict[str, Floats]:
    table = np.array(found.headline, np.float64)
    return {name: table[:, column].copy() for column, name in enumerate(HEADLINES)}


def _said(precision: Precision, state: Estimate, scale: float, precise: bool, paired: bool) -> str:
    of = f"the difference of {precision.measure}" if paired else precision.measure
    asked = f"{precision.relative_half_width:.3g} of the mean"
    n = state.replications
    if precise:
        return (
            f"Replications were added until the half-width of {of} was {asked}: {n}. Stopping by "
            "the interval makes its coverage a little lower than stated."
        )
    reached = state.half_width / abs(scale) if scale else float("inf")
    return (
        f"The half-width of {of} asked for, {asked}, was not reached with {n} replications: it is "
        f"{reached:.3g}."
    )


def _result(
    found: Gathering, seed: int, confidence: float, precise: bool, notes: tuple[str, ...]
) -> Simulated:
    assumptions = (
        f"{found.count} independent replications with seed {seed}; intervals of the mean by "
        f"Student's t at {100 * confidence:.6g} %, each for itself, cut at what is possible.",
        "Fill is units given at once over units demanded, over all replications (delta method).",
        "Days of supply are mean stock over the mean daily demand of the run.",
        *notes,
    )
    return Simulated(
        horizon_days=found.horizon_days,
        seed=seed,
        replications=found.count,
        confidence=confidence,
        **tables_of(found, confidence),
        headline=_headline(found),
        curve=np.array(found.curves),
        group_days=np.array(found.group_days),
        systems=int(found.groups.systems.sum()),
        events=found.events,
        precise=precise,
        assumptions=assumptions,
    )
