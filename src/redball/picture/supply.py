"""Days of supply once for each nation with stock or demand."""

import polars as pl

from redball.model import NOWHERE, Consumption, Twin
from redball.picture.rows import CELL, UNDISCLOSED, Facts, known_rows, place_marks

_PLACE = ["site_ix", "item_ix"]


def day_rows(
    twin: Twin, consumption: Consumption, days: pl.DataFrame, facts: Facts
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Days of supply by nation; shortest first.

    A row of ``days`` may stand for one record or, where recognised items were merged, for several
    of several nations. The nations of a record are the owners of its holdings, and the owner of the
    item where it is consumed.

    Returns
    -------
    rows : polars.DataFrame
        :data:`redball.picture.rows.CELL`, ``site_ix``, ``days``, ``target_days``, ``history``
        (bool; null without a basis), ``item`` (row), ``once`` (whether it is the first of the rows
        that differ by nation only), ``mark``.
    touched : polars.DataFrame
        :data:`redball.picture.rows.CELL` and ``mark`` of records whose figures stand in another
        record's row: without what made them one article they would stand in this cell.
    """
    nations, moved = _nations(twin, consumption, days, facts)
    marked = days.select(
        *_PLACE, "days", "target_days",
        history=pl.col("basis") == "demand history",
        mark=facts.marks.of_lists(days["labels"]),
    )  # fmt: skip
    rows = marked.join(nations, on=_PLACE, how="left")
    item = facts.items.select("item_owner", "supply_class", rank=pl.col("item").rank("dense"))[
        known_rows(rows["item_ix"])
    ]
    rows = rows.with_columns(
        item["rank"],
        nation=rows["nation"].fill_null(item["item_owner"]),
        supply_class=item["supply_class"].fill_null(UNDISCLOSED),
        mark=pl.col("mark") | pl.col("mark_nation").fill_null(0),
    )
    code = pl.col("nation").cast(pl.String).rank("dense").cast(pl.UInt16)
    ordered = (
        rows.with_columns(mark=pl.col("mark") | place_marks(rows, facts), code=code)
        .sort("days", "rank", "site_ix", "code", nulls_last=True)
        .with_columns(once=pl.struct(_PLACE).is_first_distinct())
    )
    return ordered.select(
        *CELL, "days", "target_days", "history", "once", "mark", item="item_ix"
    ), moved.select(*CELL, "mark")  # fmt: skip


def _nations(
    twin: Twin, consumption: Consumption, days: pl.DataFrame, facts: Facts
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Nations of each row of days with what says so, and the records that stand in others' rows."""
    holding = twin["holding"]
    held = (
        holding.select(*_PLACE, nation="owner", mark=facts.marks.of(holding["label"]))
        .filter(pl.col("item_ix") != NOWHERE)
        .group_by("nation", *_PLACE)
        .agg(pl.col("mark").bitwise_or())
    )
    used = consumption.frame.select(*_PLACE)
    used = used.select(
        *_PLACE,
        nation=facts.items["item_owner"].gather(used["item_ix"]),
        mark=pl.lit(0, pl.UInt64),
    )
    places = pl.concat([held.select("nation", *_PLACE, "mark"), used.select("nation", *_PLACE, "mark")])
    own = places.join(days.select(_PLACE), on=_PLACE, how="semi")
    away = places.join(days.select(_PLACE), on=_PLACE, how="anti")
    away = away.with_columns(
        group=facts.items["group"].gather(away["item_ix"]),
        supply_class=facts.items["supply_class"].gather(away["item_ix"]),
        known=facts.items["known_mark"].gather(away["item_ix"]),
    )
    lead = (
        days.select("site_ix", lead="item_ix")
        .with_columns(group=facts.items["group"].gather(days["item_ix"]))
        .join(away.select("site_ix", "group").unique(), on=["site_ix", "group"], how="semi")
        .group_by("site_ix", "group")
        .agg(pl.col("lead").min())
    )
    moved = away.join(lead, on=["site_ix", "group"])
    nations = (
        pl.concat([own, moved.select("nation", "site_ix", "mark", item_ix="lead").select(own.columns)])
        .group_by("nation", *_PLACE)
        .agg(mark_nation=pl.col("mark").bitwise_or())
    )
    return nations, moved.with_columns(mark=pl.col("mark") | pl.col("known"))
