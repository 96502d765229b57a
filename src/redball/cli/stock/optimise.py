"""``redball stock optimise`` and ``explain``: what to move and buy, and why."""

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

_Budget = Annotated[
    float | None, typer.Option("--budget", min=0.0, max=EURO_MOST, help="EUR to spend.")
]
_Targets = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        help="In place of a budget: 0.9, nation=NLD:0.9, system=DEU:IFV:0.9, site=DEU:BASE-1:0.9 "
        "or unit=DEU:PZG-1:0.9; may be repeated.",
    ),
]
_Move = Annotated[
    bool,
    typer.Option(
        "--move", help="Move what is held to where it does most before buying; with --budget."
    ),
]
_MoveCost = Annotated[
    float, typer.Option("--move-cost", min=0.0, max=1e9, help="EUR for moving one unit.")
]
_Between = Annotated[
    bool, typer.Option("--between-nations", help="Move between nations too, not only within each.")
]
_Storage = Annotated[
    bool,
    typer.Option(
        "--storage", help="Keep to the mass and volume that sites can store; with --budget."
    ),
]


def optimise(
    viewer: AnyViewerOption = "",
    store: StoreOption = DEFAULT_STORE,
    tables: TablesOption = None,
    as_of: AsOfOption = None,
    budget: _Budget = None,
    target: _Targets = None,
    system: SystemOption = None,
    nation: NationOption = None,
    from_empty: EmptyOption = False,
    move: _Move = False,
    move_cost: _MoveCost = 0.0,
    between_nations: _Between = False,
    storage: _Storage = False,
    forecast: ForecastOption = False,
    shelf_only: ShelfOption = False,
    out: OutOption = None,
    page: PageOption = None,
    save: SaveOption = False,
    rows: ShownOption = 15,
    json: JsonOption = False,
) -> None:
    """Find the best stock for a budget, or the cheapest that reaches targets."""
    from redball import app
    from redball.cli.answer_screen import Delivery, deliver
    from redball.cli.output import progress_bar

    options = app.OptimiseOptions(
        sparing=app.SparingOptions(
            tuple(system or ()), tuple(nation or ()), forecast, due_in=not shelf_only
        ),
        budget=budget,
        targets=tuple(target or ()),
        start="empty" if from_empty else "holdings",
        move=move,
        move_cost=move_cost,
        move_between_nations=between_nations,
        storage=storage,
    )
    with progress_bar(quiet=json) as progress:
        answer = app.stock_optimise(app.inputs_of(store, viewer, as_of, tables), options, progress)
    deliver(answer, Delivery(json, out, page, save, store, rows))


def explain(
    viewer: AnyViewerOption = "",
    store: StoreOption = DEFAULT_STORE,
    tables: TablesOption = None,
    as_of: AsOfOption = None,
    budget: _Budget = None,
    target: _Targets = None,
    system: SystemOption = None,
    nation: NationOption = None,
    from_empty: EmptyOption = False,
    most: Annotated[
        int,
        typer.Option("--most", min=1, max=100_000, help="How many buys to explain: the dearest."),
    ] = 200,
    forecast: ForecastOption = False,
    shelf_only: ShelfOption = False,
    out: OutOption = None,
    page: PageOption = None,
    save: SaveOption = False,
    rows: ShownOption = 15,
    json: JsonOption = False,
) -> None:
    """Explain each buy: its cost, readiness before and after, and the next best."""
    from redball import app
    from redball.cli.answer_screen import Delivery, deliver
    from redball.cli.output import progress_bar

    options = app.OptimiseOptions(
        sparing=app.SparingOptions(
            tuple(system or ()), tuple(nation or ()), forecast, due_in=not shelf_only
        ),
        budget=budget,
        targets=tuple(target or ()),
        start="empty" if from_empty else "holdings",
    )
    inputs = app.inputs_of(store, viewer, as_of, tables)
    with progress_bar(quiet=json) as progress:
        answer = app.stock_explain(inputs, options, progress, limit=most)
    deliver(answer, Delivery(json, out, page, save, store, rows))
