"""What the template of the picture needs: sentences, the panel, the slider, tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from redball import app
from redball.app.operating import LEVELS, Chosen, Fleet, Operating, Reason, Stop, symbol_code
from redball.reports.symbols import spoken
from redball.web.answers import ShownAnswer, Tabled, shown_answer, tabled
from redball.web.words import days, moment

if TYPE_CHECKING:
    from redball.web.visit import Visit

REASONS = 2
"""Findings named with a fleet."""
ROWS = 25
_SHEET_ROWS = 12
_PLACES = ("level", "name", "kind", "owner", "units", "days", "item", "target_days")
_LANES = ("from_site", "to_site", "mode", "flow_t_per_day", "capacity_t_per_day", "loading")
CAPTIONS: Mapping[str, str] = {
    "stock": "What it holds, and how long that lasts",
    "arriving": "On the way",
    "ordered": "Ordered, not yet received",
    "fed_by": "Who feeds it",
    "lanes_in": "Lanes to it",
    "units": "Units that depend on it",
    "feeds": "Sites that it feeds",
    "lanes_out": "Lanes from it",
    "makers": "Who ships from here",
    "findings": "Findings that name it",
}
_WORDS = {
    "level": "Status",
    "days": "Shortest stock",
    "item": "Of",
    "target_days": "Wanted",
    "owner": "Nation",
    "from_site": "From",
    "to_site": "To",
    "loading": "Loaded",
}


@dataclass(frozen=True)
class ShownFleet:
    """A fleet in danger with where to look further.

    Attributes
    ----------
    fleet : Fleet
    why : str
        Address of the finding that comes first; empty without one.
    place : str
        Address of the sheet of the site where it is.
    reasons : list of (Reason, str)
        Findings with their addresses.
    """

    fleet: Fleet
    why: str
    place: str
    reasons: list[tuple[Reason, str]]


def fleets(visit: "Visit", found: Operating) -> list[ShownFleet]:
    """Fleets below their target, the worst first."""
    return [
        ShownFleet(
            one,
            visit.url(f"/findings/{one.reasons[0].key}") if one.reasons else "",
            visit.url("/picture", site=one.site) if one.site else "",
            [(r, visit.url(f"/findings/{r.key}")) for r in one.reasons[:REASONS]],
        )
        for one in found.danger.worst
    ]


@dataclass(frozen=True)
class ShownStop:
    """A stop of the time slider: words and the address it leads to."""

    words: str
    href: str
    value: str
    current: bool


def slider(visit: "Visit", stops: tuple[Stop, ...], chosen: Chosen) -> list[ShownStop]:
    """Stops in order; the current one is marked."""
    found = []
    for stop in stops:
        past = stop.as_of.isoformat() if stop.as_of else None
        current = (
            stop.as_of == visit.as_of
            if visit.as_of is not None
            else stop.as_of is None and stop.ahead == chosen.ahead
        )
        href = visit.here(as_of=past, ahead=stop.ahead or None, page=None)
        value = past or (f"+{stop.ahead}" if stop.ahead else "now")
        found.append(ShownStop(_words(stop), href, value, current))
    return found


def asked_for(chosen: Chosen, site: str) -> dict[str, str]:
    """The parameters of an address but for time."""
    return {
        name: value
        for name, value in (
            ("nation", chosen.nation), ("class", chosen.supply_class), ("kind", chosen.kind),
            ("level", chosen.level), ("text", chosen.text), ("site", site),
        )
        if value
    }  # fmt: skip


def moved(value: str, chosen: Chosen, site: str) -> dict[str, str | None]:
    """The parameters of the address of a stop, by its value."""
    ahead = value.removeprefix("+") if value.startswith("+") else None
    past = value if ahead is None and value != "now" else None
    return {**asked_for(chosen, site), "ahead": ahead, "as_of": past}


def _words(stop: Stop) -> str:
    if stop.as_of is not None:
        return f"{moment(stop.as_of)}, after data of {', '.join(stop.owners)}"
    return f"in {days(stop.ahead)}" if stop.ahead else "now"


def choices(found: Operating) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer, as pairs of value and words."""
    return {
        "nations": [(one, one) for one in found.nations],
        "classes": [(code, f"{code.removeprefix('NATO:')} {title}"[:60])
                          for code, title in found.classes],
        "kinds": [(kind, spoken(kind)) for kind in found.kinds],
        "levels": [(one, one if one == LEVELS[0] else f"{one} and worse")
                          for one in LEVELS[:-1]],
    }  # fmt: skip


def signs(found: Operating) -> list[tuple[str, str]]:
    """Kinds of sites that there are, and units, each with the code of its symbol."""
    return [
        (spoken(kind), symbol_code(kind, "ours", exercise=found.origin.exercise))
        for kind in (*found.kinds, "unit")
    ]


