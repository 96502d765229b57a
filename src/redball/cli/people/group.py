"""``redball people``: accounts, links, sessions, approvals."""

from typing import Annotated

import typer

from redball.cli.options import DEFAULT_STORE, JsonOption, StoreOption, ViewerOption
from redball.cli.people import tokens
from redball.cli.people.screens import shown, tell

group = typer.Typer(
    help="People who sign in here: accounts, links, sessions, tokens, approvals.",
    no_args_is_help=True,
)
group.add_typer(tokens.group, name="token")

AccountArgument = Annotated[str, typer.Argument(help="Name or key of the account.")]
SubjectOption = Annotated[
    str,
    typer.Option(
        "--subject",
        help="Nation, role, clearance, caveats: 'DEU role=planner clearance=SECRET caveats=none'.",
    ),
]
DisplayOption = Annotated[str, typer.Option("--display", help="As people call them.")]
ApprovalArgument = Annotated[str, typer.Argument(help="Key, as 'redball people approvals' says.")]


@group.command("list")
def list_(
    viewer: ViewerOption, store: StoreOption = DEFAULT_STORE, json: JsonOption = False
) -> None:
    """List all accounts."""
    from redball.app import people

    with people.Register.open(store) as register:
        found = people.account_list(register, people.console(viewer))
    hide = ("key", "subject", "display", "changed_at")
    shown("accounts", found, json=json, hide=hide, none="Nobody has an account: redball people add")


@group.command("add")
def add(
    name: Annotated[str, typer.Argument(help="To sign in with.")],
    subject: SubjectOption,
    viewer: ViewerOption,
    display: DisplayOption = "",
    service: Annotated[
        bool, typer.Option("--service", help="A service: it gets tokens and never signs in.")
    ] = False,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Add an account; where it has power, once a second person agrees.

    Then make a link for it: redball people link NAME.
    """
    from redball.app import people

    with people.Register.open(store) as register:
        done = people.account_add(
            register, people.console(viewer), name, subject, display=display, service=service
        )
    tell(done, "The account is there. Next: redball people link", json=json)


@group.command("change")
def change(
    account: AccountArgument,
    viewer: ViewerOption,
    subject: SubjectOption = "",
    display: DisplayOption = "",
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Change what somebody may do: less at once, more when a second person agrees."""
    from redball.app import people

    with people.Register.open(store) as register:
        done = people.account_change(
            register, people.console(viewer), account, subject=subject, display=display
        )
    tell(done, "Changed; it counts from now on.", json=json)


@group.command("close")
def close(
    account: AccountArgument,
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Close an account for good: its sessions, tokens and links end at once."""
    from redball.app import people

    with people.Register.open(store) as register:
        done = people.account_close(register, people.console(viewer), account)
    tell(done, "Closed.", json=json)


@group.command("link")
def link(
    account: AccountArgument,
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Make a link by which somebody sets up a way to sign in; it is shown once."""
    from redball.app import people
    from redball.cli.output import console, print_json

    with people.Register.open(store) as register:
        made = people.account_link(register, people.console(viewer), account)
    if json:
        path = f"/link/{made.secret}" if made.secret else ""
        print_json({"path": path, "expires": made.expires, "outcome": made.outcome})
    elif not made.secret or made.expires is None:
        tell(made.outcome, "", json=False)
    else:
        console.print(f"/link/{made.secret}", soft_wrap=True)
        until = made.expires.strftime("%Y-%m-%d %H:%MZ")
        console.print(f"  after the server's address; good once, until {until}.", style="dim")


@group.command("sessions")
def sessions(
    account: AccountArgument,
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """List the sessions of an account."""
    from redball.app import people

    with people.Register.open(store) as register:
        found = people.session_list(register, people.console(viewer), account)
    shown("sessions", found, json=json, none="Nobody is signed in with it.")


@group.command("revoke")
def revoke(
    account: AccountArgument,
    viewer: ViewerOption,
    session: Annotated[
        str | None, typer.Option("--session", help="Only this one; all where not given.")
    ] = None,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """End sessions of an account, at once."""
    from redball.app import people
    from redball.cli.output import console, print_json

    with people.Register.open(store) as register:
        ended = people.session_revoke(register, people.console(viewer), account, key=session)
    if json:
        print_json({"ended": ended})
    else:
        console.print(f"{ended} ended.")


@group.command("approvals")
def approvals(
    viewer: ViewerOption,
    past: Annotated[bool, typer.Option("--past", help="Also what is answered or over.")] = False,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """List what waits for a second person."""
    from redball.app import people

    with people.Register.open(store) as register:
        found = people.approval_list(register, people.console(viewer), past=past)
    hide = ("object_hash", "own", "answered_at", "asked_at")
    shown("approvals", found, json=json, hide=hide, none="Nothing waits for a second person.")


@group.command("approve")
def approve(
    approval: ApprovalArgument,
    viewer: ViewerOption,
    refuse: Annotated[bool, typer.Option("--refuse", help="Refuse it.")] = False,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Give what somebody else asked for, or refuse it."""
    from redball.app import people
    from redball.cli.output import console, print_json

    with people.Register.open(store) as register:
        answer = people.approval_refuse if refuse else people.approval_give
        found = answer(register, people.console(viewer), approval)
    if json:
        print_json({"approval": found})
    else:
        console.print("Refused." if refuse else "Given.")
