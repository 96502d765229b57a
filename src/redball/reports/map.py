"""The map: ground, hazards, lanes and sites as one SVG, with legend, scale bar and caption."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from redball.model import Level
from redball.reports import ground, marks
from redball.reports.coast import Coast, load_coast
from redball.reports.columns import grouped
from redball.reports.element import Markup, el, number
from redball.reports.names import NameField, put_sites
from redball.reports.places import (
    Hazard,
    Lane,
    Site,
    read_hazards,
    read_lanes,
    read_sites,
    split_far,
)
from redball.reports.status import MEANINGS, badge
from redball.reports.symbols import DASHES, kind_of, kinds_in_order, mode_of, spoken
from redball.reports.view import WIDTH, View, view_of

MOST_SITES, MOST_LANES, MOST_HAZARDS, MOST_NAMES = 1500, 600, 60, 45
"""Most marks on one map; beyond that the worst sites and the greatest flows are drawn."""

NO_COAST = "The map has no coastlines: its geographic asset was not built into this installation."
_BAR_KM = (5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1)
_BAR_MOST_UNITS = 170.0


@dataclass(frozen=True)
class Marks:
    """What is drawn, and what is not drawn and why, in sentences."""

    sites: Sequence[Site]
    lanes: Sequence[Lane]
    hazards: Sequence[Hazard]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Drawing:
    """A map as it was drawn.

    Attributes
    ----------
    picture : Markup
        One SVG.
    marks : Marks
    caption : tuple of str
    """

    picture: Markup
    marks: Marks
    caption: tuple[str, ...]


def draw_map(
    sites: pl.DataFrame, lanes: pl.DataFrame, hazards: pl.DataFrame, *, coast: Coast | None = None
) -> Markup | None:
    """Draw the map as a figure; None when nothing has a position.

    Parameters
    ----------
    sites, lanes, hazards : polars.DataFrame
        As in :class:`redball.reports.ReportContent`; missing columns leave the marks out.
    coast : Coast, optional
        Land and borders; the built assets when not given.
    """
    drawn = drawing(sites, lanes, hazards, coast=coast)
    if drawn is None:
        return None
    caption = el("figcaption", " ".join(drawn.caption))
    return el("figure", drawn.picture, _legend(drawn.marks), caption, class_="map")


def drawing(
    sites: pl.DataFrame, lanes: pl.DataFrame, hazards: pl.DataFrame, *, coast: Coast | None = None
) -> Drawing | None:
    """Draw the map without what stands around it; see :func:`draw_map`."""
    drawn = choose(sites, lanes, hazards)
    ends = [end for line in drawn.lanes for end in (line.start, line.end)]
    places = (
        [(s.longitude, s.latitude) for s in drawn.sites]
        or ends
        or [(h.longitude, h.latitude) for h in drawn.hazards]
    )
    if not places:
        return None
    coast = load_coast() if coast is None else coast
    view = view_of([lon for lon, _ in places], [lat for _, lat in places])
    return Drawing(_picture(view, drawn, coast), drawn, tuple(_caption(drawn, coast)))


def choose(sites: pl.DataFrame, lanes: pl.DataFrame, hazards: pl.DataFrame) -> Marks:
    """Choose what is drawn: the theatre's sites, worst first, and the greatest flows."""
    placed = read_sites(sites)
    near, far = split_far(placed)
    near = sorted(near, key=lambda s: -s.level.rank)
    lines = sorted(read_lanes(lanes), key=lambda line: -(line.flow or 0.0))
    areas = read_hazards(hazards)
    notes = []
    if sites.height > len(placed):
        unplaced = sites.height - len(placed)
        said = "site has no position and is" if unplaced == 1 else "sites have no position and are"
        notes.append(f"{grouped(unplaced)} {said} in the table only.")
    if far:
        named = ", ".join(f"{s.name} ({s.level})" for s in far[:8]) + (
            " and others" if len(far) > 8 else ""
        )
        notes.append(f"Far outside the theatre and not drawn: {named}.")
    for what, there, most in (
        ("sites", near, MOST_SITES),
        ("lanes", lines, MOST_LANES),
        ("hazards", areas, MOST_HAZARDS),
    ):
        if len(there) > most:
            notes.append(f"{grouped(most)} of {grouped(len(there))} {what} are drawn.")
    return Marks(near[:MOST_SITES], lines[:MOST_LANES], areas[:MOST_HAZARDS], tuple(notes))


def _picture(view: View, drawn: Marks, coast: Coast) -> Markup:
    greatest = max((line.flow or 0.0 for line in drawn.lanes), default=0.0)
    size = marks.marker_size(len(drawn.sites))
    worst_last = sorted(drawn.sites, key=lambda s: s.level.rank)
    words = (
        f"{len(drawn.sites)} sites by kind and level, {len(drawn.lanes)} lanes by mode and flow, "
        f"{len(drawn.hazards)} hazards. The tables after the map hold the same."
    )
    tall = number(view.height)
    return el(
        "svg",
        el("title", "Map of sites, lanes and hazards", id="theatre-title"),
        el("desc", words, id="theatre-desc"),
        el(
            "defs",
            _hatch(),
            el("clipPath", el("rect", width=number(WIDTH), height=tall), id="map-frame"),
        ),
        el("rect", width=number(WIDTH), height=tall, class_="sea"),
        el(
            "g",
            ground.land(view, coast) if coast.polygons else None,
            ground.borders(view, coast) if coast.borders else None,
            ground.graticule(view),
            el("g", *(marks.hazard(view, area) for area in drawn.hazards)),
            el("g", *(marks.lane(view, line, greatest) for line in reversed(drawn.lanes))),
            el("g", *(marks.site(view, place, size) for place in worst_last)),
            el("g", *_names(view, drawn, size)),
            clip_path="url(#map-frame)",
        ),
        _scale_bar(view),
        el("rect", width=number(WIDTH), height=tall, class_="frame"),
        viewBox=f"0 0 {number(WIDTH)} {tall}",
        role="img",
        aria_labelledby="theatre-title theatre-desc",
    )


