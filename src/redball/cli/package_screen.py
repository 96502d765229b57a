"""Console screens of a check and an import."""

import polars as pl

from redball.app import CheckOutcome, ImportOutcome
from redball.cli.output import console, show_frame
from redball.cli.safe import safe
from redball.store import ImportResult


def show_check(outcome: CheckOutcome, *, rows: int) -> None:
    """Show what a check found."""
    checked = outcome.check
    counts = checked.counts
    console.print(f"[bold reverse] {safe(checked.marking)} [/]")
    title = safe(outcome.package.manifest.title or checked.owner)
    console.print(
        f"[bold]{title}[/bold] of {safe(checked.owner)}: "
        f"{counts['rows']:,} rows, {counts['errors']:,} errors, {counts['warnings']:,} warnings"
    )
    console.print(f"Feed score {checked.score.text}")
    show_issues(checked.issues, rows)
    if outcome.workbook:
        console.print(f"Error workbook: {safe(outcome.workbook)}", soft_wrap=True)


def show_issues(issues: pl.DataFrame, rows: int) -> None:
    """List issues, errors first: where, what was seen, what is wrong, how to mend it."""
    ordered = issues.sort("severity", maintain_order=True)
    for issue in ordered.head(rows).iter_rows(named=True):
        style = "bold red" if issue["severity"] == "error" else "yellow"
        line = "" if issue["line"] is None else f" line {issue['line']:,}"
        column = f", {issue['column']}" if issue["column"] else ""
        seen = f" = {issue['value']!r}" if issue["value"] else ""
        place = safe(f"{issue['sheet']}{line}{column}{seen}")
        console.print(f"  [{style}]{issue['severity']}[/] {place}  [dim]{issue['rule']}[/]")
        console.print(f"      {safe(issue['message'])} {safe(issue['mend'])}")
    if ordered.height > rows:
        console.print(f"  and {ordered.height - rows:,} more: --rows, --json or --workbook.")


def show_import(outcome: ImportOutcome, *, rows: int) -> None:
    """Show what an import did, or why it did not happen."""
    checked = outcome.check
    if outcome.result is None:
        console.print(f"[bold]Not imported: {checked.counts['errors']:,} errors[/bold]")
        show_issues(checked.issues.filter(pl.col("severity") == "error"), rows)
        console.print("Mend the package, or import the good rows with --skip-bad-rows.")
        return
    show_difference(outcome.result)
    skipped = sum(t.rows_skipped for t in checked.tables.values())
    if skipped:
        console.print(f"{skipped:,} rows with errors skipped; earlier versions stay.")


def show_difference(result: ImportResult) -> None:
    """Show what changed, or would change."""
    if result.unchanged:
        console.print("Nothing changed: this package is in the store already.")
        return
    what = "Would change" if result.dry_run else f"Revision {result.revision}"
    frame = pl.DataFrame(
        [
            {
                "table": t.table,
                "added": t.added,
                "changed": t.changed,
                "withdrawn": t.withdrawn,
                "unchanged": t.unchanged,
            }
            for t in result.tables
        ]
    )
    show_frame(frame, what, rows=40)
