"""The tour: every command and its group."""

from typing import Annotated

import typer

import redball
from redball.cli import (
    demo,
    exchange,
    findings,
    forecast,
    generate,
    items,
    network,
    people,
    picture,
    report,
    risk,
    serve,
    site,
    stock,
    store,
    trust,
    twin,
    work,
    worklist,
)

program = typer.Typer(
    name="redball",
    help=(
        "One recognised logistics picture and one decision engine for an alliance.\n\n"
        "Start with [bold]redball demo[/bold]: it makes the exercise coalition, takes in its data, "
        "and shows the picture and the findings. Then connect your own: "
        "[bold]redball exchange template[/bold], [bold]check[/bold], [bold]import[/bold]."
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"redball {redball.__version__}")
        raise typer.Exit


@program.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    del version  # handled before any command runs


program.command("demo")(demo.demo)
program.add_typer(forecast.group, name="forecast")
program.command("picture")(picture.picture)
program.command("site")(site.site)
program.command("findings")(findings.findings)
program.command("serve")(serve.serve)
program.command("report")(report.report)
program.add_typer(stock.group, name="stock")
program.command("simulate")(twin.simulate)
program.command("stress")(twin.stress)
program.add_typer(twin.plan, name="plan")
program.add_typer(twin.group, name="scenario")
program.add_typer(risk.group, name="risk")
program.add_typer(trust.agreement.group, name="agreement")
program.add_typer(trust.ledger.group, name="ledger")
program.add_typer(trust.key.group, name="key")
program.add_typer(trust.label.group, name="label")
program.add_typer(exchange.group, name="exchange")
program.add_typer(items.group, name="items")
program.add_typer(network.group, name="network")
program.add_typer(store.group, name="store")
program.add_typer(people.group, name="people")
program.add_typer(worklist.group, name="worklist")
program.add_typer(work.group, name="work")
program.command("generate")(generate.generate)
