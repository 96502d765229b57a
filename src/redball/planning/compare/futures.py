"""A future that can be run, and a block of its replications as one piece of work.

Every draw of the engine is keyed by seed, replication and what is drawn, so two futures of one
replication see the same demand and the same failures: common random numbers by construction.
"""

import hashlib
from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache, partial
from typing import Protocol

import numpy as np
import numpy.typing as npt

import redball
from redball.model import BadUse
from redball.model.running import Progress, Runner
from redball.planning.compare.figures import FIGURES, figures_of, weights_of
from redball.planning.compare.tallies import Tallies
from redball.simulation.network import Network, Rows
from redball.simulation.runs import NO_CHANGES, NO_RULES, Always, Happening, Run

Floats = npt.NDArray[np.float64]

NOTHING: Happening = Always(NO_CHANGES)
"""Nothing happens."""

BLOCK = 5
"""Replications of one piece of work. Fixed, so that results do not hang on the workers."""


class Future(Protocol):
    """What is run: a compiled scenario is one, :class:`GivenFuture` is the plain one."""

    @property
    def network(self) -> Network:
        """What is simulated."""
        ...

    @property
    def rules(self) -> Rows:
        """How people react."""
        ...

    @property
    def horizon_days(self) -> int:
        """Whole days."""
        ...

    def changes(self, seed: int, replication: int) -> Rows:
        """What happens in one replication."""
        ...


@dataclass(frozen=True, eq=False)
class GivenFuture:
    """A future made of its parts.

    Attributes
    ----------
    network : Network
    horizon_days : int
    happening : Happening
        What happens; nothing where not given.
    rules : structured array
        How people react; not at all where not given.
    """

    network: Network
    horizon_days: int
    happening: Happening = NOTHING
    rules: Rows = field(default_factory=lambda: NO_RULES)

    def changes(self, seed: int, replication: int) -> Rows:
        """What happens in one replication."""
        return self.happening.changes(seed, replication)


class Engine(Protocol):
    """Runs one replication; :func:`event_engine` is used where none is named."""

    def __call__(
        self, network: Network, *, horizon_days: int, seed: int, replication: int, changes: Rows,
        rules: Rows, watch: npt.NDArray[np.int32],
    ) -> Run:  # fmt: skip
        """Run one replication, and give the stock of the cells to watch day by day."""
        ...


def event_engine(
    network: Network, *, horizon_days: int, seed: int, replication: int, changes: Rows, rules: Rows,
    watch: npt.NDArray[np.int32],
) -> Run:  # fmt: skip
    """Run one replication on the event calendar."""
    from redball.simulation.events import run_events  # its kernels are only read when needed

    return run_events(
        network, horizon_days=horizon_days, seed=seed, replication=replication, changes=changes,
        rules=rules, watch=watch,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Stage:
    """What all blocks of a future share; sent to a cluster once.

    Attributes
    ----------
    tallied : tuple of str
        Sums to keep, names of :data:`~redball.planning.compare.tallies.KNOWN`.
    each : bool
        Whether sums are kept for each replication; else added up over the block.
    watch : tuple of int
        Cells of which is kept on how many days somebody waits.
    """

    network: Network
    horizon_days: int
    seed: int
    engine: Engine
    tallied: tuple[str, ...]
    each: bool
    watch: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.horizon_days, int) or not 1 <= self.horizon_days <= 36_600:
            raise BadUse(
                f"The horizon is {self.horizon_days} days.",
                mend="Give whole days from 1 to 36,600 (a hundred years).",
            )


