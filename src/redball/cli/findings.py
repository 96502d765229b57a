"""``redball findings``: what would break the network, and the rows behind each finding."""

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

FAILED = 1


def findings(
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    as_of: AsOfOption = None,
    rule: Annotated[
        list[str] | None, typer.Option("--rule", help="Only this rule; may be repeated.")
    ] = None,
    at_least: Annotated[
        str, typer.Option("--level", help="Show this level and worse: caution, serious, critical.")
    ] = "caution",
    fail_on: Annotated[
        str | None,
        typer.Option(
            "--fail-on", help="Exit with 1 when there is a finding of this level or worse."
        ),
    ] = None,
    threshold: Annotated[
        list[str] | None,
        typer.Option("--threshold", help="NAME=VALUE; may be repeated. --thresholds lists them."),
    ] = None,
    list_thresholds: Annotated[
        bool, typer.Option("--thresholds", help="List the thresholds and their values.")
    ] = False,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Show the rows behind each.")
    ] = False,
    rows: Annotated[
        int, typer.Option("--rows", min=1, max=MOST_ROWS, help="Findings to show of each rule.")
    ] = 5,
    json: JsonOption = False,
) -> None:
    """Show what would break the network, worst first."""
    from redball import app
    from redball.cli.finding_screen import finding_json, show_findings
    from redball.cli.output import print_json, show_frame
    from redball.cli.screens import warn_of_unknown_viewer

    options = app.finding_options(threshold or [])
    if list_thresholds:
        values = app.threshold_table(options)
        print_json({"thresholds": values}) if json else show_frame(values, "Thresholds", rows=100)
        return
    shown_level, failing = app.parse_level(at_least), app.parse_level(fail_on) if fail_on else None
    app.check_rules(rule or [])
    view = app.View(store, viewer, app.parse_moment(as_of) if as_of else None)
    result = app.findings(view, options)
    warn_of_unknown_viewer(result.seen)
    chosen = [f for f in result.findings if not rule or f.rule in rule]
    shown = [f for f in chosen if f.level.rank >= shown_level.rank]
    if json:
        refs = (ref for f in shown for ref in f.evidence)
        rows_of = app.evidence_rows(result.seen.twin, refs) if evidence else None
        document = {
            "origin": result.origin.as_dict(),
            "findings": [finding_json(f, rows_of) for f in shown],
        }
        print_json(document)
    else:
        show_findings(result, shown, rows=rows, evidence=evidence)
    if failing is not None and any(f.level.rank >= failing.rank for f in chosen):
        raise typer.Exit(FAILED)
