"""What a site has and gets of an item: the inventory position."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType

import polars as pl

from redball.model import NOWHERE, Consumption, Twin
from redball.model.marks import Marks
from redball.stock.days import days_of_supply

_PAIR = ["site_ix", "item_ix"]
_COMING = ("open", "shipped")
_BACK = ("unserviceable", "in_repair")
_SUMS = ("in_repair", "on_order", "overdue", "in_transit", "leaving", "owed")


def positions(
    twin: Twin,
    pairs: pl.DataFrame,
    marks: Marks,
    *,
    today: date,
    most_overdue_days: int | None,
    count_requirements: bool,
) -> pl.DataFrame:
    """Inventory position of each pair.

    Parameters
    ----------
    pairs : polars.DataFrame
        ``site_ix``, ``item_ix``, each pair once.

    Returns
    -------
    polars.DataFrame
        Pairs sorted, with ``free`` (serviceable, not past its last day, less all that is reserved;
        null where the viewer is not shown whether there is stock), ``on_hand``, ``reserved``,
        ``in_repair`` (of reparable items), ``on_order``, ``overdue`` (part of it that was due
        before today), ``in_transit``, ``leaving`` (planned to go elsewhere), ``owed``
        (requirements that are due), ``position`` (null where free is), ``mark``.
    """
    rows = _free(twin, pairs, today, marks)
    parts = [
        _in_repair(twin, marks),
        _on_order(twin, marks, today, most_overdue_days),
        _in_transit(twin, marks),
        _leaving(twin, marks),
    ]
    if count_requirements:
        parts.append(_owed(twin, marks, today))
    for part in parts:
        rows = (
            rows.join(part, on=_PAIR, how="left", maintain_order="left")
            .with_columns(mark=pl.col("mark") | pl.col("mark_part").fill_null(0))
            .drop("mark_part")
        )
    rows = rows.with_columns(
        pl.col(name).fill_null(0.0) if name in rows.columns else pl.lit(0.0).alias(name)
        for name in _SUMS
    )
    coming = pl.col("in_repair") + pl.col("on_order") + pl.col("in_transit")
    return rows.with_columns(
        position=pl.col("free") + coming - pl.col("leaving") - pl.col("owed")
    ).sort(_PAIR)


def _free(twin: Twin, pairs: pl.DataFrame, today: date, marks: Marks) -> pl.DataFrame:
    """Free stock by the rule of days of supply, which also knows what is not shown."""
    asked = Consumption(
        pairs.select(
            *_PAIR,
            per_day=pl.lit(0.0),
            basis=pl.lit("policy"),
            labels=pl.lit([], pl.List(pl.Int32)),
        ),
        today,
        window_days=1,
    )
    # targets play no part here, and their labels must not count
    tables: Mapping[str, pl.DataFrame] = MappingProxyType(
        {**twin.tables, "target": twin["target"].clear()}
    )
    found = days_of_supply(replace(twin, tables=tables), asked)
    found = found.with_columns(mark=marks.of_lists(found["labels"]))
    return pairs.select(_PAIR).join(
        found.select(*_PAIR, "on_hand", "reserved", "free", "mark"),
        on=_PAIR, how="left", maintain_order="left",
    )  # fmt: skip


def _summed(rows: pl.DataFrame, *names: str) -> pl.DataFrame:
    return (
        rows.filter(pl.col("site_ix") != NOWHERE, pl.col("item_ix") != NOWHERE)
        .group_by(_PAIR)
        .agg(*(pl.col(name).sum() for name in names), mark_part=pl.col("mark").bitwise_or())
    )


def _in_repair(twin: Twin, marks: Marks) -> pl.DataFrame:
    holding = twin["holding"].with_columns(mark=marks.of(twin["holding"]["label"]))
    reparable = twin["item"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("item_ix"), "reparable"
    )
    rows = holding.filter(pl.col("condition").is_in(_BACK)).join(
        reparable.filter("reparable"), on="item_ix", how="semi"
    )
    return _summed(rows.rename({"quantity": "in_repair"}), "in_repair")


def _on_order(twin: Twin, marks: Marks, today: date, most_overdue: int | None) -> pl.DataFrame:
    """Orders that are open or shipped, less what of them has arrived or is lost."""
    moved = twin["consignment"]
    moved = moved.select(
        "order_ix", "item_ix", "quantity", "status", moved_to="to_site_ix",
        moved_mark=marks.of(moved["label"]),
    ).filter(pl.col("order_ix") != NOWHERE)  # fmt: skip
    order = twin["order"].with_row_index("order_ix").with_columns(pl.col("order_ix").cast(pl.Int32))
    order = order.with_columns(mark=marks.of(order["label"])).filter(
        pl.col("status").is_in(_COMING)
    )
    gone = (pl.col("status_right") == "lost") | (
        (pl.col("status_right") == "arrived") & (pl.col("moved_to") == pl.col("site_ix"))
    )
    done = (
        order.join(moved, on=["order_ix", "item_ix"], how="inner")
        .filter(gone)
        .group_by("order_ix")
        .agg(done=pl.col("quantity_right").sum(), done_mark=pl.col("moved_mark").bitwise_or())
    )
    left = (pl.col("quantity") - pl.col("done").fill_null(0.0)).clip(lower_bound=0.0)
    late = (pl.lit(today) - pl.col("due_on")).dt.total_days().fill_null(0)
    counted = pl.lit(value=True) if most_overdue is None else late <= most_overdue
    rows = order.join(done, on="order_ix", how="left").with_columns(
        on_order=pl.when(counted).then(left).otherwise(0.0),
        overdue=pl.when(counted & (late > 0)).then(left).otherwise(0.0),
        mark=pl.col("mark") | pl.col("done_mark").fill_null(0),
    )
    return _summed(rows, "on_order", "overdue")


def _in_transit(twin: Twin, marks: Marks) -> pl.DataFrame:
    """Consignments under way or planned that no order in the position covers."""
    moved = twin["consignment"]
    status = twin["order"].select(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("order_ix"), order_status="status"
    )
    covered = (*_COMING, "received")
    rows = (
        moved.with_columns(mark=marks.of(moved["label"]))
        .filter(pl.col("status").is_in(["planned", "in_transit"]))
        .join(status, on="order_ix", how="left")
        .filter(~pl.col("order_status").is_in(covered) | pl.col("order_status").is_null())
    )
    return _summed(rows.rename({"to_site_ix": "site_ix", "quantity": "in_transit"}), "in_transit")


def _leaving(twin: Twin, marks: Marks) -> pl.DataFrame:
    moved = twin["consignment"]
    rows = moved.with_columns(mark=marks.of(moved["label"])).filter(pl.col("status") == "planned")
    return _summed(rows.rename({"from_site_ix": "site_ix", "quantity": "leaving"}), "leaving")


def _owed(twin: Twin, marks: Marks, today: date) -> pl.DataFrame:
    """Requirements whose day has come, at the site of the unit."""
    need, party = twin["requirement"], twin["party"]
    rows = need.with_columns(
        site_ix=party["site_ix"].gather(
            pl.select(pl.when(need["unit_ix"] >= 0).then(need["unit_ix"])).to_series()
        ),
        mark=marks.of(need["label"]) | marks.of_rows(party["label"], need["unit_ix"]),
    ).filter(pl.col("needed_by") <= today, pl.col("site_ix").is_not_null())
    return _summed(rows.rename({"quantity": "owed"}), "owed")
