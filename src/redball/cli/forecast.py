"""``redball forecast``: demand as a distribution."""

from pathlib import Path
from typing import Annotated

import typer

from redball.cli.options import (
    DEFAULT_STORE,
    MOST_DAYS,
    AnyViewerOption,
    AsOfOption,
    JsonOption,
    OutOption,
    PageOption,
    SaveOption,
    ShownOption,
    StoreOption,
    TablesOption,
)

group = typer.Typer(help="What will be asked for, and how sure that is.", no_args_is_help=True)


@group.callback()
def _group() -> None:
    """Keep the verb as a word of its own while there is only one."""


@group.command("demand")
def demand(
    viewer: AnyViewerOption = "",
    store: StoreOption = DEFAULT_STORE,
    tables: TablesOption = None,
    as_of: AsOfOption = None,
    lead_days: Annotated[
        float | None,
        typer.Option(
            "--lead-days",
            min=0.0,
            max=MOST_DAYS,
            help="Lead time of every item; from the tables resupply and source when not given.",
        ),
    ] = None,
    review_days: Annotated[
        float,
        typer.Option("--review-days", min=0.0, max=MOST_DAYS, help="Days between two reviews."),
    ] = 30.0,
    period_days: Annotated[
        int,
        typer.Option(
            "--period-days", min=1, max=366, help="Length of the periods that history is cut into."
        ),
    ] = 30,
    levels: Annotated[
        str,
        typer.Option(
            "--levels", help="Service levels: quantiles to give, and to choose methods by."
        ),
    ] = "0.8,0.9,0.95,0.99",
    surge: Annotated[
        Path | None,
        typer.Option(
            "--surge",
            help="CSV: first and last (dates such as 2026-03-01), multiplier, and item or "
            "supply_class where it does not hold for all.",
        ),
    ] = None,
    out: OutOption = None,
    page: PageOption = None,
    save: SaveOption = False,
    rows: ShownOption = 15,
    json: JsonOption = False,
) -> None:
    """Forecast demand over the lead time as a distribution, with the method chosen per series."""
    from redball import app
    from redball.cli.answer_screen import Delivery, deliver
    from redball.cli.output import progress_bar

    options = app.ForecastOptions(
        lead_days=lead_days,
        review_days=review_days,
        period_days=period_days,
        levels=app.parse_levels(levels),
        surge=surge,
    )
    with progress_bar(quiet=json) as progress:
        answer = app.forecast_demand(app.inputs_of(store, viewer, as_of, tables), options, progress)
    deliver(answer, Delivery(json, out, page, save, store, rows))
