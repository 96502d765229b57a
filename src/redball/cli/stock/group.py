"""The verbs of ``redball stock``."""

import typer

from redball.cli.stock.curve import curve
from redball.cli.stock.explore import explore
from redball.cli.stock.optimise import explain, optimise
from redball.cli.stock.placement import placement
from redball.cli.stock.replenish import replenish
from redball.cli.stock.reserve import reserve
from redball.cli.stock.support import support
from redball.cli.stock.surge import surge

group = typer.Typer(
    help="What to hold where, what it gives in readiness, and what to order today.",
    no_args_is_help=True,
)


group.command("curve")(curve)
group.command("explore")(explore)
group.command("optimise")(optimise)
group.command("explain")(explain)
group.command("support")(support)
group.command("surge")(surge)
group.command("reserve")(reserve)
group.command("replenish")(replenish)
group.command("placement")(placement)
