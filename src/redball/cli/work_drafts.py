"""``redball work draft``: scenarios that people keep on a server, as files and back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from redball.cli.options import DEFAULT_STORE, JsonOption, StoreOption, ViewerOption

if TYPE_CHECKING:
    from redball.desk import Desk

group = typer.Typer(
    help="Scenarios that somebody keeps on the pages: list, show, export, import.",
    no_args_is_help=True,
)

AccountOption = Annotated[
    str, typer.Option("--account", help="Whose: the name that is typed to sign in.")
]
KeyArgument = Annotated[str, typer.Argument(help="Key of the draft, as 'list' shows it.")]


@contextmanager
def _desk(store: str) -> "Iterator[Desk]":
    from redball.desk import open_desk

    desk = open_desk(store, create=False)
    try:
        yield desk
    finally:
        desk.close()


@group.command("list")
def list_(
    account: AccountOption,
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """List somebody's drafts, the last changed first."""
    import polars as pl

    from redball.app.drafts import drafter, scenario_drafts
    from redball.cli.output import print_json, show_frame

    with _desk(store) as desk:
        found = scenario_drafts(desk, drafter(desk, account, viewer).key, viewer)
    columns = ("key", "name", "changed_at", "version")
    rows = [{name: getattr(one, name) for name in columns} for one in found]
    if json:
        print_json({"drafts": rows})
    else:
        show_frame(pl.DataFrame(rows, schema=list(columns)), f"Drafts of {account}", rows=100)


@group.command("show")
def show(
    key: KeyArgument,
    account: AccountOption,
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Print a draft as the file that 'simulate --scenario' and 'scenario compare' read."""
    from redball.app.drafts import drafter, scenario_draft
    from redball.cli.output import print_json

    with _desk(store) as desk:
        found = scenario_draft(desk, drafter(desk, account, viewer).key, viewer, key)
    if json:
        print_json({"key": found.key, "name": found.name, "version": found.version,
                    "changed_at": found.changed_at, "toml": found.text})  # fmt: skip
    else:
        typer.echo(found.text, nl=not found.text.endswith("\n"))


@group.command("export")
def export(
    key: KeyArgument,
    file: Annotated[Path, typer.Argument(help="File to write; one that is there is not replaced.")],
    account: AccountOption,
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Write a draft to a file."""
    from redball.app.drafts import drafter, scenario_draft
    from redball.cli.output import console, print_json
    from redball.cli.safe import safe
    from redball.model import BadUse

    with _desk(store) as desk:
        found = scenario_draft(desk, drafter(desk, account, viewer).key, viewer, key)
    try:
        with file.open("x", encoding="utf-8", newline="\n") as made:
            made.write(found.text)
    except OSError as error:
        raise BadUse(
            f"The file can't be written: {error.strerror}.",
            where=str(file),
            mend="Give another name, in a folder that is there.",
        ) from None
    if json:
        print_json({"written": str(file), "key": key})
    else:
        console.print(f"Written: {safe(str(file))}", soft_wrap=True)


@group.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Scenario as TOML.")],
    account: AccountOption,
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Keep the scenario of a file as a new draft; it is checked first."""
    from redball.app.drafts import drafter, scenario_draft_keep
    from redball.cli.output import console, print_json
    from redball.planning.scenarios import read_scenario

    read_scenario(file)  # its size and its text are checked before it is taken over as it is
    text = file.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    with _desk(store) as desk:
        made = scenario_draft_keep(desk, drafter(desk, account, viewer).key, viewer, text)
    if json:
        print_json({"key": made.key, "name": made.name})
    else:
        console.print(f"Kept: {made.key}", soft_wrap=True)
