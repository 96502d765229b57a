"""What commands print: tables and messages for people, one JSON document for programs.

Results go to standard output, progress and errors to standard error. Text from outside is never
markup and never reaches the terminal with its control characters (:mod:`redball.cli.safe`).
"""

import json
import math
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import NoReturn

import polars as pl
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from redball.cli.layout import Column, fitting
from redball.cli.safe import cell, json_text, safe
from redball.model.errors import RedballError

LONGEST_CODE = 24
"""A word up to this length is a code or key and never folded."""

BROKEN_PIPE = 141
"""Exit code when nobody reads on, as a shell gives it: 128 and the number of SIGPIPE."""


class _Console(Console):
    """A console that ends with a code of its own when its reader has gone."""

    def on_broken_pipe(self) -> None:
        _reader_gone()


def _reader_gone() -> NoReturn:
    """End at once: ``redball findings | head -1`` has what it wanted. Code 1 means findings."""
    # what is still buffered goes nowhere, so that the interpreter has nothing to complain about
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(BROKEN_PIPE)


# emoji=False: ':bomb:' in a key is text, not a picture
console = _Console(highlight=False, emoji=False)
errors = _Console(stderr=True, highlight=False, emoji=False)

LEVEL_STYLE = {
    "critical": "bold white on red",
    "serious": "bold red",
    "caution": "bold yellow",
    "normal": "green",
    "standby": "cyan",
    "off": "dim",
}
LEVEL_SHAPE = {
    "critical": "■",
    "serious": "◆",
    "caution": "▲",
    "normal": "●",
    "standby": "○",
    "off": "·",
}


def report_error(error: RedballError) -> None:
    """Say what is wrong, where, and how to mend it."""
    where = f"{safe(error.where)}: " if error.where else ""
    errors.print(f"[bold red]Error[/bold red] {where}{safe(error.what)}", soft_wrap=True)
    if error.mend:
        errors.print(f"      {safe(error.mend)}", soft_wrap=True)


def print_json(document: object) -> None:
    """Print one JSON document on standard output."""
    ascii_only = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    encoder = json.JSONEncoder(ensure_ascii=ascii_only, indent=2, allow_nan=False)
    try:
        for chunk in encoder.iterencode(plain(document)):
            sys.stdout.write(json_text(chunk))
        sys.stdout.write("\n")
        sys.stdout.flush()
    except BrokenPipeError:
        _reader_gone()


def plain(value: object) -> object:
    """Turn values into what JSON can hold; NaN becomes null."""
    if isinstance(value, pl.DataFrame):
        return [plain(row) for row in value.iter_rows(named=True)]
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, list | tuple | set | frozenset):
        members = sorted(value) if isinstance(value, set | frozenset) else value
        return [plain(v) for v in members]
    return value


def show_frame(
    frame: pl.DataFrame, title: str, *, rows: int = 20, hint: str = "", notes: str = ""
) -> None:
    """Print a frame as a table: numbers right and whole, and what was left out is said."""
    if frame.is_empty():
        console.print(f"[bold]{safe(title)}[/bold]  none")
        return
    cells = {
        name: [_cell(name, value) for value in column]
        for name, column in frame.head(rows).to_dict(as_series=False).items()
    }
    shown = fitting(
        [_column(name, frame.schema[name], cells[name]) for name in frame.columns], console.width
    )
    table = Table(title=safe(title), title_justify="left", title_style="bold", pad_edge=False)
    for column, width in shown:
        right = frame.schema[column.name].is_numeric()
        table.add_column(
            cell(column.name.replace("_", " ")),
            justify="right" if right else "left",
            width=width,
            overflow="fold",
        )
    for row in zip(*(cells[column.name] for column, _ in shown), strict=True):
        table.add_row(*row)
    console.print(table)
    _say_left_out(frame, [column.name for column, _ in shown], rows, hint)
    if notes:
        console.print(f"  {safe(notes)}", style="dim")


def _column(name: str, dtype: pl.DataType, cells: list[Text]) -> Column:
    longest = max(text.cell_len for text in cells)
    spaced = any(" " in text.plain for text in cells)
    words = name.replace("_", " ").split()
    code = not spaced and longest <= LONGEST_CODE
    firm = dtype.is_numeric() or dtype.is_temporal() or code
    return Column(name, longest, max(map(len, words)), firm)


def _say_left_out(frame: pl.DataFrame, shown: list[str], rows: int, hint: str) -> None:
    if frame.height > rows:
        console.print(f"  and {frame.height - rows:,} more. {safe(hint)}".rstrip())
    left_out = [name for name in frame.columns if name not in shown]
    if left_out:
        names = ", ".join(left_out)
        console.print(f"  No room for: {names}. Widen the window, or use --json.", style="dim")


def _cell(column: str, value: object) -> Text:
    if value is None:
        return Text("–")
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    if isinstance(value, float):
        return Text(_number(value))
    if isinstance(value, int):
        return Text(f"{value:,}")
    if isinstance(value, list):
        return cell(", ".join(str(v) for v in value))
    if isinstance(value, datetime):
        return Text(value.strftime("%Y-%m-%d %H:%MZ"))
    text = str(value)
    # only where the column is a level: an item may be named 'critical'
    if column.endswith("level") and text in LEVEL_STYLE:
        return Text(f"{LEVEL_SHAPE[text]} {text}", style=LEVEL_STYLE[text])
    return cell(text)


def percent(share: float) -> str:
    """A share as per cent, rounded down: 100 % is said only where nothing is missing."""
    return f"{math.floor(share * 1000) / 10:.1f} %"


def _number(value: float) -> str:
    if not math.isfinite(value):
        return "–"
    if abs(value) >= 10_000 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) >= 10 else f"{value:.2f}"


@contextmanager
def progress_bar(quiet: bool = False) -> Iterator[Callable[[str, int, int], None] | None]:
    """Progress on standard error: a rate and an estimate; silent when not on a terminal."""
    if quiet or not errors.is_terminal:
        yield None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=errors, transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def advance(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total or None)
            bar.update(tasks[what], completed=done, total=total or None)

        yield advance
