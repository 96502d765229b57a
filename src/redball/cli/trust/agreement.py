"""``redball agreement``: what a nation releases to whom, seen before it is signed."""

from pathlib import Path
from typing import Annotated

import typer

from redball.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    ShownOption,
    StoreOption,
    ViewerOption,
)

group = typer.Typer(
    help="Agreements as code: draft, compare, sign, put into force, revoke.", no_args_is_help=True
)

FileArgument = Annotated[Path, typer.Argument(help="File of the agreement.")]
WordsOption = list[str] | None


@group.command("templates")
def templates(json: JsonOption = False) -> None:
    """List the templates that an agreement can be drafted from."""
    from redball import app
    from redball.cli.output import console, print_json
    from redball.cli.safe import safe

    found = app.agreement_templates()
    if json:
        print_json(found)
        return
    for name, purpose in found.items():
        console.print(f"[bold]{safe(name)}[/bold]  {safe(purpose)}", soft_wrap=True)


@group.command("draft")
def draft(
    template: Annotated[str, typer.Argument(help="Name of a template, as 'templates' lists it.")],
    id: Annotated[str, typer.Option("--id", help="Id, such as MLS-2026-001.")],  # noqa: A002 - the option's name
    parties: Annotated[
        str, typer.Option("--parties", help="Owner codes with commas: DEU,NLD. The first gives.")
    ],
    out: Annotated[Path | None, typer.Option("--out", help="File to write.")] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=3660, help="Days in force.")] = 365,
    valid_from: Annotated[
        str | None, typer.Option("--from", help="First moment: 2026-12-01T00:00Z; now if absent.")
    ] = None,
    kind: Annotated[
        WordsOption, typer.Option("--kind", help="Table to release; may be repeated.")
    ] = None,
    supply_class: Annotated[
        WordsOption, typer.Option("--class", help="Class of supply, such as NATO:III; repeatable.")
    ] = None,
    area: Annotated[
        WordsOption, typer.Option("--area", help="Country that released rows lie in; repeatable.")
    ] = None,
    site: Annotated[
        WordsOption, typer.Option("--site", help="Site in place of areas: OWNER:KEY; repeatable.")
    ] = None,
    ceiling: Annotated[
        str | None, typer.Option("--ceiling", help="Highest classification released.")
    ] = None,
    detail: Annotated[
        str | None, typer.Option("--detail", help="exact, rounded, banded or totals.")
    ] = None,
    action: Annotated[
        WordsOption, typer.Option("--action", help="see, aggregate, request, purchase, export.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Draft an agreement from a template; nothing is signed and nothing changes.

    The file is JSON: change any field with an editor before it is signed.
    """
    from redball import app

    given = {
        "kinds": kind,
        "classes": supply_class,
        "areas": area,
        "sites": site,
        "ceiling": ceiling,
        "detail": detail,
        "actions": action,
    }
    made = app.agreement_draft(
        template,
        id=id,
        parties=[one.strip() for one in parties.split(",") if one.strip()],
        valid_from=app.parse_moment(valid_from) if valid_from else None,
        days=days,
        changes={name: value for name, value in given.items() if value is not None},
        out=out,
    )
    _show(made, json, out)


@group.command("show")
def show(
    file: FileArgument,
    store: Annotated[
        str | None, typer.Option("--store", help="Store whose keys and rows it is checked with.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Show an agreement in words: who signed it, and what keeps it from being put into force."""
    from redball import app

    _show(app.agreement_show(file, store), json, file, checked=store is not None)


@group.command("diff")
def diff(
    file: FileArgument,
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    rows: ShownOption = 20,
    json: JsonOption = False,
) -> None:
    """Show what an agreement would newly release, and what no longer, before it is signed."""
    from redball import app
    from redball.cli.output import console, print_json, show_frame
    from redball.cli.safe import safe

    found = app.agreement_diff(file, app.View(store, viewer))
    if json:
        print_json(
            {
                "agreement": found.agreement.id,
                "version": found.agreement.version,
                "viewer": found.viewer,
                "decisions": found.decisions,
                "rows": found.rows,
            }
        )
        return
    console.print(f"[bold]{safe(found.agreement.id)}[/bold]  {safe(found.agreement.title)}")
    for sentence in found.said:
        console.print(f"  {safe(sentence)}", soft_wrap=True)
    counts = ("newly_visible", "no_longer", "other_detail")
    moved = [name for name in counts if found.rows[name].sum()]
    columns = ["receiver", "action", "owner", "kind", *moved, "before", "after", "classes", "label"]
    show_frame(
        found.rows.select(columns), "Rows that would newly be visible, or no longer", rows=rows
    )
    parts = ("subject", "action", "owner", "kind", "before", "after", "classes", "classification")
    show_frame(
        found.decisions.select(parts), "Decisions that change", rows=rows, hint="All: --json."
    )


@group.command("sign")
def sign(
    file: FileArgument,
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write here in place of the same file.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Sign an agreement with the viewer's key; the ledger records it."""
    from redball import app

    _show(app.agreement_sign(file, app.View(store, viewer), out=out), json, out or file)


@group.command("activate")
def activate(
    file: FileArgument,
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Put an agreement that every party signed into force; the gate follows it from then on."""
    from redball import app
    from redball.cli.output import console, print_json
    from redball.cli.safe import safe

    made = app.agreement_activate(file, app.View(store, viewer))
    agreement = made.document.agreement
    if json:
        print_json({"agreement": agreement.id, "version": agreement.version, "state": "in force"})
        return
    console.print(
        f"{safe(agreement.id)} version {agreement.version} is in force until "
        f"{agreement.valid_until:%Y-%m-%d %H:%MZ}."
    )


@group.command("revoke")
def revoke(
    id: Annotated[str, typer.Argument(help="Id of the agreement.")],  # noqa: A002 - the argument's name
    viewer: ViewerOption,
    reason: Annotated[str, typer.Option("--reason", help="Why; the ledger keeps it.")],
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """End an agreement at once, with the viewer's signature."""
    from redball import app
    from redball.cli.output import console, print_json
    from redball.cli.safe import safe

    found = app.agreement_revoke(id, app.View(store, viewer), reason=reason)
    if json:
        print_json({"agreement": id, "state": found.state, "reason": found.reason})
        return
    console.print(f"{safe(id)} is {safe(str(found.state))}: {safe(found.reason)}", soft_wrap=True)


@group.command("list")
def list_(
    store: StoreOption = DEFAULT_STORE,
    rows: ShownOption = 40,
    json: JsonOption = False,
) -> None:
    """List the agreements of a store: in force, to come, ended, and why."""
    from redball import app
    from redball.cli.output import print_json, show_frame

    found = app.agreement_list(store)
    if json:
        print_json({"agreements": found})
    else:
        show_frame(found, "Agreements", rows=rows)


def _show(made: object, json: bool, path: Path | None, *, checked: bool = False) -> None:
    from redball.app import AgreementView
    from redball.cli.output import console, print_json
    from redball.cli.safe import safe

    assert isinstance(made, AgreementView)
    problems = [{"where": p.where, "what": p.what, "mend": p.mend} for p in made.problems]
    if json:
        print_json(
            {
                "file": path,
                "agreement": made.document.agreement,
                "signed_by": made.signed_by,
                "not_signed_by": made.missing,
                "problems": problems,
            }
        )
        return
    for line in made.text.splitlines():
        console.print(safe(line), soft_wrap=True)
    signed = ", ".join(made.signed_by) or "nobody"
    console.print(f"Signed by (verified here): {safe(signed)}")
    if made.missing:
        console.print(f"Signature missing or not verified: {safe(', '.join(made.missing))}")
    for problem in problems:
        console.print(
            f"  [bold red]■[/bold red] {safe(problem['where'])}: {safe(problem['what'])} "
            f"{safe(problem['mend'])}"
        )
    if checked and not problems:
        console.print("Nothing keeps it from being put into force.")
    if path is not None:
        console.print(f"File: {safe(str(path))}", soft_wrap=True)
