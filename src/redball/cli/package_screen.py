"""Console screens of a check and an import."""

import polars as pl

from redball.app import CheckOutcome, ImportOutcome
from redball.cli.output import console, percent, show_frame
from redball.cli.safe import safe
from redball.store import ImportResult


def show_check(outcome: CheckOutcome, *, rows: int) -> None:
    """Show what a check found."""
    checked = outcome.check
    counts = checked.counts
    title = safe(outcome.package.manifest.title or checked.owner)
    console.print(
        f"[bold]{title}[/bold] of {safe(checked.owner)}: "
        f"{counts['rows']:,} rows, {counts['errors']:,} errors, {counts['warnings']:,} warnings"
    )
    score = checked.score
    console.print(
        f"Feed score {percent(score.overall)}: completeness {percent(score.completeness)}, "
        f"validity {percent(score.validity)}, timeliness {percent(score.timeliness)}, "
        f"consistency {percent(score.consistency)}"
    )
    columns = ["severity", "sheet", "line", "column", "rule", "value", "message", "mend"]
    if not checked.issues.is_empty():
        show_frame(
            checked.issues.select(columns).sort("severity", maintain_order=True),
            "Issues, errors first",
            rows=rows,
            hint="Use --rows, --json or --workbook.",
        )
    if outcome.workbook:
        console.print(f"Error workbook: {safe(outcome.workbook)}", soft_wrap=True)


def show_import(outcome: ImportOutcome, *, rows: int) -> None:
    """Show what an import did, or why it did not happen."""
    checked = outcome.check
    if outcome.result is None:
        errors = checked.issues.filter(pl.col("severity") == "error")
        show_frame(
            errors.select("sheet", "line", "column", "rule", "value", "message", "mend"),
            f"Not imported: {checked.counts['errors']:,} errors",
            rows=rows,
            hint="Use redball exchange check --workbook.",
            notes="Mend the package, or import the good rows with --skip-bad-rows.",
        )
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
