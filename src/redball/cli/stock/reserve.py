"""``redball stock reserve``: how much to hold against a disruption, and how fast it leaves."""

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
from redball.cli.stock.options import EURO_MOST

_Nations = Annotated[
    list[str] | None,
    typer.Option("--nation", help="Only use and stock at the sites of this one; may be repeated."),
]


def reserve(
    viewer: AnyViewerOption = "",
    store: StoreOption = DEFAULT_STORE,
    tables: TablesOption = None,
    as_of: AsOfOption = None,
    duration: Annotated[
        str,
        typer.Option(
            "--duration",
            help="Length of a disruption: days:30, exponential:60 (mean) or lognormal:4.0:0.8.",
        ),
    ] = "exponential:60",
    budget: Annotated[
        float | None, typer.Option("--budget", min=0.0, max=EURO_MOST, help="EUR to spend.")
    ] = None,
    storage_t: Annotated[
        float | None, typer.Option("--storage-t", min=0.0, help="Mass that can be stored.")
    ] = None,
    storage_m3: Annotated[
        float | None, typer.Option("--storage-m3", min=0.0, help="Volume that can be stored.")
    ] = None,
    supply_class: Annotated[
        list[str] | None,
        typer.Option("--class", help="Only this class of supply, such as NATO:I; may be repeated."),
    ] = None,
    nation: _Nations = None,
    demand_factor: Annotated[
        float,
        typer.Option(
            "--demand-factor",
            min=0.0,
            max=1000.0,
            help="Consumption meanwhile, times that of peacetime.",
        ),
    ] = 1.0,
    cover: Annotated[
        float,
        typer.Option(
            "--cover",
            min=0.01,
            max=0.999999,
            help="Hold no item beyond what covers this share of disruptions.",
        ),
    ] = 0.99,
    release_days: Annotated[
        float | None,
        typer.Option(
            "--release-days",
            min=0.0,
            max=MOST_DAYS,
            help="Release so many days of use to every site that has less; else what is required.",
        ),
    ] = None,
    hours: Annotated[
        str, typer.Option("--hours", help="Hours by which stock is to leave, one window for each.")
    ] = "24,48,72",
    out: OutOption = None,
    page: PageOption = None,
    save: SaveOption = False,
    rows: ShownOption = 15,
    json: JsonOption = False,
) -> None:
    """Size and compose a reserve, say what rotates free and what expires, plan its release."""
    from redball import app
    from redball.cli.answer_screen import Delivery, deliver
    from redball.cli.output import progress_bar

    options = app.ReserveOptions(
        duration=app.parse_duration(duration),
        duration_words=duration,
        budget=budget,
        storage_t=storage_t,
        storage_m3=storage_m3,
        classes=tuple(supply_class or ()),
        nations=tuple(nation or ()),
        demand_factor=demand_factor,
        cover=cover,
        release_days=release_days,
        hours=app.parse_hours(hours),
    )
    with progress_bar(quiet=json) as progress:
        answer = app.stock_reserve(app.inputs_of(store, viewer, as_of, tables), options, progress)
    deliver(answer, Delivery(json, out, page, save, store, rows))
