"""Check a package: read, fill, run the rules, resolve references, score."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

import polars as pl

from redball.exchange.check.cycles import structure_cycles
from redball.exchange.check.field_rules_network import rule as network_rules
from redball.exchange.check.field_rules_readiness import rule as readiness_rules
from redball.exchange.check.field_rules_stock import rule as stock_rules
from redball.exchange.check.fields import run_field_rules
from redball.exchange.check.fill import fill
from redball.exchange.check.groups import run_group_rules
from redball.exchange.check.keys import duplicate_keys
from redball.exchange.check.labels import LABEL_UNREADABLE, default_label, dominant_of
from redball.exchange.check.log import Log, SheetIssue
from redball.exchange.check.package_rules import (
    as_of_issues,
    empty_tables_issue,
    hold_withdrawal,
    manifest_label_issues,
    reader_issues,
)
from redball.exchange.check.readiness_rules import run_readiness_rules
from redball.exchange.check.references import resolve_references
from redball.exchange.check.report import issue_frame
from redball.exchange.check.rule import ERROR
from redball.exchange.check.score import score
from redball.exchange.check.sheet import read_sheet
from redball.exchange.check.types import Check, Checked, Known
from redball.exchange.check.work import Part, Scope, Work
from redball.exchange.package import Package, RawTable
from redball.model.errors import BadUse
from redball.model.frames import value_schema
from redball.model.labels import Label, ResultLabel
from redball.model.schema import Table, table, tables

Progress = Callable[[str, int, int], None]
"""Called with what is done, how many steps are done, and how many there are."""

_FIELD_RULES = (*stock_rules.declared, *network_rules.declared, *readiness_rules.declared)


def check_package(
    package: Package,
    *,
    known: Known | None = None,
    now: datetime,
    progress: Progress | None = None,
    max_issues: int = 100_000,
) -> Check:
    """Check a package against the language and against what the store holds.

    Parameters
    ----------
    package : Package
        As read by :func:`redball.exchange.package.read_package`.
    known : Known, optional
        What the store already holds that the sender may see; nothing when absent.
    now : datetime
        The present, with zone: for the age of the data.
    progress : callable, optional
        Called after each table.
    max_issues : int
        Issues listed; all are counted.

    Returns
    -------
    Check
        What can be imported, what is wrong and how to mend it, and the score. Rows without errors
        can be imported even where others have errors. When the package as a whole is at fault
        (its moment lies in the future, its owner is no owner code) it is refused as a whole.

    Raises
    ------
    BadUse
        ``now`` has no zone.
    """
    if now.tzinfo is None:
        raise BadUse("'now' has no zone.", mend="Pass datetime.now(UTC).")
    manifest = package.manifest
    scope = _scope(package, known or Known.empty(), max_issues)
    blocking = as_of_issues(manifest.as_of, now)
    if not isinstance(scope.label, Label):
        blocking += manifest_label_issues(manifest.owner, scope.label)
    sheets = _by_table(package)
    for step, (spec, raws) in enumerate(sheets, start=1):
        scope.done[spec.name] = _checked_table(spec, raws, scope)
        if progress is not None:
            progress(f"checked {spec.name}", step, len(sheets))
    works = list(scope.done.values())
    refused = any(issue.rule != LABEL_UNREADABLE.id for issue in blocking)
    about_package = [*blocking, *empty_tables_issue(works), *reader_issues(package)]
    checked = {} if refused else {work.spec.name: _result(work) for work in works}
    return Check(
        package_hash=package.hash,
        owner=manifest.owner,
        as_of=manifest.as_of,
        tables=MappingProxyType(checked),
        issues=issue_frame(works, about_package, max_issues),
        score=score(works, manifest.as_of, now, manifest.cadence_days),
        counts=_counts(works, about_package),
        label=_dominant(works, manifest.owner),
        refused=refused,
        exercise=manifest.exercise,
    )


def _scope(package: Package, known: Known, limit: int) -> Scope:
    manifest = package.manifest
    return Scope(
        owner=manifest.owner,
        as_of=manifest.as_of,
        label=default_label(manifest.label, manifest.owner),
        known=known,
        limit=limit,
        some_sheet_unread=any(note.severity == ERROR for note in package.notes),
        done={},
    )


def _by_table(package: Package) -> list[tuple[Table, list[RawTable]]]:
    """Sheets of each table, in the order of the language: what is named comes first."""
    sheets: dict[str, list[RawTable]] = defaultdict(list)
    for raw in package.tables:
        sheets[table(raw.table).name].append(raw)
    return [(spec, sheets[name]) for name, spec in tables().items() if name in sheets]


def _checked_table(spec: Table, raws: list[RawTable], scope: Scope) -> Work:
    parts: list[Part] = []
    height = 0
    for raw in raws:
        parts.append(Part(raw, height))
        height += raw.frame.height
    log = Log(height, scope.limit)
    filled: dict[str, int] = defaultdict(int)
    frames = []
    for part in parts:
        frame, cells = read_sheet(part, spec, scope.owner, log)
        frames.append(frame)
        for name, count in cells.items():
            filled[name] += count
    content = "full" if all(raw.content == "full" for raw in raws) and height else "changes"
    work = Work(spec, tuple(parts), pl.concat(frames), log, content, filled)
    fill(work, scope)
    run_field_rules(work, _FIELD_RULES, scope.as_of.date())
    duplicate_keys(work)
    hold_withdrawal(work, scope.some_sheet_unread)
    resolve_references(work, scope)
    if spec.name == "structure":
        structure_cycles(work, scope)
    run_group_rules(work)
    run_readiness_rules(work, scope)
    return work


def _result(work: Work) -> Checked:
    skipped = work.skipped
    frame = work.frame.select(*value_schema(work.spec), "label").with_columns(
        work.place().select("sheet", "line").get_columns()
    )
    keys = frozenset[str]()
    if skipped.any():
        named = frame["key"].filter(pl.Series(work.log.bad)).drop_nulls()
        frame = frame.filter(pl.Series(~skipped))
        keys = frozenset(named.filter(~named.is_in(frame["key"].implode())).to_list())
    return Checked(
        table=work.spec.name,
        content=work.content,
        frame=frame,
        skipped_keys=keys,
        rows_in=len(skipped),
        rows_skipped=int(skipped.sum()),
    )


def _counts(works: list[Work], package: list[SheetIssue]) -> Mapping[str, int]:
    errors = sum(issue.severity == ERROR for issue in package)
    return MappingProxyType(
        {
            "errors": errors + sum(work.log.errors for work in works),
            "warnings": len(package) - errors + sum(work.log.warnings for work in works),
            "rows": sum(work.frame.height for work in works),
            "cells": sum(sum(work.filled.values()) for work in works),
        }
    )


def _dominant(works: list[Work], owner: str) -> ResultLabel:
    texts: set[str] = set()
    doubt = False
    for work in works:
        labels = work.frame["label"].unique()
        doubt = doubt or labels.null_count() > 0
        texts.update(labels.drop_nulls().to_list())
    return dominant_of(texts, owner, doubt)
