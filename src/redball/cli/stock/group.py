"""The verbs of ``redball stock``."""

import typer

from redball.cli.stock.placement import placement
from redball.cli.stock.replenish import replenish
from redball.cli.stock.reserve import reserve
from redball.cli.stock.support import support

group = typer.Typer(
    help="What to hold where, what it gives in readiness, and what to order today.",
    no_args_is_help=True,
)


group.command("replenish")(replenish)
group.command("support")(support)
group.command("reserve")(reserve)
group.command("placement")(placement)