def _names(view: View, drawn: Marks, size: float) -> list[Markup]:
    """Names in the order of their weight: sites in trouble, hazards, full lanes, other sites."""
    points = [view.point(s.longitude, s.latitude) for s in drawn.sites]
    field = NameField(view, points, size)
    trouble = [s for s in drawn.sites if s.level.rank >= Level.CAUTION.rank]
    others = [s for s in drawn.sites if s.level.rank < Level.CAUTION.rank]
    placed: list[Markup | None] = [*put_sites(field, view, trouble, size, MOST_NAMES)]
    for area in drawn.hazards:
        at = view.point(area.longitude, area.latitude)
        placed.append(field.put(area.name, at, size / 2 + 2, "halo hazard-name"))
    for line in drawn.lanes:
        words = marks.loading_words(line)
        if words:
            at = marks.course(view, line).middle
            placed.append(field.put(words, at, 7.0, "halo loading", bold=True))
    placed.extend(put_sites(field, view, others, size, MOST_NAMES))
    return [name for name in placed if name is not None]


def _hatch() -> Markup:
    return el(
        "pattern",
        el("path", d="M0 0V9", class_="hatch-line"),
        id="hatch",
        width=9,
        height=9,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )


def _scale_bar(view: View) -> Markup:
    km_per_unit = view.km_per_unit()
    km = next((k for k in _BAR_KM if k / km_per_unit <= _BAR_MOST_UNITS), _BAR_KM[-1])
    long = km / km_per_unit
    y = view.height - 18
    return el(
        "g",
        el(
            "rect",
            x=8,
            y=number(y - 24),
            width=number(max(long, 125.0) + 20),
            height=36,
            class_="plate",
        ),
        el("path", d=f"M18,{number(y - 4)}v8h{number(long, 3)}v-8", class_="bar-line"),
        el("text", f"{grouped(km)} km at the centre", x=18, y=number(y - 9), class_="bar-text"),
        class_="scale",
    )


def _legend(drawn: Marks) -> Markup:
    levels = [level for level in reversed(Level) if any(s.level == level for s in drawn.sites)]
    modes = [mode for mode in DASHES if any(mode_of(line.mode) == mode for line in drawn.lanes)]
    groups = []
    if levels:
        groups.append(
            _group(
                "Status (inner shape)",
                [el("span", badge(level), f" {MEANINGS[level]}") for level in levels],
            )
        )
        kinds = kinds_in_order(s.kind for s in drawn.sites)
        groups.append(_group("Kind of site (outer shape)", [_kind_key(kind) for kind in kinds]))
    if modes:
        groups.append(
            _group("Lanes", [*(_mode_key(mode) for mode in modes), *_flow_keys(drawn.lanes)])
        )
    if drawn.hazards:
        box = el("rect", x=1, y=1, width=34, height=12, class_="hazard-area")
        swatch = el(
            "svg",
            box,
            class_="swatch",
            viewBox="0 0 36 14",
            width=36,
            height=14,
            aria_hidden="true",
        )
        groups.append(_group("Hazards", [el("span", swatch, " area it would strike")]))
    return el("div", *groups, class_="legend")


def _group(title: str, items: Sequence[Markup]) -> Markup:
    return el("div", el("h3", title), el("ul", *(el("li", item) for item in items)))


def _kind_key(kind: str) -> Markup:
    use = el("use", href=f"#kind-{kind_of(kind)}")
    return el("span", el("svg", use, width=18, height=18, aria_hidden="true"), f" {spoken(kind)}")


def _mode_key(mode: str) -> Markup:
    return el("span", _stroke(3, DASHES[mode], ""), f" {spoken(mode)}")


def _flow_keys(lanes: Sequence[Lane]) -> list[Markup]:
    greatest = max((line.flow or 0.0 for line in lanes), default=0.0)
    if greatest <= 0:
        return [el("span", "flows are not known: all lanes have the same width")]
    wide = el(
        "span",
        _stroke(marks.LANE_WIDTHS[1], None, ""),
        f" {grouped(greatest)} t/d, the greatest flow",
    )
    full = el("span", _stroke(4, None, " full"), f" loaded {100 * marks.FULL:.0f} % or more")
    return [wide, full] if any((line.loading or 0) >= marks.FULL for line in lanes) else [wide]


def _stroke(width: float, dash: str | None, state: str) -> Markup:
    line = el(
        "path", d="M0 7H36", class_="lane-line", stroke_width=number(width), stroke_dasharray=dash
    )
    group = el("g", line, class_=f"lane{state}")
    return el(
        "svg", group, class_="swatch", viewBox="0 0 36 14", width=36, height=14, aria_hidden="true"
    )


def _caption(drawn: Marks, coast: Coast) -> list[str]:
    caption = ["Conformal projection."]
    if drawn.lanes:
        caption.append(
            "Lanes show connections, not routes; width is flow, the wedge its direction."
        )
    if coast.source:
        caption.append(
            f"Coastlines and borders: {coast.source}; they show no position on any claim."
        )
    else:
        caption.append(NO_COAST)
    return [*caption, *drawn.notes]
