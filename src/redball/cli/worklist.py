"""``redball worklist``: findings as a list that people work on."""

from typing import TYPE_CHECKING, Annotated

import typer

from redball.cli.options import (
    DEFAULT_STORE,
    MOST_ROWS,
    AsOfOption,
    JsonOption,
    PageOption,
    StoreOption,
    ViewerOption,
)

if TYPE_CHECKING:
    from redball.app.worklist import Sheet

WORKLIST = "redball worklist list"

group = typer.Typer(
    help="Work on findings: assign, comment, accept for a time, reopen.", no_args_is_help=True
)

KeyArgument = Annotated[str, typer.Argument(help="Key of the finding, as 'list' shows it.")]
ByOption = Annotated[str, typer.Option("--by", help="Name of who does this.")]
SinceOption = Annotated[
    str | None,
    typer.Option(
        "--knowing",
        help="Version that was read (--json shows it); refused when somebody wrote since.",
    ),
]


@group.command("list")
def list_(
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    as_of: AsOfOption = None,
    state: Annotated[
        list[str] | None,
        typer.Option("--state", help="open, assigned, accepted or gone; may be repeated."),
    ] = None,
    level: Annotated[list[str] | None, typer.Option("--level", help="May be repeated.")] = None,
    rule: Annotated[list[str] | None, typer.Option("--rule", help="May be repeated.")] = None,
    assignee: Annotated[str, typer.Option("--assignee", help="Only theirs.")] = "",
    text: Annotated[str, typer.Option("--text", help="Part of the sentence or subject.")] = "",
    sort: Annotated[str, typer.Option("--sort", help="Column; worst open ones first else.")] = "",
    rows: Annotated[int, typer.Option("--rows", min=1, max=MOST_ROWS, help="Rows to show.")] = 20,
    trend: Annotated[
        bool, typer.Option("--trend", help="Work out the trend for imports nobody looked at.")
    ] = False,
    report: PageOption = None,
    json: JsonOption = False,
) -> None:
    """List findings with how they stand, the worst open ones first."""
    from redball import app
    from redball.app.worklist import Wanted, desk_of, worklist, worklist_catch_up, worklist_document
    from redball.cli.output import console, print_json, progress_bar, show_frame
    from redball.cli.screens import show_banner

    view = app.View(store, viewer, app.parse_moment(as_of) if as_of else None)
    wanted = Wanted(
        tuple(state or ()), tuple(level or ()), tuple(rule or ()), (), assignee, text, sort
    )
    with desk_of(store) as desk:
        if trend:
            with progress_bar(json) as progress:
                worklist_catch_up(view, desk, progress=progress)
        found = worklist(view, desk)
        if report is not None:
            from redball.app.page_reports import write_page
            from redball.app.reporting import worklist_content

            write_page(worklist_content(found, wanted, WORKLIST), report, "findings")
        if json:
            print_json(worklist_document(found, wanted, most=MOST_ROWS))
            return
        show_banner(found.origin)
        counts = ", ".join(f"{number} {name}" for name, number in found.counts.items())
        console.print(f"[bold]{sum(found.counts.values())} findings[/bold]: {counts}")
        chosen = found.chosen(wanted)
        columns = ["key", "state", "level", "title", "assignee", "until", "rule", "owner"]
        show_frame(chosen.select(columns), "Findings", rows=rows, hint="Use --rows or --json.")
        if trend:
            show_frame(found.trend.frame, "Findings after each import", rows=24)


@group.command("history")
def history(
    key: KeyArgument,
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    report: PageOption = None,
    json: JsonOption = False,
) -> None:
    """Show one finding: how it stands, its evidence, and what was written about it."""
    from redball import app
    from redball.app.worklist import desk_of, worklist_finding

    view = app.View(store, viewer)
    with desk_of(store) as desk:
        sheet = worklist_finding(view, desk, key)
    if report is not None:
        from redball.app.page_records import finding_content
        from redball.app.page_reports import write_page

        write_page(finding_content(view, sheet), report, "finding")
    _show(sheet, json)


