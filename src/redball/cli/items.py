"""``redball items``: the same article under several names."""

from typing import Annotated

import typer

from redball.cli.options import (
    DEFAULT_STORE,
    MOST_ROWS,
    AsOfOption,
    JsonOption,
    StoreOption,
    ViewerOption,
)

group = typer.Typer(help="Recognise the same article under several names.", no_args_is_help=True)


@group.command("candidates")
def candidates(
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    as_of: AsOfOption = None,
    score: Annotated[float, typer.Option("--score", min=0, max=1, help="Least score.")] = 0.75,
    rows: Annotated[int, typer.Option("--rows", min=1, max=MOST_ROWS, help="Rows to show.")] = 20,
    json: JsonOption = False,
) -> None:
    """List pairs that may be the same article, for a person to confirm."""
    from redball import app
    from redball.cli.output import print_json, show_frame
    from redball.cli.screens import show_banner

    view = app.View(store, viewer, app.parse_moment(as_of) if as_of else None)
    found = app.candidates(view, minimum_score=score)
    if json:
        print_json({"origin": found.origin.as_dict(), "candidates": found.frame})
        return
    show_banner(found.origin)
    show_frame(
        found.frame,
        "May be the same article",
        rows=rows,
        hint="Use --rows or --json.",
        notes="Confirm with: redball items decide A B --same --by NAME",
    )


@group.command("conflicts")
def conflicts(
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    as_of: AsOfOption = None,
    rows: Annotated[int, typer.Option("--rows", min=1, help="Rows to show.")] = 20,
    json: JsonOption = False,
) -> None:
    """List contradictions between stock numbers and verdicts that a person must settle."""
    from redball import app
    from redball.cli.output import print_json, show_frame
    from redball.cli.screens import show_banner

    view = app.View(store, viewer, app.parse_moment(as_of) if as_of else None)
    found = app.conflicts(view)
    if json:
        print_json({"origin": found.origin.as_dict(), "conflicts": found.frame})
        return
    show_banner(found.origin)
    show_frame(found.frame, "Contradictions to settle", rows=rows, hint="Use --rows or --json.")


@group.command("decide")
def decide(
    item_a: Annotated[str, typer.Argument(help="OWNER:KEY of one record.")],
    item_b: Annotated[str, typer.Argument(help="OWNER:KEY of the other.")],
    same: Annotated[bool, typer.Option("--same/--different", help="The verdict.")],
    by: Annotated[str, typer.Option("--by", help="Who decides.")],
    viewer: ViewerOption,
    reason: Annotated[str, typer.Option("--reason", help="Why.")] = "",
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Record a person's verdict on two records."""
    from redball import app
    from redball.cli.output import console, print_json
    from redball.cli.safe import safe

    verdict = app.Verdict(item_a, item_b, same, by, reason)
    result = app.decide(app.View(store, viewer), verdict)
    if json:
        print_json(result)
        return
    word = "the same article" if same else "different articles"
    console.print(f"Recorded: {safe(item_a)} and {safe(item_b)} are {word}, by {safe(by)}.")
