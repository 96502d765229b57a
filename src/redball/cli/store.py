"""``redball store``: make a store, see what it holds."""

import typer

from redball.cli.options import DEFAULT_STORE, JsonOption, StoreOption

group = typer.Typer(help="Make a store and see what it holds.", no_args_is_help=True)


@group.command("init")
def init(store: StoreOption = DEFAULT_STORE, json: JsonOption = False) -> None:
    """Make an empty store, or bring an older one up to date."""
    from redball import app
    from redball.cli.output import console, print_json

    info = app.init_store(store)
    if json:
        print_json(info)
    else:
        console.print(f"Store ready: {store} (schema {info.schema_revision}).")


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
        f"{state.engine} store, schema {state.schema_revision}, {state.size_bytes / 1e6:,.1f} MB; "
        f"owners: {', '.join(state.owners) or 'none yet'}"
    )
    rows = pl.DataFrame(
        [{"table": name, "rows": n} for name, n in state.rows.items() if n],
        schema={"table": pl.String, "rows": pl.Int64},
    )
    show_frame(rows, "Current rows", rows=40)
    show_frame(feeds, "Packages, newest first", rows=10)
