"""``redball network``: the tiers behind a system or an item."""

from typing import Annotated

import typer

from redball.cli.options import (
    DEFAULT_STORE,
    AsOfOption,
    JsonOption,
    PageOption,
    StoreOption,
    ViewerOption,
)

group = typer.Typer(help="Look behind a system or an item, tier by tier.", no_args_is_help=True)


@group.command("show")
def show(
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    as_of: AsOfOption = None,
    system: Annotated[str, typer.Option("--system", help="OWNER:KEY.")] = "",
    item: Annotated[str, typer.Option("--item", help="OWNER:KEY.")] = "",
    fail: Annotated[
        str, typer.Option("--fail", help="party:OWNER:KEY, parent:..., site:... or country:DEU.")
    ] = "",
    mark: Annotated[str, typer.Option("--mark", help="OWNER:KEY to mark.")] = "",
    collapse: Annotated[str, typer.Option("--collapse", help="How the graph is drawn.")] = "auto",
    opened: Annotated[list[str] | None, typer.Option("--open", help="May be repeated.")] = None,
    find: Annotated[str, typer.Option("--find", help="Part of a name to highlight.")] = "",
    report: PageOption = None,
    json: JsonOption = False,
) -> None:
    """Show what stands behind a system or an item, and what a loss takes."""
    from redball import app
    from redball.app.tiers import Asked, supply_network
    from redball.cli.output import console, print_json, show_frame
    from redball.cli.screens import show_banner

    view = app.View(store, viewer, app.parse_moment(as_of) if as_of else None)
    asked = Asked(system, item, fail, mark, collapse, tuple(opened or ()), find)
    answer = supply_network(view, asked)
    if report is not None:
        from redball.app.page_reports import network_content, write_page

        write_page(network_content(view, asked), report, "network")
    if json:
        print_json(answer.document)
        return
    show_banner(answer.origin)
    console.print(answer.name, markup=False)
    for name, value in answer.figures.items():
        if value is not None:
            console.print(f"  {name.replace('_', ' ')}: {value}", markup=False)
    for name in ("points", "origins", "owners", "same", "steps", "stopped"):
        if name in answer.tables:
            show_frame(answer.tables[name], name.capitalize(), rows=20, hint="Use --json.")


@group.command("search")
def search(
    text: Annotated[str, typer.Argument(help="Part of a name, number or key.")],
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    as_of: AsOfOption = None,
    json: JsonOption = False,
) -> None:
    """Find systems, items and parties by name."""
    from redball import app
    from redball.app.tiers import network_search
    from redball.cli.output import console, print_json

    view = app.View(store, viewer, app.parse_moment(as_of) if as_of else None)
    found = network_search(view, text)
    if json:
        print_json({"found": list(found)})
        return
    for one in found:
        console.print(f"{one['table']:8} {one['key']:24} {one['name']}", markup=False)
    if not found:
        console.print("Nothing that you may see is called like that.")
