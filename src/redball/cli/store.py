"""``redball store``: make a store, see what it holds."""

import typer

from redball.cli.options import DEFAULT_STORE, JsonOption, StoreOption

group = typer.Typer(help="Make a store and see what it holds.", no_args_is_help=True)


@group.command("init")
def init(store: StoreOption = DEFAULT_STORE, json: JsonOption = False) -> None:
    """Make an empty store, or bring an older one up to date."""
    from redball import app
    from redball.cli.output import console, print_json
    from redball.cli.safe import safe

    info = app.init_store(store)
    if json:
        print_json(info)
    else:
        console.print(f"Store ready: {safe(store)} (schema {info.schema}).")


@group.command("info")
def info(store: StoreOption = DEFAULT_STORE, json: JsonOption = False) -> None:
    """Show size, tables, owners and the last packages."""
    import polars as pl

    from redball import app
    from redball.cli.output import console, print_json, show_frame

    state = app.store_info(store)
    feeds = app.feeds(store)
    if json:
        print_json({"info": state, "feeds": feeds})
        return
    console.print(
        f"{state.engine} store, schema {state.schema}, {state.size_bytes / 1e6:,.1f} MB; "
        f"owners: {', '.join(state.owners) or 'none yet'}"
    )
    rows = pl.DataFrame(
        [
            {"table": name, "current": n.current, "replaced or withdrawn": n.history}
            for name, n in state.rows.items()
            if n.current or n.history
        ],
        schema={"table": pl.String, "current": pl.Int64, "replaced or withdrawn": pl.Int64},
    )
    show_frame(rows, "Rows", rows=40)
    show_frame(feeds, "Packages, newest first", rows=10)
