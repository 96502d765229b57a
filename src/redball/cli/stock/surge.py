"""``redball stock surge``: availability by day, and the stock that holds through it."""

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
from redball.cli.stock.options import ForecastOption, NationOption, ShelfOption, SystemOption


def surge(
    viewer: AnyViewerOption = "",
    store: StoreOption = DEFAULT_STORE,
    tables: TablesOption = None,
    as_of: AsOfOption = None,
    system: SystemOption = None,
    nation: NationOption = None,
    surges: Annotated[
        list[str] | None,
        typer.Option(
            "--surge",
            help="Days and multiplier of demand, FIRST:END:TIMES such as 0:30:3; may be repeated.",
        ),
    ] = None,
    no_repair: Annotated[
        list[str] | None,
        typer.Option(
            "--no-repair", help="Days without repair, FIRST:END such as 0:10; may be repeated."
        ),
    ] = None,
    no_transport: Annotated[
        list[str] | None,
        typer.Option(
            "--no-transport", help="Days on which nothing arrives, FIRST:END; may be repeated."
        ),
    ] = None,
    profile: Annotated[
        Path | None,
        typer.Option(
            "--profile",
            help="CSV: kind (demand, repair, transport), start_day, end_day, multiplier, and item, "
            "supply_class, site or nation where it does not hold for all.",
        ),
    ] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=1000, help="Days to follow.")] = 60,
    target: Annotated[
        float | None,
        typer.Option(
            "--target",
            min=0.01,
            max=0.9999,
            help="Availability to hold at every site on every day; says what to add.",
        ),
    ] = None,
    law: Annotated[
        str,
        typer.Option(
            "--repair-law",
            help="Law of the repair time: exponential, constant or erlang (four phases).",
        ),
    ] = "exponential",
    forecast: ForecastOption = False,
    shelf_only: ShelfOption = False,
    out: OutOption = None,
    page: PageOption = None,
    save: SaveOption = False,
    rows: ShownOption = 12,
    json: JsonOption = False,
) -> None:
    """Follow availability day by day over a surge, and find the stock that holds through it."""
    from redball import app
    from redball.cli.answer_screen import Delivery, deliver
    from redball.cli.output import progress_bar

    sparing = app.SparingOptions(
        tuple(system or ()), tuple(nation or ()), forecast, due_in=not shelf_only
    )
    options = app.SurgeOptions(
        sparing=sparing,
        surges=app.surges_of(surges or []),
        no_repair=app.spans_of(no_repair or []),
        no_transport=app.spans_of(no_transport or []),
        profile=profile,
        days=days,
        target=target,
        law=app.parse_law(law),
    )
    with progress_bar(quiet=json) as progress:
        answer = app.stock_surge(app.inputs_of(store, viewer, as_of, tables), options, progress)
    deliver(answer, Delivery(json, out, page, save, store, rows))
