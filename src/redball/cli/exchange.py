"""``redball exchange``: the workbook to fill in, the check, the import."""

from pathlib import Path
from typing import Annotated

import typer

from redball.cli.options import DEFAULT_STORE, MOST_ROWS, JsonOption, PackageArgument, StoreOption

BAD_DATA = 3

group = typer.Typer(help="Get national data in: template, check, import.", no_args_is_help=True)


@group.command("template")
def template(
    out: Annotated[Path, typer.Argument(help="Workbook to write.")] = Path("redball-template.xlsx"),
    table: Annotated[
        list[str] | None, typer.Option("--table", help="Only this table; may be repeated.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Write the workbook to fill in: every table, units, allowed codes, an example row."""
    from redball import app
    from redball.cli.output import console, print_json
    from redball.cli.safe import safe

    path = app.write_template(out, names=table)
    if json:
        print_json({"template": path})
    else:
        shown = safe(path)
        console.print(f"Template: {shown}. Fill it in, then: redball exchange check {shown}")


@group.command("check")
def check(
    package: PackageArgument,
    store: Annotated[
        str | None,
        typer.Option("--store", envvar="REDBALL_STORE", help="Store that references may point to."),
    ] = None,
    workbook: Annotated[
        Path | None, typer.Option("--workbook", help="Write the error workbook here.")
    ] = None,
    rows: Annotated[int, typer.Option("--rows", min=1, max=MOST_ROWS, help="Issues to show.")] = 25,
    json: JsonOption = False,
) -> None:
    """Report every problem of a package with sheet, row, column, rule, value and how to mend it."""
    from redball import app
    from redball.cli.output import print_json, progress_bar
    from redball.cli.package_screen import show_check

    with progress_bar(quiet=json) as progress:
        outcome = app.check(package, store=store, workbook=workbook, progress=progress)
    checked = outcome.check
    if json:
        document = {
            "package": outcome.package.path,
            "hash": outcome.package.hash,
            "owner": checked.owner,
            "label": checked.label.text,
            "exercise": checked.exercise,
            "ok": checked.ok,
            "counts": checked.counts,
            "score": checked.score.as_dict(),
            "issues": checked.issues,
            "workbook": outcome.workbook,
        }
        print_json(document)
    else:
        show_check(outcome, rows=rows)
    if not checked.ok:
        raise typer.Exit(BAD_DATA)


@group.command("import")
def import_(
    package: PackageArgument,
    store: StoreOption = DEFAULT_STORE,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the difference, change nothing.")
    ] = False,
    skip_bad_rows: Annotated[
        bool, typer.Option("--skip-bad-rows", help="Import the rows without errors.")
    ] = False,
    rows: Annotated[int, typer.Option("--rows", min=1, max=MOST_ROWS, help="Issues to show.")] = 25,
    json: JsonOption = False,
) -> None:
    """Take a package into the store in one transaction."""
    from redball import app
    from redball.cli.output import print_json, progress_bar
    from redball.cli.package_screen import show_import

    with progress_bar(quiet=json) as progress:
        outcome = app.import_(
            package, store=store, dry_run=dry_run, skip_bad_rows=skip_bad_rows, progress=progress
        )
    if json:
        print_json(
            {
                "owner": outcome.check.owner,
                "imported": outcome.result is not None and not dry_run,
                "label": outcome.check.label.text,
                "exercise": outcome.check.exercise,
                "counts": outcome.check.counts,
                "score": outcome.check.score.as_dict(),
                "issues": outcome.check.issues,
                "result": outcome.result,
            }
        )
    else:
        show_import(outcome, rows=rows)
    if outcome.result is None:
        raise typer.Exit(BAD_DATA)


@group.command("willems")
def willems(
    stages: Annotated[Path, typer.Argument(help="CSV of stages.")],
    arcs: Annotated[Path, typer.Argument(help="CSV of arcs.")],
    out: Annotated[Path, typer.Argument(help="New folder for the packages.")],
    json: JsonOption = False,
) -> None:
    """Turn the 38 published chains of Willems (2008) into packages."""
    from redball import app
    from redball.cli.output import console, print_json
    from redball.cli.safe import safe

    packages = app.write_willems_packages(stages, arcs, out)
    if json:
        print_json({"packages": packages})
    else:
        console.print(f"{len(packages)} packages in {safe(out)}")


@group.command("preview-mapping")
def preview_mapping(
    mapping: Annotated[Path, typer.Argument(help="Mapping file, TOML.")],
    sample: Annotated[Path, typer.Argument(help="One raw file, or a zip of several.")],
    viewer: Annotated[str, typer.Option("--viewer", help="Whose data these are, such as POL.")],
    json: JsonOption = False,
) -> None:
    """Show the first rows of a sample as a mapping reads them; nothing of it is kept."""
    from redball import app
    from redball.cli.output import console, print_json, show_frame
    from redball.model import BadUse

    for path in (mapping, sample):
        if not path.is_file():
            raise BadUse("There is no such file.", where=str(path))
    found = app.mapping_preview(mapping.read_bytes(), sample, sample.name, app.View("", viewer))
    if json:
        tables = {one.table: {"rows": one.rows, "read": one.read} for one in found.tables}
        print_json({"tables": tables, "issues": found.issues})
        return
    for one in found.tables:
        show_frame(one.read, f"{one.table}, {one.rows:,} rows, as they are read")
    if found.issues.is_empty():
        console.print("Nothing is wrong with the sample.")
    else:
        show_frame(found.issues, "Issues")
