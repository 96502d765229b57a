"""United Nations classes and divisions of dangerous goods.

Class 1 (explosives) carries a compatibility group letter after its division; 35 of the
combinations exist. Source: UN Model Regulations, part 2; ADR 2.2.1.1; 49 CFR 173.52 gives the
same 35. A class or division says nothing about packing group or subsidiary hazards.
"""

import re
from functools import cache

from redball.model.codes.text import compact, shipped
from redball.model.codes.types import CodeCheck, CodeList, refuse, warn

COMPATIBILITY = {
    "1.1": "ABCDEFGJL",
    "1.2": "BCDEFGHJKL",
    "1.3": "CFGHJKL",
    "1.4": "BCDEFGS",
    "1.5": "D",
    "1.6": "N",
}
"""Compatibility groups that each division of class 1 can have."""

_EXPLOSIVE = re.compile(r"^(1\.[1-6])([A-Z])$", re.ASCII)
_SPREADSHEET = re.compile(r"^([1-9])\.0$", re.ASCII)


@cache
def _codes() -> dict[str, str]:
    found = {row["code"]: row["title"] for row in shipped("hazard.csv")}
    for division, groups in COMPATIBILITY.items():
        for group in groups:
            found[division + group] = f"{found[division]}; compatibility group {group}"
    return dict(sorted(found.items()))


def code_list() -> CodeList:
    """Describe the list."""
    return CodeList(
        "hazard",
        "Class or division of dangerous goods",
        "UN Model Regulations, part 2",
        tuple(_codes().items()),
        "class 1 to 9, or division such as 2.1; class 1 with its compatibility group, such as 1.4S",
    )


def check(value: str) -> CodeCheck:
    """Check a class or division; an explosive without its compatibility group is a warning."""
    code = compact(value)
    if match := _SPREADSHEET.match(code):
        code = match[1]
    if code == "1" or code in COMPATIBILITY:
        return warn(
            code,
            f"'{value}' has no compatibility group, which storage and mixed loading need.",
            "Write division and group, such as 1.4S.",
        )
    if code in _codes():
        return CodeCheck(code)
    if match := _EXPLOSIVE.match(code):
        return refuse(
            f"Division {match[1]} has no compatibility group {match[2]}.",
            f"It can have {', '.join(COMPATIBILITY[match[1]])}.",
        )
    return refuse(
        f"'{value}' is not a class or division of dangerous goods.",
        "Write 1 to 9 or a division such as 2.1, without subsidiary hazards.",
    )
