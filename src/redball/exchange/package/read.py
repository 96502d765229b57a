"""Reading a package: manifest, mapping, then every file that is a table of the language."""

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from redball.exchange.package.container import Container
from redball.exchange.package.convert import mapped, unmapped
from redball.exchange.package.delimited import read_delimited
from redball.exchange.package.manifest import (
    MANIFEST_NAME,
    MANIFEST_SHEET,
    manifest_from_cells,
    parse_manifest,
)
from redball.exchange.package.mapping import MappingFile, TableMapping
from redball.exchange.package.mapping_file import parse_mapping
from redball.exchange.package.parquet import as_text, read_parquet
from redball.exchange.package.sheet import Sheet
from redball.exchange.package.types import Limits, Manifest, Note, Package, RawTable
from redball.exchange.package.workbook import Workbook
from redball.model import BadData, UnsafeFile, tables

TEXT_SUFFIXES = (".csv", ".txt")
SUFFIXES = (*TEXT_SUFFIXES, ".xlsx", ".parquet")
NOT_READ = ("_",)
"""Files and sheets whose name starts like this are for people and are passed over."""


def read_package(path: Path, *, limits: Limits = Limits()) -> Package:  # noqa: B008  (frozen)
    """Read a national data package.

    Faults of single cells, rows and sheets are collected in the result: as problems and notes of
    the tables, and as notes of the package for what could not be read at all. An error among them
    means that the package is not fit for import.

    Parameters
    ----------
    path : Path
        A folder, a ``.zip`` or an ``.xlsx`` workbook.
    limits : Limits

    Raises
    ------
    BadData
        There is no package, or no usable manifest or mapping file.
    UnsafeFile
        It was refused before it was read; see ``docs/reference/package-format.md``, limits.
    """
    with Container(Path(path), limits) as files:
        reader = _Reader(files, limits)
        reader.run()
        order = {name: i for i, name in enumerate(tables())}
        found = sorted(reader.tables, key=lambda raw: order[raw.table])
        return Package(Path(path), files.hash(), reader.manifest, tuple(found), tuple(reader.notes))


