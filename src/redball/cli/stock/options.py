"""Options that the verbs on spares share."""

from typing import Annotated

import typer

SystemOption = Annotated[
    list[str] | None,
    typer.Option("--system", help="Only this system, KEY or OWNER:KEY; may be repeated."),
]
NationOption = Annotated[
    list[str] | None,
    typer.Option("--nation", help="Only the fleets of this nation; may be repeated."),
]
ForecastOption = Annotated[
    bool,
    typer.Option(
        "--forecast",
        help="Mean and variance of recorded demand from the forecast; else the plain mean.",
    ),
]
ShelfOption = Annotated[
    bool,
    typer.Option(
        "--shelf-only", help="Leave out of the stock what is in repair, on order or under way."
    ),
]
EURO_MOST = 1e13
EmptyOption = Annotated[
    bool, typer.Option("--from-empty", help="Start with no stock, in place of what is held.")
]
