"""Console screen and JSON form of findings."""

from collections import Counter
from collections.abc import Mapping, Sequence

from redball.app import EvidenceRow, FindingsResult, evidence_rows
from redball.cli.output import LEVEL_SHAPE, LEVEL_STYLE, console
from redball.cli.safe import safe
from redball.cli.screens import show_banner
from redball.model import Finding, RowRef

EVIDENCE_ROWS = 20
"""Rows shown behind one finding."""


def show_findings(
    result: FindingsResult, shown: Sequence[Finding], *, rows: int, evidence: bool
) -> None:
    """Show findings by rule, worst first."""
    show_banner(result.origin)
    counts = Counter(f.level.value for f in shown)
    summary = ", ".join(f"{counts[level]} {level}" for level in LEVEL_STYLE if counts[level])
    console.print(f"[bold]{len(shown)} findings[/bold]" + (f": {summary}" if summary else ""))
    known = None
    if evidence:
        known = evidence_rows(result.seen.twin, (ref for f in shown for ref in f.evidence))
    by_rule: dict[str, list[Finding]] = {}
    for finding in shown:
        by_rule.setdefault(finding.rule, []).append(finding)
    for rule, members in by_rule.items():
        console.print(f"\n[bold]{rule}[/bold] ({len(members)})")
        for finding in members[:rows]:
            _show_finding(finding, known)
        if len(members) > rows:
            console.print(
                f"  and {len(members) - rows:,} more: --rule {rule} --rows {len(members)}"
            )


def _show_finding(finding: Finding, rows: Mapping[RowRef, EvidenceRow] | None) -> None:
    level = finding.level.value
    console.print(f"  [{LEVEL_STYLE[level]}]{LEVEL_SHAPE[level]} {level}[/] {safe(finding.title)}")
    if rows is None:
        return
    for ref in finding.evidence[:EVIDENCE_ROWS]:
        console.print(f"      {safe(ref)}", style="dim")
        row = rows.get(ref)
        if row is not None:
            values = ", ".join(f"{name} {value}" for name, value in row.values.items())
            written = f"{row.sheet} line {row.line}: " if row.line else ""
            console.print(f"          {safe(written + values)}", style="dim")
    if len(finding.evidence) > EVIDENCE_ROWS:
        console.print(f"      and {len(finding.evidence) - EVIDENCE_ROWS} more rows", style="dim")


def finding_json(
    finding: Finding, rows: Mapping[RowRef, EvidenceRow] | None = None
) -> dict[str, object]:
    """A finding as plain values; with ``rows`` the values of its evidence too."""
    known = [] if rows is None else [rows[ref] for ref in finding.evidence if ref in rows]
    values = [
        {"row": str(row.ref), "sheet": row.sheet, "line": row.line, "values": dict(row.values)}
        for row in known
    ]
    return {
        **({} if rows is None else {"evidence_rows": values}),
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
