"""The map for paper: one drawing that carries its own style and shapes, and its legend."""

from collections.abc import Iterator, Mapping, Sequence

from redball.model import Level
from redball.reports import status, symbols
from redball.reports.content import ReportContent
from redball.reports.element import Markup, el, join
from redball.reports.map import Drawing, drawing
from redball.reports.status import MEANINGS
from redball.reports.style import map_style
from redball.reports.symbols import DASHES, kind_of, kinds_in_order, mode_of, spoken

SPACE = "http://www.w3.org/2000/svg"
_TYPE = (
    "text { font-family: 'Libertinus Serif'; fill: #16202b; }\n"
    ".halo, .bar-text { font-size: 14px; } .graticule text { font-size: 12px; }\n"
)
"""Of the drawing on paper: the serif is narrower than what a page has, so it can be larger."""


def map_block(content: ReportContent) -> Mapping[str, object] | None:
    """The map of a report as plain values for the template; none where nothing has a position."""
    drawn = drawing(content.sites, content.lanes, content.hazards)
    if drawn is None:
        return None
    return {
        "kind": "map",
        "drawing": standing_alone(drawn.picture),
        "alt": _described(drawn),
        "legend": [{"title": name, "items": list(items)} for name, items in _legend(drawn)],
        "caption": " ".join(drawn.caption),
    }


def standing_alone(picture: Markup) -> str:
    """A drawing with the style and the shapes that it uses inside."""
    inside = join(
        [el("style", Markup(map_style() + _TYPE)), el("defs", status.symbols(), symbols.symbols())]
    )
    return picture.replace("<svg", f'<svg xmlns="{SPACE}"', 1).replace(">", f">{inside}", 1)


def _described(drawn: Drawing) -> str:
    marks = drawn.marks
    return (
        f"Map of {len(marks.sites)} sites by kind and level, {len(marks.lanes)} lanes by mode and "
        f"flow, and {len(marks.hazards)} hazards. Tables of the report hold the same."
    )


Item = Mapping[str, str]


def _legend(drawn: Drawing) -> Iterator[tuple[str, Sequence[Item]]]:
    marks = drawn.marks
    levels = [level for level in reversed(Level) if any(s.level == level for s in marks.sites)]
    if levels:
        yield (
            "Status (inner shape)",
            [{"level": str(one), "words": MEANINGS[one]} for one in levels],
        )
        kinds = kinds_in_order(site.kind for site in marks.sites)
        yield (
            "Kind of site (outer shape)",
            [{"drawing": _shape(f"kind-{kind_of(one)}"), "words": spoken(one)} for one in kinds],
        )
    modes = [mode for mode in DASHES if any(mode_of(line.mode) == mode for line in marks.lanes)]
    if modes:
        yield (
            "Lanes",
            [
                {"drawing": _swatch("lane-line", DASHES[mode]), "words": spoken(mode)}
                for mode in modes
            ],
        )
    if marks.hazards:
        yield (
            "Hazards",
            [{"drawing": _swatch("hazard-area", "6 3"), "words": "area it would strike"}],
        )


def _shape(name: str) -> str:
    use = el("use", href=f"#{name}", width=20, height=20)
    return standing_alone(el("svg", use, viewBox="0 0 20 20"))


def _swatch(style: str, dashes: str | None) -> str:
    if style == "hazard-area":
        line = el("rect", x=2, y=2, width=32, height=10, class_=style, style="fill: none")
    else:
        line = el("path", d="M0 7H36", class_=style, stroke_width="3", stroke_dasharray=dashes)
    return standing_alone(el("svg", line, viewBox="0 0 36 14"))
