"""Days of supply per site and item."""

from datetime import date

import polars as pl

from redball.model import NOWHERE, BadUse, Consumption, Groups, Twin, table
from redball.model.marks import Marks
from redball.stock.days.merged import merged
from redball.stock.days.targets import with_targets

_PAIR = ["site_ix", "item_ix"]
_COLUMNS = [
    *_PAIR, "on_hand", "reserved", "free", "per_day", "basis", "days", "target_days",
    "target_basis", "target_ix",
]  # fmt: skip


def days_of_supply(
    twin: Twin,
    consumption: Consumption,
    *,
    items: Groups | None = None,
    units: pl.DataFrame | None = None,
    condition: str = "serviceable",
) -> pl.DataFrame:
    """Days that usable stock lasts at each site, and the days that should be held.

    ``days = max(free, 0) / per_day`` with ``free = on_hand - reserved``. On hand is the quantity in
    the condition that is not past its last day; reserved is everything promised out of lots in the
    condition, also out of lots that are past it, because the promise stands.

    Parameters
    ----------
    twin : Twin
    consumption : Consumption
        Its ``as_of`` decides which lots are past their last day.
    items : Groups, optional
        Recognised items. When given, records of one group at one site become one row, with the
        group's smallest item row (that has a factor) as ``item_ix``.
    units : polars.DataFrame, optional
        ``item_ix`` and ``factor_to_group_unit``: what one unit of issue of a record is in the
        group's unit. A record without a factor keeps a row of its own. Without this table only
        records with the same unit of issue and content as the group's first record are merged.
        ``labels``: positions in ``twin.labels`` of the rows that the recognition of a record rests
        on; without it every item record and verdict counts.
    condition : str
        Condition that counts as usable.

    Returns
    -------
    polars.DataFrame
        One row per site and item that has stock or consumption, sorted: ``site_ix``, ``item_ix``,
        ``on_hand``, ``reserved``, ``free`` (null where the viewer is not shown whether there is
        stock), ``per_day`` (units of issue and units per day; of the group's unit where merged),
        ``basis``, ``days`` (d; null without consumption or with unknown stock),
        ``target_days`` (d; null without a target), ``target_basis`` (a word of ``TARGET_ORDER``),
        ``target_ix`` (row of the target), ``labels`` (positions in ``twin.labels`` that together
        have the dominant label of all rows used).

    Raises
    ------
    BadUse
        ``condition`` is not one of the holding table, or the groups are of another twin.
    """
    marks = Marks(twin.labels)
    rows = marked_days(twin, consumption, marks, items=items, units=units, condition=condition)
    return rows.select(*_COLUMNS, labels=marks.lists(rows["mark"]))


def marked_days(
    twin: Twin,
    consumption: Consumption,
    marks: Marks,
    *,
    items: Groups | None = None,
    units: pl.DataFrame | None = None,
    condition: str = "serviceable",
) -> pl.DataFrame:
    """Days of supply with ``mark`` in place of ``labels``; see :func:`days_of_supply`."""
    choices = table("holding")["condition"].type.choices
    if condition not in choices:
        raise BadUse(
            f"'{condition}' is not a condition.", mend=f"Use one of: {', '.join(choices)}."
        )
    pairs = with_targets(twin, _pairs(twin, consumption, condition, marks), marks)
    if items is not None:
        pairs = merged(twin, pairs, items, units, marks)
    free = pl.col("on_hand") - pl.col("reserved")
    lasting = free.clip(lower_bound=0.0) / pl.col("per_day")
    return (
        pairs.with_columns(free=free, days=pl.when(pl.col("per_day") > 0).then(lasting))
        .select(*_COLUMNS, "mark")
        .sort(_PAIR)
    )


