"""The orders to place today: who is short, who gives or sells, and why."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

import polars as pl

from redball.model import BadUse, Consumption, Twin
from redball.model.marks import MARK, Marks
from redball.stock.orders.desk import Desk, Settings
from redball.stock.orders.positions import positions
from redball.stock.orders.result import LINES, NOT_ORDERED, OrderProposals
from redball.stock.orders.resupply import resupply_of
from redball.stock.orders.sources import sources, transport
from redball.stock.orders.wanted import wanted
from redball.stock.policies import PolicyTable
from redball.stock.policies.costs import above_zero, not_negative

_PAIR = ["site_ix", "item_ix"]


def order_proposals(
    twin: Twin,
    policies: PolicyTable | pl.DataFrame | None = None,
    *,
    today: date,
    consumption: Consumption | None = None,
    holding_rate: float = 0.2,
    tie_share: float = 0.01,
    giver_keeps: float = 1.0,
    most_overdue_days: int | None = None,
    count_requirements: bool = False,
    progress: Callable[[float], None] | None = None,
) -> OrderProposals:
    """Propose the orders to place today.

    Parameters
    ----------
    twin : Twin
    policies : PolicyTable or polars.DataFrame, optional
        Policies with ``site_ix``, ``item_ix``, ``kind``, ``reorder_point``, ``order_up_to``,
        ``quantity``, and where known ``per_day``, ``reason``, ``labels`` (without them a line
        carries every label of the twin). Without policies the viewer's rows of the table policy.
    today : date
        Day of the orders.
    consumption : Consumption, optional
        Demand where the policy brings none: price breaks need it.
    holding_rate : float
        Cost of holding for a year as a share of the price; above zero.
    tie_share : float
        Landed costs that differ by no more than this share are equal; the shorter lead time wins.
    giver_keeps : float
        Share of its own reorder point that a site keeps when it resupplies another one; 0: nothing.
    most_overdue_days : int, optional
        Orders that were due longer ago are no longer counted as coming. Without it all are.
    count_requirements : bool
        Whether requirements whose day has come are taken off the position, at the site of their
        unit. The table does not say what was delivered, so this is off unless asked for.
    progress : callable, optional
        Told the share done, 0 to 1; an error raised in it ends the work.

    Returns
    -------
    OrderProposals
        Running it again on a twin that holds the proposals (:func:`as_order_rows`,
        :func:`as_consignment_rows`) proposes nothing for them again.

    Raises
    ------
    BadUse
        A parameter is out of range, or the policies don't fit the twin.
    BadData
        The price breaks of a source can't be read.
    """
    above_zero("holding_rate", holding_rate)
    not_negative("tie_share", tie_share)
    not_negative("giver_keeps", giver_keeps)
    if most_overdue_days is not None and most_overdue_days < 0:
        raise BadUse(
            f"most_overdue_days is {most_overdue_days}.", mend="Give 0 or more days, or nothing."
        )
    marks = Marks(twin.labels)
    rows = wanted(twin, policies, consumption, marks)
    usable = rows.filter(pl.col("code").is_null())
    resupply = resupply_of(twin, marks)
    places = [(site, item) for site, item in usable.select(_PAIR).iter_rows()]
    givers = {
        (giver.site, item)
        for site, item in places
        if (giver := resupply.giver(site, item)) is not None
    }
    pairs = pl.DataFrame(
        sorted({*places, *givers}), schema=dict.fromkeys(_PAIR, pl.Int32), orient="row"
    )
    stock = positions(
        twin, pairs, marks, today=today, most_overdue_days=most_overdue_days,
        count_requirements=count_requirements,
    )  # fmt: skip
    desk = Desk(
        twin, resupply,
        sources(twin, usable["item_ix"], marks, today=today),
        transport(twin, marks, today=today),
        Settings(today, holding_rate, tie_share, giver_keeps, progress),
    )  # fmt: skip
    desk.work(rows, stock)
    lines = _frame(desk.lines, LINES, marks)
    return OrderProposals(
        lines,
        _by_source(lines, marks),
        _frame(desk.open, NOT_ORDERED, marks).sort(*_PAIR, maintain_order=True),
        today,
        rows.height,
        desk.enough,
        twin.content_hash,
        _assumptions(holding_rate, tie_share, giver_keeps, most_overdue_days, count_requirements),
        _looked_at(twin, rows, stock, lines, marks),
    )


def _frame(
    rows: list[dict[str, Any]], schema: Mapping[str, pl.DataType], marks: Marks
) -> pl.DataFrame:
    """Rows with the columns of the schema, and labels in place of the mark."""
    frame = pl.DataFrame(
        {name: [row.get(name) for row in rows] for name in (*schema, "mark")},
        schema={**schema, "mark": MARK},
    )
    return frame.drop("mark").with_columns(labels=marks.lists(frame["mark"]))


def _looked_at(
    twin: Twin, rows: pl.DataFrame, stock: pl.DataFrame, lines: pl.DataFrame, marks: Marks
) -> pl.Series:
    """Labels of every policy and position, of their sites and items, and of what lines rest on."""
    parts = [
        rows["mark"],
        stock["mark"],
        marks.of_rows(twin["site"]["label"], rows["site_ix"]),
        marks.of_rows(twin["item"]["label"], rows["item_ix"]),
        marks.of_lists(lines["labels"]),
    ]
    whole = reduce(or_, (mark for part in parts for mark in part.unique().to_list()), 0)
    return marks.lists(pl.Series([whole], dtype=MARK))


def _by_source(lines: pl.DataFrame, marks: Marks) -> pl.DataFrame:
    """One row per party or giving site and currency, the largest amount first."""
    rows = lines.with_columns(mark=marks.of_lists(lines["labels"]))
    keys = ["action", "party_ix", "from_site_ix", "currency"]
    grouped = (
        rows.group_by(keys, maintain_order=True)
        .agg(
            lines=pl.len().cast(pl.Int32),
            amount=pl.when(pl.col("amount").count() > 0).then(pl.col("amount").sum()),
            amount_eur=pl.when(pl.col("amount_eur").count() > 0).then(pl.col("amount_eur").sum()),
            last_due_on=pl.col("due_on").max(),
            mark=pl.col("mark").bitwise_or(),
        )
        .sort("action", "amount_eur", "party_ix", "from_site_ix",
              descending=[False, True, False, False], nulls_last=True)
    )  # fmt: skip
    return grouped.drop("mark").with_columns(labels=marks.lists(grouped["mark"]))


def _assumptions(
    holding_rate: float,
    tie_share: float,
    giver_keeps: float,
    most_overdue: int | None,
    requirements: bool,
) -> tuple[str, ...]:
    late = (
        "Orders count as coming however long they are overdue."
        if most_overdue is None
        else f"Orders overdue for more than {most_overdue} days are not counted as coming."
    )
    return (
        "Position: serviceable stock that is not past its last day, less all that is reserved, "
        "plus units of reparable items in or waiting for repair, open and shipped orders less what "
        "of them arrived or was lost, and consignments planned or on their way that no order in "
        "the position covers, less planned consignments that still have to leave.",
        late,
        "Requirements whose day has come are taken off the position at the site of their unit."
        if requirements
        else "Requirements are not taken off the position: what was delivered is not recorded.",
        "A site resupplied by another site gets a transfer, limited by what the giver has free "
        f"above {giver_keeps:g} times its own reorder point; a giver with a base stock, or without "
        "a policy, gives all that is free. What can't be given waits; it is not bought elsewhere.",
        "Sources are compared by landed cost: price, transport where a direct lane with its cost "
        f"is known for every source, and capital at {holding_rate:g} a year over the lead time; "
        f"within {tie_share:g} of the lowest the shortest lead time wins.",
        "Capacity for 30 days is what a source states less what was ordered of the item from its "
        "party in the last 30 days; the most urgent needs are served first.",
        "A price break is taken where purchases and holding then cost less a year, and the order "
        "does not last longer than the shelf life; the cost of ordering is not counted.",
        "Only rows that the viewer may see are counted.",
    )
