"""``redball stock curve``: the readiness that every budget buys."""

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
from redball.cli.stock.options import (
    EURO_MOST,
    EmptyOption,
    ForecastOption,
    NationOption,
    ShelfOption,
    SystemOption,
)


def curve(
    viewer: AnyViewerOption = "",
    store: StoreOption = DEFAULT_STORE,
    tables: TablesOption = None,
    as_of: AsOfOption = None,
    system: SystemOption = None,
    nation: NationOption = None,
    points: Annotated[
        int, typer.Option("--points", min=2, max=1000, help="Points of the curve.")
    ] = 40,
    budget: Annotated[
        float | None,
        typer.Option("--budget", min=0.0, max=EURO_MOST, help="EUR at which the curve ends."),
    ] = None,
    from_empty: EmptyOption = False,
    support: Annotated[
        bool,
        typer.Option("--support/--no-support", help="Evaluate with mutual support too."),
    ] = True,
    forecast: ForecastOption = False,
    shelf_only: ShelfOption = False,
    out: OutOption = None,
    page: PageOption = None,
    save: SaveOption = False,
    rows: ShownOption = 12,
    json: JsonOption = False,
) -> None:
    """Show readiness against budget, each point the best stock for its cost."""
    from redball import app
    from redball.cli.answer_screen import Delivery, deliver
    from redball.cli.output import progress_bar

    sparing = app.SparingOptions(
        tuple(system or ()), tuple(nation or ()), forecast, due_in=not shelf_only
    )
    options = app.CurveOptions(
        sparing, points, budget, "empty" if from_empty else "holdings", support
    )
    with progress_bar(quiet=json) as progress:
        answer = app.stock_curve(app.inputs_of(store, viewer, as_of, tables), options, progress)
    deliver(answer, Delivery(json, out, page, save, store, rows))
