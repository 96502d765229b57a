"""``redball agreement``: what a nation releases to whom, seen before it is signed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from redball.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    ShownOption,
    StoreOption,
    ViewerOption,
)

if TYPE_CHECKING:  # the application is loaded by the command that runs, not by the others
    from redball.app import AgreementView

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
        console.print(f"[bold]{safe(name)}[/bold]")
        for part in _folded(f"  {purpose}", indent=2):
            console.print(safe(part), soft_wrap=True)
    console.print("Next: redball agreement draft NAME --id ID --parties DEU,NLD --out FILE")


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
    what = "Name a file with --out to sign it." if out is None else "Next: redball agreement diff"
    _show(made, json, out, then=what)


@group.command("show")
def show(
    file: FileArgument,
    store: Annotated[
        str | None,
        typer.Option(
            "--store", envvar="REDBALL_STORE", help="Store whose keys and rows it is checked with."
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Show an agreement in words: who signed it, and what keeps it from being put into force."""
    from redball import app

    made = app.agreement_show(file, store)
    then = _then(made) if store else "Signatures are checked with the keys of a store: --store."
    _show(made, json, file, then=then)


@group.command("diff")
def diff(
    file: FileArgument,
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    rows: ShownOption = 20,
    json: JsonOption = False,
) -> None:
    """Show what an agreement would newly release, and what no longer, before it is signed."""
    import polars as pl

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
    if found.rows.is_empty():
        console.print("Nothing would become visible, and nothing would no longer be.")
        return
    counts = ("newly_visible", "no_longer", "other_detail")
    moved = [name for name in counts if found.rows[name].sum()]
    columns = ["receiver", "action", "owner", "kind", *moved, "before", "after", "classes", "label"]
    show_frame(
        found.rows.select(columns), "Rows that would newly be visible, or no longer", rows=rows
    )
    parts = ("action", "owner", "kind", "before", "after", "classes", "classification")
    decisions = found.decisions.select(pl.col("subject").alias("receiver"), *parts)
    show_frame(decisions, "Decisions that change", rows=rows, hint="All: --json.")
    console.print("Nothing changed so far. Next: redball agreement sign")


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
    from redball.cli.output import console
    from redball.cli.safe import safe

    made = app.agreement_sign(file, app.View(store, viewer), out=out)
    if json:
        _show(made, json, out or file)
        return
    agreement = made.document.agreement
    console.print(f"{safe(agreement.id)} version {agreement.version} is signed.")
    _signatures(made)
    console.print(_then(made))


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
    console.print(f"{safe(id)} is {safe(str(found.state))}: {safe(reason)}", soft_wrap=True)
    console.print("Nothing is read under it any more. What was shown before stays known.")


@group.command("list")
def list_(
    store: StoreOption = DEFAULT_STORE,
    rows: ShownOption = 40,
    json: JsonOption = False,
) -> None:
    """List the agreements of a store: in force, to come, ended, and why."""
    import polars as pl

    from redball import app
    from redball.cli.output import print_json, show_frame

    found = app.agreement_list(store)
    if json:
        print_json({"agreements": found})
    else:
        first = ["agreement", "version", "state", "parties", "valid_from", "valid_until"]
        days = found.with_columns(pl.col("valid_from", "valid_until").str.slice(0, 10))
        show_frame(days.select(*first, "title", "why"), "Agreements", rows=rows)


def _show(made: "AgreementView", json: bool, path: Path | None, *, then: str = "") -> None:
    from redball.cli.output import console, print_json
    from redball.cli.safe import safe

    if json:
        problems = [{"where": p.where, "what": p.what, "mend": p.mend} for p in made.problems]
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
        for part in _folded(line, indent=13):
            console.print(safe(part), soft_wrap=True)
    _signatures(made)
    for problem in made.problems:
        said = f"{problem.where}: {problem.what} {problem.mend}"
        console.print(f"  [bold red]■[/bold red] {safe(said)}", soft_wrap=True)
    if path is not None:
        console.print(f"File         {safe(str(path))}", soft_wrap=True)
    if then:
        console.print(then)


def _signatures(made: "AgreementView") -> None:
    from redball.cli.output import console
    from redball.cli.safe import safe

    console.print(f"Signed by    {safe(', '.join(made.signed_by) or 'nobody, as far as is known')}")
    if made.missing:
        console.print(
            f"Not signed   {safe(', '.join(made.missing))}, or with a key not trusted here"
        )


def _then(made: "AgreementView") -> str:
    """What to do next with an agreement that was looked at in a store."""
    if made.missing:
        return "Next: the others sign the same file: redball agreement sign"
    if made.problems:
        return "It can't be put into force: see ■ above, or redball agreement show --store."
    return "Nothing keeps it from being put into force: redball agreement activate"


def _folded(line: str, indent: int) -> list[str]:
    """A line folded at words, under its own column; what is copied, such as a hash, stays whole."""
    from textwrap import wrap

    from redball.cli.output import console

    room = max(console.width, 40)
    further = " " * indent
    return wrap(
        line, room, subsequent_indent=further, break_long_words=False, break_on_hyphens=False
    ) or [""]
