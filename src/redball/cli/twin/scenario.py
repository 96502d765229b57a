"""``redball scenario``: the ready ones, one as text, and several side by side."""

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

group = typer.Typer(help="What may happen, and how futures compare.", no_args_is_help=True)

ScenarioArgument = Annotated[
    str, typer.Argument(help="Name of a ready scenario, or path of a TOML file.")
]


@group.command("list")
def list_(json: JsonOption = False) -> None:
    """List the ready scenarios on the exercise coalition."""
    from redball import app
    from redball.cli.output import print_json, show_frame

    frame = app.scenario_list()
    if json:
        print_json({"scenarios": frame.to_dicts()})
        return
    show_frame(frame, "Ready scenarios", rows=frame.height)


@group.command("show")
def show(scenario: ScenarioArgument, json: JsonOption = False) -> None:
    """Print a scenario as TOML, checked: a start for your own."""
    from redball import app
    from redball.cli.output import print_json

    text = app.scenario_text(scenario)
    if json:
        print_json({"scenario": scenario, "toml": text})
        return
    typer.echo(text)


@group.command("compare")
def compare(
    scenarios: Annotated[
        list[str], typer.Argument(help="Ready scenarios by name, or paths of TOML files.")
    ],
    viewer: AnyViewerOption = "",
    store: StoreOption = DEFAULT_STORE,
    tables: TablesOption = None,
    as_of: AsOfOption = None,
    against: Annotated[
        str | None,
        typer.Option("--against", help="What to compare with; the undisturbed network if none."),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option("--days", min=1, max=36_600, help="Horizon; the longest of them if none."),
    ] = None,
    seed: SeedOption = None,
    replications: ReplicationsOption = None,
    precision: PrecisionOption = None,
    at_most: AtMostOption = 100,
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
    """Set futures side by side: figures, differences with intervals, and the reasons."""
    from redball import app
    from redball.cli.answer_screen import Delivery, deliver
    from redball.cli.output import progress_bar

    options = app.CompareOptions(
        scenarios=tuple(scenarios),
        against=against,
        days=days,
        run=app.RunOptions(
            seed, replications, precision, at_most, workers, ray, journal, minutes, memory_mb
        ),
        twin=app.twin_options(input_days=input_days, cannibalise=cannibalise),
    )
    with progress_bar(quiet=json) as progress:
        answer = app.scenario_compare(
            app.inputs_of(store, viewer, as_of, tables), options, progress
        )
    deliver(answer, Delivery(json, out, page, save, store, rows))
