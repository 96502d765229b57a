"""``redball store``: make a store, see what it holds."""

from typing import Annotated

import typer

from redball.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    OutOption,
    ShownOption,
    StoreOption,
    ViewerOption,
)

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


@group.command("results")
def results(
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    kind: Annotated[
        str | None, typer.Option("--kind", help="Only these, such as 'stock curve'.")
    ] = None,
    rows: ShownOption = 20,
    json: JsonOption = False,
) -> None:
    """List the answers that were kept with --save, the newest first."""
    from redball import app
    from redball.cli.output import print_json, show_frame

    kept = app.kept_answers(store, viewer, kind)
    if json:
        print_json({"results": kept})
    else:
        show_frame(kept, f"Answers kept for {viewer}", rows=rows)


@group.command("result")
def result(
    key: Annotated[str, typer.Argument(help="Key of the answer; its first letters are enough.")],
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    out: OutOption = None,
    rows: ShownOption = 15,
    json: JsonOption = False,
) -> None:
    """Show an answer that was kept with --save."""
    from redball import app
    from redball.cli.answer_screen import Delivery, deliver

    found = app.kept_answer(store, viewer, key)
    kept = {"key": found.key, "inputs_hash": found.inputs_hash, "made_at": found.made_at}
    answer = app.kept_as_answer(store, viewer, found)
    deliver(answer, Delivery(json=json, out=out, rows=rows), kept)
