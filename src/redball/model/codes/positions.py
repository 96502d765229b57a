"""Positions on WGS 84 in the forms that people send.

Decimal pairs (``53.55,9.99``), the same with letters (``53.55N 9.99E``) or in ISO 6709 style
(``+53.55+009.99/``), degrees with minutes and seconds, the coordinate form of UN/LOCODE
(``5333N 00958E``), and the Military Grid Reference System (MGRS). Latitude comes first unless
letters say otherwise. Sources: ISO 6709, UN/LOCODE manual, NGA.STND.0037.
"""

import re
from dataclasses import dataclass

from redball.model.codes import grid
from redball.model.codes.text import compact, tidy
from redball.model.codes.types import CodeCheck, CodeList, refuse, warn
from redball.model.errors import BadData

METRES_PER_DEGREE = 111_195.0
"""Of a meridian, on a sphere of 6371 km: for stating how fine a text is, not for distances."""

_MEND = (
    "Write latitude and longitude such as 53.55,9.99, an MGRS reference such as "
    "32UNE6600034000, or degrees and minutes such as 5333N 00958E."
)
_LOCODE = re.compile(r"^([0-9]{2})([0-9]{2})([NS])\s*([0-9]{3})([0-9]{2})([EW])$")
_ISO_6709 = re.compile(r"^([+-][0-9]{2}(?:\.[0-9]+)?)([+-][0-9]{3}(?:\.[0-9]+)?)/?$")
_PAIR = re.compile(
    r"^([+-]?[0-9]{1,3}(?:\.[0-9]+)?)\s*([NSEW]?)\s*[,;\s]\s*"
    r"([+-]?[0-9]{1,3}(?:\.[0-9]+)?)\s*([NSEW]?)$"
)
_ANGLE = (
    r"([0-9]{1,3})\s*[°:]\s*([0-9]{1,2}(?:\.[0-9]+)?)"
    r"(?:\s*['′’:]\s*([0-9]{1,2}(?:\.[0-9]+)?)\s*(?:\"|″|”|'')?|\s*['′’])?\s*([NSEW])"
)
_SEXAGESIMAL = re.compile(rf"^{_ANGLE}\s*[,;]?\s*{_ANGLE}$")


@dataclass(frozen=True)
class Position:
    """A point on WGS 84.

    Attributes
    ----------
    latitude, longitude : float
        Degrees, north and east positive.
    form : str
        ``decimal``, ``degrees and minutes``, ``unlocode`` or ``mgrs``.
    precision_m : float
        Smallest step the text can express, in metres along a meridian; for MGRS the side of the
        square, whose centre is the position.
    """

    latitude: float
    longitude: float
    form: str
    precision_m: float

    @property
    def text(self) -> str:
        """``latitude,longitude`` with six decimals (0.1 m)."""
        # adding zero turns a negative zero into zero
        return f"{round(self.latitude, 6) + 0.0:.6f},{round(self.longitude, 6) + 0.0:.6f}"


def parse_position(text: str) -> Position:
    """Read a position in any of the accepted forms.

    Raises
    ------
    BadData
        The text has none of the forms, is out of range, or seems to have longitude first.

    Examples
    --------
    >>> parse_position("5333N 00958E").text
    '53.550000,9.966667'
    """
    given = _ISO_6709.sub(r"\1,\2", text.strip().upper().replace("º", "°"))
    if match := _LOCODE.match(given):
        return _from_locode(match)
    if match := _PAIR.match(given):
        return _from_pair(match, text)
    if match := _SEXAGESIMAL.match(given):
        return _from_sexagesimal(match, text)
    reference = compact(text)
    if grid.looks_like(reference):
        latitude, longitude, side_m = grid.centre(reference)
        return Position(latitude, longitude, "mgrs", side_m)
    hint = " Use a point as the decimal mark." if re.search(r"[0-9],[0-9]+\s*[;\s]", given) else ""
    raise BadData(f"'{text}' is not a position.", mend=_MEND + hint)


def _from_locode(match: re.Match[str]) -> Position:
    latitude = _angle(match[1], match[2], "0", match[3], match[0])
    longitude = _angle(match[4], match[5], "0", match[6], match[0])
    return _within(latitude, longitude, "unlocode", METRES_PER_DEGREE / 60, match[0])


