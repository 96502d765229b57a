"""Console screens of the picture, the findings, a check and an import."""

from collections import Counter
from collections.abc import Mapping, Sequence

import polars as pl

from redball.app import CheckOutcome, FindingsResult, ImportOutcome, PictureResult
from redball.cli.output import LEVEL_SHAPE, LEVEL_STYLE, console, percent, show_frame
from redball.cli.safe import safe
from redball.model import Finding, Origin
from redball.store import ImportResult

_DAYS = ("days_median", "days_worst", "target_days", "below_target_share")
_STOCK = ("lines", "mass_t", "value_eur", *_DAYS)
FIRST_TABLES: Mapping[str, tuple[str, ...]] = {
    "by_nation": ("nation", *_STOCK),
    "by_class": ("supply_class", "class_title", *_STOCK),
    "by_unit": (
        "nation",
        "unit",
        "lines",
        "days_median",
        "days_worst",
        "worst_item",
        "target_days",
    ),
    "readiness": ("unit", "system", "count", "available", "availability", "target", "level"),
    "in_transit": ("consignment", "item", "quantity", "to_site", "expected_on", "late_days"),
    "expiring": ("site", "item", "lot", "quantity", "expiry", "days_left"),
    "shared_items": ("article", "nation", "names", "unit_of_issue", "basis", "on_hand", "total"),
}
"""What the console shows of each table; ``--table`` shows all of its columns."""


def show_banner(origin: Origin) -> None:
    """Label, moment and viewer: what every screen starts with."""
    console.print(f"[bold reverse] {safe(origin.label.text)} [/]")
    console.print(
        f"As of {origin.as_of:%Y-%m-%d %H:%MZ} for {origin.viewer} · "
        f"twin {origin.twin_hash[:12]} · {origin.software}",
        style="dim",
    )


def show_picture(
    result: PictureResult, tables: Mapping[str, pl.DataFrame], *, rows: int, whole: bool
) -> None:
    """Show the picture: the first tables, or one whole."""
    show_banner(result.origin)
    names = list(tables) if whole else [n for n in FIRST_TABLES if n in tables]
    for name in names:
        frame = tables[name]
        if not whole:
            frame = frame.select(c for c in FIRST_TABLES[name] if c in frame.columns)
        show_frame(
            frame,
            name.replace("_", " ").capitalize(),
            rows=10_000 if whole else rows,
            hint=f"Use --table {name}.",
        )
    others = [name for name in tables if name not in names]
    if others:
        console.print(f"More tables with --table: {', '.join(others)}", style="dim")
    for sentence in result.picture.assumptions:
        console.print(f"· {safe(sentence)}", style="dim")


def show_findings(
    result: FindingsResult, shown: Sequence[Finding], *, rows: int, evidence: bool
) -> None:
    """Show findings by rule, worst first."""
    show_banner(result.origin)
    counts = Counter(f.level.value for f in shown)
    summary = ", ".join(f"{counts[level]} {level}" for level in LEVEL_STYLE if counts[level])
    console.print(f"[bold]{len(shown)} findings[/bold]" + (f": {summary}" if summary else ""))
    by_rule: dict[str, list[Finding]] = {}
    for finding in shown:
        by_rule.setdefault(finding.rule, []).append(finding)
    for rule, members in by_rule.items():
        console.print(f"\n[bold]{rule}[/bold] ({len(members)})")
        for finding in members[:rows]:
            _show_finding(finding, evidence)
        if len(members) > rows:
            console.print(
                f"  and {len(members) - rows:,} more: --rule {rule} --rows {len(members)}"
            )


def _show_finding(finding: Finding, evidence: bool) -> None:
    level = finding.level.value
    console.print(f"  [{LEVEL_STYLE[level]}]{LEVEL_SHAPE[level]} {level}[/] {safe(finding.title)}")
    if evidence:
        for ref in finding.evidence[:20]:
            console.print(f"      {safe(ref)}", style="dim")
        if len(finding.evidence) > 20:
            console.print(f"      and {len(finding.evidence) - 20} more rows", style="dim")


def finding_json(finding: Finding) -> dict[str, object]:
    """A finding as plain values."""
    return {
        "rule": finding.rule,
        "level": finding.level.value,
        "subject": str(finding.subject),
        "title": finding.title,
        "measure": finding.measure,
        "value": finding.value,
        "threshold": finding.threshold,
        "detail": dict(finding.detail),
        "evidence": [str(ref) for ref in finding.evidence],
        "label": finding.label.text,
    }


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
            checked.issues.select(columns),
            "Issues",
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
