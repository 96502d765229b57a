"""ISO 4217 currencies.

Funds codes, metals and the testing code are not in the table: nothing is priced in them here.
A withdrawn currency (such as HRK) is a warning, because old orders still carry it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from redball.model.codes.text import shipped, tidy
from redball.model.codes.types import CodeCheck, CodeList, refuse, warn
from redball.model.errors import UnknownCode


@dataclass(frozen=True)
class Currency:
    """A currency.

    Attributes
    ----------
    code : str
        Three letters.
    name : str
        Name.
    minor_digits : int
        Decimals of the smallest unit: 2 for cents, 0 for yen, 3 for the Kuwaiti dinar.
    withdrawn : str
        ISO date since which it is no longer used; empty while it is.
    successor : str
        The currency that replaced it.
    """

    code: str
    name: str
    minor_digits: int
    withdrawn: str = ""
    successor: str = ""


@cache
def currencies() -> Mapping[str, Currency]:
    """All currencies by code, withdrawn ones included."""
    return MappingProxyType(
        {
            row["code"]: Currency(
                row["code"],
                row["name"],
                int(row["minor_digits"]),
                row["withdrawn"],
                row["successor"],
            )
            for row in shipped("currency.csv")
        }
    )


def currency(code: str) -> Currency:
    """One currency.

    Raises
    ------
    UnknownCode
        It is not in the table.
    """
    try:
        return currencies()[tidy(code)]
    except KeyError:
        raise UnknownCode(
            f"'{code}' is not a currency of ISO 4217.", mend="Write a code such as EUR."
        ) from None


@cache
def code_list() -> CodeList:
    """Describe the list; drop-downs offer current currencies only."""
    values = tuple((c.code, c.name) for c in currencies().values() if not c.withdrawn)
    return CodeList("currency", "Currency", "ISO 4217", values, "three letters")


def check(value: str) -> CodeCheck:
    """Check a currency; a withdrawn one is a warning."""
    found = currencies().get(tidy(value))
    if found is None:
        return refuse(f"'{value}' is not a currency of ISO 4217.", "Write a code such as EUR.")
    if found.withdrawn:
        return warn(
            found.code,
            f"{found.code} was withdrawn on {found.withdrawn}.",
            f"Give prices in {found.successor}, or a dated rate for {found.code}.",
        )
    return CodeCheck(found.code)
