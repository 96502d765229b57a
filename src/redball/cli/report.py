"""``redball report``: the picture and the findings, or a briefing, in any form."""

from pathlib import Path
from typing import Annotated

import typer

from redball.cli.options import DEFAULT_STORE, AsOfOption, JsonOption, StoreOption, ViewerOption


def report(
    viewer: ViewerOption,
    out: Annotated[Path, typer.Argument(help="File to write: .html, .pdf, .png or .xlsx.")] = Path(
        "redball-report.html"
    ),
    store: StoreOption = DEFAULT_STORE,
    as_of: AsOfOption = None,
    briefing: Annotated[
        bool, typer.Option("--briefing", help="The short one: two to four pages to act on.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Write picture and findings as page, PDF, image or workbook, with label, age and hash."""
    from redball import app
    from redball.cli.output import console, print_json
    from redball.cli.safe import safe

    view = app.View(store, viewer, app.parse_moment(as_of) if as_of else None)
    if briefing:
        from redball.app.briefing import write_briefing

        path, origin = write_briefing(view, out)
    else:
        path, origin = app.report(view, out)
    if json:
        print_json({"report": path, "origin": origin.as_dict()})
    else:
        console.print(f"Report: {safe(path)}", soft_wrap=True)
