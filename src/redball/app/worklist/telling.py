"""The working list as plain values: what the command prints and the API answers."""

from collections.abc import Mapping

import polars as pl

from redball.app.evidence import EvidenceRow
from redball.app.worklist.listing import Sheet, Wanted, Worklist
from redball.app.worklist.trend import Trend
from redball.desk.worklist import Entry
from redball.model import Finding, RowRef

MOST = 1_000
"""Findings of one answer at most; the next ones are asked for by ``first``."""


def worklist_document(
    found: Worklist, wanted: Wanted, *, first: int = 0, most: int = MOST
) -> dict[str, object]:
    """The list as far as it is wanted, with counts and trend."""
    chosen = found.chosen(wanted)
    return {
        "origin": found.origin.as_dict(),
        "counts": dict(found.counts),
        "earlier_gone": found.earlier_gone,
        "chosen": chosen.height,
        "first": first,
        "findings": _rows(chosen.slice(first, most)),
        "trend": trend_rows(found.trend),
    }


def trend_rows(trend: Trend) -> list[dict[str, object]]:
    """Findings by level after each import, oldest first."""
    return _rows(trend.frame)


def finding_document(
    finding: Finding, rows: Mapping[RowRef, EvidenceRow] | None = None
) -> dict[str, object]:
    """A finding, with the values of its evidence where they are given."""
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


def sheet_document(sheet: Sheet) -> dict[str, object]:
    """One finding with its evidence, how it stands and what was written."""
    now, gone = sheet.standing, sheet.gone
    return {
        "origin": sheet.origin.as_dict(),
        "key": sheet.key,
        "state": now.state.value,
        "assignee": now.assignee,
        "until": now.until.isoformat() if now.until else None,
        "returned": now.returned,
        "version": now.version,
        "first": sheet.first,
        "gone_since": gone.since.revision if gone else None,
        "finding": finding_document(sheet.finding, sheet.rows),
        "history": [_entry(entry) for entry in now.entries],
    }


def _entry(entry: Entry) -> dict[str, object]:
    return {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "by": entry.by,
        "verb": entry.verb,
        "words": entry.words,
        "assignee": entry.assignee,
        "until": entry.until.isoformat() if entry.until else None,
        "level": entry.level,
        "label": entry.label.text,
        "revision": entry.revision,
        "leaf": entry.leaf,
    }


def _rows(frame: pl.DataFrame) -> list[dict[str, object]]:
    return [
        {name: v.isoformat() if hasattr(v, "isoformat") else v for name, v in row.items()}
        for row in frame.drop("rank", strict=False).iter_rows(named=True)
    ]
