"""Runs many losses against the same undisturbed replications until each is known well enough."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from redball.model.running import Progress, Runner
from redball.planning.compare.comparing import blocks_for
from redball.planning.compare.futures import (
    BLOCK,
    Block,
    Engine,
    Outcome,
    Stage,
    run_blocks,
)
from redball.planning.compare.tallies import REASONS
from redball.planning.stress.effect import Effect
from redball.simulation.network import Network, Rows
from redball.simulation.replicate.precision import Precision
from redball.simulation.runs import NO_CHANGES

ROUND = 400
"""Blocks of a round at most: their outcomes are taken in before the next ones are drawn up."""


@dataclass
class Trial:
    """The undisturbed runs so far, and how everything else is run against them.

    Attributes
    ----------
    network : Network
    horizon_days, seed : int
    rules : structured array
        How people react, in every run.
    precision : Precision
    runner : Runner
    engine : Engine
    base : list of Outcome
        Undisturbed blocks, in order.
    """

    network: Network
    horizon_days: int
    seed: int
    rules: Rows
    precision: Precision
    runner: Runner
    engine: Engine
    base: list[Outcome] = field(default_factory=list)

    @property
    def stage(self) -> Stage:
        """What all runs share."""
        return Stage(self.network, self.horizon_days, self.seed, self.engine, REASONS, each=False)

    def run(self, changes: Sequence[Rows], progress: Progress | None = None) -> list[Effect]:
        """Effect of each set of changes, with as many replications as each needs.

        Memory does not grow with replications, except for the undisturbed blocks.
        """
        effects = [Effect(self.horizon_days) for _ in changes]
        least, most = blocks_for(self.precision.at_least), blocks_for(self.precision.at_most)
        first, last = 0, least
        active = list(range(len(changes)))
        while active and first < most:
            self._undisturbed(last)
            wanted = [(place, number) for place in active for number in range(first, last)]
            # the first round is most of the work; what remains is not known beforehand
            low, high = (0.0, 0.8) if first == 0 else (0.8, 1.0)
            self._round(changes, effects, wanted, _scaled(progress, low, high))
            active = [place for place in active if not self.precise(effects[place])]
            first, last = last, min(most, max(last + 1, 2 * last))
        if progress is not None:
            progress(1.0)
        return effects

    def precise(self, effect: Effect) -> bool:
        """Whether the interval is as narrow as asked: a share of undisturbed readiness."""
        return self.precision.reached(effect.estimate(self.precision.confidence), effect.scale)

    def _undisturbed(self, blocks: int) -> None:
        missing = [self._block(NO_CHANGES, number) for number in range(len(self.base), blocks)]
        if missing:
            self.base += run_blocks([self.stage], missing, self.runner)

    def _round(
        self,
        changes: Sequence[Rows],
        effects: list[Effect],
        wanted: list[tuple[int, int]],
        progress: Progress | None,
    ) -> None:
        for start in range(0, len(wanted), ROUND):
            part = wanted[start : start + ROUND]
            blocks = [self._block(changes[place], number) for place, number in part]
            share = _scaled(progress, start / len(wanted), (start + len(part)) / len(wanted))
            outcomes = run_blocks([self.stage], blocks, self.runner, share)
            for (place, number), outcome in zip(part, outcomes, strict=True):
                effects[place].add(self.base[number], outcome)

    def _block(self, changes: Rows, number: int) -> Block:
        return Block(0, number * BLOCK, (changes,) * BLOCK, self.rules)


def _scaled(progress: Progress | None, low: float, high: float) -> Progress | None:
    """Progress of a part of the work, as progress of all of it."""
    return None if progress is None else partial(_share, progress, low, high)


def _share(progress: Progress, low: float, high: float, done: float) -> None:
    progress(low + (high - low) * done)
