"""``redball people token``: tokens of services."""

from typing import Annotated

import typer

from redball.cli.options import DEFAULT_STORE, JsonOption, StoreOption, ViewerOption
from redball.cli.people.screens import shown

group = typer.Typer(
    help="Tokens: services ask the API with them in place of a session.", no_args_is_help=True
)


@group.command("new")
def new(
    account: Annotated[str, typer.Argument(help="Account of the service.")],
    name: Annotated[str, typer.Argument(help="What the token is for, such as nightly-export.")],
    scope: Annotated[
        list[str],
        typer.Option("--scope", help="read, write, export or import; may be given several times."),
    ],
    viewer: ViewerOption,
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="How long it is good.")] = 90,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Make a token for a service's account; it is shown once."""
    from redball.app import people
    from redball.cli.output import console, print_json

    with people.Register.open(store) as register:
        made = people.token_new(
            register, people.console(viewer), account, name, tuple(scope), days=days
        )
    if json:
        print_json({"token": made.secret, "shown": made.shown})
        return
    console.print(made.secret, soft_wrap=True)
    until = made.shown.expires.strftime("%Y-%m-%d")
    console.print(f"  good until {until}; it is not shown again.", style="dim")


@group.command("list")
def list_(
    viewer: ViewerOption,
    account: Annotated[str, typer.Option("--account", help="Only of this one.")] = "",
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """List tokens."""
    from redball.app import people

    with people.Register.open(store) as register:
        found = people.token_list(register, people.console(viewer), account)
    hide = ("created_at", "revoked_at")
    shown("tokens", found, json=json, hide=hide, none="There is no token.")


@group.command("revoke")
def revoke(
    token: Annotated[str, typer.Argument(help="Key, as 'redball people token list' says.")],
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Revoke a token, at once."""
    from redball.app import people
    from redball.cli.output import console, print_json

    with people.Register.open(store) as register:
        people.token_revoke(register, people.console(viewer), token)
    if json:
        print_json({"revoked": token})
    else:
        console.print("Revoked.")
