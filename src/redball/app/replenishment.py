"""The orders to place today: ``redball stock replenish``."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from redball.access.actions import Action
from redball.app.answers import Answer, Progress, shares
from redball.app.doing import use_case
from redball.app.exporting import exported
from redball.app.inputs import Inputs, look
from redball.app.naming import in_front, label_of_lists, named
from redball.exchange import csv_safe
from redball.forecasting import consumption, forecast_demand
from redball.model import BadUse, Twin
from redball.model.marks import Marks
from redball.model.money import euro_prices
from redball.model.results import Scalar
from redball.reports import Bar, Bars
from redball.stock.orders import (
    OrderProposals,
    as_consignment_rows,
    as_order_rows,
    order_proposals,
)
from redball.stock.policies import Kind, policies

_PAIR = ["site_ix", "item_ix"]
_SOURCE_FIRST = ("action", "party_name", "from_site", "lines", "amount_eur")
_ORDER_FIRST = ("action", "site", "item_name", "quantity", "party_name", "amount_eur", "why")
KINDS: tuple[Kind, ...] = ("reorder_up_to", "fixed_quantity", "base_stock")


@dataclass(frozen=True)
class ReplenishOptions:
    """Parameters of the orders to place.

    Attributes
    ----------
    kind : str
        Policy where the table ``policy`` names none: ``reorder_up_to`` (s,S), ``fixed_quantity``
        (R,Q) or ``base_stock``.
    service_level : float
        Fill rate that such a policy reaches.
    holding_rate : float
        Cost of holding for a year, as a share of the price.
    order_cost : float
        Of one order, in euro.
    review_days : float
        Days between two reviews.
    own_only : bool
        Use only the policies of the table.
    most_overdue_days : int or None
        Orders overdue for longer are no longer counted as coming.
    """

    kind: Kind = "reorder_up_to"
    service_level: float = 0.95
    holding_rate: float = 0.2
    order_cost: float = 50.0
    review_days: float = 1.0
    own_only: bool = False
    most_overdue_days: int | None = None

    def as_parameters(self) -> dict[str, Scalar]:
        """Plain values for the origin of results."""
        return {
            "kind": self.kind,
            "service_level": self.service_level,
            "holding_rate": self.holding_rate,
            "order_cost": self.order_cost,
            "review_days": self.review_days,
            "own_only": self.own_only,
            "most_overdue_days": self.most_overdue_days,
        }


_DEFAULT = ReplenishOptions()


def parse_kind(text: str) -> Kind:
    """Read a kind of policy.

    Raises
    ------
    BadUse
        There is no such kind.
    """
    for kind in KINDS:
        if text == kind:
            return kind
    raise BadUse(f"'{text}' is not a kind of policy.", mend=f"Use one of: {', '.join(KINDS)}.")


@use_case(Action.SEE)
def replenish(
    inputs: Inputs,
    options: ReplenishOptions = _DEFAULT,
    progress: Progress | None = None,
    *,
    orders_out: Path | None = None,
    now: datetime | None = None,
) -> Answer:
    """Propose the orders that the viewer should place at its own sites today.

    Parameters
    ----------
    inputs : Inputs
    options : ReplenishOptions
    progress : callable, optional
    orders_out : Path, optional
        Folder for the proposals as ``order.csv`` and ``consignment.csv`` in the package format:
        imported as changes they raise the positions, and nothing is proposed twice.
    now : datetime, optional

    Raises
    ------
    BadUse
        A parameter is out of range.
    """
    seen = look(inputs, now=now)
    twin = seen.twin
    table, said, lists = _policies(twin, options, progress)
    proposals = order_proposals(
        twin,
        table,
        today=twin.as_of.date(),
        consumption=consumption(twin),
        holding_rate=options.holding_rate,
        most_overdue_days=options.most_overdue_days,
        progress=shares(progress, "orders"),
    )
    lists += [proposals.labels, proposals.not_ordered["labels"]]
    label = label_of_lists(twin, lists)
    origin = seen.origin(label=label, parameters=options.as_parameters())
    if orders_out is not None:
        exported(origin, "orders", rows=proposals.lines.height)
        write_orders(proposals, twin, orders_out)
    return Answer(
        kind="stock replenish",
        title=f"Orders to place on {proposals.today.isoformat()}",
        said=_said(proposals),
        figures=_figures(proposals),
        tables={
            "by_source": in_front(named(twin, proposals.by_source), _SOURCE_FIRST),
            "orders": in_front(named(twin, proposals.lines.drop("source_ix")), _ORDER_FIRST),
            "not_ordered": named(twin, proposals.not_ordered),
        },
        charts=_charts(twin, proposals),
        assumptions=(*said, *proposals.assumptions),
        origin=origin,
        command=f"redball stock replenish {inputs.words}",
    )


def write_orders(proposals: OrderProposals, twin: Twin, folder: Path) -> list[Path]:
    """Write proposals as tables of a package, to be imported once they are placed."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, rows in (
        ("order", as_order_rows(proposals, twin)),
        ("consignment", as_consignment_rows(proposals, twin)),
    ):
        if rows.height:
            path = folder / f"{name}.csv"
            csv_safe(rows.drop("owner")).write_csv(path)
            paths.append(path)
    return paths


