"""What every verb of the digital twin starts from: the simulated case of a viewer, and a runner."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import TypeVar

import polars as pl

from redball.app.answers import Progress, shares
from redball.app.inputs import Inputs, look
from redball.app.seen import Seen
from redball.forecasting import consumption
from redball.identity import recognise_items, recognise_parties, unit_factors
from redball.model import BadUse, Consumption, Groups, Twin
from redball.model.results import Scalar
from redball.model.running import Progress as Share
from redball.model.running import Runner
from redball.planning.case import CaseOptions, SimulatedCase, simulated_case
from redball.planning.scenarios import Scenario
from redball.runtime import InProcess, Journal, Limits, RayCluster
from redball.simulation.events import compile_events
from redball.simulation.replicate import Precision

SEED = 1944
HALF_WIDTH = 0.01
_SCENARIO_RUNS = 100
"""Replications of a scenario that says neither their number nor the interval asked for."""

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class RunOptions:
    """Where and how often runs are made.

    Attributes
    ----------
    seed : int or None
        :data:`SEED` where not given.
    replications : int or None
        A fixed number; None: until the interval is narrow enough.
    half_width : float or None
        Half of the interval of readiness asked for, as a share; :data:`HALF_WIDTH` where not given.
    at_most : int
        Replications at most, where the interval decides.
    workers : int or None
        All cores where not given.
    ray : str or None
        Run on a Ray cluster: its address, or ``local`` for one that is started here.
    journal : Path or None
        File in which finished runs are kept, to resume from after a kill.
    minutes, memory_mb : float or None
        The work ends, and says so, when it has taken so long or holds so much.
    """

    seed: int | None = None
    replications: int | None = None
    half_width: float | None = None
    at_most: int = 100
    workers: int | None = None
    ray: str | None = None
    journal: Path | None = None
    minutes: float | None = None
    memory_mb: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.root < 2**63:
            raise BadUse(f"The seed is {self.seed}.", mend="Give a whole number of 0 or more.")

    @property
    def root(self) -> int:
        """The seed that is used."""
        return SEED if self.seed is None else self.seed

    def under(self, scenario: Scenario) -> "RunOptions":
        """The same, with the seed and the number of runs of a scenario where none is given."""
        run = self if self.seed is not None else replace(self, seed=scenario.seed)
        if self.replications is not None or self.half_width is not None:
            return run
        if scenario.precision is not None:
            return replace(run, half_width=scenario.precision)
        return replace(run, replications=scenario.replications or _SCENARIO_RUNS)

    @property
    def precision(self) -> Precision | None:
        """When there are enough, where no number is fixed."""
        if self.replications is not None:
            return None
        least = min(10, self.at_most)
        width = HALF_WIDTH if self.half_width is None else self.half_width
        return Precision(relative_half_width=width, at_least=least, at_most=self.at_most)

    def as_parameters(self) -> dict[str, Scalar]:
        """What changes the answer; where it was made does not."""
        precision = self.precision
        return {
            "seed": self.root,
            "replications": self.replications,
            "half_width": None if precision is None else precision.relative_half_width,
            "at_most": None if precision is None else precision.at_most,
        }

    @contextmanager
    def runner(self) -> Iterator[Runner]:
        """Runner to do the work with; closed afterwards.

        Raises
        ------
        MissingExtra
            A Ray cluster is asked for and Ray is not installed.
        BadUse, BadData, StoreError
            The journal can't be opened, or a number is out of range.
        """
        limits = Limits(memory_mb=self.memory_mb)
        with ExitStack() as open_ones:
            runner: Runner
            if self.ray is None:
                runner = InProcess(self.workers, limits=limits)
            else:
                address = None if self.ray == "local" else self.ray
                runner = open_ones.enter_context(RayCluster(address, self.workers, limits=limits))
            if self.journal is not None:
                runner = open_ones.enter_context(Journal(self.journal)).keeping(runner)
            if self.minutes is not None:
                runner = _Deadline(runner, self.minutes)
            yield runner


class _Deadline:
    """A runner that ends when all of its work together has taken too long.

    A limit of the runner itself would begin anew with each of the many rounds of a stress test.
    """

    def __init__(self, runner: Runner, minutes: float) -> None:
        self._runner = runner
        self._minutes = minutes
        self._began = monotonic()

    def map(
        self,
        work: Callable[[T], R],
        tasks: Sequence[T],
        *,
        keys: Sequence[str] | None = None,
        progress: Share | None = None,
    ) -> Generator[R, None, None]:
        """See :meth:`redball.model.running.Runner.map`."""
        return self._results(self._runner.map(work, tasks, keys=keys, progress=progress))

    def _results(self, results: Generator[R, None, None]) -> Generator[R, None, None]:
        with closing(results):
            self._check()
            for result in results:
                self._check()
                yield result

    def _check(self) -> None:
        taken = (monotonic() - self._began) / 60.0
        if taken > self._minutes:
            raise BadUse(
                f"The work was stopped: it has taken {taken:.3g} minutes of time, and the limit is "
                f"{self._minutes:g}.",
                mend="Allow more minutes or ask for less; with --journal, what is done stays done.",
            )


@dataclass(frozen=True)
class TwinOptions:
    """How a picture becomes a network.

    Attributes
    ----------
    case : CaseOptions
    window_days : int
        History for mean consumption.
    minimum_score : float
        Least score of a name match; the recognition of articles is that of the picture.
    """

    case: CaseOptions = field(default_factory=CaseOptions)
    window_days: int = 365
    minimum_score: float = 0.75

    def as_parameters(self) -> dict[str, Scalar]:
        """Plain values for the origin of results."""
        return {
            **vars(self.case),
            "window_days": self.window_days,
            "minimum_score": self.minimum_score,
        }


@dataclass(frozen=True, eq=False)
class Rehearsal:
    """A viewer's simulated case, with what it was made of.

    Attributes
    ----------
    seen : Seen
    case : SimulatedCase
    items, parties : Groups
    units : polars.DataFrame
    use : Consumption
    """

    seen: Seen
    case: SimulatedCase
    items: Groups
    parties: Groups
    units: pl.DataFrame
    use: Consumption

    @property
    def twin(self) -> Twin:
        """What the viewer sees."""
        return self.seen.twin


def rehearsal(
    inputs: Inputs,
    options: TwinOptions,
    progress: Progress | None = None,
    *,
    now: datetime | None = None,
) -> Rehearsal:
    """Build the simulated case of what the viewer sees.

    Raises
    ------
    BadData
        The viewer sees no demand, or sites resupply each other in a circle.
    """
    seen = look(inputs, now=now)
    compile_events(shares(progress, "compiling (first use)"))
    twin = seen.twin
    items = recognise_items(twin, minimum_score=options.minimum_score)
    parties = recognise_parties(twin)
    units = unit_factors(twin, items)
    use = consumption(twin, window_days=options.window_days)
    case = simulated_case(
        twin, use, items=items, units=units, parties=parties, options=options.case
    )
    return Rehearsal(seen, case, items, parties, units, use)


def twin_options(*, input_days: float, cannibalise: bool) -> TwinOptions:
    """Options of a network from the words of a command line.

    Raises
    ------
    BadUse
        A number is out of range.
    """
    return TwinOptions(CaseOptions(input_days=input_days, cannibalise=cannibalise))
