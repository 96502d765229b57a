"""The sections of the report, in the order a staff officer asks."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from redball.model import Level
from redball.reports.coast import load_coast
from redball.reports.columns import first_of, zulu
from redball.reports.content import Limits, ReportContent
from redball.reports.element import Markup, el, join
from redball.reports.exhibits import exhibit_body
from redball.reports.findings import findings_section
from redball.reports.graphs import concentration_chart, days_chart, readiness_chart
from redball.reports.map import NO_COAST, draw_map
from redball.reports.tables import pairs, sentences, table

_KNOWN = (
    "by_nation", "by_class", "by_unit", "by_site", "stock", "readiness",
    "in_transit", "expiring", "shared_items", "candidates", "data_age",
)  # fmt: skip
_FEED_COLUMNS = ("owner", "title", "as_of", "imported_at", "rows", "errors", "warnings")
_FEED_WORKINGS = frozenset({"package_hash", "counts", "content", "software", "exercise"})
"""Columns of a feed that say nothing to a reader of the picture."""
_NOT_TABLES = frozenset({"about", "assumptions", "origin", "label"})


_AFTER_EXHIBITS = "moving"
"""Answers of the engines stand before this section: after what they rest on."""


@dataclass(frozen=True)
class Section:
    """A part of the report; ``anchor`` is its place in the page."""

    anchor: str
    title: str
    body: Markup


def sections(content: ReportContent, limits: Limits) -> Iterator[Section]:
    """All sections of a report, in order."""
    builders: Sequence[tuple[str, str, Callable[[ReportContent, Limits], Markup]]] = (
        ("action", "What needs action now", lambda c, m: findings_section(c.findings, m, c.label)),
        ("map", "Where", _where),
        ("supply", "Days of supply", _supply),
        ("readiness", "Readiness", _readiness),
        ("sources", "Concentration of supply", _concentration),
        ("moving", "In transit and expiring", _moving),
        ("shared", "The same part under several names", _shared),
        ("age", "Data age", _age),
        ("feeds", "Feeds and their conformance", _feeds),
        ("more", "Further tables", _further),
        ("assumptions", "Assumptions", _assumptions),
        ("reproduce", "How to make this report again", _reproduce),
    )
    for anchor, title, build in builders:
        if anchor == _AFTER_EXHIBITS:
            yield from _exhibits(content, limits)
        if content.answers_only and anchor not in ("map", "reproduce"):
            continue
        body = build(content, limits)
        if body:
            yield Section(anchor, title, body)


def _exhibits(content: ReportContent, limits: Limits) -> Iterator[Section]:
    for exhibit in content.exhibits:
        body = exhibit_body(exhibit, rows=limits.rows, bars=limits.bars)
        yield Section(exhibit.anchor, exhibit.title, body)


def _where(content: ReportContent, limits: Limits) -> Markup:
    figure = draw_map(content.sites, content.lanes, content.hazards)
    if content.answers_only:  # its tables are among the answers
        return Markup() if figure is None else figure
    if figure is None:
        figure = el("p", "No map: nothing in the picture has a position.", class_="none")
    elsewhere = "redball picture --table by_site"
    level = first_of(content.sites, "worst_level", "worst level", "level")
    sites = content.sites
    if level is not None:
        ranks = {str(item): item.rank for item in Level}
        order = (
            pl.col(level).cast(pl.String).replace_strict(ranks, default=-1, return_dtype=pl.Int8)
        )
        sites = sites.sort(order, descending=True, maintain_order=True)
    lanes = content.lanes
    if "flow_t_per_day" in lanes.columns:
        lanes = lanes.sort("flow_t_per_day", descending=True, nulls_last=True, maintain_order=True)
    first = [name for name in ("name", "mode") if name in lanes.columns]
    lanes = lanes.select(*first, pl.exclude(first)) if lanes.width else lanes
    return join(
        [
            figure,
            el("h3", "The map as tables"),
            table(sites, "Sites", rows=limits.rows, where_the_rest=elsewhere),
            table(lanes, "Lanes", rows=limits.rows, where_the_rest="table lane of the store"),
            table(
                content.hazards,
                "Hazards",
                rows=limits.rows,
                where_the_rest="table hazard of the store",
            ),
        ]
    )


def _supply(content: ReportContent, limits: Limits) -> Markup:
    return join(
        [
            days_chart(content, "by_class", "Days of supply by class", limits),
            days_chart(content, "by_nation", "Days of supply by nation", limits),
            days_chart(content, "by_unit", "Days of supply by unit", limits),
            *_tables(content, limits, "by_class", "by_nation", "by_unit", "by_site", "stock"),
        ]
    )


def _readiness(content: ReportContent, limits: Limits) -> Markup:
    return join([readiness_chart(content, limits), *_tables(content, limits, "readiness")])


def _concentration(content: ReportContent, limits: Limits) -> Markup:
    chart = concentration_chart(content, limits)
    return chart if chart is not None else Markup()


def _moving(content: ReportContent, limits: Limits) -> Markup:
    return join(_tables(content, limits, "in_transit", "expiring"))


def _shared(content: ReportContent, limits: Limits) -> Markup:
    said = el(
        "p",
        "Records that several nations hold under different names or units and that are one "
        "article. Candidates are pairs for a person to confirm; they are not merged.",
    )
    return join([said, *_tables(content, limits, "shared_items", "candidates")])


def _age(content: ReportContent, limits: Limits) -> Markup:
    return join(_tables(content, limits, "data_age"))


def _feeds(content: ReportContent, limits: Limits) -> Markup:
    if not content.feeds.width:
        return el("p", "No feeds were given.", class_="none")
    first = [name for name in _FEED_COLUMNS if name in content.feeds.columns]
    others = [c for c in content.feeds.columns if c not in _FEED_WORKINGS and c not in first]
    return table(
        content.feeds.select(first + others),
        "Feeds, latest of each owner",
        rows=limits.rows,
        where_the_rest="redball store info",
    )


def _further(content: ReportContent, limits: Limits) -> Markup:
    names = [name for name in content.tables if name not in _KNOWN and name not in _NOT_TABLES]
    return join(_tables(content, limits, *names))


def _assumptions(content: ReportContent, limits: Limits) -> Markup:
    del limits
    said = list(content.assumptions)
    if not load_coast().polygons:
        said.append(NO_COAST)
    return sentences(said, "None were stated.")


def _reproduce(content: ReportContent, limits: Limits) -> Markup:
    del limits
    origin = content.origin
    rows: list[tuple[str, str | Markup]] = [
        ("Command", el("code", content.command or command_for(content))),
        ("Twin hash", el("code", origin.twin_hash)),
        ("Viewer", origin.viewer),
        ("As of", zulu(origin.as_of)),
        ("Revision", str(origin.revision)),
        ("Software", origin.software),
        ("Label", content.label.text),
    ]
    if origin.seed is not None:
        rows.append(("Seed", str(origin.seed)))
    rows.extend(
        (name.replace("_", " "), "none" if v is None else str(v))
        for name, v in origin.parameters.items()
    )
    said = (
        "The same store at the same revision, viewer, time and parameters gives the same twin hash "
        "and the same figures."
    )
    return join([el("p", said), pairs(rows)])


def command_for(content: ReportContent) -> str:
    """Command that makes the report again from the store."""
    origin = content.origin
    return f"redball report --viewer {origin.viewer} --as-of {origin.as_of.isoformat()}"


def _tables(content: ReportContent, limits: Limits, *names: str) -> list[Markup]:
    parts = []
    for name in names:
        words = name.replace("_", " ").capitalize()
        frame = content.tables.get(name)
        if frame is None:
            parts.append(el("p", f"{words}: this table was not given.", class_="none"))
        else:
            rest = f"redball picture --table {name}"
            parts.append(table(frame, words, rows=limits.rows, where_the_rest=rest))
    return parts