def _from_pair(match: re.Match[str], text: str) -> Position:
    first, second = float(match[1]), float(match[3])
    letters = match[2] + match[4]
    step = max(10.0 ** -_decimals(match[1]), 10.0 ** -_decimals(match[3]))
    if letters:
        if len(letters) != 2 or any(match[place].startswith(("+", "-")) for place in (1, 3)):
            raise BadData(
                f"'{text}' mixes signs and letters.", mend="Give both values a letter, or neither."
            )
        first, second = _ordered(first, match[2], second, match[4], text)
    elif abs(first) > 90 >= abs(second) and abs(first) <= 180:
        raise BadData(
            f"'{text}' seems to have longitude first: a latitude is never beyond 90.",
            mend=f"Write latitude first: {match[3]},{match[1]}.",
        )
    return _within(first, second, "decimal", step * METRES_PER_DEGREE, text)


def _from_sexagesimal(match: re.Match[str], text: str) -> Position:
    first = _angle(match[1], match[2], match[3] or "0", "N", text)
    second = _angle(match[5], match[6], match[7] or "0", "N", text)
    latitude, longitude = _ordered(first, match[4], second, match[8], text)
    steps = [
        10.0 ** -_decimals(seconds) / 3600 if seconds else 10.0 ** -_decimals(minutes) / 60
        for minutes, seconds in ((match[2], match[3]), (match[6], match[7]))
    ]
    step_m = max(steps) * METRES_PER_DEGREE
    return _within(latitude, longitude, "degrees and minutes", step_m, text)


def _decimals(number: str) -> int:
    return len(number.partition(".")[2])


def _angle(degrees: str, minutes: str, seconds: str, letter: str, text: str) -> float:
    if float(minutes) >= 60 or float(seconds) >= 60:
        raise BadData(f"'{text}' has 60 minutes or seconds, or more.", mend="They end at 59.")
    if "." in minutes and float(seconds):
        raise BadData(
            f"'{text}' has parts of a minute and seconds.", mend="Give the one or the other."
        )
    value = int(degrees) + float(minutes) / 60 + float(seconds) / 3600
    return -value if letter in "SW" else value


def _ordered(
    first: float, first_letter: str, second: float, second_letter: str, text: str
) -> tuple[float, float]:
    """Latitude and longitude by their letters, whichever comes first."""
    signed = {
        "latitude" if letter in "NS" else "longitude": -value if letter in "SW" else value
        for value, letter in ((first, first_letter), (second, second_letter))
    }
    if len(signed) != 2:
        raise BadData(
            f"'{text}' has two values of one kind.", mend="Give one with N or S, one with E or W."
        )
    return signed["latitude"], signed["longitude"]


def _within(
    latitude: float, longitude: float, form: str, precision_m: float, text: str
) -> Position:
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise BadData(
            f"'{text}' is out of range.",
            mend="Latitude goes from -90 to 90, longitude from -180 to 180, latitude first.",
        )
    return Position(latitude, longitude, form, precision_m)


def code_list() -> CodeList:
    """Describe the list."""
    return CodeList(
        "position",
        "Position on WGS 84",
        "ISO 6709; UN/LOCODE manual; NGA.STND.0037",
        (),
        "53.55,9.99 or 53.55N 9.99E or 53°33'00\"N 9°59'24\"E or 5333N 00958E or 32UNE6600034000",
    )


def check(value: str) -> CodeCheck:
    """Check a position; the canonical form is ``latitude,longitude`` with six decimals."""
    if not tidy(value):
        return refuse("The position is empty.", _MEND)
    try:
        position = parse_position(value)
    except BadData as error:
        return refuse(error.what, error.mend)
    if position.latitude == 0 and position.longitude == 0:
        return warn(
            position.text,
            f"'{value}' is 0,0, in the Gulf of Guinea.",
            "Check it: zeros often stand for a position that is not known.",
        )
    if position.form == "decimal" and position.precision_m > METRES_PER_DEGREE / 2:
        return warn(
            position.text,
            f"'{value}' is read as whole degrees.",
            "Give decimals. Where the comma is meant as a decimal mark, use a point.",
        )
    return CodeCheck(position.text)
