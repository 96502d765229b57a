"""Six status levels, each by shape, word and colour.

On white most status colours fall below the 3:1 contrast that WCAG 2.2 (1.4.11) asks of graphics,
so every shape has a dark outline, and the word always stands beside it.
"""

from redball.model import Level
from redball.reports.element import Markup, el, join

COLOURS = {
    Level.OFF: "#ffffff",
    Level.STANDBY: "#cfd8e3",
    Level.NORMAL: "#57b96a",
    Level.CAUTION: "#ffd83d",
    Level.SERIOUS: "#ff9530",
    Level.CRITICAL: "#e3262f",
}
"""Fill of each level's shape."""

OUTLINE = "#16202b"
"""Dark outline of every shape."""

# on a field of 20 by 20, centre 10, 10
_SHAPES = {
    Level.OFF: '<circle cx="10" cy="10" r="7"/><path d="M5 15 15 5" fill="none"/>',
    Level.STANDBY: '<circle cx="10" cy="10" r="7"/><circle cx="10" cy="10" r="2" fill="#16202b"/>',
    Level.NORMAL: '<circle cx="10" cy="10" r="7"/>',
    Level.CAUTION: '<rect x="3.5" y="3.5" width="13" height="13"/>',
    Level.SERIOUS: '<path d="M10 1.5 18.5 10 10 18.5 1.5 10Z"/>',
    Level.CRITICAL: '<path d="M10 1.5 19 17.5H1Z"/>',
}

MEANINGS = {
    Level.OFF: "nothing reported",
    Level.STANDBY: "nothing to measure it by",
    Level.NORMAL: "within its limits",
    Level.CAUTION: "watch it",
    Level.SERIOUS: "plan a cure",
    Level.CRITICAL: "act now",
}
"""What each level asks of the reader."""


def level_of(word: object) -> Level | None:
    """Level named by a cell; None where it names none."""
    try:
        return Level(str(word).strip().lower())
    except ValueError:
        return None


def symbols() -> Markup:
    """Shapes as SVG symbols, to be put in the page once and used by name."""
    return join(
        el(
            "symbol",
            Markup(_SHAPES[level]),
            id=f"level-{level}",
            viewBox="0 0 20 20",
            fill=COLOURS[level],
            stroke=OUTLINE,
            stroke_width="1.8",
        )
        for level in Level
    )


def shape(level: Level) -> Markup:
    """Shape of a level as a small graphic for running text; the word must stand beside it."""
    use = el("use", href=f"#level-{level}")
    return el("svg", use, class_="level-shape", aria_hidden="true", width=16, height=16)


def badge(level: Level) -> Markup:
    """Shape and word of a level."""
    return el("span", shape(level), str(level), class_=f"level level-{level}")
