"""``redball report``: the picture and the findings as one page that stands alone."""

from pathlib import Path
from typing import Annotated

import typer

from redball.cli.options import DEFAULT_STORE, AsOfOption, JsonOption, StoreOption, ViewerOption


def report(
    viewer: ViewerOption,
    out: Annotated[Path, typer.Argument(help="HTML file to write.")] = Path("redball-report.html"),
    store: StoreOption = DEFAULT_STORE,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> None:
    """Write picture and findings as one HTML page, for reading offline and printing."""
    from redball import app
    from redball.cli.output import console, print_json
    from redball.cli.safe import safe

    view = app.View(store, viewer, app.parse_moment(as_of) if as_of else None)
    path, origin = app.report(view, out)
    if json:
        print_json({"report": path, "origin": origin.as_dict()})
    else:
        console.print(f"Report: {safe(path)}", soft_wrap=True)
