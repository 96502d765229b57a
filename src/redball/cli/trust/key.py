"""``redball key``: the keys that a node signs with, and those it trusts."""

from pathlib import Path
from typing import Annotated

import typer

from redball.cli.options import DEFAULT_STORE, JsonOption, StoreOption

group = typer.Typer(
    help="Keys to sign with, and keys to trust. They lie beside the store, or in REDBALL_KEYS.",
    no_args_is_help=True,
)


@group.command("new")
def new(
    name: Annotated[str, typer.Argument(help="Owner code of a nation, or a name for the node.")],
    store: StoreOption = DEFAULT_STORE,
    algorithm: Annotated[
        str, typer.Option("--algorithm", help="ed25519, or ml-dsa-44 against quantum computers.")
    ] = "ed25519",
    out: Annotated[
        Path | None, typer.Option("--out", help="Also write the public key to this new file.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Make a signing key; its public half is printed, for partners to trust.

    The name 'ledger' makes the key that signs this store's ledger.
    """
    from redball import app
    from redball.cli.trust.key_file import new_file

    write = new_file(out)
    public = app.key_new(store, name, algorithm=algorithm)
    write(public)
    _show(public, json)


@group.command("trust")
def trust(
    key: Annotated[
        str, typer.Argument(help="Public key as 'redball key new' prints it, or a file of it.")
    ],
    store: StoreOption = DEFAULT_STORE,
    replace: Annotated[
        bool, typer.Option("--replace", help="Take the place of the key known under this name.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Trust a partner's public key, which came by a way you trust."""
    from redball import app
    from redball.cli.trust.key_file import public_key

    _show(app.key_trust(store, public_key(key), replace=replace), json)


@group.command("list")
def list_(store: StoreOption = DEFAULT_STORE, json: JsonOption = False) -> None:
    """List the keys that are trusted, and which of them can sign here."""
    from redball import app
    from redball.cli.output import console, print_json
    from redball.cli.safe import safe

    found = app.key_list(store)
    if json:
        print_json({"keys": found})
        return
    if found.is_empty():
        console.print("No key is trusted here. Make one with: redball key new NAME")
    # lines in place of a table: a key that is folded can't be copied
    for row in found.iter_rows(named=True):
        where = "signs here" if row["signs_here"] else "trusted"
        console.print(f"[bold]{safe(row['name'])}[/bold]  {safe(row['algorithm'])}, {where}")
        console.print(f"  {safe(row['public_key'])}", soft_wrap=True)


def _show(text: str, json: bool) -> None:
    from redball.cli.output import console, print_json
    from redball.cli.safe import safe

    if json:
        print_json({"public_key": text})
    else:
        console.print(safe(text), soft_wrap=True)
