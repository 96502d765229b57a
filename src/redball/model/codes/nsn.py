"""NATO Stock Numbers and what else stands in a stock number field.

A NATO Stock Number (NSN) has 13 digits: the supply class (FSC, 4: group 2 and class 2) and the
National Item Identification Number (NIIN, 9: bureau code 2 and 7 that mean nothing). There is no
check digit. The class of an item can be revised, its NIIN can not: **key on the NIIN**.
Source: ACodP-1. Other numbers share the field, so a stock number is one of three types.
"""

import re
from dataclasses import dataclass

from redball.model.codes.ncb import NcbTable, doubt, ncb_table
from redball.model.codes.text import compact, tidy
from redball.model.codes.types import CodeCheck, CodeList, refuse, warn
from redball.model.errors import BadData

_NSN = re.compile(r"^([0-9]{4})([0-9]{2}[0-9A-Z]{7})$", re.ASCII)
_NIIN = re.compile(r"^[0-9]{2}[0-9A-Z]{7}$", re.ASCII)
_NAVY = re.compile(r"^[0-9A-Z]{4}LL[0-9A-Z]{7}$", re.ASCII)
_SOURCE = "NATO ACodP-1"
_CHECK_NUMBER = "Check the number against the catalogue."


@dataclass(frozen=True, order=True)
class Niin:
    """National Item Identification Number: the key of an item of supply.

    Attributes
    ----------
    niin : str
        Nine characters, of which the first two are the bureau code.
    """

    niin: str

    @property
    def ncb(self) -> str:
        """Code of the bureau that gave the number."""
        return self.niin[:2]


@dataclass(frozen=True, order=True)
class Nsn(Niin):
    """NATO Stock Number: a NIIN and the supply class it has now.

    Attributes
    ----------
    niin : str
        Nine characters.
    fsc : str
        Supply class, four digits; may be revised.
    """

    fsc: str

    @property
    def fsg(self) -> str:
        """Supply group: the first two digits of the class."""
        return self.fsc[:2]

    @property
    def text(self) -> str:
        """The 13 characters."""
        return self.fsc + self.niin


@dataclass(frozen=True, order=True)
class OtherStockNumber:
    """What stands in the field and is no NATO number.

    Attributes
    ----------
    text : str
        The number as given, in capitals.
    kind : str
        ``navy item control number`` or ``part number``.
    """

    text: str
    kind: str


StockNumber = Nsn | Niin | OtherStockNumber


def parse_stock_number(text: str) -> StockNumber:
    """Tell what a stock number is.

    Blanks and hyphens are tolerated in NATO numbers. A number with ``LL`` where the bureau code
    stands (positions 12-13 of a MILSTRIP record) is a US Navy item control number; anything that
    is not a NATO number is taken for a part number. Nine digits count as a NIIN, so a part number
    of nine digits can't be told from one: keep part numbers in their own column.

    Raises
    ------
    BadData
        The text is empty.

    Examples
    --------
    >>> parse_stock_number("5905-00-734-5199")
    Nsn(niin='007345199', fsc='5905')
    """
    number = compact(text)
    if not number:
        raise BadData("The stock number is empty.", mend="Give a number.")
    if match := _NSN.match(number):
        return Nsn(niin=match[2], fsc=match[1])
    if _NIIN.match(number) and number.isdigit():
        return Niin(number)
    if _NAVY.match(number):
        return OtherStockNumber(number, "navy item control number")
    return OtherStockNumber(tidy(text), "part number")


def niin_of(nsn: str) -> str:
    """NIIN of an NSN, or of a NIIN itself.

    Raises
    ------
    BadData
        The number is neither.
    """
    number = compact(nsn)
    if match := _NSN.match(number):
        return match[2]
    if _NIIN.match(number):
        return number
    raise BadData(
        f"'{nsn}' is neither an NSN nor a NIIN.", mend="Give an NSN of 13 digits or a NIIN of 9."
    )


def niin_list() -> CodeList:
    """Describe the list of NIINs."""
    return CodeList(
        "niin",
        "National Item Identification Number",
        _SOURCE,
        (),
        "9 digits: bureau code 2, number 7; blanks and hyphens are dropped",
    )


def nsn_list() -> CodeList:
    """Describe the list of NSNs."""
    return CodeList(
        "nsn",
        "NATO Stock Number",
        _SOURCE,
        (),
        "13 digits: class 4, bureau code 2, number 7; blanks and hyphens are dropped",
    )


def check_niin(value: str, table: NcbTable | None = None) -> CodeCheck:
    """Check a NIIN; an NSN in its place is refused, since its class would be lost unseen."""
    number = compact(value)
    if _NIIN.match(number):
        return _checked(number, number, table or ncb_table())
    if _NSN.match(number):
        return refuse(
            f"'{value}' is an NSN, not a NIIN.",
            f"Put it in the column nsn; its NIIN is {number[4:]}.",
        )
    return refuse(
        f"'{value}' is not a NIIN.", "Write its 9 digits; spreadsheets drop leading zeros."
    )


def check_nsn(value: str, table: NcbTable | None = None) -> CodeCheck:
    """Check an NSN; other stock numbers are refused with the column they belong to."""
    number = compact(value)
    if _NSN.match(number):
        return _checked(number, number[4:], table or ncb_table())
    if _NIIN.match(number):
        return refuse(f"'{value}' is a NIIN, not an NSN.", "Put it in the column niin.")
    if _NAVY.match(number):
        return refuse(
            f"'{value}' is a US Navy item control number, not an NSN.",
            "Put it in the column part_number.",
        )
    return refuse(
        f"'{value}' is not an NSN.",
        "Write its 13 digits; spreadsheets drop leading zeros. A part number has its own column.",
    )


def _checked(number: str, niin: str, table: NcbTable) -> CodeCheck:
    if not niin.isdigit():
        # that NIINs became alphanumeric is claimed and not confirmed: no refusal on it
        return warn(
            number,
            f"NIIN {niin} holds letters, which is unconfirmed for NIINs.",
            "Check it for O in place of 0 and I in place of 1.",
        )
    problem = doubt(niin[:2], table)
    return warn(number, problem, _CHECK_NUMBER) if problem else CodeCheck(number)
