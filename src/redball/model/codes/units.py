"""Units of issue and measure: a closed table of the units that logistics uses.

A unit has a US/NATO unit of issue code (``LB``), a UNECE Recommendation 20 code (``LBR``), or
both; the first is the canonical form where there is one. Both are read. Where a unit of issue
code means something else in Recommendation 20 (``GL``: US gallon, there gram per litre), the unit
of issue wins, with a warning. Codes on which US lists disagree (``CM``) are refused.

Factors are exact decimals: the international yard and pound of 1959, the US gallon of 231 cubic
inches, the UK gallon of 4.54609 litres. Recommendation 20 prints most of them rounded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cache
from types import MappingProxyType

from redball.model.codes.text import shipped, tidy
from redball.model.codes.types import CodeCheck, CodeList, refuse, warn
from redball.model.errors import UnknownCode

_MEND = "Use a unit of issue such as EA, or a code of Recommendation 20 such as KGM."


class UnitKind(StrEnum):
    """What a unit counts."""

    MEASURE = "measure"
    """A physical quantity; fixed."""
    COUNT = "count"
    """A number of single things, such as a dozen; fixed."""
    ARTICLE = "article"
    """One thing of its own, such as a kit; what it holds is the item's own matter."""
    PACK = "pack"
    """A package of no fixed size, such as a box: useless without the item's quantity."""
    AMBIGUOUS = "ambiguous"
    """A code that published lists read differently; refused."""


@dataclass(frozen=True)
class Unit:
    """A row of the table.

    Attributes
    ----------
    code : str
        Canonical code.
    ui, rec20 : str
        Unit of issue code and Recommendation 20 code; empty where there is none.
    name : str
        Name.
    kind : UnitKind
        What it counts.
    dimension : str
        ``mass`` (base kg), ``length`` (m), ``area`` (m2), ``volume`` (m3), ``time`` (s),
        ``energy`` (J), ``count`` (one); empty for articles and packs.
    factor : Fraction
        Base units in one unit, exact; 0 for articles and packs.
    other_meaning : str
        What the unit of issue code also means; for ambiguous codes, what to write instead.
    verified : str
        ``no`` when the unit of issue code is recalled and to be confirmed.
    source : str
        Where factor or code come from.
    """

    code: str
    ui: str
    rec20: str
    name: str
    kind: UnitKind
    dimension: str
    factor: Fraction
    other_meaning: str
    verified: str
    source: str


@cache
def units() -> Mapping[str, Unit]:
    """All units by canonical code."""
    rows = (
        Unit(
            code=row["ui"] or row["rec20"],
            ui=row["ui"],
            rec20=row["rec20"],
            name=row["name"],
            kind=UnitKind(row["kind"]),
            dimension=row["dimension"],
            factor=Fraction(row["factor"] or 0),
            other_meaning=row["other_meaning"],
            verified=row["verified"],
            source=row["source"],
        )
        for row in shipped("unit.csv")
    )
    return MappingProxyType({row.code: row for row in rows})


@cache
def _by_any_code() -> Mapping[str, Unit]:
    found = {row.rec20: row for row in units().values() if row.rec20}
    # units of issue last: they win over a code of Recommendation 20 that is spelled the same
    found.update((row.ui, row) for row in units().values() if row.ui)
    return MappingProxyType(found)


def unit(code: str) -> Unit:
    """One unit by its unit of issue or Recommendation 20 code.

    Raises
    ------
    UnknownCode
        The table does not hold it, or published lists disagree on what it means.
    """
    found = _by_any_code().get(tidy(code))
    if found is None or found.kind is UnitKind.AMBIGUOUS:
        result = check(code)
        raise UnknownCode(result.problem, mend=result.mend)
    return found


def is_fixed(code: str) -> bool:
    """Whether a unit always stands for the same quantity: a measure or a count.

    Raises
    ------
    UnknownCode
        As :func:`unit`.
    """
    return unit(code).kind in (UnitKind.MEASURE, UnitKind.COUNT)


def needs_item_quantity(code: str) -> bool:
    """Whether a unit says nothing without the item's ``quantity_per_unit``: BX, RO and so on.

    Raises
    ------
    UnknownCode
        As :func:`unit`.
    """
    return unit(code).kind is UnitKind.PACK


@cache
def code_list() -> CodeList:
    """Describe the list."""
    kept = (row for row in units().values() if row.kind is not UnitKind.AMBIGUOUS)
    return CodeList(
        "unit",
        "Unit of issue or measure",
        "US unit of issue codes (MIL-STD-129); UNECE Recommendation 20",
        tuple((row.code, row.name) for row in kept),
        "unit of issue code, or code of Recommendation 20 where there is none",
    )


def check(value: str) -> CodeCheck:
    """Check a unit; the canonical form is the unit of issue code where there is one."""
    code = tidy(value)
    found = _by_any_code().get(code)
    if found is None:
        return refuse(f"'{value}' is not in the table of units, which is closed.", _MEND)
    if found.kind is UnitKind.AMBIGUOUS:
        return refuse(f"'{value}' is read differently: {found.name}.", found.other_meaning)
    if code == found.ui and found.other_meaning:
        return warn(
            found.code,
            f"{code} is read as {found.name}; it also means {found.other_meaning}.",
            f"Check that {found.name} is meant"
            + (f", or write {found.rec20}." if found.rec20 else "."),
        )
    if code == found.ui and found.verified == "no":
        return warn(
            found.code,
            f"That {code} means {found.name} is unconfirmed.",
            "Check it, or use EA.",
        )
    return CodeCheck(found.code)