def _policies(
    twin: Twin, options: ReplenishOptions, progress: Progress | None
) -> tuple[pl.DataFrame, tuple[str, ...], list[pl.Series]]:
    """The viewer's own policies, and computed ones for its other items with demand."""
    mine = pl.col("owner").cast(pl.String) == twin.viewer
    levels = ["reorder_point", "order_up_to", "quantity"]
    fixed = (
        twin["policy"]
        .filter(mine)
        .select(
            *_PAIR, "kind", *levels, reason=pl.lit(None, pl.String), labels=pl.concat_list("label"),
            per_day=pl.lit(None, pl.Float64),
        )
    )  # fmt: skip
    if options.own_only:
        return fixed, ("Only the policies of the table policy are used.",), [fixed["labels"]]
    repaired = twin["item"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("item_ix"), "reparable"
    ).filter("reparable")  # fmt: skip
    forecast = forecast_demand(
        twin, review_days=options.review_days, progress=shares(progress, "forecast")
    )
    own = twin["site"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("site_ix"), own=mine
    ).filter("own").drop("own")  # fmt: skip
    marks = Marks(twin.labels)
    prices = euro_prices(twin, marks).select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("item_ix"),
        unit_cost="price_eur",
        price_labels=pl.Series(marks.lists(euro_prices(twin, marks)["mark"])),
        own_label=twin["item"]["label"],
    )
    rows = (
        forecast.frame.join(own, on="site_ix")
        .join(fixed.select(_PAIR), on=_PAIR, how="anti")
        .join(repaired, on="item_ix", how="anti")
        .join(prices, on="item_ix", how="left")
        .with_columns(
            labels=pl.concat_list(
                "labels", pl.col("price_labels").fill_null([]), pl.concat_list("own_label")
            ).list.unique()
        )
        .sort(_PAIR)
    )
    made = policies(
        rows,
        kind=options.kind,
        holding_rate=options.holding_rate,
        order_cost=options.order_cost,
        service_level=options.service_level,
        review_days=options.review_days,
        progress=shares(progress, "policies"),
    )
    columns = [*_PAIR, "kind", *levels, "reason", "labels", "per_day"]
    both = pl.concat([fixed.select(columns), made.frame.select(columns)], how="vertical_relaxed")
    said = (
        f"{fixed.height} policies come from the table policy; {made.frame.height} were computed "
        f"for a fill rate of {options.service_level:g} from the forecast of demand.",
        "No policy is computed for reparable items: most of their demand comes back from repair. "
        "They are ordered by the policies of the table; 'redball stock optimise' says how many.",
        *forecast.assumptions,
        *made.assumptions,
    )
    return both, said, [both["labels"]]


def _said(found: OrderProposals) -> tuple[str, ...]:
    bought = found.lines.filter(pl.col("action") == "purchase")
    moved = found.lines.height - bought.height
    amount = bought["amount_eur"].sum()
    unpriced = bought["amount_eur"].null_count()
    said = [
        f"{bought.height} purchases for {amount:,.0f} EUR from {bought['party_ix'].n_unique()} "
        f"suppliers and {moved} transfers between sites are due.",
        f"{found.checked} items at sites were looked at; {found.enough} have enough.",
    ]
    if unpriced:
        said.append(f"{unpriced} purchases have no amount in euro.")
    if found.not_ordered.height:
        said.append(
            f"{found.not_ordered.height} can't be ordered or judged; each is listed with why."
        )
    return tuple(said)


def _figures(found: OrderProposals) -> dict[str, Scalar]:
    bought = found.lines.filter(pl.col("action") == "purchase")
    return {
        "purchases": bought.height,
        "transfers": found.lines.height - bought.height,
        "amount, EUR": float(bought["amount_eur"].sum()),
        "not ordered": found.not_ordered.height,
        "policies checked": found.checked,
    }


def _charts(twin: Twin, found: OrderProposals) -> tuple[Bars, ...]:
    sources = named(
        twin,
        found.by_source.filter(pl.col("action") == "purchase", pl.col("amount_eur").is_not_null()),
    )
    if sources.is_empty():
        return ()
    bars = [
        Bar(name or key, float(amount))
        for name, key, amount in sources.select("party_name", "party", "amount_eur").iter_rows()
    ]
    return (Bars("Where the money goes", "EUR", bars),)