@dataclass(frozen=True, eq=False)
class Block:
    """Consecutive replications of one future, on the stage of that number."""

    stage: int
    first: int
    changes: tuple[Rows, ...]  # of each replication
    rules: Rows


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a block gives. B replications, D days, F fleets.

    Attributes
    ----------
    up : float64 array, shape (B, D)
        Systems that are up, mean over each day.
    fleets : float64 array, shape (F, D)
        Systems of each fleet that are up, added up over the replications.
    figures : float64 array, shape (B, K)
        In the order of :data:`~redball.planning.compare.figures.FIGURES`.
    tallies : float64 array, shape (B or 1, T)
        Sums of the run side by side, see :class:`~redball.planning.compare.tallies.Tallies`.
    waiting : float64 array, shape (W, D)
        Replications in which somebody waits at the watched cells at the beginning of the day.
    """

    up: Floats
    fleets: Floats
    figures: Floats
    tallies: Floats
    waiting: Floats


def block_of(future: Future, stage: int, seed: int, number: int) -> Block:
    """Draw what happens in a block of replications of a future."""
    first = number * BLOCK
    changes = tuple(future.changes(seed, first + each) for each in range(BLOCK))
    return Block(stage, first, changes, future.rules)


def run_block(stages: Sequence[Stage], block: Block) -> Outcome:
    """Run consecutive replications. Pure: its answer depends on its arguments only."""
    stage = stages[block.stage]
    network, size = stage.network, len(block.changes)
    tallies = Tallies(network, stage.tallied)
    count = network.fleets["count"].astype(np.float64)
    weights = weights_of(network)
    up = np.zeros((size, stage.horizon_days))
    fleets = np.zeros((len(count), stage.horizon_days))
    figures = np.zeros((size, len(FIGURES)))
    kept = np.zeros((size if stage.each else 1, tallies.width))
    waiting = np.zeros((len(stage.watch), stage.horizon_days))
    watch = np.array(stage.watch, np.int32)
    for number, changes in enumerate(block.changes):
        run = stage.engine(
            network, horizon_days=stage.horizon_days, seed=stage.seed,
            replication=block.first + number, changes=changes, rules=block.rules,
            watch=watch,
        )  # fmt: skip
        systems = run.available * count[:, None]
        up[number] = systems.sum(axis=0)
        fleets += systems
        figures[number] = figures_of(run, up[number], weights, float(count.sum()))
        kept[number if stage.each else 0] += tallies.of(run)
        waiting += run.waiting > 0
    return Outcome(up, fleets, figures, kept, waiting)


def run_blocks(
    stages: Sequence[Stage],
    blocks: Sequence[Block],
    runner: Runner,
    progress: Progress | None = None,
) -> Generator[Outcome, None, None]:
    """Outcomes of blocks in their order; what they share is sent to a cluster once.

    Blocks that are the same (a future twice, or without anything that differs) are run once.
    """
    digests = [digest_of(stage.network) for stage in stages]
    keys = [key_of(stages[block.stage], block, digests[block.stage]) for block in blocks]
    once: dict[str, Block] = {}
    for key, block in zip(keys, blocks, strict=True):
        once.setdefault(key, block)
    outcomes = runner.map(
        partial(run_block, tuple(stages)), list(once.values()), keys=list(once), progress=progress
    )
    return _in_turn(keys, outcomes)


def _in_turn(
    keys: Sequence[str], outcomes: Generator[Outcome, None, None]
) -> Generator[Outcome, None, None]:
    """Outcomes by key in the order of the keys; kept only as long as their key comes again."""
    left = Counter(keys)
    kept: dict[str, Outcome] = {}
    try:
        for key in keys:
            outcome = kept[key] if key in kept else next(outcomes)
            left[key] -= 1
            if left[key]:
                kept[key] = outcome
            else:
                kept.pop(key, None)
            yield outcome
    finally:
        outcomes.close()


@lru_cache(maxsize=64)
def digest_of(network: Network) -> str:
    """Name of a network by its content, the same in every process."""
    made = hashlib.sha256()
    for part in fields(network):
        value = getattr(network, part.name)
        made.update(part.name.encode())
        made.update(bytes_of(value) if isinstance(value, np.ndarray) else repr(value).encode())
    return made.hexdigest()


def key_of(stage: Stage, block: Block, digest: str) -> str:
    """Name of a block by all it depends on, for a journal."""
    made = hashlib.sha256()
    engine = getattr(stage.engine, "__qualname__", repr(stage.engine))
    made.update(
        repr((
            redball.__version__, digest, stage.horizon_days, stage.seed, engine, stage.tallied,
            stage.each, stage.watch, block.first,
        )).encode()
    )  # fmt: skip
    for rows in (*block.changes, block.rules):
        made.update(b"|")
        made.update(bytes_of(rows))
    return made.hexdigest()


def bytes_of(rows: Rows) -> bytes:
    """Content of records; the gaps between their fields are not content."""
    if rows.dtype.names is None:
        return rows.tobytes()
    return b"".join(np.ascontiguousarray(rows[name]).tobytes() for name in rows.dtype.names)
