"""Systems at sites: how many there are, and how many hours a day they work."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import NOWHERE, BadData, Twin
from redball.stock.case.book import Book
from redball.stock.case.sites import Sites

Ints = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Fleets:
    """Fleets that stand at a site of the case.

    Attributes
    ----------
    rows : polars.DataFrame
        One row per fleet: ``row`` (of the table), ``owner``, ``system_ix``, ``site`` (position),
        ``count``, ``hours`` (operating hours a day of all of them, null where not given), ``mark``.
    systems : int32 array, shape (Y,)
        Rows of the table ``system`` that any of them has, ascending.
    """

    rows: pl.DataFrame
    systems: Ints


def fleets_at(
    twin: Twin,
    book: Book,
    sites: Sites,
    *,
    systems: Collection[int] | None,
    nations: Collection[str] | None,
) -> Fleets:
    """Fleets of the chosen systems and nations at the sites of the case.

    Raises
    ------
    BadData
        There is none.
    """
    rows = _placed(twin, book, sites)
    if systems is not None:
        rows = rows.filter(pl.col("system_ix").is_in([int(y) for y in systems]))
    if nations is not None:
        rows = rows.filter(pl.col("owner").is_in(list(nations)))
    astray = rows.filter(pl.col("site") == NOWHERE)
    book.leave(
        "fleet", astray["row"], "the site of its unit is not visible or has no row in resupply"
    )
    rows = rows.filter(pl.col("site") != NOWHERE)
    silent = rows.filter(pl.col("hours").is_null())
    book.leave(
        "fleet", silent["row"], "hours_per_day is not given: rates per operating hour do not count"
    )
    if rows.is_empty():
        raise BadData(
            "No system stands at a site with a place in the resupply tree.",
            where="table fleet",
            mend="Fill the table fleet with count, 'site' of the units in party, and a row of "
            "resupply for each of these sites.",
        )
    book.used(rows["mark"])
    kinds = np.unique(rows["system_ix"].to_numpy()).astype(np.int32)
    return Fleets(rows, kinds)


def _placed(twin: Twin, book: Book, sites: Sites) -> pl.DataFrame:
    """Fleets with the position of the site of their unit, -1 where there is none."""
    party = twin["party"]
    # without any system nothing is missing, whether its unit is visible or not
    fleet = twin["fleet"].with_row_index("row").filter(pl.col("count") > 0)
    known = (pl.col("unit_ix") != NOWHERE) & (pl.col("system_ix") != NOWHERE)
    book.leave("fleet", fleet.filter(~known)["row"], "its unit or its system is not visible")
    fleet = fleet.filter(known)
    site = party["site_ix"].gather(fleet["unit_ix"]).to_numpy()
    at = np.where(site == NOWHERE, NOWHERE, sites.position[site])
    unit, system = fleet["unit_ix"], fleet["system_ix"]
    mark = (
        book.marks.of(fleet["label"])
        | book.marks.of_rows(party["label"], unit)
        | book.marks.of_rows(twin["system"]["label"], system)
    )
    return fleet.select(
        "row", pl.col("owner").cast(pl.String), "system_ix", "count",
        hours=pl.col("count") * pl.col("hours_per_day"),
        site=pl.Series(at, dtype=pl.Int32), mark=mark,
    )  # fmt: skip
