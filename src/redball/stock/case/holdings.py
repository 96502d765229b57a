"""Stock of a case: what a nation can count on, article by article and site by site."""

from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import NOWHERE, Twin
from redball.stock.case.articles import Articles
from redball.stock.case.book import Book, spread
from redball.stock.case.sites import Sites

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

_ROUNDING = 1e-9
"""Whole packs times a factor may miss a whole number by this much."""


def stock_of(
    twin: Twin,
    book: Book,
    articles: Articles,
    items: Ints,
    sites: Sites,
    *,
    day: date,
    repairable: npt.NDArray[np.bool_],
    due_in: bool,
) -> tuple[Floats, npt.NDArray[np.uint64]]:
    """Whole units of stock, shape (I, S), and the marks of the rows behind them.

    Serviceable lots that are not past their last day on ``day``, less what is reserved. With
    ``due_in`` the spares that come back or come in are counted too, because the stock ``s`` of
    the backorder model is on hand plus due in less backorders (Sherbrooke 2004, ch. 2): lots of a
    reparable article that wait for repair or are in it, orders not yet received, and consignments
    under way that belong to no order counted.

    Parameters
    ----------
    repairable : bool array, shape (I,)
        Articles that some site of the case repairs.
    """
    shape = (len(items), len(sites))
    axis = np.full(len(articles.lead), NOWHERE, np.int32)
    axis[items] = np.arange(len(items), dtype=np.int32)
    parts = [_on_hand(twin, day)]
    if due_in:
        parts += [_in_repair(twin), _on_order(twin), _under_way(twin)]
    rows = pl.concat([_marked(part, book) for part in parts]).filter(
        pl.col("item_ix") != NOWHERE, pl.col("site_ix") != NOWHERE
    )
    ix, at = rows["item_ix"].to_numpy(), rows["site_ix"].to_numpy()
    i, s = axis[articles.lead[ix]], sites.position[at]
    on_axis = i != NOWHERE
    book.leave(
        "holding",
        rows.filter(pl.Series(on_axis & (s == NOWHERE)) & (pl.col("part") == "holding"))["row"],
        "its site has no place in the resupply tree of the case",
    )
    comes_back = (rows["part"] != "repair").to_numpy() | (on_axis & repairable[i])
    keep = on_axis & (s != NOWHERE) & comes_back
    i, s = i[keep], s[keep]
    stock = np.zeros(shape)
    np.add.at(stock, (i, s), rows["quantity"].to_numpy()[keep] * articles.factor[ix[keep]])
    mark = spread(shape, (i, s), rows["mark"].filter(pl.Series(keep)))
    return np.maximum(np.floor(stock + _ROUNDING), 0.0), mark


def _on_hand(twin: Twin, day: date) -> pl.DataFrame:
    """A promise stands out of a lot that is past its last day as well."""
    usable = pl.col("expiry").is_null() | (pl.col("expiry") >= day)
    return (
        twin["holding"]
        .with_row_index("row")
        .filter(pl.col("condition") == "serviceable")
        .select(
            "row", "site_ix", "item_ix", "label", part=pl.lit("holding"),
            quantity=pl.when(usable).then("quantity").otherwise(0.0) - pl.col("reserved"),
        )
    )  # fmt: skip


def _in_repair(twin: Twin) -> pl.DataFrame:
    waiting = pl.col("condition").is_in(("unserviceable", "in_repair"))
    return (
        twin["holding"]
        .with_row_index("row")
        .filter(waiting)
        .select("row", "site_ix", "item_ix", "label", "quantity", part=pl.lit("repair"))
    )


def _on_order(twin: Twin) -> pl.DataFrame:
    return (
        twin["order"]
        .with_row_index("row")
        .filter(pl.col("status").is_in(("open", "shipped")))
        .select("row", "site_ix", "item_ix", "label", "quantity", part=pl.lit("order"))
    )


def _under_way(twin: Twin) -> pl.DataFrame:
    return (
        twin["consignment"]
        .with_row_index("row")
        .filter(pl.col("status") == "in_transit", pl.col("order_ix") == NOWHERE)
        .select(
            "row", "item_ix", "label", "quantity", part=pl.lit("consignment"),
            site_ix="to_site_ix",
        )
    )  # fmt: skip


def _marked(rows: pl.DataFrame, book: Book) -> pl.DataFrame:
    return rows.select(
        "row", "part", "site_ix", "item_ix", "quantity", mark=book.marks.of(rows["label"])
    )
