"""NATO Commercial and Governmental Entity codes (NCAGE).

Five characters in a pattern that each nation chose; several nations can share a pattern and there
is no check digit. So a code names a **set** of nations, never one. Source: CodSP-3; the shipped
table is not complete, and NSPA gives codes of the form ``S***#`` to entities of other nations.
"""

import re
from dataclasses import dataclass
from functools import cache

from redball.model.codes.text import compact, shipped
from redball.model.codes.types import CodeCheck, CodeList, refuse, warn

_SHAPE = re.compile(r"^[0-9A-Z]{5}$", re.ASCII)
_PARTS = {"#": "[0-9]", "*": "[0-9A-Z]"}


@dataclass(frozen=True)
class NcageStructure:
    """Pattern of the codes of a nation.

    Attributes
    ----------
    structure : str
        ``#`` a digit, ``*`` a letter or digit, anything else itself.
    nation : str
        ISO 3166 alpha-3 code.
    verified : str
        ``yes`` or ``no``, as in the table of bureau codes.
    source : str
        Where the row comes from.
    """

    structure: str
    nation: str
    verified: str
    source: str

    def fits(self, code: str) -> bool:
        """Whether a code has this structure."""
        return _pattern(self.structure).match(code) is not None


@cache
def _pattern(structure: str) -> re.Pattern[str]:
    body = "".join(_PARTS.get(sign) or re.escape(sign) for sign in structure)
    return re.compile(f"^{body}$", re.ASCII)


@cache
def ncage_structures() -> tuple[NcageStructure, ...]:
    """Structures that are known."""
    return tuple(
        NcageStructure(row["structure"], row["nation"], row["verified"], row["source"])
        for row in shipped("ncage.csv")
    )


def nations_of_ncage(code: str) -> frozenset[str]:
    """Nations whose known structure the code has, as ISO alpha-3 codes.

    The table is not complete: an empty set means that nobody is known, and a nation outside the
    set is not excluded. Never refuse on it.
    """
    code = compact(code)
    return frozenset(row.nation for row in ncage_structures() if row.fits(code))


def code_list() -> CodeList:
    """Describe the list."""
    return CodeList(
        "ncage",
        "NATO Commercial and Governmental Entity code",
        "NATO CodSP-3",
        (),
        "5 letters and digits, no check digit",
    )


def check(value: str) -> CodeCheck:
    """Check a code: refused when it is not five letters and digits, else at most a warning."""
    code = compact(value)
    if not _SHAPE.match(code):
        return refuse(
            f"'{value}' is not an NCAGE code.",
            "Write five letters and digits; spreadsheets drop leading zeros.",
        )
    if not nations_of_ncage(code):
        return warn(
            code,
            f"NCAGE {code} has no structure that is known; the table is not complete.",
            "Check it in the public NCAGE search of NSPA.",
        )
    return CodeCheck(code)
