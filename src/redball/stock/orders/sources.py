"""Who can supply an item, at what price, how soon, and how much of it this month."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import reduce
from operator import or_

import polars as pl

from redball.model import NOWHERE, Twin
from redball.model.marks import Marks
from redball.stock.orders.prices import PriceList, euro_rates, price_list

_CAPACITY_DAYS = 30


@dataclass
class Source:
    """A row of the table source; ``left`` falls as orders are given to it.

    Attributes
    ----------
    row, party, site : int
        Rows of source, party and the site it ships from (-1 when not known).
    name : str
        Of the party.
    prices : PriceList
        In ``currency``; ``per_eur`` is None without a rate.
    lead_days, minimum : float
        Mean lead time; least quantity of an order.
    left : float
        What it can still deliver within its capacity for 30 days; infinite when not stated.
    mark : int
        Of the row, the party, the rates and the orders counted against its capacity.
    """

    row: int
    party: int
    site: int
    name: str
    prices: PriceList
    currency: str | None
    per_eur: float | None
    lead_days: float
    minimum: float
    left: float
    mark: int


@dataclass(frozen=True)
class Transport:
    """Direct lanes with a cost: EUR per tonne and mark, by ends."""

    per_tonne: Mapping[tuple[int, int], tuple[float, int]] = field(default_factory=dict)

    def per_unit(self, source: Source, site: int, mass_kg: float | None) -> float | None:
        """EUR for one unit of issue over the cheapest direct lane; None when not known."""
        if source.site == site and site != NOWHERE:
            return 0.0
        lane = self.per_tonne.get((source.site, site))
        return None if lane is None or mass_kg is None else lane[0] * mass_kg / 1000

    def mark(self, source: Source, site: int) -> int:
        """Mark of that lane."""
        return self.per_tonne.get((source.site, site), (0.0, 0))[1]


def sources(
    twin: Twin, items: pl.Series, marks: Marks, *, today: date
) -> Mapping[int, list[Source]]:
    """Sources of the viewer for the items, by item, in the order of their rows.

    Raises
    ------
    BadData
        Price breaks can't be read.
    """
    frame = twin["source"].with_row_index("row")
    frame = frame.filter(
        pl.col("owner").cast(pl.String) == twin.viewer,
        pl.col("item_ix").is_in(items.unique().implode()),
        pl.col("item_ix") != NOWHERE,
    )
    rates = euro_rates(twin, today)
    ordered = _ordered(twin, today, marks)
    homes = twin["party"]["site_ix"].to_list()
    mark_of = dict(enumerate(marks.of(pl.int_range(len(twin.labels), eager=True)).to_list()))
    row_marks = marks.of(frame["label"]) | marks.of_rows(twin["party"]["label"], frame["party_ix"])
    names = {party: twin.name_of("party", party) for party in frame["party_ix"].unique().to_list()}
    found: dict[int, list[Source]] = {}
    for row, mark in zip(frame.iter_rows(named=True), row_marks.to_list(), strict=True):
        party, item = row["party_ix"], row["item_ix"]
        currency, per_eur, used = rates.find(row["currency"], twin.viewer)
        taken, taken_mark = ordered.get((party, item), (0.0, 0))
        capacity = row["capacity_per_month"]
        home = homes[party] if party != NOWHERE else NOWHERE
        found.setdefault(item, []).append(
            Source(
                row=row["row"],
                party=party,
                site=row["site_ix"] if row["site_ix"] != NOWHERE else home,
                name=names[party],
                prices=price_list(
                    row["unit_price"], row["price_breaks"], f"source {twin.viewer}:{row['key']}"
                ),
                currency=currency,
                per_eur=per_eur,
                lead_days=row["lead_time_days"],
                minimum=row["minimum_order"] or 0.0,
                left=float("inf") if capacity is None else max(capacity - taken, 0.0),
                mark=reduce(or_, (mark_of[i] for i in used), mark)
                | (taken_mark if capacity is not None else 0),
            )
        )
    return found


def _ordered(twin: Twin, today: date, marks: Marks) -> Mapping[tuple[int, int], tuple[float, int]]:
    """What was ordered of each party and item in the last 30 days and not cancelled."""
    order = twin["order"]
    rows = (
        order.with_columns(mark=marks.of(order["label"]))
        .filter(
            pl.col("status") != "cancelled",
            pl.col("ordered_on") > today - timedelta(days=_CAPACITY_DAYS),
        )
        .group_by("supplier_ix", "item_ix")
        .agg(pl.col("quantity").sum(), pl.col("mark").bitwise_or())
    )
    return {(party, item): (amount, mark) for party, item, amount, mark in rows.iter_rows()}


def transport(twin: Twin, marks: Marks, *, today: date) -> Transport:
    """Cheapest direct lane between each two sites, in EUR per tonne."""
    lane = twin["lane"]
    rates = euro_rates(twin, today)
    found: dict[tuple[int, int], tuple[float, int]] = {}
    rows = lane.with_columns(mark=marks.of(lane["label"])).drop_nulls("cost_per_t")
    label_marks = marks.of(pl.int_range(len(twin.labels), eager=True)).to_list()
    columns = ["from_site_ix", "to_site_ix", "both_ways", "cost_per_t", "currency", "mark"]
    owners = rows["owner"].cast(pl.String).to_list()
    for owner, (start, end, both, cost, currency, mark) in zip(
        owners, rows.select(columns).iter_rows(), strict=True
    ):
        _, per_eur, used = rates.find(currency, owner)
        if per_eur is None or NOWHERE in (start, end):
            continue
        whole = reduce(or_, (label_marks[i] for i in used), mark)
        for ends in ((start, end), (end, start))[: 2 if both else 1]:
            if ends not in found or cost / per_eur < found[ends][0]:
                found[ends] = (cost / per_eur, whole)
    return Transport(found)
