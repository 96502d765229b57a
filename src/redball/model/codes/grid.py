"""Military Grid Reference System, by way of the ``mgrs`` package (GEOTRANS).

A reference names a square, not a point: ``32UNE6634`` is a square of 1 km. Its position is the
centre of the square. The package knows the rules (no bands or letters I and O, the exceptions of
Norway and Svalbard, the polar zones); what it does not refuse is a square outside the zone or
band it names, which :func:`centre` finds by going there and back. Source: NGA.STND.0037.
"""

import re
import warnings
from functools import cache
from itertools import product

import mgrs
from mgrs.core import MGRSError

from redball.model.errors import BadData

_REFERENCE = re.compile(
    r"^((?:(?:0?[1-9]|[1-5][0-9]|60)[C-HJ-NP-X]|[ABYZ])[A-HJ-NP-Z]{2})([0-9]*)$", re.ASCII
)
_LOOKS = re.compile(r"^[0-9]{0,2}[A-Z]{3}[0-9]*$", re.ASCII)
_DIGITS = 5
_SQUARE_M = 100_000


@cache
def _converter() -> mgrs.MGRS:
    return mgrs.MGRS()


def looks_like(text: str) -> bool:
    """Whether a text has the shape of a reference, right or wrong."""
    return _LOOKS.match(text) is not None


def centre(reference: str) -> tuple[float, float, float]:
    """Centre of the square that a reference names.

    Returns
    -------
    latitude, longitude : float
        Degrees, WGS 84. For a square of one metre its south-west corner, half a metre away.
    side_m : float
        Side of the square in metres, 1 to 100,000.

    Raises
    ------
    BadData
        The reference breaks a rule of the grid, or no part of its square is in the zone and band
        it names.
    """
    match = _REFERENCE.match(reference)
    if match is None:
        raise BadData(
            f"'{reference}' is not an MGRS reference.",
            mend="Zone 1 to 60, band C to X, two letters; I and O are never used.",
        )
    square, digits = match[1].zfill(5 if match[1][0].isdigit() else 3), match[2]
    if len(digits) % 2 or len(digits) > 2 * _DIGITS:
        raise BadData(
            f"'{reference}' has {len(digits)} digits.",
            mend="Give as many digits for easting as for northing, five at most.",
        )
    half = len(digits) // 2
    first: tuple[float, float] | None = None
    for point in _points(digits[:half], digits[half:]):
        place, confirmed = _locate(square + point)
        first = first or place
        if first and confirmed:
            return first[0], first[1], 10.0 ** (_DIGITS - half)
    raise BadData(
        f"'{reference}' names a square that is not in its zone and band.",
        mend="Check zone, band and the two letters.",
    )


def _points(easting: str, northing: str) -> list[str]:
    """Digits of the centre of a square, then of points a metre beyond its corners.

    The metre is for squares on the edge of a zone or band, whose corners can come out a hair
    beyond it; a point does not leave its square of 100 km.
    """
    side: int = 10 ** (_DIGITS - len(easting))
    east, north = int(easting or 0) * side, int(northing or 0) * side
    points = [(east + side // 2, north + side // 2)]
    beyond = product((east - 1, east + side), (north - 1, north + side))
    points += [(_clipped(e), _clipped(n)) for e, n in beyond]
    return [f"{e:05d}{n:05d}" for e, n in points]


def _clipped(metres: int) -> int:
    return min(max(metres, 0), _SQUARE_M - 1)


def _locate(reference: str) -> tuple[tuple[float, float] | None, bool]:
    """Latitude and longitude of a full reference, and whether it is the one of that point."""
    with warnings.catch_warnings():
        # the package warns where a point lies beyond its band: the way back decides instead
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            latitude, longitude = _converter().toLatLon(reference)
            back: str = _converter().toMGRS(latitude, longitude)
        except MGRSError:
            return None, False
    return (float(latitude), float(longitude)), back == reference
