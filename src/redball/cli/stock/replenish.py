"""``redball stock replenish``: the orders to place today."""

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


def replenish(
    viewer: AnyViewerOption = "",
    store: StoreOption = DEFAULT_STORE,
    tables: TablesOption = None,
    as_of: AsOfOption = None,
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            help="Policy where the table policy names none: reorder_up_to (s,S), fixed_quantity "
            "(R,Q) or base_stock.",
        ),
    ] = "reorder_up_to",
    service_level: Annotated[
        float,
        typer.Option("--service-level", min=0.01, max=0.9999, help="Fill rate of such a policy."),
    ] = 0.95,
    holding_rate: Annotated[
        float,
        typer.Option(
            "--holding-rate",
            min=0.0001,
            max=10,
            help="Cost of holding a unit for a year, share of its price.",
        ),
    ] = 0.2,
    order_cost: Annotated[
        float, typer.Option("--order-cost", min=0.0, help="Cost of one order, EUR.")
    ] = 50.0,
    review_days: Annotated[
        float, typer.Option("--review-days", min=1.0, max=366.0, help="Days between two reviews.")
    ] = 1.0,
    own_only: Annotated[
        bool, typer.Option("--policies-only", help="Use only the policies of the table policy.")
    ] = False,
    overdue: Annotated[
        int | None,
        typer.Option(
            "--most-overdue-days",
            min=0,
            max=MOST_DAYS,
            help="Orders overdue for longer are not counted as coming.",
        ),
    ] = None,
    orders_out: Annotated[
        Path | None,
        typer.Option(
            "--orders-out",
            help="Write order.csv and consignment.csv of the package format into this folder.",
        ),
    ] = None,
    out: OutOption = None,
    page: PageOption = None,
    save: SaveOption = False,
    rows: ShownOption = 15,
    json: JsonOption = False,
) -> None:
    """Propose the orders to place today at the viewer's own sites, by source, each with why.

    Once the proposals are imported as orders, a second run proposes nothing for them again.
    """
    from redball import app
    from redball.cli.answer_screen import Delivery, deliver
    from redball.cli.output import progress_bar

    options = app.ReplenishOptions(
        kind=app.parse_kind(kind),
        service_level=service_level,
        holding_rate=holding_rate,
        order_cost=order_cost,
        review_days=review_days,
        own_only=own_only,
        most_overdue_days=overdue,
    )
    inputs = app.inputs_of(store, viewer, as_of, tables)
    with progress_bar(quiet=json) as progress:
        answer = app.replenish(inputs, options, progress, orders_out=orders_out)
    deliver(answer, Delivery(json, out, page, save, store, rows))
