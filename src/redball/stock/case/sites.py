"""Sites and their echelons: who is resupplied by whom."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import NOWHERE, BadData, Twin
from redball.stock.case.book import Book

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Sites:
    """The site axis of a case.

    Attributes
    ----------
    rows : int32 array, shape (S,)
        Rows of the twin's table ``site``, ascending.
    position : int32 array, shape (site rows,)
        Position on the axis of every row of the table; -1 for those not on it.
    supplier : int32 array, shape (S,)
        Position of the supplying site; -1 for a source outside.
    ship_days : float64 array, shape (S,)
        Time of the row that holds for every item; NaN where there is none.
    nation : tuple of str
        Owner of each site.
    mark : uint64 array, shape (S,)
        Marks of the site and of the row that places it.
    """

    rows: Ints
    position: Ints
    supplier: Ints
    ship_days: Floats
    nation: tuple[str, ...]
    mark: npt.NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.rows)


def resupply_sites(twin: Twin, book: Book, nations: Collection[str] | None) -> Sites:
    """Sites that the table ``resupply`` places, of the given nations, and all above them.

    Raises
    ------
    BadData
        No row places a site; sites resupply each other in a circle.
    """
    links = _links(twin, book)
    if links.is_empty():
        raise BadData(
            "No row says which site resupplies which, so there are no echelons.",
            where="table resupply",
            mend="Fill the table resupply: one row for each site with from_site and ship_days, "
            "from_site empty at the top.",
        )
    above = np.full(twin["site"].height, NOWHERE, np.int32)
    above[links["site_ix"].to_numpy()] = links["from_site_ix"].to_numpy()
    _refuse_circles(twin, above)
    rows = _placed(twin, above, links, nations)
    if not len(rows):
        raise BadData(
            f"No site of {', '.join(sorted(nations or ()))} has a place in the resupply tree.",
            where="table resupply",
            mend="Fill the table resupply for these nations, or choose others.",
        )
    position = np.full(len(above), NOWHERE, np.int32)
    position[rows] = np.arange(len(rows), dtype=np.int32)
    ship = np.full(len(above), np.nan)
    ship[links["site_ix"].to_numpy()] = links["ship_days"].to_numpy()
    mark = book.marks.of(twin["site"]["label"]).to_numpy().copy()
    np.bitwise_or.at(mark, links["site_ix"].to_numpy(), book.marks.of(links["label"]).to_numpy())
    found = Sites(
        rows=rows,
        position=position,
        supplier=np.where(above[rows] == NOWHERE, NOWHERE, position[above[rows]]).astype(np.int32),
        ship_days=ship[rows],
        nation=tuple(twin["site"]["owner"].cast(pl.String).gather(rows).to_list()),
        mark=mark[rows],
    )
    book.used(pl.Series(found.mark))
    return found


def _links(twin: Twin, book: Book) -> pl.DataFrame:
    """One row per site that is resupplied: the row for every item, else an item's own."""
    general = pl.col("item_ix") == NOWHERE
    rows = (
        twin["resupply"]
        .with_row_index("row")
        .filter(pl.col("site_ix") != NOWHERE, ~twin.unseen("resupply", "item"))
        .sort(general, "row", descending=[True, False])
    )
    links = rows.unique("site_ix", keep="first", maintain_order=True)
    every = rows.filter(general)
    twice = every.filter(pl.int_range(pl.len()).over("site_ix") > 0)
    book.leave("resupply", twice["row"], "an earlier row holds for the same site")
    other = rows.join(links.select("site_ix", chosen="from_site_ix"), on="site_ix").filter(
        ~general, pl.col("from_site_ix") != pl.col("chosen")
    )
    book.leave(
        "resupply", other["row"], "an item with a supplier of its own is not modelled; its time is"
    )
    # an item's own time at a site is read later; its row places the site only where no other does
    return links.with_columns(
        ship_days=pl.when(pl.col("item_ix") == NOWHERE).then("ship_days").otherwise(float("nan"))
    )


def _refuse_circles(twin: Twin, above: Ints) -> None:
    """Every chain of suppliers must end; followed for all sites at once, by doubling."""
    jump = above.copy()
    for _ in range(max(len(above), 2).bit_length()):
        jump = np.where(jump == NOWHERE, NOWHERE, jump[jump]).astype(np.int32)
    if (jump != NOWHERE).any():
        start = int(jump[jump != NOWHERE][0])  # far enough along to lie on the circle
        way, site = [start], int(above[start])
        while site != start:
            way.append(site)
            site = int(above[site])
        named = " > ".join(str(twin.ref("site", row)) for row in [*way, start][:12])
        raise BadData(
            f"Sites resupply each other in a circle: {named}.",
            where="table resupply",
            mend="Leave from_site empty at the site that buys from outside.",
        )


def _placed(twin: Twin, above: Ints, links: pl.DataFrame, nations: Collection[str] | None) -> Ints:
    """Rows of the sites of the nations that are placed, and of all that stand above them."""
    named = np.concatenate([links["site_ix"].to_numpy(), links["from_site_ix"].to_numpy()])
    keep = np.unique(named[named != NOWHERE])
    if nations is not None:
        owner = twin["site"]["owner"].cast(pl.String).gather(keep)
        keep = keep[owner.is_in(list(nations)).to_numpy()]
    taken = set(keep.tolist())
    for row in keep.tolist():
        site = int(above[row])
        while site != NOWHERE and site not in taken:
            taken.add(site)
            site = int(above[site])
    return np.array(sorted(taken), np.int32)
