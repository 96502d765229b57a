"""``redball stress``: everything lost once, ranked."""

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


def stress(
    viewer: AnyViewerOption = "",
    store: StoreOption = DEFAULT_STORE,
    tables: TablesOption = None,
    as_of: AsOfOption = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            "--kind",
            help="What is lost one at a time: party, parent, site, lane, country, mode, item and "
            "so on; may be repeated. Without: the first five.",
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="Only this, KIND=NAME; may be repeated."),
    ] = None,
    together: Annotated[
        list[str] | None,
        typer.Option(
            "--together", help="Lost together, 'NAME: KIND=NAME, KIND=NAME'; may be repeated."
        ),
    ] = None,
    from_day: Annotated[
        int, typer.Option("--from-day", min=0, max=36_599, help="Day of the loss.")
    ] = 30,
    for_days: Annotated[
        float, typer.Option("--for-days", min=0.01, max=36_600, help="How long it lasts.")
    ] = 90.0,
    days: Annotated[
        int, typer.Option("--days", min=1, max=36_600, help="Length of the runs.")
    ] = 270,
    threshold: Annotated[
        float,
        typer.Option(
            "--threshold",
            min=0.01,
            max=1,
            help="Below this share of undisturbed readiness a loss is not survived.",
        ),
    ] = 0.95,
    pairs: Annotated[
        int, typer.Option("--pairs", min=0, max=60, help="Try pairs among so many of the worst.")
    ] = 5,
    constraints: Annotated[
        int,
        typer.Option(
            "--constraints",
            min=0,
            max=100,
            help="Bottlenecks of each kind to ease, to see what one more unit is worth.",
        ),
    ] = 3,
    one_method: Annotated[
        bool,
        typer.Option(
            "--one-method", help="Leave out the rankings by linear programme and by cascade."
        ),
    ] = False,
    reactions: Annotated[
        str | None,
        typer.Option("--reactions", help="Let people react in every run as in this scenario."),
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
    """Lose every supplier, owner, site, lane and country once, and rank what it costs."""
    from redball import app
    from redball.cli.answer_screen import Delivery, deliver
    from redball.cli.output import progress_bar

    options = app.stress_options(
        times=(from_day, for_days, days, threshold),
        kinds=tuple(kind or ()),
        only=tuple(only or ()),
        sets=tuple(together or ()),
        pairs_among=pairs,
        methods=not one_method,
        constraints=constraints,
        reactions=reactions,
        run=app.RunOptions(
            seed, replications, precision, at_most, workers, ray, journal, minutes, memory_mb
        ),
        twin=app.twin_options(input_days=input_days, cannibalise=cannibalise),
    )
    with progress_bar(quiet=json) as progress:
        answer = app.stress_test(app.inputs_of(store, viewer, as_of, tables), options, progress)
    deliver(answer, Delivery(json, out, page, save, store, rows))
