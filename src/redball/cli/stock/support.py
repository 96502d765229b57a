"""``redball stock support``: what mutual support gives to each nation."""

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


def support(
    viewer: AnyViewerOption = "",
    store: StoreOption = DEFAULT_STORE,
    tables: TablesOption = None,
    as_of: AsOfOption = None,
    system: SystemOption = None,
    nation: NationOption = None,
    forecast: ForecastOption = False,
    shelf_only: ShelfOption = False,
    out: OutOption = None,
    page: PageOption = None,
    save: SaveOption = False,
    rows: ShownOption = 15,
    json: JsonOption = False,
) -> None:
    """Show what the agreements on mutual support give to each nation, on the stock that is."""
    from redball import app
    from redball.cli.answer_screen import Delivery, deliver
    from redball.cli.output import progress_bar

    options = app.SparingOptions(
        tuple(system or ()), tuple(nation or ()), forecast, due_in=not shelf_only
    )
    with progress_bar(quiet=json) as progress:
        answer = app.stock_support(app.inputs_of(store, viewer, as_of, tables), options, progress)
    deliver(answer, Delivery(json, out, page, save, store, rows))
