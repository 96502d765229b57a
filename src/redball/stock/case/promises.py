"""Agreements of mutual support, on the items of a case."""

from datetime import date

import polars as pl

from redball.model import NOWHERE, Twin
from redball.model.codes import to_nato
from redball.model.marks import Marks
from redball.stock.case.build import SparingCase

ANY_ITEM = -1
"""Item of an agreement that holds for every item of the case."""


def agreements(case: SparingCase, twin: Twin, day: date) -> pl.DataFrame:
    """Directed permissions from the table ``support`` that hold on a day.

    A class covers every item of the case in that class, compared as written and as NATO class. An
    item that an agreement names outside the case is dropped. Where several agreements cover the
    same giver, receiver and item, each stays a row of its own; the one for the item alone goes
    before the one for every item.

    Parameters
    ----------
    case : SparingCase
        Made from the same twin.
    twin : Twin
    day : date

    Returns
    -------
    polars.DataFrame
        ``giver``, ``receiver`` (keys of the nations), ``item`` (int32, position on the item axis,
        -1 for every item), ``move_days`` (d), ``keep`` (units at each site of the giver),
        ``support_ix`` (int32, row of the table), ``labels`` (positions in ``twin.labels``);
        sorted by giver, receiver, item and row. Empty where nothing holds: no support.
    """
    support = twin["support"].with_row_index("support_ix")
    starts, ends = pl.col("valid_from"), pl.col("valid_until")
    rows = support.filter(
        pl.col("giver_ix") != NOWHERE,
        pl.col("receiver_ix") != NOWHERE,
        # a promise for an item that is not shown is none for every item
        ~twin.unseen("support", "item"),
        starts.is_null() | (starts <= day),
        ends.is_null() | (ends >= day),
    )
    nation = twin["nation"]["key"]
    marks = Marks(twin.labels)
    mark = (
        marks.of(rows["label"])
        | marks.of_rows(twin["nation"]["label"], rows["giver_ix"])
        | marks.of_rows(twin["nation"]["label"], rows["receiver_ix"])
    )
    named = rows.with_columns(
        pl.col("support_ix").cast(pl.Int32),
        giver=nation.gather(rows["giver_ix"]),
        receiver=nation.gather(rows["receiver_ix"]),
        labels=marks.lists(mark),
    ).filter(pl.col("giver") != pl.col("receiver"), pl.col("giver") == pl.col("owner"))
    return (
        pl.concat([_of_items(case, named), _of_classes(case, twin, named), _of_all(named)])
        .select("giver", "receiver", "item", "move_days", "keep", "support_ix", "labels")
        .sort("giver", "receiver", "item", "support_ix")
    )


def _of_items(case: SparingCase, rows: pl.DataFrame) -> pl.DataFrame:
    chosen = rows.filter(pl.col("item_ix") != NOWHERE)
    item = pl.Series("item", case.item_of[chosen["item_ix"].to_numpy()], dtype=pl.Int32)
    return chosen.with_columns(item).filter(pl.col("item") != NOWHERE)


def _of_classes(case: SparingCase, twin: Twin, rows: pl.DataFrame) -> pl.DataFrame:
    chosen = rows.filter(pl.col("item_ix") == NOWHERE, pl.col("supply_class").is_not_null())
    classes = twin["item"]["supply_class"].gather(case.item_ix).to_list()
    ours = pl.DataFrame(
        {"item": range(len(classes)), "code": classes, "nato": [to_nato(c).code for c in classes]},
        schema={"item": pl.Int32, "code": pl.String, "nato": pl.String},
    )
    codes = {c: to_nato(c).code for c in chosen["supply_class"].unique().to_list()}
    written = chosen.with_columns(
        wanted=pl.col("supply_class").replace_strict(
            list(codes), list(codes.values()), return_dtype=pl.String
        )
    )
    both = written.join(ours, how="cross").filter(
        (pl.col("supply_class") == pl.col("code"))
        | ((pl.col("wanted") == pl.col("nato")) & (pl.col("supply_class") == pl.col("wanted")))
    )
    return both.select(*chosen.columns, "item")


def _of_all(rows: pl.DataFrame) -> pl.DataFrame:
    everything = rows.filter(pl.col("item_ix") == NOWHERE, pl.col("supply_class").is_null())
    return everything.with_columns(item=pl.lit(ANY_ITEM, pl.Int32))
