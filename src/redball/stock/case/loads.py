"""Removals per day of each item at each site, and which systems they come from."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import NOWHERE
from redball.stock.case.book import Book, spread
from redball.stock.case.fleets import Fleets
from redball.stock.case.rates import Rates
from redball.stock.case.sites import Sites
from redball.stock.case.units import Units

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Loads:
    """Demand of a case that does not come from repairs.

    Attributes
    ----------
    demand, ratio : float64 array, shape (I, S)
        Removals per day; variance to mean.
    share : float64 array, shape (A, S)
        Share of the item's demand at the site that comes from the system.
    mark : uint64 array, shape (I, S)
    """

    demand: Floats
    ratio: Floats
    share: Floats
    mark: npt.NDArray[np.uint64]

    def without(self, lost: npt.NDArray[np.bool_], built: Units) -> "Loads":
        """Leave out some items of the axis of ``built``."""
        kept = ~lost
        return replace(
            self,
            demand=self.demand[kept],
            ratio=self.ratio[kept],
            share=self.share[kept[built.used_item]],
            mark=self.mark[kept],
        )

    def reached(self, built: Units, sites: Sites, repaired: Floats) -> npt.NDArray[np.bool_]:
        """Cells that failures reach, from below and from repairs of parents, shape (I, S)."""
        live = self.demand > 0
        changed = True
        while changed:  # as often as there are levels
            before = live.sum()
            for site, above in enumerate(sites.supplier):
                if above != NOWHERE:
                    live[:, above] |= live[:, site] & (repaired[:, site] < 1)
            opened = live[built.parent] & (repaired[built.parent] > 0)
            np.logical_or.at(live, built.child, opened)
            changed = live.sum() > before
        return live


def loads_of(book: Book, built: Units, fleets: Fleets, rates: Rates, sites: Sites) -> Loads:
    """Rates on the axes of the case.

    Where any system at a site has a rate of its own for an item, these rates are its demand there;
    recorded demand is taken elsewhere, split over the systems at the site by operating hours (by
    number where hours are not given) times the units installed.
    """
    items, uses, count = len(built.items), len(built.used_item), len(sites)
    use_of = np.full((items, len(fleets.systems)), NOWHERE, np.int32)
    use_of[built.used_item, built.used_system] = np.arange(uses, dtype=np.int32)
    axis = _positions(built.items)
    causal = _placed(rates.causal, axis)
    kind = np.searchsorted(fleets.systems, causal["system_ix"].to_numpy())
    use = use_of[causal["i"].to_numpy(), kind]
    causal = causal.filter(pl.Series(use != NOWHERE))
    amount = np.zeros((uses, count))
    np.add.at(
        amount, (use[use != NOWHERE], causal["site"].to_numpy()), causal["per_day"].to_numpy()
    )
    demand = np.zeros((items, count))
    np.add.at(demand, built.used_item, amount)
    weight = _weights(built, fleets, count)
    _say_partial(book, built, amount, weight, demand)
    mark = spread((items, count), _cells(causal), causal["mark"])
    history = _placed(rates.history, axis)
    free = demand[_cells(history)] == 0
    total = np.zeros((items, count))
    np.add.at(total, built.used_item, weight)
    # what is asked for at a site without a system that uses it is no failure there
    history = history.filter(pl.Series(free & (total[_cells(history)] > 0)))
    cells = _cells(history)
    ratio = np.ones((items, count))
    ratio[cells] = np.maximum(history["ratio"].to_numpy(), 1.0)
    recorded = np.zeros((items, count))
    recorded[cells] = history["per_day"].to_numpy()
    part = np.divide(weight, total[built.used_item], out=np.zeros_like(weight), where=weight > 0)
    amount += recorded[built.used_item] * part
    demand += recorded
    share = np.divide(amount, demand[built.used_item], out=np.zeros_like(amount), where=amount > 0)
    mark |= spread((items, count), cells, history["mark"])
    return Loads(demand, ratio, share, mark)


def _positions(items: Ints) -> pl.DataFrame:
    return pl.DataFrame(
        {"lead": items, "i": np.arange(len(items))}, schema={"lead": pl.Int32, "i": pl.Int32}
    )


def _placed(rows: pl.DataFrame, axis: pl.DataFrame) -> pl.DataFrame:
    """Rows of items on the axis, with their position ``i``."""
    return rows.join(axis, on="lead", maintain_order="left").sort("i", "site")


def _cells(rows: pl.DataFrame) -> tuple[Ints, Ints]:
    return rows["i"].to_numpy(), rows["site"].to_numpy()


def _weights(built: Units, fleets: Fleets, sites: int) -> Floats:
    """Installed units times what the system works, shape (A, S); 0 where it does not stand."""
    worked = np.zeros((len(fleets.systems), sites))
    kind = np.searchsorted(fleets.systems, fleets.rows["system_ix"].to_numpy())
    hours = fleets.rows["hours"]
    # one measure for all: a site where any fleet lacks its hours is split by number
    lacking = set(fleets.rows.filter(hours.is_null())["site"].to_list())
    by_number = fleets.rows["site"].is_in(list(lacking)) | (hours.fill_null(0.0) <= 0)
    amount = pl.select(pl.when(by_number).then(fleets.rows["count"]).otherwise(hours)).to_series()
    np.add.at(worked, (kind, fleets.rows["site"].to_numpy()), amount.to_numpy())
    return built.per_system[:, None] * worked[built.used_system]


def _say_partial(book: Book, built: Units, amount: Floats, weight: Floats, demand: Floats) -> None:
    """Items with a rate for one system at a site and none for another that stands there too."""
    silent = (weight > 0) & (amount == 0) & (demand[built.used_item] > 0)
    rows = np.unique(built.used_item[silent.any(axis=1)])
    book.leave("item", built.items[rows], "no rate for some systems that use it: counted for "
               "those with a rate only")  # fmt: skip
