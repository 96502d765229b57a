"""UN/LOCODE: codes of places for trade and transport (UNECE Recommendation 16).

Two letters of the country (ISO alpha-2, or XZ for international waters) and three of A to Z and
2 to 9. The list of places is published by UNECE twice a year and is not shipped:
:func:`load_unlocode` reads a file that the user provides.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from redball.model.codes.countries import alpha2_codes
from redball.model.codes.positions import Position, parse_position
from redball.model.codes.text import cells_of, compact, read_text
from redball.model.codes.types import CodeCheck, CodeList, refuse
from redball.model.errors import BadData, UnknownCode

COLUMNS = (
    "Change",
    "Country",
    "Location",
    "Name",
    "NameWoDiacritics",
    "Subdivision",
    "Status",
    "Function",
    "Date",
    "IATA",
    "Coordinates",
    "Remarks",
)
"""Columns of the published file, which itself has no header."""

UNUSABLE = MappingProxyType({"RR": "was rejected", "XX": "is to be removed from the list"})
"""Statuses of entries that are no usable places."""

FUNCTIONS = MappingProxyType(
    {
        "1": "sea port",
        "2": "rail",
        "3": "road",
        "4": "airport or spaceport",
        "5": "international mail centre",
        "6": "multimodal facility",
        "7": "fixed installation, such as an oil terminal or a pipeline end",
        "8": "inland port",
        "A": "special economic zone",
        "B": "border crossing; no longer used",
    }
)
"""Functions of a place; 0 in the file means that it has none officially."""

_CODE = re.compile(r"^([A-Z]{2})([A-Z2-9]{3})$", re.ASCII)
_WATERS = "XZ"
_MEND = "Write country and place, such as DEHAM."


@dataclass(frozen=True)
class Place:
    """A place of the list.

    Attributes
    ----------
    code : str
        Five characters.
    name : str
        Name without diacritics.
    status : str
        Status of the entry.
    functions : str
        Keys of :data:`FUNCTIONS`, such as ``"13"``.
    position : Position or None
        To one minute; None where the file has none.
    """

    code: str
    name: str
    status: str
    functions: str
    position: Position | None


@dataclass(frozen=True)
class Places:
    """The list of places that a user loaded.

    Attributes
    ----------
    places : mapping of str to Place
        By code, unusable entries included.
    unread : tuple of str
        Coordinates that could not be read, with their code; their places have no position.
    """

    places: Mapping[str, Place]
    unread: tuple[str, ...] = ()

    def find(self, code: str) -> Place:
        """Return a usable place.

        Raises
        ------
        UnknownCode
            The code is malformed, not in the list, or its status is RR or XX.
        """
        result = self.check(code)
        if result.refused:
            raise UnknownCode(result.problem, mend=result.mend)
        return self.places[result.value]

    def check(self, value: str) -> CodeCheck:
        """Check a code against the list."""
        result = check(value)
        if result.refused:
            return result
        place = self.places.get(result.value)
        if place is None:
            return refuse(
                f"UN/LOCODE {result.value} is not in the list that was loaded.",
                "Check the code, or load a newer list.",
            )
        if place.status in UNUSABLE:
            return refuse(
                f"UN/LOCODE {place.code} ({place.name}) {UNUSABLE[place.status]}: "
                f"status {place.status}.",
                "Use the code of a place that is in force.",
            )
        return CodeCheck(place.code)


def load_unlocode(path: Path | str) -> Places:
    """Read a UN/LOCODE file in the form UNECE publishes, with or without a header.

    Rows without a location (country headings and alternative names) are left out; a code that
    comes twice keeps its first row that is in force, as the file repeats a place for other names.

    Parameters
    ----------
    path : Path or str
        CSV in UTF-8 or Windows-1252 with the columns of :data:`COLUMNS`.

    Raises
    ------
    BadData
        The file is not such a list.
    """
    path = Path(path)
    places: dict[str, Place] = {}
    unread: list[str] = []
    for row in _rows(read_text(path), str(path)):
        code = row["Country"] + row["Location"]
        if not row["Location"] or not _CODE.match(code):
            continue
        known = places.get(code)
        if known is not None and known.status not in UNUSABLE:
            continue
        position, problem = _position(row["Coordinates"])
        if problem:
            unread.append(f"{code}: {problem}")
        functions = "".join(sign for sign in row["Function"] if sign in FUNCTIONS)
        name = row["NameWoDiacritics"] or row["Name"]
        places[code] = Place(code, name, row["Status"], functions, position)
    if not places:
        raise BadData(
            "The file holds no place.",
            where=str(path),
            mend="Give a UN/LOCODE code list as UNECE publishes it.",
        )
    return Places(MappingProxyType(places), tuple(unread))


def _rows(text: str, where: str) -> Iterator[dict[str, str]]:
    names: tuple[str, ...] = COLUMNS
    for number, cells in enumerate(cells_of(text, where), start=1):
        if number == 1 and "Location" in cells:
            names = tuple(cells)
            if absent := [name for name in COLUMNS if name not in names]:
                raise BadData(
                    f"The column '{absent[0]}' is missing.",
                    where=where,
                    mend=f"The columns are {', '.join(COLUMNS)}.",
                )
        elif any(cells):
            if len(cells) != len(names):
                raise BadData(
                    f"The line has {len(cells)} cells, not {len(names)}.",
                    where=f"{where}, line {number}",
                    mend=f"The columns are {', '.join(names)}.",
                )
            yield dict(zip(names, cells, strict=True))


def _position(text: str) -> tuple[Position | None, str]:
    if not text:
        return None, ""
    try:
        return parse_position(text), ""
    except BadData as error:
        return None, error.what


def code_list() -> CodeList:
    """Describe the list."""
    return CodeList(
        "unlocode",
        "UN/LOCODE of a place",
        "UNECE Recommendation 16",
        (),
        "country (ISO alpha-2 or XZ) and three of A to Z and 2 to 9, such as DEHAM",
    )


def check(value: str) -> CodeCheck:
    """Check the form of a code; whether the place exists needs a list (:class:`Places`)."""
    code = compact(value)
    match = _CODE.match(code)
    if match is None:
        return refuse(f"'{value}' is not a UN/LOCODE.", f"{_MEND} Digits 0 and 1 are not used.")
    if match[1] not in alpha2_codes() and match[1] != _WATERS:
        return refuse(f"'{value}' begins with {match[1]}, which is no country.", _MEND)
    return CodeCheck(code)
