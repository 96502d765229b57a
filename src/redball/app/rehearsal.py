"""What every verb of the digital twin starts from: the simulated case of a viewer, and a runner."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl

from redball.app.answers import Progress, shares
from redball.app.inputs import Inputs, look
from redball.app.view import Seen
from redball.forecasting import consumption
from redball.identity import recognise_items, recognise_parties, unit_factors
from redball.model import BadUse, Consumption, Groups, Twin
from redball.model.results import Scalar
from redball.model.running import Runner
from redball.planning.case import CaseOptions, SimulatedCase, simulated_case
from redball.runtime import InProcess, Journal, Limits, RayCluster
from redball.simulation.events import compile_events
from redball.simulation.replicate import Precision


@dataclass(frozen=True)
class RunOptions:
    """Where and how often runs are made.

    Attributes
    ----------
    seed : int
    replications : int or None
        A fixed number; None: until the interval is narrow enough.
    half_width : float
        Half of the interval of readiness asked for, as a share.
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

    seed: int = 1944
    replications: int | None = None
    half_width: float = 0.01
    at_most: int = 100
    workers: int | None = None
    ray: str | None = None
    journal: Path | None = None
    minutes: float | None = None
    memory_mb: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**63:
            raise BadUse(f"The seed is {self.seed}.", mend="Give a whole number of 0 or more.")

    @property
    def precision(self) -> Precision | None:
        """When there are enough, where no number is fixed."""
        if self.replications is not None:
            return None
        least = min(10, self.at_most)
        return Precision(relative_half_width=self.half_width, at_least=least, at_most=self.at_most)

    def as_parameters(self) -> dict[str, Scalar]:
        """What changes the answer; where it was made does not."""
        return {
            "seed": self.seed,
            "replications": self.replications,
            "half_width": None if self.replications else self.half_width,
            "at_most": None if self.replications else self.at_most,
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
        seconds = None if self.minutes is None else 60.0 * self.minutes
        limits = Limits(seconds=seconds, memory_mb=self.memory_mb)
        with ExitStack() as open_ones:
            runner: Runner
            if self.ray is None:
                runner = InProcess(self.workers, limits=limits)
            else:
                address = None if self.ray == "local" else self.ray
                runner = open_ones.enter_context(RayCluster(address, self.workers, limits=limits))
            if self.journal is not None:
                runner = open_ones.enter_context(Journal(self.journal)).keeping(runner)
            yield runner


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
