"""``redball key``: the keys that a node signs with, and those it trusts."""

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
    json: JsonOption = False,
) -> None:
    """Make a signing key; its public half is printed, for partners to trust."""
    from redball import app

    _show(app.key_new(store, name, algorithm=algorithm), json)


@group.command("trust")
def trust(
    key: Annotated[str, typer.Argument(help="Public key as 'redball key new' prints it.")],
    store: StoreOption = DEFAULT_STORE,
    replace: Annotated[
        bool, typer.Option("--replace", help="Take the place of the key known under this name.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Trust a partner's public key, which came by a way you trust."""
    from redball import app

    _show(app.key_trust(store, key, replace=replace), json)


@group.command("list")
def list_(store: StoreOption = DEFAULT_STORE, json: JsonOption = False) -> None:
    """List the keys that are trusted, and which of them can sign here."""
    from redball import app
    from redball.cli.output import print_json, show_frame

    found = app.key_list(store)
    if json:
        print_json({"keys": found})
    else:
        show_frame(found, "Keys", rows=200)


def _show(text: str, json: bool) -> None:
    from redball.cli.output import console, print_json
    from redball.cli.safe import safe

    if json:
        print_json({"public_key": text})
    else:
        console.print(safe(text), soft_wrap=True)
