"""What needs action now: the findings by level, the worst first, with the rows behind each."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from math import isfinite

from redball.model import Finding, Level, ResultLabel, RowRef
from redball.reports.columns import grouped
from redball.reports.content import Limits
from redball.reports.element import Markup, el, join
from redball.reports.status import MEANINGS, badge
from redball.reports.symbols import spoken
from redball.reports.tables import pairs

_SHOWN = (Level.CRITICAL, Level.SERIOUS, Level.CAUTION)
_TOO_LONG = 1e15
"""From here on a number is shown with its exponent."""
_OPEN_ENDED = 4
"""Digits of a measured value that carry meaning to a reader."""


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Worst first, then by rule, then in a fixed order of subjects."""
    return sorted(findings, key=lambda f: (-f.level.rank, f.rule, f.subject, f.title))


def findings_section(findings: Sequence[Finding], limits: Limits, label: ResultLabel) -> Markup:
    """Write the summary by rule and level, then every level's findings.

    A finding's own label is written where it differs from ``label``, that of the report.
    """
    if not findings:
        return el(
            "p",
            "No rule found anything. That is as good as the data: see data age and feeds below.",
            class_="none",
        )
    ordered = in_order(findings)
    parts = [_summary(ordered)]
    for level, members in groupby(ordered, key=lambda f: f.level):
        parts.append(_level(level, list(members), limits, label))
    return join(parts)


def _summary(findings: Sequence[Finding]) -> Markup:
    counts = Counter((f.rule, f.level) for f in findings)
    levels = [
        level
        for level in reversed(Level)
        if level in _SHOWN or any(f.level == level for f in findings)
    ]
    rules = sorted(
        {f.rule for f in findings}, key=lambda r: ([-counts[r, level] for level in levels], r)
    )
    head = el(
        "tr",
        el("th", "Rule", scope="col"),
        *(el("th", badge(level), scope="col", class_="number") for level in levels),
    )
    rows = [
        el(
            "tr",
            el("th", _rule_words(rule), scope="row"),
            *(_count_cell(counts[rule, level], rule, level) for level in levels),
        )
        for rule in rules
    ]
    inner = el(
        "table", el("caption", "Findings by rule and level"), el("thead", head), el("tbody", *rows)
    )
    return el(
        "div",
        inner,
        class_="table summary",
        role="region",
        aria_label="Findings by rule and level",
        tabindex=0,
    )


def _count_cell(count: int, rule: str, level: Level) -> Markup:
    if not count:
        return el("td", "0", class_="number missing")
    return el("td", el("a", grouped(count), href=f"#{_anchor(rule, level)}"), class_="number")


def _level(level: Level, findings: Sequence[Finding], limits: Limits, label: ResultLabel) -> Markup:
    title = el("h3", badge(level), f": {grouped(len(findings))} – {MEANINGS[level]}")
    groups = [
        _rule(rule, level, list(members), limits, label)
        for rule, members in groupby(findings, key=lambda f: f.rule)
    ]
    return el("section", title, *groups, class_=f"findings findings-{level}")


def _rule(
    rule: str, level: Level, findings: Sequence[Finding], limits: Limits, label: ResultLabel
) -> Markup:
    shown = findings[: limits.findings_per_rule]
    left = len(findings) - len(shown)
    more = None
    if left:
        more = el(
            "p",
            f"{grouped(left)} more of this rule: ",
            el("code", f"redball findings --rule {rule}"),
            class_="more",
        )
    return el(
        "section",
        el(
            "h4",
            _rule_words(rule),
            el("span", f" ({grouped(len(findings))})", class_="count"),
            id=_anchor(rule, level),
        ),
        el("ol", *(el("li", _finding(f, limits, label)) for f in shown)),
        more,
    )


def _finding(finding: Finding, limits: Limits, label: ResultLabel) -> Markup:
    return el(
        "article",
        el("p", badge(finding.level), el("strong", finding.title), class_="what"),
        pairs(
            [
                (
                    "Where",
                    _place(finding.subject),
                ),
                *_how_bad(finding),
                *([("Label", finding.label.text)] if finding.label != label else []),
            ],
            class_="pairs inline",
        ),
        _evidence(finding, limits),
        class_=f"finding finding-{finding.level}",
    )


def _place(ref: RowRef) -> str:
    return f"{spoken(ref.table)} {ref.owner}:{ref.key}"


def _how_bad(finding: Finding) -> list[tuple[str, str | Markup]]:
    if finding.value is None:
        return [("Measure", finding.measure)] if finding.measure else []
    limit = "" if finding.threshold is None else f" (limit {_short(finding.threshold)})"
    return [(finding.measure or "Value", _short(finding.value) + limit)]


def _figures(finding: Finding) -> Markup | None:
    rows: list[tuple[str, str | Markup]] = [
        (spoken(name), _short(value))
        for name, value in finding.detail.items()
        if value not in (None, "") and name != "evidence_rows"
    ]
    return pairs(rows, class_="pairs inline") if rows else None


def _evidence(finding: Finding, limits: Limits) -> Markup | None:
    figures = _figures(finding)
    count = _evidence_rows(finding)
    if figures is None and not count:
        return None
    said = f"Evidence: {grouped(count)} {'row' if count == 1 else 'rows'}" if count else "Figures"
    return el("details", el("summary", said), figures, _rows(finding, count, limits))


def _rows(finding: Finding, count: int, limits: Limits) -> Markup | None:
    if not finding.evidence:
        return None
    shown = finding.evidence[: limits.evidence]
    rows = [
        el("tr", el("td", spoken(ref.table)), el("td", ref.owner), el("th", ref.key, scope="row"))
        for ref in shown
    ]
    head = el("tr", *(el("th", word, scope="col") for word in ("Table", "Owner", "Key")))
    left = count - len(shown)
    more = f"{grouped(left)} more rows: redball findings --json"
    return join(
        [
            el(
                "table",
                el("caption", "Rows the finding rests on"),
                el("thead", head),
                el("tbody", *rows),
            ),
            el("p", more, class_="more") if left else None,
        ]
    )


def _evidence_rows(finding: Finding) -> int:
    """Rows behind a finding; a finding that carries only the first ones says how many there are."""
    said = finding.detail.get("evidence_rows")
    return max(len(finding.evidence), said if isinstance(said, int) else 0)


def _short(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return grouped(value)
    if isinstance(value, float):
        if not isfinite(value) or abs(value) >= _TOO_LONG:
            return f"{value:.3g}"
        if value == round(value) or abs(value) >= 1000:
            return grouped(value)
        return f"{value:.{_OPEN_ENDED}g}" if abs(value) >= 1e-3 else f"{value:.1e}"
    return str(value)


def _rule_words(rule: str) -> str:
    words = rule.replace("-", " ").replace("_", " ")
    return words[:1].upper() + words[1:]


def _anchor(rule: str, level: Level) -> str:
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in rule)
    return f"rule-{kept}-{level}"
