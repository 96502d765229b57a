"""``redball stock placement``: safety stock along chains with guaranteed service times."""

from pathlib import Path
from typing import Annotated

import typer

from redball.cli.options import (
    DEFAULT_STORE,
    MOST_DAYS,
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


def placement(
    viewer: AnyViewerOption = "",
    store: StoreOption = DEFAULT_STORE,
    tables: TablesOption = None,
    as_of: AsOfOption = None,
    stages: Annotated[
        Path | None,
        typer.Option(
            "--stages",
            help="CSV in place of a store: stage, stage_time_days, added_cost, demand_mean, "
            "demand_sd, max_service_time_days.",
        ),
    ] = None,
    arcs: Annotated[
        Path | None, typer.Option("--arcs", help="CSV of arcs: supplier, customer, quantity.")
    ] = None,
    label: Annotated[
        str, typer.Option("--label", help="Label of the files, such as 'UNCLASSIFIED // REL ALL'.")
    ] = "",
    aggregation: Annotated[
        str, typer.Option("--aggregation", help="How variance adds up: path, set or quantity.")
    ] = "path",
    cost_rule: Annotated[
        str, typer.Option("--cost-rule", help="How value adds up: path, set or quantity.")
    ] = "path",
    holding_rate: Annotated[
        float,
        typer.Option(
            "--holding-rate",
            min=0.0,
            max=10.0,
            help="Cost of holding a unit for a year, share of its value.",
        ),
    ] = 0.2,
    service_level: Annotated[
        float,
        typer.Option(
            "--service-level",
            min=0.5,
            max=0.999999,
            help="Share of the time that the bound of demand covers, where the stages name none.",
        ),
    ] = 0.95,
    service_time_days: Annotated[
        float,
        typer.Option(
            "--service-time-days",
            min=0.0,
            max=MOST_DAYS,
            help="Service time quoted to demand, for chains of the store.",
        ),
    ] = 0.0,
    time_limit: Annotated[
        float,
        typer.Option(
            "--time-limit",
            min=0.1,
            max=86_400.0,
            help="Seconds; then the best found is given, with its gap.",
        ),
    ] = 60.0,
    simulate_days: Annotated[
        int,
        typer.Option(
            "--simulate-days",
            min=0,
            max=1_000_000,
            help="Simulate the fill rate under demand without a bound over so many days a run.",
        ),
    ] = 0,
    out: OutOption = None,
    page: PageOption = None,
    save: SaveOption = False,
    rows: ShownOption = 15,
    json: JsonOption = False,
) -> None:
    """Place safety stock along supply chains at least cost, with proof or the gap that is left."""
    from redball import app
    from redball.cli.answer_screen import Delivery, deliver
    from redball.cli.output import progress_bar

    options = app.PlacementOptions(
        aggregation, cost_rule, holding_rate, service_level, service_time_days, time_limit,
        simulate_days,
    )  # fmt: skip
    with progress_bar(quiet=json) as progress:
        answer = app.stock_placement(
            app.inputs_of(store, viewer, as_of, tables), options, progress,
            files=app.chain_files(stages, arcs, label),
        )  # fmt: skip
    deliver(answer, Delivery(json, out, page, save, store, rows))
