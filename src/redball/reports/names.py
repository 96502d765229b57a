"""Names on the map: each where it fits, none over a mark or another name.

Who comes first gets the room; a name without room is left out (the tables after the map hold all).
"""

from collections.abc import Sequence

from redball.model import Level
from redball.reports.element import Markup, el, number
from redball.reports.geometry import Box, Point
from redball.reports.places import Site
from redball.reports.view import WIDTH, View

_TEXT = 11.5
_TALL = _TEXT + 2
# widths of sans-serif letters, mean, on the safe side
_CHARACTER, _BOLD_CHARACTER = 0.55 * _TEXT, 0.62 * _TEXT


class NameField:
    """Keeps the room on a map that is taken.

    Parameters
    ----------
    view : View
        The map's view.
    marks : sequence of points
        Middles of the marks of sites.
    size : float
        Size of those marks, in map units.
    """

    def __init__(self, view: View, marks: Sequence[Point], size: float) -> None:
        self._view = view
        half = size / 2
        self._taken: list[Box] = [(x - half, y - half, x + half, y + half) for x, y in marks]

    def put(
        self, words: str, at: Point, gap: float, class_: str, *, bold: bool = False
    ) -> Markup | None:
        """Place words beside a point, ``gap`` away from it; None where there is no room."""
        width = len(words) * (_BOLD_CHARACTER if bold else _CHARACTER)
        for left, top in _corners(at, width, gap):
            box = (left, top, left + width, top + _TALL)
            if self._inside(box) and not any(_overlap(box, other) for other in self._taken):
                self._taken.append(box)
                return el("text", words, x=number(left), y=number(box[3] - 3), class_=class_)
        return None

    def _inside(self, box: Box) -> bool:
        return (
            box[0] >= 2 and box[1] >= 2 and box[2] <= WIDTH - 2 and box[3] <= self._view.height - 2
        )


def put_sites(
    field: NameField, view: View, places: Sequence[Site], size: float, most: int
) -> list[Markup]:
    """Place names of sites, the worst first; from caution on with the level's word."""
    names: list[Markup] = []
    for place in sorted(places, key=lambda p: (-p.level.rank, p.kind == "other", p.row)):
        if len(names) >= most:
            break
        told = place.level.rank >= Level.CAUTION.rank
        name = field.put(
            f"{place.name} · {place.level}" if told else place.name,
            view.point(place.longitude, place.latitude),
            size / 2 + 2,
            f"halo site-name level-{place.level}",
            bold=place.level.rank >= Level.SERIOUS.rank,
        )
        if name is not None:
            names.append(name)
    return names


def _corners(at: Point, width: float, gap: float) -> tuple[Point, ...]:
    """Upper left corners to try: right, left, above, below, then the four diagonals."""
    x, y = at
    right, left, middle = x + gap, x - gap - width, y - _TALL / 2
    near_right, near_left = x + gap * 0.8, x - gap * 0.8 - width
    high, low = y - gap - _TALL * 0.6, y + gap - _TALL * 0.4
    return (
        (right, middle),
        (left, middle),
        (x - width / 2, y - gap - _TALL),
        (x - width / 2, y + gap),
        (near_right, high),
        (near_right, low),
        (near_left, high),
        (near_left, low),
    )


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
