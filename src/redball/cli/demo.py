"""``redball demo``: the exercise coalition from raw national data to the picture."""

from pathlib import Path
from typing import Annotated

import typer

from redball.cli.options import JsonOption


def demo(
    folder: Annotated[
        Path, typer.Option("--dir", help="Folder for the packages, the store and the report.")
    ] = Path("redball-demo"),
    viewer: Annotated[str, typer.Option("--viewer", help="Who looks.")] = "XAG",
    serve: Annotated[
        bool,
        typer.Option("--serve", help="End by serving the example on this machine, until Ctrl-C."),
    ] = False,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Where to serve; another if taken.")
    ] = 8471,
    budget: Annotated[
        str, typer.Option("--budget", help="Of the plan, over three years; 0 for no plan.")
    ] = "2M",
    json: JsonOption = False,
) -> None:
    """Make the exercise coalition, show its picture and findings, and plan for a budget.

    With --serve it ends by serving the pages, as make demo does; with --json never.
    """
    from redball import app
    from redball.cli.finding_screen import finding_json
    from redball.cli.output import print_json, progress_bar
    from redball.cli.tour import show_demo

    with progress_bar(quiet=json) as progress:
        result = app.demo(folder, viewer=viewer, budget=app.budget_of(budget), progress=progress)
    if json:
        print_json(
            {
                "report": result.report,
                "store": result.store,
                "origin": result.picture.origin.as_dict(),
                "packages": result.packages,
                "tables": app.picture_tables(result.picture),
                "order_report": result.order_report,
                "readiness": result.curve.content,
                "orders": result.orders.content,
                "stress_report": result.stress_report,
                "stress": result.stress.content,
                "scenarios": result.comparison.content,
                "plan_report": result.plan_report,
                "plan": None if result.plan is None else result.plan.content,
                "plan_kept_as": result.plan_key,
                "sharing": {
                    "agreement": result.sharing.agreement,
                    "views": result.sharing.views,
                    "said": result.sharing.difference.said,
                    "difference": result.sharing.difference.rows,
                    "proof": result.sharing.proof,
                    "public_key": result.sharing.public_key,
                },
                "ledger": result.sharing.verdict.as_dict(),
                "findings": [finding_json(f) for f in result.findings.findings],
            }
        )
    else:
        show_demo(result)
        if serve:
            from redball.cli.serving import serve_example

            serve_example(str(result.store), port)
