"""``redball label``: read, check, combine and convert confidentiality labels."""

from pathlib import Path
from typing import Annotated

import typer

from redball.cli.options import JsonOption

group = typer.Typer(
    help="Confidentiality labels after ADatP-4774, under any SPIF policy.", no_args_is_help=True
)

PolicyOption = Annotated[
    Path | None, typer.Option("--policy", help="SPIF file; the sample policy if absent.")
]


@group.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="Label as XML or JSON.")],
    policy: PolicyOption = None,
    language: Annotated[str, typer.Option("--language", help="Of the marking, such as fr.")] = "",
    json: JsonOption = False,
) -> None:
    """Read a label, check it against its policy, and show its marking. Exit code 1 if invalid."""
    from redball import app
    from redball.cli.output import console, print_json, show_frame
    from redball.cli.safe import safe

    found = app.label_check(file, policy=policy, language=language)
    if json:
        print_json(found)
    else:
        console.print(f"[bold]{safe(found.marking or 'no marking')}[/bold]")
        for warning in found.warnings:
            console.print(f"  read with a warning: {safe(warning)}", soft_wrap=True)
        if found.valid:
            console.print("The label is valid under its policy.")
        else:
            show_frame(found.problems, "What is wrong with it", rows=50)
    if not found.valid:
        raise typer.Exit(1)


@group.command("combine")
def combine(
    labels: Annotated[list[str], typer.Argument(help="OWNER: and a row's label, twice or more.")],
    json: JsonOption = False,
) -> None:
    """Show the label of what is made of rows, such as 'DEU: RESTRICTED // REL NLD'."""
    from redball import app
    from redball.cli.output import console, print_json
    from redball.cli.safe import safe

    found = app.label_combine(labels)
    if json:
        print_json({"label": found})
    else:
        console.print(safe(found), soft_wrap=True)


@group.command("convert")
def convert(
    label: Annotated[str, typer.Argument(help="OWNER: and a row's label, or a file.")],
    form: Annotated[str, typer.Option("--to", help="xml, json or text.")] = "xml",
    out: Annotated[Path | None, typer.Option("--out", help="File to write.")] = None,
) -> None:
    """Write a label in another form: the compact text of a row, ADatP-4774 XML, or JSON."""
    from redball import app
    from redball.cli.output import console
    from redball.cli.safe import safe

    text = app.label_convert(label, form=form)
    if out is not None:
        out.write_text(text, encoding="utf-8")
        console.print(f"Written: {safe(str(out))}", soft_wrap=True)
    else:
        for line in text.splitlines():
            console.print(safe(line), soft_wrap=True)