def sums(visit: "Visit", found: Operating) -> dict[str, Tabled]:
    """The picture's tables by nation and by class, short."""
    columns = ("nation", "supply_class", "lines", "mass_t", "days_median", "days_p10",
               "target_days", "below_target_share")  # fmt: skip
    words = {"supply_class": "Class", "days_median": "Middle", "days_p10": "Lowest tenth",
             "target_days": "Wanted", "below_target_share": "Below"}  # fmt: skip
    everything = visit.url("/api/v1/picture", table="by_nation")
    return {
        "by_nation": tabled(
            visit, found.balance.by_nation, "Stock by nation", anchor="by-nation",
            prefix="nations.", columns=columns, words=words, everything=everything,
        ),
        "by_class": tabled(
            visit, found.balance.by_class, "Stock by class of supply", anchor="by-class",
            prefix="classes.", columns=columns, words=words,
            everything=visit.url("/api/v1/picture", table="by_class"),
        ),
    }  # fmt: skip


def places_table(visit: "Visit", found: Operating, chosen: Chosen, site: str) -> Tabled:
    """The twin of the map: the chosen sites."""
    frame = found.places.with_columns(kind=pl.col("kind").str.replace_all("_", " "))
    when = f", in {days(chosen.ahead)}" if chosen.ahead else ""
    return tabled(
        visit, frame, f"Sites, the worst first{when}",
        anchor="places", columns=_PLACES, words=_WORDS, key="site", chosen=site, per_page=ROWS,
        links={"name": lambda row: visit.here(site=row["site"])},
        empty="No site fits what is chosen.",
    )  # fmt: skip


def lanes_table(visit: "Visit", found: Operating) -> Tabled:
    """Lanes of the chosen sites."""
    return tabled(
        visit, found.lanes, "Lanes, the greatest flow first",
        anchor="lanes", prefix="lanes.", columns=_LANES, words=_WORDS, per_page=ROWS,
        empty="No lane between sites with a position.",
    )  # fmt: skip


def hazards_table(visit: "Visit", found: Operating) -> Tabled:
    """Hazards of the map."""
    return tabled(
        visit, found.hazards, "Hazards",
        anchor="hazards", prefix="hazards.", per_page=ROWS, empty="No hazard has a position.",
    )  # fmt: skip


@dataclass(frozen=True)
class ShownSheet:
    """A site's sheet.

    Attributes
    ----------
    shown : ShownAnswer
    key, kind : str
    level : str
    tables : list of Tabled
        Those that hold something.
    at : (float, float) or None
        Longitude and latitude.
    close, whole, lose : str
        Addresses: the page without it, the sheet on a page of its own, a scenario without the site.
    """

    shown: ShownAnswer
    key: str
    kind: str
    level: str
    tables: list[Tabled]
    at: tuple[float, float] | None
    close: str
    whole: str
    lose: str


def sheet(visit: "Visit", answer: app.Answer, at: tuple[float, float] | None) -> ShownSheet:
    """The sheet of a site as the panel shows it."""
    key = str(answer.figures["site"])
    return ShownSheet(
        shown=shown_answer(visit, answer, anchor="sheet", leave_out=tuple(answer.tables)),
        key=key,
        kind=spoken(str(answer.figures["kind"])),
        level=str(answer.figures["level"]),
        tables=[
            _sheet_table(visit, name, answer.tables[name])
            for name in CAPTIONS
            if answer.tables[name].height
        ],
        at=at,
        close=visit.here(site=None),
        whole=visit.url(f"/picture/sites/{key.replace(':', '/', 1)}"),
        lose=visit.url("/scenarios/new", lose=f"site:{key}"),
    )


def _sheet_table(visit: "Visit", name: str, frame: pl.DataFrame) -> Tabled:
    def to_site(row: Mapping[str, object]) -> str:
        return visit.here(site=row["site"]) if row["site"] else ""

    def to_finding(row: Mapping[str, object]) -> str:
        return visit.url(f"/findings/{row['key']}")

    links = {"fed_by": {"from": to_site}, "lanes_in": {"from": to_site},
             "feeds": {"to": to_site}, "lanes_out": {"to": to_site},
             "findings": {"finding": to_finding}}  # fmt: skip
    hidden = ("site", "key", "item", "basis", "rule")
    columns = [column for column in frame.columns if column not in hidden]
    return tabled(
        visit, frame, CAPTIONS[name],
        anchor=f"sheet-{name}", prefix=f"{name}.", columns=columns, links=links.get(name),
        per_page=_SHEET_ROWS, words={"level": "Status"},
    )  # fmt: skip
