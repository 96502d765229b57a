"""National Codification Bureau codes: who gave an item its NATO number.

Two digits, the first two of a NIIN. The shipped table is not complete and not all of it is
confirmed, so an unknown or unconfirmed code is a warning and never a refusal. A fuller table,
such as the one in CodSP-3, is loaded with :func:`load_ncb`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from redball.model.codes.text import compact, read_text, rows_of, shipped
from redball.model.codes.types import CodeCheck, CodeList, refuse, warn
from redball.model.errors import BadData

VERIFIED = ("yes", "second-source", "no")
"""``yes``: read in the publication; ``second-source``: from a brochure or public decoders;
``no``: recalled only, to be confirmed."""

_CODE = re.compile(r"^[0-9]{2}$", re.ASCII)
_NATION = re.compile(r"^([A-Z]{3}|NATO)$", re.ASCII)
_MEND_TABLE = "Load the full table of CodSP-3 with load_ncb, or check the number."


@dataclass(frozen=True, order=True)
class Ncb:
    """A bureau code.

    Attributes
    ----------
    code : str
        Two digits.
    nation : str
        ISO 3166 alpha-3 code, or ``NATO`` for the items NSPA manages.
    name : str
        Name of the nation.
    verified : str
        One of :data:`VERIFIED`.
    source : str
        Where the row comes from.
    note : str
        What to know about it.
    """

    code: str
    nation: str
    name: str
    verified: str
    source: str
    note: str = ""


@dataclass(frozen=True)
class NcbTable:
    """Bureau codes by code."""

    codes: Mapping[str, Ncb]

    def find(self, code: str) -> Ncb | None:
        """Return the bureau of a code; None when the table does not hold it."""
        return self.codes.get(code)

    def of_nation(self, nation: str) -> tuple[Ncb, ...]:
        """Bureau codes of a nation; Canada has two."""
        return tuple(row for row in self.codes.values() if row.nation == nation)


def ncb_table() -> NcbTable:
    """Return the table that comes with the package."""
    return _shipped_table()


@cache
def _shipped_table() -> NcbTable:
    return _table(shipped("ncb.csv"), "ncb.csv")


def load_ncb(path: Path | str) -> NcbTable:
    """Read a fuller table from a CSV file.

    Parameters
    ----------
    path : Path or str
        CSV with the columns ``code``, ``nation`` (ISO alpha-3 or ``NATO``), ``name`` and
        ``source``; ``verified`` and ``note`` are optional. A row without ``verified`` counts as
        ``second-source``.

    Raises
    ------
    BadData
        A column is missing, a code is not two digits, or a code comes twice.
    """
    path = Path(path)
    return _table(rows_of(read_text(path), str(path)), str(path))


def _table(rows: Iterable[Mapping[str, str]], where: str) -> NcbTable:
    codes: dict[str, Ncb] = {}
    for row in rows:
        entry = _entry(row, where)
        if entry.code in codes:
            raise BadData(
                f"Code {entry.code} comes twice.", where=where, mend="Keep one row for each code."
            )
        codes[entry.code] = entry
    if not codes:
        raise BadData("The table is empty.", where=where, mend="Give at least one code.")
    return NcbTable(MappingProxyType(codes))


def _entry(row: Mapping[str, str], where: str) -> Ncb:
    absent = [name for name in ("code", "nation", "name", "source") if name not in row]
    if absent:
        raise BadData(
            f"The column '{absent[0]}' is missing.",
            where=where,
            mend="The columns are code, nation, name, source, and optionally verified, note.",
        )
    entry = Ncb(
        code=row["code"],
        nation=row["nation"].upper(),
        name=row["name"],
        verified=row.get("verified") or "second-source",
        source=row["source"],
        note=row.get("note", ""),
    )
    if not _CODE.match(entry.code):
        raise BadData(
            f"'{entry.code}' is not a bureau code.",
            where=where,
            mend="Write two digits; spreadsheets drop the zero of 00 and 01.",
        )
    if not _NATION.match(entry.nation):
        raise BadData(
            f"'{entry.nation}' is not a nation.",
            where=where,
            mend="Write the ISO 3166 alpha-3 code, or NATO.",
        )
    if entry.verified not in VERIFIED:
        raise BadData(
            f"'{entry.verified}' does not say how well the row is known.",
            where=where,
            mend=f"Use one of: {', '.join(VERIFIED)}.",
        )
    return entry


def code_list() -> CodeList:
    """Describe the list."""
    values = tuple((row.code, row.name) for row in ncb_table().codes.values())
    return CodeList(
        "ncb",
        "National Codification Bureau code",
        "NATO CodSP-3; rows unconfirmed where flagged",
        values,
        "two digits",
    )


def check(value: str, table: NcbTable | None = None) -> CodeCheck:
    """Check a bureau code; unknown and unconfirmed codes are warnings."""
    code = compact(value)
    if not _CODE.match(code):
        return refuse(
            f"'{value}' is not a bureau code.",
            "Write two digits; spreadsheets drop the zero of 00 and 01.",
        )
    problem = doubt(code, table or ncb_table())
    return warn(code, problem, _MEND_TABLE) if problem else CodeCheck(code)


def doubt(code: str, table: NcbTable) -> str:
    """What is doubtful about a bureau code; empty when nothing is."""
    row = table.find(code)
    if row is None:
        return f"Bureau code {code} is not in the table, which is not complete."
    if row.verified == "no":
        return f"Bureau code {code} is taken for {row.name}, which is unconfirmed."
    return ""
