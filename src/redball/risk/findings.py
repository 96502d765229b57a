"""All structural findings over a twin, in one order."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from redball.model import BadUse, Finding, Groups, Twin
from redball.risk.context import Context
from redball.risk.rules.common import hidden_findings
from redball.risk.rules.flow import flow_findings
from redball.risk.rules.routes import route_findings
from redball.risk.rules.sources import source_findings, unsupplied_findings
from redball.risk.rules.transport import transport_findings
from redball.risk.thresholds import Thresholds

DEFAULTS = Thresholds()

Rule = Callable[[Context], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    source_findings,
    unsupplied_findings,
    hidden_findings,
    route_findings,
    transport_findings,
    flow_findings,
)


def structural_findings(
    twin: Twin, *, items: Groups, parties: Groups, thresholds: Thresholds = DEFAULTS
) -> list[Finding]:
    """Find what in the structure of supply and transport would break it.

    Parameters
    ----------
    twin : Twin
        What the viewer may see.
    items, parties : Groups
        Records recognised as the same item and the same party.
    thresholds : Thresholds
        Limits of the rules.

    Returns
    -------
    list of Finding
        Worst level first, then by rule and subject. The same twin gives the same list. At most
        ``thresholds.most_per_rule`` of each rule. How many there were in all is not said: it
        would rest on rows that a reader of one finding may not see.

    Raises
    ------
    BadUse
        The groups do not belong to the twin.
    """
    for groups, table in ((items, "item"), (parties, "party")):
        _check(twin, groups, table)
    context = Context(twin, items, parties, thresholds)
    found = [
        finding
        for rule in RULES
        for finding in _worst(rule(context), context.thresholds.most_per_rule)
    ]
    return sorted(found, key=lambda f: (-f.level.rank, f.rule, f.subject, f.title))


def _worst(findings: Iterable[Finding], most: int) -> Iterator[Finding]:
    """Keep so many of each rule, by level and then by what was measured."""
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_rule[finding.rule].append(finding)
    for listed in by_rule.values():
        kept = listed
        if len(listed) > most:
            # the greater the figure, the worse, in every rule; -1 for a figure that is missing
            kept = sorted(
                listed, key=lambda f: (-f.level.rank, -_figure(f.value), f.subject, f.title)
            )[:most]
        yield from kept


def _figure(value: float | None) -> float:
    return -1.0 if value is None else value


def _check(twin: Twin, groups: Groups, table: str) -> None:
    rows = twin.tables[table].height
    group = np.asarray(groups.group)
    if groups.table != table or group.shape != (rows,):
        raise BadUse(
            f"The groups given for '{table}' are of '{groups.table}' with {group.size} rows;"
            f" the twin has {rows}.",
            mend="Recognise the records of this twin.",
        )
    if rows and (
        np.any(group > np.arange(rows)) or np.any(group < 0) or np.any(group[group] != group)
    ):
        raise BadUse(
            f"The groups of '{table}' do not name the first row of each group.",
            mend="Give for each row the smallest row of its group.",
        )
