"""``redball work``: long work on the server of a store, for its operator."""

from typing import Annotated

import typer

from redball.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    OutOption,
    PageOption,
    SaveOption,
    ShownOption,
    StoreOption,
    ViewerOption,
)
from redball.cli.work_drafts import group as drafts

group = typer.Typer(
    help="Long work on a server: see it, cancel it, set what it found side by side. People ask for "
    "it on the pages.",
    no_args_is_help=True,
)

group.add_typer(drafts, name="draft")

KeyArgument = Annotated[str, typer.Argument(help="Key of the work, as 'list' shows it.")]


@group.command("list")
def list_(
    viewer: ViewerOption, store: StoreOption = DEFAULT_STORE, json: JsonOption = False
) -> None:
    """List everybody's work, the newest first."""
    from redball.app.work import work_list
    from redball.cli.output import print_json, show_frame

    found = work_list(store, viewer)
    if json:
        print_json({"work": found})
    else:
        show_frame(found.drop("subject", "error"), "Long work", rows=50)


@group.command("show")
def show(
    key: KeyArgument,
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Show one piece of work."""
    from redball.app.work import NoSuchWork, work_list
    from redball.cli.output import console, print_json
    from redball.cli.safe import safe

    found = [row for row in work_list(store, viewer).to_dicts() if row["key"] == key]
    if not found:
        raise NoSuchWork
    if json:
        print_json(found[0])
    else:
        for name, value in found[0].items():
            console.print(f"{name:10} {safe(value)}", highlight=False, soft_wrap=True)


@group.command("cancel")
def cancel(
    key: KeyArgument,
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """End a piece of work that waits or runs."""
    from redball.app.work import work_cancel
    from redball.cli.output import console, print_json

    work_cancel(store, viewer, key)
    if json:
        print_json({"cancelled": key})
    else:
        console.print("Cancelled.")


@group.command("beside")
def beside(
    answers: Annotated[
        list[str],
        typer.Argument(help="Two to four kept answers by key; 'redball store results' lists them."),
    ],
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    baseline: Annotated[
        str | None,
        typer.Option("--baseline", help="Key or letter (A is the first) of what to compare with."),
    ] = None,
    out: OutOption = None,
    page: PageOption = None,
    save: SaveOption = False,
    rows: ShownOption = 12,
    json: JsonOption = False,
) -> None:
    """Set kept futures side by side: figures with differences, curves, and what differs."""
    from redball import app
    from redball.app.futures import futures_beside
    from redball.cli.answer_screen import Delivery, deliver

    found = futures_beside(app.View(store, viewer), answers, baseline)
    deliver(found, Delivery(json, out, page, save, store, rows))
