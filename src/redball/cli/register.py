"""``redball risk register``: what may happen, how likely, what it costs, and who looks after it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from redball.cli.options import (
    DEFAULT_STORE,
    AnyViewerOption,
    AsOfOption,
    JsonOption,
    OutOption,
    PageOption,
    SaveOption,
    ShownOption,
    StoreOption,
    TablesOption,
    ViewerOption,
    day_of,
)
from redball.cli.twin.options import (
    CannibaliseOption,
    InputDaysOption,
    MemoryOption,
    MinutesOption,
    SeedOption,
    WorkersOption,
)

if TYPE_CHECKING:
    from redball.app.register import KeptRegister

group = typer.Typer(
    help="The risk register: propose, write, analyse, review, watch.", no_args_is_help=True
)

KeyArgument = Annotated[str, typer.Argument(help="Key of the risk, as 'list' shows it.")]
ByOption = Annotated[str, typer.Option("--by", help="Name of who does this.")]
WordsOption = Annotated[str, typer.Option("--words", help="Why, in a few words.")]


@group.command("list")
def list_(
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    rows: ShownOption = 20,
    json: JsonOption = False,
) -> None:
    """List the risks of the nation's register, and what wants somebody's eye."""
    from redball import app
    from redball.app.register import desk_of, register, register_document, register_frame
    from redball.cli.output import console, print_json, show_frame
    from redball.cli.safe import safe
    from redball.cli.screens import show_banner

    with desk_of(store) as desk:
        found = register(app.View(store, viewer), desk)
    if json:
        print_json(register_document(found))
        return
    show_banner(found.origin)
    frame = register_frame(found)
    console.print(
        f"[bold]{frame.height} risks[/bold], {len(found.notices)} want an eye on "
        f"{found.today.isoformat()}"
    )
    columns = ["key", "title", "per_year", "days", "confidence", "owner", "review", "state"]
    show_frame(frame.select(columns), "Register", rows=rows, hint="Use --rows or --json.")
    for notice in found.notices[:rows]:
        console.print(f"  {safe(notice.risk)}: {safe(notice.words)}", soft_wrap=True)


@group.command("show")
def show(
    key: KeyArgument,
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Show one risk as it stands, and everything that was written about it."""
    from redball import app
    from redball.app.register import desk_of, history_document, register, register_text
    from redball.cli.output import console, print_json
    from redball.cli.safe import safe
    from redball.risk.register import Register

    with desk_of(store) as desk:
        found = register(app.View(store, viewer), desk)
    document = history_document(found, key)
    if json:
        print_json(document)
        return
    risk = found.register.risk(key)
    if risk is not None:
        causes = tuple(cause for cause in found.register.causes if cause.name == risk.cause)
        console.print(safe(register_text(Register((risk,), causes))))
    for notice in document["notices"]:
        console.print(f"! {safe(notice['words'])}")
    for entry in document["history"]:
        said = f": {entry['words']}" if entry["words"] else ""
        console.print(f"{entry['at'][:16]}  {safe(entry['by'])} {entry['verb']}{safe(said)}")
        for name, change in entry["changed"].items():
            console.print(safe(f"    {name}: {change['from']} -> {change['to']}"))