def _pairs(twin: Twin, consumption: Consumption, condition: str, marks: Marks) -> pl.DataFrame:
    """Stock and consumption per site and item, marked with all that they rest on."""
    used = consumption.frame.select(*_PAIR, "per_day", "basis", mark_used=consumed(
        consumption.frame, marks, len(twin.labels)
    ))  # fmt: skip
    pairs = (
        _on_hand(twin, consumption.as_of, condition, marks)
        .join(used, on=_PAIR, how="full", coalesce=True)
        .with_columns(mark=pl.col("mark").fill_null(0) | pl.col("mark_used").fill_null(0))
        .drop("mark_used")
    )
    pairs = _with_known_zeros(twin, pairs, marks)
    named = marks.of_rows(twin["item"]["label"], pairs["item_ix"]) | marks.of_rows(
        twin["site"]["label"], pairs["site_ix"]
    )
    return pairs.with_columns(mark=pairs["mark"] | named)


def _with_known_zeros(twin: Twin, pairs: pl.DataFrame, marks: Marks) -> pl.DataFrame:
    """Tell no stock from stock that the viewer is not shown.

    Where no holding is visible, none is there only if the viewer would see it: the item or the
    site is its own, or other holdings of the class at the site are shown (and then the answer
    rests on them). Elsewhere the stock is unknown and stays null.
    """
    item, site, holding = twin["item"], twin["site"], twin["holding"]
    placed = (pl.col("site_ix") != NOWHERE) & (pl.col("item_ix") != NOWHERE)
    # whoever is not shown the item of a holding does not know its class
    told = marks.of(holding["label"]) | marks.of_rows(item["label"], holding["item_ix"])
    shown = holding.select("site_ix", "item_ix", shown=told).filter(placed)
    classes = item["supply_class"]
    shown = (
        shown.with_columns(supply_class=classes.gather(shown["item_ix"]))
        .group_by("site_ix", "supply_class")
        .agg(pl.col("shown").bitwise_or())
    )
    own_item = (item["owner"].cast(pl.String) == twin.viewer).gather(pairs["item_ix"])
    own_site = (site["owner"].cast(pl.String) == twin.viewer).gather(pairs["site_ix"])
    rows = pairs.with_columns(
        supply_class=classes.gather(pairs["item_ix"]), own=own_item | own_site
    ).join(shown, on=["site_ix", "supply_class"], how="left", maintain_order="left")
    missing = pl.col("on_hand").is_null()
    inferred = missing & ~pl.col("own") & pl.col("shown").is_not_null()
    zero = missing & (pl.col("own") | pl.col("shown").is_not_null())
    return rows.with_columns(
        pl.when(zero).then(0.0).otherwise(pl.col("on_hand", "reserved")).name.keep(),
        mark=pl.when(inferred).then(pl.col("mark") | pl.col("shown")).otherwise("mark"),
    ).drop("supply_class", "own", "shown")


def _on_hand(twin: Twin, day: date, condition: str, marks: Marks) -> pl.DataFrame:
    usable = pl.col("expiry").is_null() | (pl.col("expiry") >= day)
    holding = twin["holding"]
    return (
        holding.select(
            *_PAIR, "reserved", "condition",
            quantity=pl.when(usable).then("quantity").otherwise(0.0),
            mark=marks.of(holding["label"]),
        )
        .lazy()
        .filter(
            pl.col("condition") == condition,
            pl.col("site_ix") != NOWHERE,
            pl.col("item_ix") != NOWHERE,
        )
        .group_by(_PAIR)
        .agg(
            on_hand=pl.col("quantity").sum(),
            reserved=pl.col("reserved").sum(),
            mark=pl.col("mark").bitwise_or(),
        )
        .collect()
    )  # fmt: skip


def consumed(frame: pl.DataFrame, marks: Marks, labels: int) -> pl.Series:
    """Marks of consumption; that of every label of the twin where it brings none."""
    if "labels" in frame.columns:
        return marks.of_lists(frame["labels"])
    every = marks.together(pl.int_range(labels, eager=True))
    return pl.repeat(every, frame.height, dtype=pl.UInt64, eager=True)
