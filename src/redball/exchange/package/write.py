"""Writing packages: the same frames and manifest always give the same bytes."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

import polars as pl

from redball.exchange.package.archive import unsafe_name
from redball.exchange.package.manifest import (
    MANIFEST_NAME,
    manifest_text,
    manifest_values,
    with_mapping,
)
from redball.exchange.package.mapping import MappingFile, TableMapping
from redball.exchange.package.mapping_file import mapping_from
from redball.exchange.package.national import national, plain_columns, split_by_block
from redball.exchange.package.sinks import Tab, csv_bytes, parquet_bytes, workbook_bytes, zip_bytes
from redball.exchange.package.toml_text import toml_text
from redball.exchange.package.types import Manifest
from redball.model import BadUse, table

FORMS = ("csv", "xlsx", "parquet", "zip", "workbook")
"""A folder of CSV, of one workbook or of Parquet; a zip of CSV; a single workbook."""

MAPPING_NAME = "mapping.toml"
_TYPED = (pl.Float64, pl.Int64, pl.Boolean, pl.Date)


def write_package(
    path: Path,
    tables: Mapping[str, pl.DataFrame],
    manifest: Manifest,
    *,
    mapping: Mapping[str, object] | None = None,
    form: str = "csv",
) -> Path:
    """Write a package.

    Parameters
    ----------
    path : Path
        Folder, ``.zip`` or ``.xlsx`` to make; it must not exist, a folder may be empty.
    tables : mapping of str to polars.DataFrame
        Per table of the language: its attributes, typed, and optionally ``label`` as text. A text
        column where the language has a number or date is written as it is.
    manifest : Manifest
    mapping : mapping, optional
        A parsed mapping file; the tables it describes are written in the nation's own form, in
        the files it names, and the mapping is written beside them.
    form : str
        One of :data:`FORMS`; for tables with a mapping, the suffix in the mapping decides.

    Returns
    -------
    Path
        ``path``.

    Raises
    ------
    BadUse
        An unknown form, table or column; a value that the form or the mapping can't carry; the
        path is taken.
    BadData
        The manifest or the mapping is not valid.
    """
    path = Path(path)
    _check(path, tables, form, mapping)
    blocks = mapping_from(mapping) if mapping is not None else MappingFile(())
    if mapping is not None:
        manifest = with_mapping(manifest, MAPPING_NAME)
    text = manifest_text(manifest)
    if form == "workbook":
        cells = _manifest_cells(manifest)
        tabs = [Tab(n, plain_columns(f, n, _TYPED)) for n, f in tables.items()]
        _write_file(path, workbook_bytes([cells, *tabs]))
        return path
    files = {MANIFEST_NAME: text.encode()}
    if mapping is not None:
        files[manifest.mapping or MAPPING_NAME] = toml_text(mapping).encode()
    files |= _national_files(tables, blocks, manifest)
    mapped = {block.table for block in blocks.tables}
    files |= _plain_files({n: f for n, f in tables.items() if n not in mapped}, form)
    for name in files:
        if unsafe_name(name):
            raise BadUse(f"'{name}' can't be the name of a file in a package.")
    if form == "zip":
        _write_file(path, zip_bytes(files))
    else:
        _write_folder(path, files)
    return path


def _check(
    path: Path,
    tables: Mapping[str, pl.DataFrame],
    form: str,
    mapping: Mapping[str, object] | None,
) -> None:
    if form not in FORMS:
        raise BadUse(f"'{form}' is not a form of package.", mend=f"Use one of: {', '.join(FORMS)}.")
    suffix = {"zip": ".zip", "workbook": ".xlsx"}.get(form, path.suffix)
    if path.suffix.casefold() != suffix:
        raise BadUse(f"A {form} package ends in {suffix}.", where=str(path), mend="Rename it.")
    if form == "workbook" and mapping is not None:
        raise BadUse(
            "A single workbook can't carry a mapping.", mend="Use the form xlsx: a folder."
        )
    taken = any(path.iterdir()) if path.is_dir() else path.exists()
    if taken or (path.is_dir() and form in ("zip", "workbook")):
        raise BadUse("There is something already.", where=str(path), mend="Choose another place.")
    for name in tables:
        table(name)


def _manifest_cells(manifest: Manifest) -> Tab:
    values = manifest_values(manifest)
    values["as_of"] = manifest.as_of.isoformat()
    by_table = values.pop("content_by_table", {})
    if isinstance(by_table, dict):
        values |= {f"content_by_table.{name}": word for name, word in by_table.items()}
    words = [("yes" if v else "no") if isinstance(v, bool) else str(v) for v in values.values()]
    frame = pl.DataFrame({"name": list(values), "value": words})
    return Tab("package", frame, header_line=0)


def _national_files(
    tables: Mapping[str, pl.DataFrame], blocks: MappingFile, manifest: Manifest
) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    tabs: dict[str, list[Tab]] = {}
    for block, frame in split_by_block(tables, blocks):
        made = national(frame, block)
        suffix = PurePosixPath(block.file).suffix.casefold()
        if suffix == ".xlsx":
            tab = Tab(block.sheet or block.table, made, block.header_line, manifest.title)
            # a block without a sheet reads the first one
            tabs.setdefault(block.file, []).insert(0 if block.sheet is None else 10_000, tab)
        elif suffix == ".parquet":
            files[block.file] = parquet_bytes(made)
        elif suffix in (".csv", ".txt"):
            files[block.file] = _text_file(made, block, manifest.title)
        else:
            raise BadUse(
                f"'{block.file}' can't be written.", mend="Use .csv, .txt, .xlsx or .parquet."
            )
    return files | {file: workbook_bytes(sheets) for file, sheets in tabs.items()}


def _text_file(frame: pl.DataFrame, block: TableMapping, title: str) -> bytes:
    return csv_bytes(
        frame,
        where=block.file,
        delimiter=block.delimiter,
        encoding=block.encoding,
        header_line=block.header_line,
        title=title,
    )


def _plain_files(tables: Mapping[str, pl.DataFrame], form: str) -> dict[str, bytes]:
    frames = {name: plain_columns(frame, name, _TYPED) for name, frame in tables.items()}
    if form == "parquet":
        return {f"{name}.parquet": parquet_bytes(frame) for name, frame in frames.items()}
    if form == "xlsx":
        tabs = [Tab(name, frame) for name, frame in frames.items()]
        return {"tables.xlsx": workbook_bytes(tabs)} if tabs else {}
    return {f"{name}.csv": csv_bytes(frame, where=f"{name}.csv") for name, frame in frames.items()}


def _write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    path.mkdir(parents=True, exist_ok=True)
    # the manifest comes last: a folder without one was not written to the end
    for name in sorted(files, key=lambda n: n == MANIFEST_NAME):
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(files[name])


def _write_file(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
