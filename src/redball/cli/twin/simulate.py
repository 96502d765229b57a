"""``redball simulate``: the network run forward."""

from pathlib import Path
from typing import Annotated

import typer

from redball.cli.options import (
    DEFAULT_STORE,
    AnyViewerOption,
    AsOfOption,
    JsonOption,
    OutOption,
    PageOption,
    SaveOption,
    ShownOption,
    StoreOption,
    TablesOption,
)
from redball.cli.twin.options import (
    AtMostOption,
    CannibaliseOption,
    InputDaysOption,
    JournalOption,
    MemoryOption,
    MinutesOption,
    PrecisionOption,
    RayOption,
    ReplicationsOption,
    SeedOption,
    WorkersOption,
)


def simulate(
    viewer: AnyViewerOption = "",
    store: StoreOption = DEFAULT_STORE,
    tables: TablesOption = None,
    as_of: AsOfOption = None,
    scenario: Annotated[
        str | None,
        typer.Option(
            "--scenario",
            help="What happens: a ready scenario ('redball scenario list') or a TOML file.",
        ),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(
            "--days", min=1, max=36_500, help="Horizon; that of the scenario, else 180, if none."
        ),
    ] = None,
    seed: SeedOption = None,
    replications: ReplicationsOption = None,
    precision: PrecisionOption = None,
    at_most: AtMostOption = 100,
    stocks: Annotated[
        int,
        typer.Option(
            "--stocks", min=0, max=100_000, help="Stocks to show day by day, the scarcest."
        ),
    ] = 40,
    log: Annotated[
        Path | None,
        typer.Option("--log", help="Write every event of the first run as CSV."),
    ] = None,
    input_days: InputDaysOption = 30.0,
    cannibalise: CannibaliseOption = False,
    workers: WorkersOption = None,
    ray: RayOption = None,
    journal: JournalOption = None,
    minutes: MinutesOption = None,
    memory_mb: MemoryOption = None,
    out: OutOption = None,
    page: PageOption = None,
    save: SaveOption = False,
    rows: ShownOption = 12,
    json: JsonOption = False,
) -> None:
    """Run the network forward: what units can do day by day, what runs out, what is held up."""
    from redball import app
    from redball.cli.answer_screen import Delivery, deliver
    from redball.cli.output import progress_bar

    options = app.SimulateOptions(
        days=days,
        scenario=scenario,
        run=app.RunOptions(
            seed, replications, precision, at_most, workers, ray, journal, minutes, memory_mb
        ),
        twin=app.twin_options(input_days=input_days, cannibalise=cannibalise),
        log=log,
        stocks=stocks,
    )
    with progress_bar(quiet=json) as progress:
        answer = app.simulate_twin(app.inputs_of(store, viewer, as_of, tables), options, progress)
    deliver(answer, Delivery(json, out, page, save, store, rows), {"log": log} if log else None)