@group.command("assign")
def assign(
    key: KeyArgument,
    to: Annotated[str, typer.Argument(help="Who looks after it; '' for nobody.")],
    viewer: ViewerOption,
    by: ByOption,
    store: StoreOption = DEFAULT_STORE,
    knowing: SinceOption = None,
    json: JsonOption = False,
) -> None:
    """Say who looks after a finding."""
    from redball import app
    from redball.app.worklist import Author, desk_of, worklist_assign

    with desk_of(store) as desk:
        view = app.View(store, viewer)
        _show(worklist_assign(view, desk, key, to, Author(by, knowing)), json)


@group.command("comment")
def comment(
    key: KeyArgument,
    words: Annotated[str, typer.Argument(help="The comment.")],
    viewer: ViewerOption,
    by: ByOption,
    store: StoreOption = DEFAULT_STORE,
    knowing: SinceOption = None,
    json: JsonOption = False,
) -> None:
    """Write a comment; it carries the label of the finding."""
    from redball import app
    from redball.app.worklist import Author, desk_of, worklist_comment

    with desk_of(store) as desk:
        view = app.View(store, viewer)
        _show(worklist_comment(view, desk, key, words, Author(by, knowing)), json)


@group.command("accept")
def accept(
    key: KeyArgument,
    viewer: ViewerOption,
    by: ByOption,
    reason: Annotated[str, typer.Option("--reason", help="Why it can stay as it is.")],
    until: Annotated[str, typer.Option("--until", help="Day after which it returns: 2026-06-30.")],
    store: StoreOption = DEFAULT_STORE,
    knowing: SinceOption = None,
    json: JsonOption = False,
) -> None:
    """Accept a finding for a time; it returns when the day has passed or when it gets worse."""
    from redball import app
    from redball.app.worklist import Author, desk_of, worklist_accept

    day = app.parse_moment(until).date()
    with desk_of(store) as desk:
        view = app.View(store, viewer)
        _show(worklist_accept(view, desk, key, reason, day, Author(by, knowing)), json)


@group.command("reopen")
def reopen(
    key: KeyArgument,
    viewer: ViewerOption,
    by: ByOption,
    reason: Annotated[str, typer.Option("--reason", help="Why.")] = "",
    store: StoreOption = DEFAULT_STORE,
    knowing: SinceOption = None,
    json: JsonOption = False,
) -> None:
    """Open an accepted finding again."""
    from redball import app
    from redball.app.worklist import Author, desk_of, worklist_reopen

    with desk_of(store) as desk:
        view = app.View(store, viewer)
        _show(worklist_reopen(view, desk, key, reason, Author(by, knowing)), json)


@group.command("acknowledge")
def acknowledge(
    key: KeyArgument,
    viewer: ViewerOption,
    by: ByOption,
    words: Annotated[str, typer.Option("--comment", help="What became of it.")] = "",
    store: StoreOption = DEFAULT_STORE,
    knowing: SinceOption = None,
    json: JsonOption = False,
) -> None:
    """Take note that a finding is gone; it leaves the list."""
    from redball import app
    from redball.app.worklist import Author, desk_of, worklist_acknowledge

    with desk_of(store) as desk:
        view = app.View(store, viewer)
        _show(worklist_acknowledge(view, desk, key, words, Author(by, knowing)), json)


def _show(sheet: "Sheet", json: bool) -> None:
    from redball.app.worklist import sheet_document
    from redball.cli.output import LEVEL_SHAPE, LEVEL_STYLE, console, print_json
    from redball.cli.safe import safe
    from redball.cli.screens import show_banner

    if json:
        print_json(sheet_document(sheet))
        return
    show_banner(sheet.origin)
    level, now = sheet.finding.level.value, sheet.standing
    shape = f"[{LEVEL_STYLE[level]}]{LEVEL_SHAPE[level]} {level}[/]"
    console.print(f"{shape} {safe(sheet.finding.title)}", soft_wrap=True)
    who = f", looked after by {now.assignee}" if now.assignee else ""
    until = f", until {now.until}" if now.until and now.state == "accepted" else ""
    console.print(f"  {now.state.value}{until}{safe(who)}. {safe(now.returned)}", soft_wrap=True)
    for entry in now.entries:
        more = entry.assignee or (f"until {entry.until}" if entry.until else "")
        line = f"{entry.at:%Y-%m-%d %H:%MZ} {entry.by}: {entry.verb} {more}".rstrip()
        console.print(f"  {safe(line)}  {safe(entry.words)}", soft_wrap=True)
