"""Shapes of the kinds of site and strokes of the modes of transport.

The outer shape says what a site is, the shape inside it how it stands, so that neither rests on
colour alone.
"""

from collections.abc import Iterable

from redball.reports.element import Markup, el, join, number
from redball.reports.status import OUTLINE

# on a field of 24 by 24, centre 12, 12
_KINDS = {
    "depot": "M2 3H22V21H2Z",
    "fuel_terminal": "M12 0.8C16 6 21 10 21 15A9 8.5 0 0 1 3 15C3 10 8 6 12 0.8Z",
    "ammunition_depot": "M4 22V11C4 5 8 2 12 1C16 2 20 5 20 11V22Z",
    "base": "M12 1 23 9.5V22H1V9.5Z",
    "port": "M0.8 5H23.2L18.5 21H5.5Z",
    "airport": "M12 0.8 23 22 12 18 1 22Z",
    "hub": "M12 1A11 11 0 1 1 11.9 1Z",
    "crossing": "M2 2 9 5H15L22 2V22L15 19H9L2 22Z",
    "workshop": "M7.5 1H16.5L23 7.5V16.5L16.5 23H7.5L1 16.5V7.5Z",
    "factory": "M1 22V3L8.5 8V3L16 8V3L23 8V22Z",
    "mine": "M6.5 2H17.5L23 12 17.5 22H6.5L1 12Z",
    "hospital": "M7 1H17V7H23V17H17V23H7V17H1V7H7Z",
    "other": "M12 3A11.3 9 0 1 1 11.9 3Z",
}

DASHES = {
    "road": None,
    "rail": "10 3",
    "sea": "3 5",
    "inland_water": "12 4 2 4",
    "air": "1.5 7",
    "pipeline": "18 3 5 3 5 3",
    "other": "6 6",
}
"""Dash pattern of each mode, in map units."""


def kind_of(word: str) -> str:
    """Kind that has a shape; unknown ones are ``other``."""
    return word if word in _KINDS else "other"


def mode_of(word: str) -> str:
    """Mode that has a stroke; unknown ones are ``other``."""
    return word if word in DASHES else "other"


def kinds_in_order(kinds: Iterable[str]) -> list[str]:
    """Distinct kinds in the order of the legend."""
    present = {kind_of(kind) for kind in kinds}
    return [kind for kind in _KINDS if kind in present]


def symbols() -> Markup:
    """Shapes of all kinds as SVG symbols, to be put in the page once."""
    return join(
        el(
            "symbol",
            el("path", d=path),
            id=f"kind-{kind}",
            viewBox="0 0 24 24",
            fill="#ffffff",
            stroke=OUTLINE,
            stroke_width="1.6",
            stroke_linejoin="round",
        )
        for kind, path in _KINDS.items()
    )


def dash(mode: str, width: float) -> str | None:
    """Dash pattern of a mode, longer on wide lanes so that it still reads as a line."""
    pattern = DASHES[mode_of(mode)]
    if pattern is None:
        return None
    stretch = max(1.0, width / 3.0)
    return " ".join(number(float(part) * stretch) for part in pattern.split())


def spoken(word: str) -> str:
    """Write a code word for people: ``fuel_terminal`` becomes ``fuel terminal``."""
    return word.replace("_", " ")
