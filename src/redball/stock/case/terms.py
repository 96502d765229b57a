"""Times and shares of an article at a site: order and ship time, repair, lot size."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import NOWHERE, Twin
from redball.stock.case.articles import Articles
from redball.stock.case.book import Book, spread
from redball.stock.case.sites import Sites

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Marked = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Terms:
    """Arrays over the items and sites of a case, shape (I, S).

    ``ship_days`` is NaN where nothing says it; ``repair_days`` is 0 where nothing is repaired.
    """

    ship_days: Floats
    repaired: Floats
    repair_days: Floats
    batch: Floats
    mark: npt.NDArray[np.uint64]


def terms_of(twin: Twin, book: Book, articles: Articles, items: Ints, sites: Sites) -> Terms:
    """Read resupply, source, repair and policy for the items of a case.

    Parameters
    ----------
    items : int32 array, shape (I,)
        Leading rows of the articles, ascending.
    """
    place = _Places(articles, items, sites)
    ship, marked_ship = _ship_days(twin, book, place)
    repaired, repair_days, marked_repair = _repair(twin, book, place)
    batch, marked_batch = _batches(twin, book, place, repaired)
    return Terms(ship, repaired, repair_days, batch, marked_ship | marked_repair | marked_batch)


class _Places:
    """Finds the cell of a row that names a site and an item."""

    def __init__(self, articles: Articles, items: Ints, sites: Sites) -> None:
        self.articles, self.sites = articles, sites
        self.shape = (len(items), len(sites))
        axis = np.full(len(articles.lead), NOWHERE, np.int32)
        axis[items] = np.arange(len(items), dtype=np.int32)
        self.item = axis[articles.lead]

    def rows(self, table: pl.DataFrame) -> pl.DataFrame:
        """Rows whose site and item are on the axes, with ``i``, ``s`` and ``size``.

        The first row of a cell comes first: by the leading record, then by the table's order.
        """
        ix, at = table["item_ix"].to_numpy(), table["site_ix"].to_numpy()
        item = np.where(ix == NOWHERE, NOWHERE, self.item[ix])
        site = np.where(at == NOWHERE, NOWHERE, self.sites.position[at])
        keep = (item != NOWHERE) & (site != NOWHERE)
        return (
            table.with_row_index("row")
            .with_columns(
                i=pl.Series(item, dtype=pl.Int32),
                s=pl.Series(site, dtype=pl.Int32),
                size=pl.Series(self.articles.factor[ix]),
            )
            .filter(pl.Series(keep))
            .sort("i", "s", "row")
        )


def _cells(rows: pl.DataFrame) -> tuple[Ints, Ints]:
    return rows["i"].to_numpy(), rows["s"].to_numpy()


def _ship_days(twin: Twin, book: Book, place: _Places) -> tuple[Floats, Marked]:
    """An item's own row, else at the top its sources' lead time, else the row for every item.

    Where none of them says anything at the top, the mean of the other tops holds for the article.
    """
    days = np.broadcast_to(place.sites.ship_days, place.shape).copy()
    lead, mark = _lead_times(twin, book, place)
    days[np.isfinite(lead)] = lead[np.isfinite(lead)]
    own = place.rows(twin["resupply"]).unique(["i", "s"], keep="first", maintain_order=True)
    days[_cells(own)] = own["ship_days"].to_numpy()
    mark |= spread(place.shape, _cells(own), book.marks.of(own["label"]))
    top = place.sites.supplier == NOWHERE
    known = np.where(top & np.isfinite(days), days, 0.0).sum(axis=1, keepdims=True)
    count = (top & np.isfinite(days)).sum(axis=1, keepdims=True)
    elsewhere = np.divide(known, count, out=np.full_like(known, np.nan), where=count > 0)
    return np.where(top & np.isnan(days), elsewhere, days), mark


def _lead_times(twin: Twin, book: Book, place: _Places) -> tuple[Floats, Marked]:
    """Mean lead time of a nation's sources of the article, at its tops; weighted by share."""
    days, mark = np.full(place.shape, np.nan), np.zeros(place.shape, np.uint64)
    source = twin["source"]
    ix = source["item_ix"].to_numpy()
    item = np.where(ix == NOWHERE, NOWHERE, place.item[ix])
    weight = pl.when(pl.col("share").is_null().any() | (pl.col("share").sum() <= 0))
    weighted = weight.then(1.0).otherwise(pl.col("share"))
    means = (
        source.with_columns(
            pl.col("owner").cast(pl.String),
            i=pl.Series(item, dtype=pl.Int32),
            mark=book.marks.of(source["label"]),
        )
        .filter(pl.col("i") != NOWHERE)
        .group_by("owner", "i")
        .agg(
            days=(pl.col("lead_time_days") * weighted).sum() / weighted.sum(),
            mark=pl.col("mark").bitwise_or(),
        )
        .sort("owner", "i")
    )
    for site in np.flatnonzero(place.sites.supplier == NOWHERE):
        mine = means.filter(pl.col("owner") == place.sites.nation[site])
        days[mine["i"].to_numpy(), site] = mine["days"].to_numpy()
        mark[mine["i"].to_numpy(), site] = mine["mark"].to_numpy()
    return days, mark


def _repair(twin: Twin, book: Book, place: _Places) -> tuple[Floats, Floats, Marked]:
    rows = place.rows(twin["repair"])
    twice = rows.filter(pl.int_range(pl.len()).over("i", "s") > 0)
    book.leave("repair", twice["row"], "an earlier row holds for the same article and site")
    rows = rows.unique(["i", "s"], keep="first", maintain_order=True)
    instant = (pl.col("repair_days") <= 0) & (pl.col("repaired_share") > 0)
    book.leave("repair", rows.filter(instant)["row"], "a repair can't take no time; not counted")
    rows = rows.filter(~instant, pl.col("repaired_share") > 0)
    shares, days = np.zeros(place.shape), np.zeros(place.shape)
    shares[_cells(rows)] = rows["repaired_share"].to_numpy()
    days[_cells(rows)] = rows["repair_days"].to_numpy()
    return shares, days, spread(place.shape, _cells(rows), book.marks.of(rows["label"]))


def _batches(twin: Twin, book: Book, place: _Places, repaired: Floats) -> tuple[Floats, Marked]:
    """Lot size of a policy with a fixed quantity, for what is repaired nowhere; else 1."""
    batch = np.ones(place.shape)
    rows = place.rows(twin["policy"]).filter(pl.col("kind") == "fixed_quantity")
    rows = rows.unique(["i", "s"], keep="first", maintain_order=True)
    rows = rows.filter(pl.Series(repaired.max(axis=1)[rows["i"].to_numpy()] == 0))
    lot = (rows["quantity"] * rows["size"]).fill_null(1.0).to_numpy()
    batch[_cells(rows)] = np.maximum(np.round(lot), 1.0)
    return batch, spread(place.shape, _cells(rows), book.marks.of(rows["label"]))
