"""``redball picture``: what have we, where, for how long."""

from pathlib import Path
from typing import Annotated

import typer

from redball.cli.options import (
    DEFAULT_STORE,
    MOST_DAYS,
    MOST_ROWS,
    AsOfOption,
    JsonOption,
    PageOption,
    StoreOption,
    ViewerOption,
)


def picture(
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    as_of: AsOfOption = None,
    table: Annotated[
        str | None, typer.Option("--table", help="One table whole, such as by_site.")
    ] = None,
    window: Annotated[
        int, typer.Option("--window", min=1, max=MOST_DAYS, help="Days of history for consumption.")
    ] = 365,
    horizon: Annotated[
        int, typer.Option("--horizon", min=1, max=MOST_DAYS, help="Days ahead for expiring lots.")
    ] = 180,
    rows: Annotated[
        int, typer.Option("--rows", min=1, max=MOST_ROWS, help="Rows to show of each table.")
    ] = 12,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write every table as CSV into this folder.")
    ] = None,
    report: PageOption = None,
    nation: Annotated[str, typer.Option("--nation", help="Of the report: its places.")] = "",
    supply_class: Annotated[str, typer.Option("--class", help="Of the report: places with it.")] = (
        ""
    ),
    kind: Annotated[str, typer.Option("--kind", help="Of the report: sites of this kind.")] = "",
    level: Annotated[str, typer.Option("--level", help="Of the report: this and worse.")] = "",
    text: Annotated[str, typer.Option("--text", help="Of the report: part of a name.")] = "",
    ahead: Annotated[
        int, typer.Option("--ahead", min=0, max=MOST_DAYS, help="Of the report: days ahead.")
    ] = 0,
    json: JsonOption = False,
) -> None:
    """Show the recognised logistics picture: stock, days of supply, readiness, in transit."""
    from redball import app
    from redball.cli.output import print_json
    from redball.cli.screens import show_picture, warn_of_unknown_viewer

    view = app.View(store, viewer, app.parse_moment(as_of) if as_of else None)
    options = app.PictureOptions(window_days=window, horizon_days=horizon)
    result = app.picture(view, options)
    warn_of_unknown_viewer(result.seen)
    tables = app.picture_tables(result, table)
    if out is not None:
        app.write_tables(tables, out, result.origin)
    if report is not None:
        from redball.app.operating import Chosen
        from redball.app.page_reports import picture_content, write_page

        chosen = Chosen(nation, supply_class, kind, level, text, ahead)
        write_page(picture_content(view, chosen), report, "map")
    if json:
        print_json({"origin": result.origin.as_dict(), "tables": tables})
    else:
        show_picture(result, tables, rows=rows, whole=table is not None)
