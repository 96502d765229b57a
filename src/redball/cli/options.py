"""Options that several commands share."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

StoreOption = Annotated[
    str,
    typer.Option(
        "--store",
        envvar="REDBALL_STORE",
        help="SQLite file or postgresql:// URL.",
        show_default=True,
    ),
]
ViewerOption = Annotated[
    str,
    typer.Option(
        "--viewer",
        envvar="REDBALL_VIEWER",
        help="Who looks: owner code such as DEU. Nothing else than what it may see is read.",
    ),
]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", help="A past moment: 2026-01-31 (its end) or 2026-01-31T06:00Z."),
]
AnyViewerOption = Annotated[
    str,
    typer.Option(
        "--viewer",
        envvar="REDBALL_VIEWER",
        help="Who looks: owner code such as DEU. With --tables it may be left out.",
    ),
]
TablesOption = Annotated[
    Path | None,
    typer.Option(
        "--tables",
        help="In place of a store: a package, or a folder of tables such as demand.csv.",
    ),
]
OutOption = Annotated[
    Path | None, typer.Option("--out", help="Write every table as CSV into this folder.")
]
PageOption = Annotated[
    Path | None, typer.Option("--report", help="Write the answer: .html, .pdf, .png or .xlsx.")
]
SaveOption = Annotated[
    bool, typer.Option("--save", help="Keep the answer in the store, with the hash of its inputs.")
]
ShownOption = Annotated[
    int, typer.Option("--rows", min=1, max=1_000_000, help="Rows of each table to show.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
PackageArgument = Annotated[
    Path, typer.Argument(help="Folder, zip or workbook of a national data package.")
]

DEFAULT_STORE = "redball.sqlite"
MOST_ROWS = 1_000_000
MOST_DAYS = 36_600
"""A hundred years; beyond, there are no dates to reckon with."""


def day_of(text: str | None, option: str) -> date | None:
    """Day that an option gives.

    Raises
    ------
    BadUse
        It is none.
    """
    from redball.model import BadUse

    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadUse(
            f"'{text}' is no day.", where=f"--{option}", mend="Write for example 2027-01-31."
        ) from None
