"""A briefing of the current picture: what a commander reads in two minutes."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from redball.access.actions import Action
from redball.app.doing import said_so_far, use_case
from redball.app.exporting import exported
from redball.app.inputs import Inputs
from redball.app.keeping import kept
from redball.app.picture import (
    FindingOptions,
    FindingsResult,
    PictureOptions,
    PictureResult,
    findings_of,
    picture_of,
    recognise,
)
from redball.app.replenishment import replenish
from redball.app.report import command_for, rows_of
from redball.app.seen import Seen
from redball.app.view import View, see
from redball.model import Level, Origin
from redball.reports import Bar, Bars, Exhibit, ReportContent, form_of, write_file
from redball.reports.findings import in_order

WORST = 10
"""Findings, fleets and orders that a briefing shows."""
_FLEET = ("level", "nation", "unit", "system", "available", "count", "availability", "target")
_ORDER = ("action", "item_name", "quantity", "site", "party_name", "due_on", "amount_eur")


@use_case(Action.SEE)
def briefing(view: View, *, now: datetime | None = None) -> ReportContent:
    """What is in danger, how long stocks last, the worst findings, what to order, how old all is.

    Each part says first what it found, so that the sentences alone are the briefing.
    """
    known = recognise(see(view, now=now), PictureOptions())
    shown, found = picture_of(known, PictureOptions()), findings_of(known, FindingOptions())
    exhibits = (
        _danger(shown),
        _supply(shown),
        _worst(found),
        _orders(known.seen, view, now),
        _age(shown),
    )
    return ReportContent(
        title="Briefing: the logistics picture",
        exercise=shown.origin.exercise,
        generated=datetime.now(UTC),
        origin=shown.origin,
        feeds=known.seen.feeds,
        exhibits=exhibits,
        assumptions=(*shown.picture.assumptions, *said_so_far()),
        command=f"{command_for(view, 'briefing.pdf')} --briefing",
    )


@use_case(Action.EXPORT)
def write_briefing(view: View, path: Path, *, now: datetime | None = None) -> tuple[Path, Origin]:
    """Write the briefing of a viewer at a moment as page, PDF, image or workbook.

    Raises
    ------
    BadUse
        The file can't be written, or its name has none of these endings.
    NotPermitted
        What it rests on may not leave the node.
    """
    form_of(path)  # before anything is worked out
    content = briefing(view, now=now)
    origin = replace(content.origin, label=content.label)
    exported(origin, "briefing", rows=rows_of(content))
    return write_file(content, path), origin


def _danger(shown: PictureResult) -> Exhibit:
    fleets = shown.picture.readiness
    ranks = {str(level): level.rank for level in Level}
    order = pl.col("level").cast(pl.String).replace_strict(ranks, default=0, return_dtype=pl.Int8)
    short = fleets.filter(order >= Level.CAUTION.rank).sort(
        order, pl.col("gap"), descending=True, nulls_last=True, maintain_order=True
    )
    counts = Counter(short["level"].cast(pl.String).to_list())
    said = "Every fleet that is reported reaches its target."
    if fleets.is_empty():
        said = "No fleet is reported: nothing can be said about readiness."
    elif short.height:
        first = short.row(0, named=True)
        parts = [f"{counts[level.value]} {level.value}" for level in _LEVELS if counts[level.value]]
        said = (
            f"{short.height} of {fleets.height} fleets are below their target ({', '.join(parts)})."
            f" Worst: {first['system']} of {first['unit'] or first['nation']}, "
            f"{first['available']} of {first['count']} available."
        )
    rows = short.select([name for name in _FLEET if name in short.columns]).head(WORST)
    return Exhibit(
        "danger", "What is in danger", shown.origin.label, (said,), tables={"Fleets": rows}
    )


_LEVELS = (Level.CRITICAL, Level.SERIOUS, Level.CAUTION)


def _supply(shown: PictureResult) -> Exhibit:
    classes = shown.picture.by_class.filter(pl.col("days_median").is_not_null())
    short = classes.filter(pl.col("days_median") < pl.col("target_days"))
    said = "No days of supply are known."
    if classes.height:
        least = classes.sort("days_p10").row(0, named=True)
        said = (
            f"{short.height} of {classes.height} classes of supply last less than their target in "
            f"the middle. Where it is shortest, class {least['supply_class']} "
            f"({least['class_title']}) lasts {least['days_p10']:,.1f} days in the lowest tenth of "
            "places."
        )
    bars = [
        Bar(row["supply_class"], row["days_median"], target=row["target_days"])
        for row in classes.sort("supply_class").iter_rows(named=True)
    ]
    chart = Bars("Days of supply by class, median", "days", bars)
    label = shown.origin.label
    return Exhibit("supply", "How long stocks last", label, (said,), charts=(chart,))


def _worst(found: FindingsResult) -> Exhibit:
    ordered = in_order(found.findings)
    counts = Counter(finding.level for finding in ordered)
    said = "No rule found anything; that is as good as the data."
    if ordered:
        parts = [f"{counts[level]} {level.value}" for level in _LEVELS if counts[level]]
        said = f"{len(ordered)} findings: {', '.join(parts)}. The worst:"
    worst = ordered[:WORST]
    rows = pl.DataFrame(
        {"level": [f.level.value for f in worst], "sentence": [f.title for f in worst]},
        schema={"level": pl.String, "sentence": pl.String},
    )
    return Exhibit(
        "findings", "Worst findings", found.origin.label, (said,), tables={"Findings": rows}
    )


def _orders(seen: Seen, view: View, now: datetime | None) -> Exhibit:
    answer = kept(seen, "briefing orders", lambda: replenish(Inputs(view), now=now))
    orders = answer.tables["orders"]
    due = orders.sort("due_on", nulls_last=True, maintain_order=True) if orders.height else orders
    rows = due.select([name for name in _ORDER if name in due.columns]).head(WORST)
    tables: Mapping[str, pl.DataFrame] = {"Orders, the first due": rows} if rows.height else {}
    return Exhibit("orders", "Orders to place", answer.origin.label, answer.said[:1], tables=tables)


def _age(shown: PictureResult) -> Exhibit:
    ages = shown.picture.data_age
    by_nation = (
        ages.group_by(pl.col("nation").cast(pl.String), maintain_order=True)
        .agg(pl.col("feed_as_of").max(), pl.col("age_days").max())
        .sort("age_days", descending=True)
    )
    said = "No feed was taken in."
    if by_nation.height:
        oldest = by_nation.row(0, named=True)
        said = f"The oldest data are {oldest['nation']}'s: {oldest['age_days']} days."
    label, tables = shown.origin.label, {"Feeds": by_nation}
    return Exhibit("age", "How old the data are", label, (said,), tables=tables)
