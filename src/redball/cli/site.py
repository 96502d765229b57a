"""``redball site``: what a site holds, who feeds it, how long it lasts, what depends on it."""

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


def site(
    key: Annotated[str, typer.Argument(help="The site: OWNER:KEY, or a key of your own.")],
    viewer: AnyViewerOption = "",
    store: StoreOption = DEFAULT_STORE,
    as_of: AsOfOption = None,
    tables: TablesOption = None,
    out: OutOption = None,
    page: PageOption = None,
    save: SaveOption = False,
    rows: ShownOption = 12,
    json: JsonOption = False,
) -> None:
    """Show one site: what it holds, who feeds it, how long it lasts, what depends on it."""
    from redball import app
    from redball.app.operating import site_sheet
    from redball.cli.answer_screen import Delivery, deliver

    answer = site_sheet(app.inputs_of(store, viewer, as_of, tables), key)
    deliver(answer, Delivery(json, out, page, save, store, rows))
