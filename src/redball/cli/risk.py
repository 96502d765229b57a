"""``redball risk``: published formulas on exposure and cascades."""

from pathlib import Path
from typing import Annotated

import typer

from redball.cli import register
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

group = typer.Typer(
    help="The risk register; exposure and cascades by published formulas, to cross-check.",
    no_args_is_help=True,
)
group.add_typer(register.group, name="register")


@group.command("exposure")
def exposure(
    viewer: AnyViewerOption = "",
    store: StoreOption = DEFAULT_STORE,
    tables: TablesOption = None,
    as_of: AsOfOption = None,
    recovery: Annotated[
        list[str] | None,
        typer.Option(
            "--recovery",
            help="Days to recover, KIND=DAYS (party, parent, site, country); may be repeated.",
        ),
    ] = None,
    weight: Annotated[
        str, typer.Option("--weight", help="What a unit lost counts as: days or euro.")
    ] = "days",
    pairs: Annotated[
        int, typer.Option("--pairs", min=0, max=100, help="Pairs among so many of the worst.")
    ] = 5,
    worth: Annotated[
        int,
        typer.Option(
            "--worth",
            min=0,
            max=100,
            help="For so many of the worst: what binds, and what more of it saves.",
        ),
    ] = 3,
    out: OutOption = None,
    page: PageOption = None,
    save: SaveOption = False,
    rows: ShownOption = 12,
    json: JsonOption = False,
) -> None:
    """Time to survive and least loss until recovery, by linear programmes (TTS, TTR, REI)."""
    from redball import app
    from redball.cli.answer_screen import Delivery, deliver
    from redball.cli.output import progress_bar

    options = app.ExposureOptions(app.recoveries(recovery or []), weight, pairs, worth)
    with progress_bar(quiet=json) as progress:
        answer = app.risk_exposure(app.inputs_of(store, viewer, as_of, tables), options, progress)
    deliver(answer, Delivery(json, out, page, save, store, rows))


@group.command("cascade")
def cascade(
    viewer: AnyViewerOption = "",
    store: StoreOption = DEFAULT_STORE,
    tables: TablesOption = None,
    as_of: AsOfOption = None,
    by: Annotated[str, typer.Option("--by", help="What is closed: party or parent.")] = "party",
    market: Annotated[
        str,
        typer.Option("--market", help="Who can stand in for a lost supplier: none or sector."),
    ] = "none",
    tolerance: Annotated[
        float,
        typer.Option(
            "--tolerance", min=1e-9, max=0.5, help="Stop rule of the index; part of its definition."
        ),
    ] = 1e-2,
    out: OutOption = None,
    page: PageOption = None,
    save: SaveOption = False,
    rows: ShownOption = 12,
    json: JsonOption = False,
) -> None:
    """Follow the loss of each supplier through the tiers (ESRI), with its shares of the whole."""
    from redball import app
    from redball.cli.answer_screen import Delivery, deliver
    from redball.cli.output import progress_bar

    with progress_bar(quiet=json) as progress:
        answer = app.risk_cascade(
            app.inputs_of(store, viewer, as_of, tables),
            by=by, market=market, tolerance=tolerance, progress=progress,
        )  # fmt: skip
    deliver(answer, Delivery(json, out, page, save, store, rows))


@group.command("sectors")
def sectors(
    flows: Annotated[
        Path,
        typer.Option(
            "--flows",
            help="CSV: supplier_region, supplier_sector, customer_region, customer_sector, value.",
        ),
    ],
    final_demand: Annotated[
        Path, typer.Option("--final-demand", help="CSV: region, sector, value.")
    ],
    lose: Annotated[
        list[str] | None,
        typer.Option("--lose", help="REGION/SECTOR, or REGION for all of it; may be repeated."),
    ] = None,
    share: Annotated[
        float, typer.Option("--share", min=0, max=1, help="Share of the capacity that is lost.")
    ] = 0.2,
    start_day: Annotated[int, typer.Option("--start-day", min=0, help="First day of it.")] = 5,
    for_days: Annotated[int, typer.Option("--for-days", min=1, help="Days of full loss.")] = 60,
    recovery_days: Annotated[
        int, typer.Option("--recovery-days", min=0, help="Days on which it falls to nothing.")
    ] = 30,
    days: Annotated[int, typer.Option("--days", min=1, max=36_600, help="Days to follow.")] = 365,
    label: Annotated[str, typer.Option("--label", help="Label of the two files.")] = "",
    viewer: AnyViewerOption = "",
    out: OutOption = None,
    page: PageOption = None,
    rows: ShownOption = 12,
    json: JsonOption = False,
) -> None:
    """Follow a loss of capacity through regions and sectors day by day (ARIO)."""
    from redball import app
    from redball.cli.answer_screen import Delivery, deliver
    from redball.cli.output import progress_bar

    options = app.SectorOptions(
        flows, final_demand, tuple(lose or ()), share, start_day, for_days, recovery_days, days,
        label,
    )  # fmt: skip
    with progress_bar(quiet=json) as progress:
        answer = app.risk_sectors(options, viewer, progress)
    deliver(answer, Delivery(json, out, page, save=False, store="", rows=rows))
