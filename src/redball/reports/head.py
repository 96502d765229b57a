"""Head of the report: whose picture, of when, how old, and the figures that matter first."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import polars as pl

from redball.model import Level
from redball.reports.columns import date_time_group, first_of, grouped, zulu
from redball.reports.content import ReportContent
from redball.reports.element import Markup, el, join
from redball.reports.status import shape
from redball.reports.tables import pairs

HASH_LETTERS = 12
"""Letters of the twin's hash that are shown in the head; the end of the report has all."""
_CLASSES = ("unclassified", "restricted", "confidential", "secret")


def banner(content: ReportContent, place: str) -> Markup:
    """Classification line, at the top or the bottom of the page."""
    known = content.label.classification.lower()
    class_ = f"banner {place}" + (f" {known}" if known in _CLASSES else "")
    exercise = (
        el("span", "EXERCISE EXERCISE EXERCISE", class_="exercise") if content.exercise else None
    )
    return el(
        "div",
        exercise,
        el("span", content.label.text),
        class_=class_,
        role="note",
        aria_label=f"Classification, {place}",
    )


def head(content: ReportContent) -> Markup:
    """Title, time, origin and key figures."""
    origin = content.origin
    moment = origin.as_of
    return el(
        "header",
        el("h1", content.title),
        el(
            "p",
            "As of ",
            el("strong", el("time", zulu(moment), datetime=_iso(moment))),
            f" ({date_time_group(moment)}). ",
            None if content.answers_only else data_age(content),
            class_="asof",
        ),
        pairs(
            [
                ("Viewer", origin.subject or origin.viewer),
                ("Report made", zulu(content.generated)),
                ("Twin", el("code", origin.twin_hash[:HASH_LETTERS] or "none")),
                ("Revision of the store", grouped(origin.revision)),
                ("Software", origin.software),
                ("Data", "exercise data" if content.exercise else "real data"),
                *(
                    ("Rests on agreement", f"{one.agreement} version {one.version}: {one.title}")
                    for one in origin.agreements
                ),
            ]
        ),
        None if content.answers_only else key_figures(content),
        class_="head",
    )


def data_age(content: ReportContent) -> str:
    """Age of the newest and the oldest feed against the as-of time, in a sentence."""
    feeds = content.feeds
    if "as_of" not in feeds.columns or feeds.is_empty():
        return "The age of the data is not known: no feeds were given."
    who = (
        feeds["owner"].cast(pl.String).to_list()
        if "owner" in feeds.columns
        else ["?"] * feeds.height
    )
    ages = [
        (_days(content.origin.as_of, moment), owner)
        for moment, owner in zip(feeds["as_of"].to_list(), who, strict=True)
        if isinstance(moment, date)
    ]
    if not ages:
        return "The age of the data is not known: no feed says what time it describes."
    newest, oldest = min(ages), max(ages)
    if newest == oldest:
        return f"Data age: {_age(newest[0])} ({newest[1]})."
    ends = f"newest feed {_age(newest[0])} ({newest[1]}), oldest {_age(oldest[0])} ({oldest[1]})"
    return f"Data age: {ends}."


def age_in_words(content: ReportContent) -> str:
    """The same after a head that says what it is; the moment, where no feeds were given."""
    if not content.feeds.width:
        return "as of the moment above"
    return data_age(content).removeprefix("Data age: ")


def key_figures(content: ReportContent) -> Markup:
    """Counts that need no averaging: findings by level, and what the picture covers."""
    figures: list[tuple[str | Markup, str]] = []
    for level in (Level.CRITICAL, Level.SERIOUS, Level.CAUTION):
        count = sum(1 for f in content.findings if f.level == level)
        figures.append((str(level), join([shape(level), grouped(count)])))
    figures.extend(_short_fleets(content.tables.get("readiness")))
    figures.extend(_late(content.tables.get("in_transit")))
    for words, frame in (
        ("lots expired or expiring", content.tables.get("expiring")),
        ("articles held by several nations", content.tables.get("shared_items")),
        ("sites", content.sites),
        ("lanes", content.lanes),
        ("feeds", content.feeds),
    ):
        if frame is not None and frame.width:
            figures.append((words, grouped(_distinct(frame, words))))
    return el(
        "dl",
        *(el("div", el("dt", words), el("dd", value)) for words, value in figures),
        class_="keys",
    )


def _short_fleets(readiness: pl.DataFrame | None) -> Sequence[tuple[str, str]]:
    if readiness is None:
        return ()
    reported, target = _availability(readiness)
    if reported is None or target is None:
        return ()
    known = readiness.filter(pl.col(reported).is_not_null() & pl.col(target).is_not_null())
    short = known.filter(pl.col(reported) < pl.col(target)).height
    return ((f"of {grouped(readiness.height)} fleets below target", grouped(short)),)


def _availability(readiness: pl.DataFrame) -> tuple[str | None, str | None]:
    reported = first_of(readiness, "availability", "reported_availability")
    return reported, first_of(readiness, "target", "availability_target", "target_availability")


def _late(moving: pl.DataFrame | None) -> Sequence[tuple[str, str]]:
    if moving is None:
        return ()
    late = first_of(moving, "late_days", "days_late")
    if late is None:
        return (("consignments in transit", grouped(moving.height)),)
    count = moving.filter(pl.col(late) > 0).height
    return ((f"of {grouped(moving.height)} consignments late", grouped(count)),)


def _distinct(frame: pl.DataFrame, words: str) -> int:
    group = (
        first_of(frame, "article_key", "group", "article") if words.startswith("articles") else None
    )
    return frame[group].n_unique() if group else frame.height


def _days(now: datetime, then: date) -> float:
    if not isinstance(then, datetime):
        then = datetime(then.year, then.month, then.day, tzinfo=UTC)
    return (_aware(now) - _aware(then)) / timedelta(days=1)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _age(days: float) -> str:
    if days < -1 / 24:
        return "after the as-of time"
    if days < 2:
        return f"{max(days, 0.0) * 24:.0f} h"
    return f"{days:.0f} days"


def _iso(moment: datetime) -> str:
    return _aware(moment).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