@group.command("propose")
def propose(
    viewer: ViewerOption,
    store: StoreOption = DEFAULT_STORE,
    out: Annotated[
        Path | None, typer.Option("--out", help="TOML file to write, to look through and correct.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Propose entries from hazards and findings that the register does not name yet."""
    from redball import app
    from redball.app.register import desk_of, register, register_propose, register_text
    from redball.cli.output import console, print_json
    from redball.cli.safe import safe
    from redball.risk.register import as_values

    view = app.View(store, viewer)
    with desk_of(store) as desk:
        found = register_propose(view, register(view, desk))
    text = register_text(found)
    if out is not None:
        out.write_text(text, encoding="utf-8")
    if json:
        print_json({"risks": [as_values(risk) for risk in found.risks]})
        return
    if out is None:
        typer.echo(safe(text), nl=False)
    else:
        console.print(f"{len(found.risks)} risks proposed in {safe(str(out))}", soft_wrap=True)


@group.command("write")
def write(
    file: Annotated[Path, typer.Argument(help="TOML file of risks, causes and the appetite.")],
    viewer: ViewerOption,
    by: ByOption,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Write what is new or different in a file into the register; the rest stays as it is."""
    from redball import app
    from redball.app.register import desk_of, read_register, register_write

    wanted = read_register(file)
    with desk_of(store) as desk:
        _told(register_write(app.View(store, viewer), desk, wanted, by), json)


@group.command("change")
def change(
    key: KeyArgument,
    viewer: ViewerOption,
    by: ByOption,
    store: StoreOption = DEFAULT_STORE,
    owner: Annotated[str | None, typer.Option("--owner", help="Who looks after it.")] = None,
    state: Annotated[
        str | None,
        typer.Option(
            "--state", help="identified, analysed, evaluated, treating, accepted or closed."
        ),
    ] = None,
    review: Annotated[
        str | None, typer.Option("--review", help="Day on which it is looked at next.")
    ] = None,
    per_year: Annotated[
        float | None, typer.Option("--per-year", help="Expected occurrences a year.")
    ] = None,
    source: Annotated[str | None, typer.Option("--source", help="Of the likelihood.")] = None,
    confidence: Annotated[
        str | None, typer.Option("--confidence", help="low, medium or high.")
    ] = None,
    treatment: Annotated[
        list[str] | None, typer.Option("--treatment", help="What is done; may be repeated.")
    ] = None,
    words: WordsOption = "",
    knowing: Annotated[
        str | None,
        typer.Option("--knowing", help="Version that was read; refused when somebody wrote since."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Review one risk: owner, state, next review, likelihood, with a reason."""
    from redball import app
    from redball.app.register import RiskChange, desk_of, register_change

    wanted = RiskChange(
        owner, state, day_of(review, "review"), per_year, source, confidence,
        None if treatment is None else tuple(treatment),
    )  # fmt: skip
    with desk_of(store) as desk:
        view = app.View(store, viewer)
        _told(register_change(view, desk, key, wanted, words, by, knowing), json)


@group.command("reading")
def reading(
    key: KeyArgument,
    indicator: Annotated[str, typer.Argument(help="Name of the indicator.")],
    value: Annotated[float, typer.Argument(help="What was read.")],
    on: Annotated[str, typer.Option("--on", help="Day on which it was read.")],
    viewer: ViewerOption,
    by: ByOption,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Write down the value of an indicator; at its threshold the trigger is told."""
    from redball import app
    from redball.app.register import desk_of, register_reading

    day = day_of(on, "on")
    assert day is not None
    with desk_of(store) as desk:
        view = app.View(store, viewer)
        _told(register_reading(view, desk, key, indicator, value, day, by), json)


@group.command("remove")
def remove(
    key: KeyArgument,
    viewer: ViewerOption,
    by: ByOption,
    words: WordsOption,
    store: StoreOption = DEFAULT_STORE,
    json: JsonOption = False,
) -> None:
    """Take a risk out that never was one; what was written about it stays."""
    from redball import app
    from redball.app.register import desk_of, register_remove

    with desk_of(store) as desk:
        _told(register_remove(app.View(store, viewer), desk, key, words, by), json)


@group.command("analyse")
def analyse(
    viewer: AnyViewerOption = "",
    store: StoreOption = DEFAULT_STORE,
    tables: TablesOption = None,
    as_of: AsOfOption = None,
    register_file: Annotated[
        Path | None,
        typer.Option("--register", help="TOML file instead of the nation's own register."),
    ] = None,
    appetite: Annotated[
        Path | None,
        typer.Option("--appetite", help="TOML file whose [appetite] holds instead."),
    ] = None,
    replications: Annotated[
        int, typer.Option("--replications", min=2, max=10_000, help="Runs for each hazard.")
    ] = 20,
    seed: SeedOption = None,
    input_days: InputDaysOption = 30.0,
    cannibalise: CannibaliseOption = False,
    workers: WorkersOption = None,
    minutes: MinutesOption = None,
    memory_mb: MemoryOption = None,
    out: OutOption = None,
    page: PageOption = None,
    save: SaveOption = False,
    rows: ShownOption = 12,
    json: JsonOption = False,
) -> None:
    """Measure what each risk costs in the twin, and say which are above the appetite."""
    from dataclasses import replace

    from redball import app
    from redball.app.register import (
        ExposureWishes,
        desk_of,
        read_register,
        register,
        register_exposure,
    )
    from redball.cli.answer_screen import Delivery, deliver
    from redball.cli.output import progress_bar

    label = None
    if register_file is not None:
        wanted = read_register(register_file)
    else:
        with desk_of(store) as desk:
            found = register(app.View(store, viewer), desk)
        wanted, label = found.register, found.origin.label
    if appetite is not None:
        wanted = replace(wanted, appetite=read_register(appetite).appetite)
    wishes = ExposureWishes(
        replications,
        app.RunOptions(seed, workers=workers, minutes=minutes, memory_mb=memory_mb),
        app.twin_options(input_days=input_days, cannibalise=cannibalise),
    )
    with progress_bar(quiet=json) as progress:
        answer = register_exposure(
            app.inputs_of(store, viewer, as_of, tables), wanted, wishes, progress, label=label
        )
    deliver(answer, Delivery(json, out, page, save, store, rows))


@group.command("suppliers")
def suppliers(
    viewer: AnyViewerOption = "",
    store: StoreOption = DEFAULT_STORE,
    tables: TablesOption = None,
    as_of: AsOfOption = None,
    indicators: Annotated[
        Path | None,
        typer.Option("--indicators", help="CSV: supplier, name, value, on, source."),
    ] = None,
    out: OutOption = None,
    page: PageOption = None,
    save: SaveOption = False,
    rows: ShownOption = 12,
    json: JsonOption = False,
) -> None:
    """Show how suppliers did over time: on time, late, prices, load; parts, no score."""
    from redball import app
    from redball.app.register import register_suppliers
    from redball.cli.answer_screen import Delivery, deliver

    answer = register_suppliers(app.inputs_of(store, viewer, as_of, tables), indicators)
    deliver(answer, Delivery(json, out, page, save, store, rows))


@group.command("taxonomy")
def taxonomy(json: JsonOption = False) -> None:
    """List the categories of risk."""
    from redball.app.register import categories, taxonomy_version
    from redball.cli.output import print_json

    if json:
        print_json({
            "version": taxonomy_version(), "categories": [vars(each) for each in categories()]
        })  # fmt: skip
        return
    typer.echo(taxonomy_version())
    for each in categories():
        typer.echo(f"  {each.key:18} {each.name}" + ("" if each.confirmed else " (unconfirmed)"))


def _told(found: "KeptRegister", json: bool) -> None:
    """Say how the register stands after something was written."""
    from redball.app.register import register_document
    from redball.cli.output import console, print_json

    if json:
        print_json(register_document(found))
        return
    console.print(
        f"{len(found.register.risks)} risks in the register, {len(found.notices)} want an eye."
    )