@dataclass
class _Reader:
    files: Container
    limits: Limits
    tables: list[RawTable] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    _book: tuple[str, Workbook | None] = ("", None)

    def run(self) -> None:
        self.manifest = self._manifest()
        mapping = self._mapping()
        done: dict[str, set[str]] = {}
        for block in mapping.tables:
            file = self.files.find(block.file)
            if file is None:
                self.notes.append(_missing_file(block.file, self.files.names))
                continue
            sheets = done.setdefault(file, set())
            sheets.add(self._mapped(file, block))
        for name in self.files.names:
            if name not in (MANIFEST_NAME, self.manifest.mapping):
                self._unmapped(name, done.get(name))

    def _manifest(self) -> Manifest:
        if self.files.single:
            return self._workbook_manifest()
        name = self.files.find(MANIFEST_NAME)
        if name is None:
            raise BadData(
                f"There is no {MANIFEST_NAME}.",
                where=str(self.files.path),
                mend=f"Put {MANIFEST_NAME} at the top, with owner and as_of.",
            )
        return parse_manifest(self._config(name), name)

    def _workbook_manifest(self) -> Manifest:
        where = self.files.path.name
        book = self._workbook(self.files.names[0])
        sheet = next((n for n in book.names if n.strip().casefold() == MANIFEST_SHEET), None)
        if sheet is None:
            raise BadData(
                f"The workbook has no sheet '{MANIFEST_SHEET}'.",
                where=where,
                mend="Add it, with owner and as_of in column A and their values in column B.",
            )
        rows, _ = book.cells(sheet)
        pairs = [(str(row[0]).strip(), row[1]) for row in rows if len(row) > 1]
        cells: dict[str, object] = {}
        for name, value in pairs:
            if name in cells:
                raise BadData(
                    f"'{name}' is given twice.", where=f"{where}!{sheet}", mend="Remove one row."
                )
            if name and value != "":
                cells[name] = value.strip() if isinstance(value, str) else value
        return manifest_from_cells(cells, f"{where}!{sheet}")

    def _mapping(self) -> MappingFile:
        if self.manifest.mapping is None:
            return MappingFile(())
        name = self.files.find(self.manifest.mapping)
        if name is None:
            raise BadData(
                f"There is no mapping file '{self.manifest.mapping}', which the manifest names.",
                where=MANIFEST_NAME,
                mend=f"Put it beside {MANIFEST_NAME}.",
            )
        return parse_mapping(self._config(name), name)

    def _config(self, name: str) -> str:
        data = self.files.read(name)
        if len(data) > self.limits.config_bytes:
            raise UnsafeFile(
                f"It is larger than {self.limits.config_bytes:,} bytes.",
                where=name,
                mend="Manifest and mapping are short texts.",
            )
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadData(
                f"It is not utf-8 text (byte {error.start}).", where=name, mend="Save it as utf-8."
            ) from error

    def _workbook(self, name: str) -> Workbook:
        if self._book[0] != name or self._book[1] is None:
            where = self.files.path.name if self.files.single else name
            self._book = (name, Workbook(self.files.read(name), where, self.limits))
        assert self._book[1] is not None
        return self._book[1]

    def _mapped(self, file: str, block: TableMapping) -> str:
        """Read the sheet of a block; return the sheet's name, empty for text and Parquet."""
        sheet, used = self._sheet_of(file, block)
        if isinstance(sheet, Note):
            self.notes.append(sheet)
        else:
            content = self.manifest.content_of(block.table)
            self._keep(mapped(sheet, block, content))
        return used

    def _sheet_of(self, file: str, block: TableMapping) -> tuple[Sheet | Note, str]:
        suffix = PurePosixPath(file).suffix.casefold()
        if suffix in TEXT_SUFFIXES:
            sheet = read_delimited(
                self.files.read(file),
                file,
                self.limits,
                encoding=block.encoding,
                delimiter=block.delimiter,
                header_line=block.header_line,
            )
            return sheet, ""
        if suffix == ".parquet":
            found = read_parquet(self.files.read(file), file, self.limits)
            return (found if isinstance(found, Note) else as_text(found)), ""
        if suffix != ".xlsx":
            return _unknown_file(file, "error"), ""
        try:
            book = self._workbook(file)
            names = {name.strip().casefold(): name for name in book.names}
            name = book.names[0] if block.sheet is None and book.names else block.sheet or ""
            name = names.get(name.strip().casefold(), "")
            if not name:
                return _missing_sheet(file, block.sheet, book.names), ""
            return book.read(name, f"{file}!{name}", block.header_line), name
        except BadData as error:
            return _unreadable(error, file), ""

    def _unmapped(self, name: str, done: set[str] | None) -> None:
        path = PurePosixPath(name)
        suffix = path.suffix.casefold()
        if path.name.startswith(NOT_READ):
            return
        if suffix == ".xlsx":
            self._unmapped_workbook(name, done or set())
            return
        if done is not None:
            return
        table = path.stem.strip().casefold()
        if suffix not in SUFFIXES or table not in tables() or len(path.parts) > 1:
            self.notes.append(_unknown_file(name, "warning"))
            return
        data = self.files.read(name)
        if suffix == ".parquet":
            self._take(read_parquet(data, name, self.limits), table, typed=True)
        else:
            self._take(read_delimited(data, name, self.limits), table)

    def _unmapped_workbook(self, file: str, done: set[str]) -> None:
        try:
            book = self._workbook(file)
        except BadData as error:
            if isinstance(error, UnsafeFile) or self.files.single:
                raise
            self.notes.append(_unreadable(error, file))
            return
        where = self.files.path.name if self.files.single else file
        for name in book.names:
            table = name.strip().casefold()
            skipped = name.startswith(NOT_READ) or (self.files.single and table == MANIFEST_SHEET)
            if skipped or name in done:
                continue
            place = f"{where}!{name}"
            if name in book.hidden:
                self.notes.append(_hidden(place))
            elif table not in tables():
                self.notes.append(_unknown_sheet(place))
            else:
                try:
                    self._take(book.read(name, place), table)
                except UnsafeFile:
                    raise
                except BadData as error:
                    self.notes.append(_unreadable(error, place))

    def _take(self, sheet: Sheet | Note, table: str, *, typed: bool = False) -> None:
        if isinstance(sheet, Note):
            self.notes.append(sheet)
        else:
            content = self.manifest.content_of(table)
            self._keep(unmapped(sheet, table, content, typed=typed))

    def _keep(self, raw: RawTable) -> None:
        """Keep a table, unless none of its columns could be found: then only the remarks."""
        if raw.frame.width:
            self.tables.append(raw)
        else:
            self.notes += [*raw.notes, _no_column(raw)]


def _missing_file(file: str, names: tuple[str, ...]) -> Note:
    listed = ", ".join(names[:10])
    return Note(
        "error",
        file,
        "missing-file",
        "The mapping names this file, but the package does not hold it.",
        f"Add it, or correct the mapping. The package holds: {listed}.",
    )


def _no_column(raw: RawTable) -> Note:
    return Note(
        "error",
        raw.sheet,
        "no-known-column",
        f"None of its columns is one of the table '{raw.table}'; it was not read.",
        "Check the header line, the delimiter and the names of the columns.",
    )


def _missing_sheet(file: str, sheet: str | None, names: tuple[str, ...]) -> Note:
    return Note(
        "error",
        file if sheet is None else f"{file}!{sheet}",
        "missing-sheet",
        "The mapping names this sheet, but the workbook does not hold it.",
        f"The workbook holds: {', '.join(names[:10])}.",
    )


def _unknown_file(file: str, severity: str) -> Note:
    return Note(
        "error" if severity == "error" else "warning",
        file,
        "file-not-read",
        "It is no table of the language and the mapping does not name it; it was not read.",
        f"Name it like a table ({', '.join(list(tables())[:4])} ...) with one of the suffixes "
        f"{' '.join(SUFFIXES)}, describe it in a mapping, or start its name with _.",
    )


def _unknown_sheet(place: str) -> Note:
    return Note(
        "warning",
        place,
        "sheet-not-read",
        "The sheet is not named like a table and the mapping does not name it; it was not read.",
        "Name it like a table, describe it in a mapping, or start its name with _.",
    )


def _hidden(place: str) -> Note:
    return Note(
        "warning",
        place,
        "hidden-sheet",
        "The sheet is hidden and was not read.",
        "Show it if it is to be read; or name it in the mapping.",
    )


def _unreadable(error: BadData, place: str) -> Note:
    if isinstance(error, UnsafeFile):
        raise error
    return Note("error", error.where or place, "unreadable", error.what, error.mend)
