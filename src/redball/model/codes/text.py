"""Reading code text and the CSV tables beside the code."""

import csv
import io
import re
from functools import cache
from importlib.resources import files
from pathlib import Path

from redball.model.errors import BadData

_FILL = re.compile(r"[\s\-\u2010-\u2013]+")


def tidy(text: str) -> str:
    """Strip a code and put it in capitals.

    Text beyond ASCII is only stripped: capitals of letters such as the German sharp s would turn
    it into another code.
    """
    text = text.strip()
    return text.upper() if text.isascii() else text


def compact(text: str) -> str:
    """:func:`tidy`, without the blanks and hyphens that people put into long numbers."""
    return tidy(_FILL.sub("", text))


@cache
def shipped(name: str) -> tuple[dict[str, str], ...]:
    """Rows of a table that comes with the package."""
    folder = files("redball.model.codes").joinpath("data")
    return rows_of(folder.joinpath(name).read_text(encoding="utf-8"), name)


def cells_of(text: str, where: str) -> list[list[str]]:
    """Cells of CSV text, stripped, line by line.

    Raises
    ------
    BadData
        A quoted cell never ends.
    """
    try:
        return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text))]
    except csv.Error as error:
        raise BadData(
            f"The file is not CSV: {error}.", where=where, mend="Look for a quote without its end."
        ) from error


def rows_of(text: str, where: str) -> tuple[dict[str, str], ...]:
    """Rows of CSV text with a header, blank lines left out.

    Raises
    ------
    BadData
        The text is not CSV, or a line has more or fewer cells than the header.
    """
    names, *lines = cells_of(text, where) or [[]]
    for number, cells in enumerate(lines, start=2):
        if any(cells) and len(cells) != len(names):
            raise BadData(
                f"The line has {len(cells)} cells, not {len(names)}.",
                where=f"{where}, line {number}",
                mend=f"The columns are {', '.join(names)}.",
            )
    return tuple(dict(zip(names, cells, strict=True)) for cells in lines if any(cells))


def read_text(path: Path) -> str:
    """Text of a user's CSV file, in UTF-8 or else in Windows code page 1252.

    Raises
    ------
    BadData
        There is no such file, or it is not text.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadData(
            f"The file can't be read: {error.strerror}.", where=str(path), mend="Check the path."
        ) from error
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadData(
        "The file is neither UTF-8 nor Windows-1252 text.",
        where=str(path),
        mend="Save it as CSV in UTF-8.",
    )
