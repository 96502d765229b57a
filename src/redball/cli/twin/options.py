"""Options that the verbs of the digital twin share."""

from pathlib import Path
from typing import Annotated

import typer

SeedOption = Annotated[
    int | None,
    typer.Option(
        "--seed",
        min=0,
        help="Of all random numbers; the same seed, the same runs. Without: that of the scenario "
        "that is simulated, else 1944.",
    ),
]
ReplicationsOption = Annotated[
    int | None,
    typer.Option(
        "--replications",
        min=1,
        max=100_000,
        help="A fixed number of runs. Without: that of the scenario that is simulated, else until "
        "the interval is narrow enough.",
    ),
]
PrecisionOption = Annotated[
    float | None,
    typer.Option(
        "--precision",
        min=1e-5,
        max=0.99,
        help="Half of the interval of readiness at 95 %, as a share of it, at which runs end; 0.01 "
        "where nothing else is said.",
    ),
]
AtMostOption = Annotated[
    int,
    typer.Option("--at-most", min=2, max=100_000, help="Runs at most, where the number is open."),
]
WorkersOption = Annotated[
    int | None,
    typer.Option("--workers", min=1, max=1024, help="Cores to use; all where not given."),
]
RayOption = Annotated[
    str | None,
    typer.Option(
        "--ray",
        help="Run on a Ray cluster: its address such as ray://host:10001, or 'local'.",
    ),
]
JournalOption = Annotated[
    Path | None,
    typer.Option(
        "--journal",
        help="Keep finished runs in this file, and go on from it after an interruption.",
    ),
]
MinutesOption = Annotated[
    float | None,
    typer.Option("--minutes", min=0.001, help="End the runs, and say so, after so long."),
]
MemoryOption = Annotated[
    float | None,
    typer.Option(
        "--memory-mb",
        min=1,
        help="End the runs, and say so, where the process holds more, in 10^6 bytes.",
    ),
]
InputDaysOption = Annotated[
    float,
    typer.Option(
        "--input-days", min=0, max=3660, help="Stock of each input that suppliers hold, in days."
    ),
]
CannibaliseOption = Annotated[
    bool,
    typer.Option("--cannibalise", help="Let units take parts from systems that are down."),
]
