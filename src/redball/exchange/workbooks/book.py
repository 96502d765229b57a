"""What both workbooks share: a writer that never writes a formula, and names that Excel accepts."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from redball.model.errors import BadUse

LAST_ROW = 1_048_576
"""Rows of an Excel sheet."""

LONGEST_CELL = 32_767
"""Characters of an Excel cell."""

LONGEST_NAME = 31
"""Characters of the name of an Excel sheet."""


@contextmanager
def new_workbook(path: Path, created: datetime, *, streamed: bool = False) -> Iterator[Workbook]:
    """Open a workbook for writing; it appears at ``path`` only when it is complete.

    Parameters
    ----------
    created : datetime
        Noted in the file in place of the clock, so that equal content gives equal bytes.
    streamed : bool
        Write rows to the disk as they come; they must come in order.

    Raises
    ------
    BadUse
        The folder is missing or can't be written to, or the name is not that of a workbook:
        a slip must not cost a store or a text that happens to have it.
    """
    if path.suffix.casefold() != ".xlsx":
        raise BadUse("A workbook's name ends with .xlsx.", where=str(path), mend="Add .xlsx.")
    part = path.with_name(f"{path.name}.part")
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "constant_memory": streamed,
    }
    book = Workbook(str(part), options)
    book.set_properties({"created": created.replace(tzinfo=None)})
    try:
        yield book
    except BaseException:
        book.fileclosed = True  # else it would be written when it is collected
        raise
    try:
        book.close()
        part.replace(path)
    except (FileCreateError, OSError) as error:
        part.unlink(missing_ok=True)
        raise BadUse(
            f"The workbook can't be written: {error}.",
            where=str(path),
            mend="Check that the folder exists and that no program has the file open.",
        ) from error


def write_text(
    sheet: Worksheet, row: int, column: int, text: str, form: Format | None = None
) -> None:
    """Write text as text, whatever it looks like; cut at the length a cell can hold."""
    if text:
        sheet.write_string(row, column, text[:LONGEST_CELL], form)
    elif form is not None:
        sheet.write_blank(row, column, None, form)


def sheet_name(wanted: str, taken: set[str]) -> str:
    """Name that Excel accepts and no other sheet has; it is noted in ``taken``."""
    clean = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", wanted).strip("' ")[:LONGEST_NAME] or "sheet"
    if clean.casefold() == "history":  # kept by Excel for itself
        clean = "history_"
    name, number = clean, 2
    while name.casefold() in taken:
        tail = f" ({number})"
        name, number = clean[: LONGEST_NAME - len(tail)] + tail, number + 1
    taken.add(name.casefold())
    return name
