"""Classes of supply: NATO's five, the ten of the US, and the way between them.

The same Roman number means different things in the two schemes (US II is part of NATO II, and
NATO IV holds vehicles), so a class carries its scheme: ``NATO:II``, ``US:VII``. Going from US to
NATO loses information, and some US classes have no NATO class; :func:`to_nato` says so each time.
Sources: STANAG 2961 and the NATO Logistics Handbook for NATO, ATP 4-42 for the US. That US VI,
VIII and X have no NATO class is unconfirmed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from redball.model.codes.text import shipped, tidy
from redball.model.codes.types import CodeCheck, CodeList, refuse
from redball.model.errors import UnknownCode

_BARE = re.compile(r"^(I{1,3}|IV|VI{0,3}|IX|X)([A-Z]?)$")
_SEPARATED = re.compile(r"^(NATO|US)\s*[:\s\-]\s*([IVX]+[ABP]?)$")
_MORE_IN_NATO: Mapping[str, frozenset[str]] = MappingProxyType(
    # NATO IV: additional vehicles, beyond the allowance, are major end items for the US
    {"NATO:IV": frozenset({"US:VII"})}
)


@dataclass(frozen=True)
class SupplyClass:
    """A class of supply.

    Attributes
    ----------
    code : str
        Scheme and number, such as ``US:IX``.
    title : str
        What it holds.
    """

    code: str
    title: str

    @property
    def scheme(self) -> str:
        """``NATO`` or ``US``."""
        return self.code.partition(":")[0]


@dataclass(frozen=True)
class Crosswalk:
    """A class of one scheme seen in the other.

    Attributes
    ----------
    code : str or None
        The class; None where there is none.
    lossy : bool
        True when the two classes are not the same: one is a part of the other, or there is none.
    note : str
        What is lost, or why there is none; empty when nothing is lost.
    """

    code: str | None
    lossy: bool
    note: str


@cache
def _rows() -> Mapping[str, Mapping[str, str]]:
    return MappingProxyType({row["code"]: row for row in shipped("supply_class.csv")})


@cache
def supply_classes() -> Mapping[str, SupplyClass]:
    """All classes by code."""
    return MappingProxyType(
        {code: SupplyClass(code, row["title"]) for code, row in _rows().items()}
    )


def to_nato(code: str) -> Crosswalk:
    """NATO class of a class of either scheme.

    Raises
    ------
    UnknownCode
        The class is not in the list, or lacks its scheme.
    """
    row = _rows()[_known(code)]
    if row["code"].startswith("NATO:"):
        return Crosswalk(row["code"], lossy=False, note="")
    return Crosswalk(row["to_nato"] or None, lossy=bool(row["note"]), note=row["note"])


def to_us(code: str) -> frozenset[str]:
    """US classes that a class of either scheme may hold.

    Subclasses are left out where their class is there: ``US:III`` stands for ``US:IIIB`` too.

    Raises
    ------
    UnknownCode
        The class is not in the list, or lacks its scheme.
    """
    code = _known(code)
    if code.startswith("US:"):
        return frozenset({code})
    into = {row["code"] for row in _rows().values() if row["to_nato"] == code}
    whole = frozenset(us for us in into if us.rstrip("ABP") not in into - {us})
    return whole | _MORE_IN_NATO.get(code, frozenset())


def _known(code: str) -> str:
    result = check(code)
    if result.refused:
        raise UnknownCode(result.problem, mend=result.mend)
    return result.value


@cache
def code_list() -> CodeList:
    """Describe the list."""
    return CodeList(
        "supply_class",
        "Class of supply with its scheme",
        "STANAG 2961 and NATO Logistics Handbook (NATO), ATP 4-42 (US)",
        tuple((c.code, c.title) for c in supply_classes().values()),
        "NATO:I to NATO:V and NATO:IIIA, US:I to US:X",
    )


def check(value: str) -> CodeCheck:
    """Check a class; a number without its scheme is refused."""
    code = tidy(value)
    if match := _SEPARATED.match(code):
        code = f"{match[1]}:{match[2]}"
    if code in _rows():
        return CodeCheck(code)
    if match := _BARE.match(code):
        fits = [scheme for scheme in ("NATO", "US") if f"{scheme}:{code}" in _rows()]
        choice = " or ".join(f"{scheme}:{code}" for scheme in fits)
        problem = f"'{value}' does not say whether it is a NATO or a US class."
        return refuse(problem, f"Write {choice}." if fits else "Write a class such as NATO:II.")
    return refuse(
        f"'{value}' is not a class of supply.",
        "Write NATO:I to NATO:V, NATO:IIIA, or US:I to US:X.",
    )
