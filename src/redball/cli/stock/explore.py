"""``redball stock explore``: one place on the budget curve."""

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


def explore(
    viewer: AnyViewerOption = "",
    store: StoreOption = DEFAULT_STORE,
    tables: TablesOption = None,
    as_of: AsOfOption = None,
    budget: Annotated[
        float | None,
        typer.Option("--budget", min=0.0, max=EURO_MOST, help="EUR; the curve's end if absent."),
    ] = None,
    target: Annotated[
        float | None,
        typer.Option("--target", help="In place of a budget: mean availability to be reached."),
    ] = None,
    system: SystemOption = None,
    nation: NationOption = None,
    points: Annotated[
        int, typer.Option("--points", min=2, max=1000, help="Points of the curve.")
    ] = 40,
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
    rows: ShownOption = 15,
    json: JsonOption = False,
) -> None:
    """Say what a budget buys on the readiness curve, whom it helps, and what is next best."""
    from redball import app
    from redball.app.exploring import ExploreOptions, stock_explore
    from redball.cli.answer_screen import Delivery, deliver
    from redball.cli.output import progress_bar

    sparing = app.SparingOptions(
        tuple(system or ()), tuple(nation or ()), forecast, due_in=not shelf_only
    )
    curve = app.CurveOptions(
        sparing, points, start="empty" if from_empty else "holdings", support=support
    )
    options = ExploreOptions(curve, budget, target)
    inputs = app.inputs_of(store, viewer, as_of, tables)
    with progress_bar(quiet=json) as progress:
        answer = stock_explore(inputs, options, progress)
    deliver(answer, Delivery(json, out, page, save, store, rows))
