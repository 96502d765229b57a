"""Guard of workbooks: what calamine gets to see has been inflated and scanned here first.

A workbook is an archive of XML parts (ECMA-376). It is taken apart under the limits of any
archive, every part is parsed once with expat (no document type, no entities, no sheet whose cells
span more than the limit), and the same bytes are put together again without compression. So the
reader can't see anything that was not scanned.
"""

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from posixpath import dirname, join, normpath
from types import MappingProxyType
from typing import NoReturn
from xml.parsers.expat import ExpatError, ParserCreate

from redball.exchange.package.archive import Archive
from redball.exchange.package.types import Limits
from redball.model import BadData, UnsafeFile

_REF = re.compile(r"^([A-Z]{1,3})([1-9][0-9]{0,6})\Z")
_ROW = re.compile(r"^[1-9][0-9]{0,6}\Z")
_COUNT = re.compile(r"^[0-9]{1,12}\Z")
_KEPT = (".xml", ".rels")
_ERRORS_KEPT = 100_000
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class ScannedWorkbook:
    """A workbook that may be read.

    Attributes
    ----------
    data : bytes
        The workbook, put together from the scanned parts.
    errors : mapping of str to mapping of (int, int) to str
        Per sheet: cells that hold an error such as ``#REF!``, by row and column from 0.
    """

    data: bytes
    errors: Mapping[str, Mapping[tuple[int, int], str]]


def scan_workbook(data: bytes, where: str, limits: Limits) -> ScannedWorkbook:
    """Take a workbook apart, scan its parts and put it together again.

    Raises
    ------
    UnsafeFile
        A document type or entity, a sheet beyond the limits, or an unsafe archive.
    BadData
        Not a workbook.
    """
    archive = Archive(io.BytesIO(data), where, limits)
    if "xl/workbook.xml" not in archive.names:
        raise BadData(
            "It is not an .xlsx workbook.", where=where, mend="Save it as Excel workbook (.xlsx)."
        )
    parts = {name: archive.read(name) for name in archive.names if name.endswith(_KEPT)}
    cells: dict[str, Mapping[tuple[int, int], str]] = {}
    for name, part in parts.items():
        scan = _PartScan(f"{where}/{name}", limits)
        scan.parse(part)
        if scan.errors:
            cells[name] = MappingProxyType(scan.errors)
    errors = {sheet: cells[part] for sheet, part in _sheet_parts(parts).items() if part in cells}
    return ScannedWorkbook(_packed(parts), MappingProxyType(errors))


def _packed(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), part)
    return out.getvalue()


class _PartScan:
    """One pass over an XML part: refuses entities, bounds the cells, collects error cells."""

    def __init__(self, where: str, limits: Limits) -> None:
        self.where = where
        self.errors: dict[tuple[int, int], str] = {}
        self._limits = limits
        self._row = self._column = -1
        self._rows = self._columns = 0
        self._error: tuple[int, int] | None = None

    def parse(self, data: bytes) -> None:
        parser = ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        try:
            self._parser = parser
            parser.Parse(data, True)
        except (ExpatError, ValueError, LookupError) as error:
            raise self._damaged(error) from error

    def _refuse(self, *_: object) -> NoReturn:
        raise UnsafeFile(
            "A part of the workbook declares a document type or an entity.",
            where=self.where,
            mend="Save it again with a spreadsheet program.",
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition(":")[2]
        if local == "c":
            self._cell(attributes)
        elif local == "row":
            given = attributes.get("r")
            if given is not None and not _ROW.match(given):
                raise self._damaged(f"'{given[:20]}' is no row")
            self._row = self._row + 1 if given is None else int(given) - 1
            self._column = -1
        elif attributes and local != "v":
            self._counts(attributes)

    def _counts(self, attributes: Mapping[str, str]) -> None:
        """Bound the counts that an element declares: a reader reserves memory for them."""
        for name in ("count", "uniqueCount"):
            given = attributes.get(name, "0")
            if not _COUNT.match(given) or int(given) > self._limits.cells:
                raise UnsafeFile(
                    f"A part of the workbook declares {given[:20]} entries.",
                    where=self.where,
                    mend="Save it again with a spreadsheet program.",
                )

    def _damaged(self, reason: object) -> BadData:
        return BadData(
            f"A part of the workbook is damaged ({reason}).",
            where=self.where,
            mend="Open it, save it again as .xlsx and send that.",
        )

    def _cell(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r")
        if given is None:
            self._column += 1
        elif place := _REF.match(given):
            self._column, self._row = _column_number(place[1]), int(place[2]) - 1
        else:
            # another reader may see a place in it that was not checked here
            raise self._damaged(f"'{given[:20]}' is no cell")
        self._rows = max(self._rows, self._row + 1)
        self._columns = max(self._columns, self._column + 1)
        if self._rows * self._columns > self._limits.cells:
            raise UnsafeFile(
                f"A sheet spans more than {self._limits.cells:,} cells "
                f"({self._rows:,} rows, {self._columns:,} columns).",
                where=self.where,
                mend="Delete stray cells far from the table, or send CSV or Parquet.",
            )
        if attributes.get("t") == "e" and len(self.errors) < _ERRORS_KEPT:
            self._error = (self._row, self._column)
            self.errors[self._error] = ""
            self._parser.CharacterDataHandler = self._text

    def _text(self, text: str) -> None:
        if self._error is not None and text.startswith("#"):
            self.errors[self._error] = text[:20]

    def _end(self, tag: str) -> None:
        if self._error is not None and tag.rpartition(":")[2] == "c":
            self._error = None
            self._parser.CharacterDataHandler = None


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _sheet_parts(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Sheet name to the part that holds it, through the workbook's relations."""
    targets: dict[str, str] = {}
    for attributes in _elements(parts.get("xl/_rels/workbook.xml.rels", b""), "Relationship"):
        target = attributes.get("Target", "")
        base = "" if target.startswith("/") else dirname("xl/workbook.xml")
        targets[attributes.get("Id", "")] = normpath(join(base, target.lstrip("/")))
    found: dict[str, str] = {}
    for attributes in _elements(parts["xl/workbook.xml"], "sheet"):
        relation = next((v for k, v in attributes.items() if k.endswith(":id")), "")
        found[attributes.get("name", "")] = targets.get(relation, "")
    return found


def _elements(data: bytes, local: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == local:
            found.append(attributes)

    parser = ParserCreate()
    parser.StartElementHandler = start
    if data:
        parser.Parse(data, True)
    return found
