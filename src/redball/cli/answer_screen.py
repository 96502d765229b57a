"""How every engine's answer is delivered: screen, JSON, tables, page, store."""

import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from redball import app
from redball.cli.output import console, plain, print_json, show_frame
from redball.cli.safe import safe
from redball.model.results import Scalar

_MOST_ASSUMPTIONS = 20
"""Sentences that a terminal shows; the page and the JSON have all."""


@dataclass(frozen=True)
class Delivery:
    """Where an answer goes beside the screen.

    Attributes
    ----------
    json : bool
    out : Path or None
        Folder for its tables as CSV.
    report : Path or None
        HTML page.
    save : bool
        Keep it in the store.
    store : str
    rows : int
        Rows of each table to show.
    """

    json: bool = False
    out: Path | None = None
    report: Path | None = None
    save: bool = False
    store: str = ""
    rows: int = 15


def deliver(answer: app.Answer, to: Delivery, known: Mapping[str, object] | None = None) -> None:
    """Show an answer and write it where it was asked for; ``known`` is said beside it."""
    written: dict[str, object] = dict(known or {})
    typed = app.without_password(shlex.join(["redball", *sys.argv[1:]]))
    answer = replace(answer, command=typed)
    if to.out is not None:
        written["tables_written"] = app.write_answer_tables(answer, to.out)
    if to.report is not None:
        written["report"] = app.write_answer_report([answer], to.report)
    if to.save:
        written["kept_as"] = app.keep(answer, to.store)
    if to.json:
        print_json({**answer.document, **written})
        return
    _show(answer, to.rows)
    for what, value in written.items():
        words = plain(value)
        shown = ", ".join(words) if isinstance(words, list) else str(words)
        console.print(f"  {what.replace('_', ' ')}: {safe(shown)}", soft_wrap=True)


def _show(answer: app.Answer, rows: int) -> None:
    origin = answer.origin
    console.print(f"[bold]{safe(answer.title)}[/bold]  {safe(origin.marking)}")
    console.print(
        f"  as of {origin.as_of:%Y-%m-%d %H:%MZ}, viewer {safe(origin.subject or origin.viewer)}, "
        f"twin {origin.twin_hash[:12]}",
        style="dim",
    )
    for sentence in answer.said:
        console.print(f"  {safe(sentence)}", soft_wrap=True)
    _show_figures(answer.figures)
    for name, frame in answer.tables.items():
        if name in answer.off_screen:
            continue
        show_frame(
            frame,
            name.replace("_", " ").capitalize(),
            rows=rows,
            hint="All rows: --out FOLDER or --json.",
        )
    hidden = [name.replace("_", " ") for name in answer.off_screen if name in answer.tables]
    if hidden:
        console.print(f"  Also, with --out FOLDER or --json: {', '.join(hidden)}.", style="dim")
    if answer.assumptions:
        console.print("[bold]Assumptions[/bold]")
        for sentence in answer.assumptions[:_MOST_ASSUMPTIONS]:
            console.print(f"  - {safe(sentence)}", soft_wrap=True, style="dim")
        more = len(answer.assumptions) - _MOST_ASSUMPTIONS
        if more > 0:
            console.print(f"  and {more} more: --json or --report FILE.", style="dim")


def _show_figures(figures: Mapping[str, Scalar]) -> None:
    for name, value in figures.items():
        shown = "not known" if value is None else value
        if isinstance(value, float):
            digits = 0 if abs(value) >= 1000 or value == round(value) else 4
            shown = f"{value:,.{digits}f}"
        elif isinstance(value, int) and not isinstance(value, bool):
            shown = f"{value:,}"
        console.print(f"  {safe(name)}: [bold]{safe(str(shown))}[/bold]", soft_wrap=True)
