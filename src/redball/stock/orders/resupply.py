"""Which site resupplies which, item by item."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from redball.model import NOWHERE, Twin
from redball.model.marks import Marks

Place = tuple[int, int]
"""Site and item, rows of the twin."""


@dataclass(frozen=True)
class Giver:
    """The site that resupplies another one.

    Attributes
    ----------
    site : int
    ship_days : float
    mark : int
        Of the row of the table resupply.
    """

    site: int
    ship_days: float
    mark: int


@dataclass(frozen=True)
class Resupply:
    """Rows of the table resupply, the one that wins for each site and item (-1 for every item).

    Attributes
    ----------
    rows : mapping of (site, item) to Giver or None
        None where the row says: from the sources outside.
    """

    rows: Mapping[Place, Giver | None]
    _depth: dict[Place, int | None] = field(default_factory=dict, repr=False)

    def giver(self, site: int, item: int) -> Giver | None:
        """Who resupplies the site with the item; None for the sources outside."""
        if (site, item) in self.rows:
            return self.rows[site, item]
        return self.rows.get((site, NOWHERE))

    def depth(self, site: int, item: int) -> int | None:
        """Steps to a site that is supplied from outside; None where they go in a circle."""
        path: list[Place] = []
        seen: set[Place] = set()
        place = (site, item)
        while place not in self._depth:
            if place in seen:
                self._depth.update(dict.fromkeys(path))
                break
            seen.add(place)
            path.append(place)
            giver = self.giver(*place)
            if giver is None:
                self._depth[place] = 0
                path.pop()
                break
            place = (giver.site, item)
        known = self._depth[place]
        for step in reversed(path):
            known = None if known is None else known + 1
            self._depth.setdefault(step, known)
        return self._depth[site, item]


def resupply_of(twin: Twin, marks: Marks) -> Resupply:
    """Read the table resupply.

    A row for an item wins over one for every item, then a row of the viewer, the shorter time, the
    first by owner and key. Rows for an item that is not shown are passed over. A twin does not tell
    a giving site that is not named from one that the viewer may not see, so rows of other owners
    count only where site and item are shown.
    """
    frame = twin["resupply"].filter(~twin.unseen("resupply", "item"))
    own = pl.col("owner").cast(pl.String) == twin.viewer
    named = (pl.col("from_site_ix") != NOWHERE) & (pl.col("item_ix") != NOWHERE)
    rows = (
        frame.with_columns(mark=marks.of(frame["label"]))
        .filter(pl.col("site_ix") != NOWHERE, own | named)
        .sort(~own, "ship_days", maintain_order=True)
        .unique(["site_ix", "item_ix"], keep="first", maintain_order=True)
    )
    columns = ["site_ix", "item_ix", "from_site_ix", "ship_days", "mark"]
    return Resupply(
        {
            (site, item): None if giver == NOWHERE else Giver(giver, days, mark)
            for site, item, giver, days, mark in rows.select(columns).iter_rows()
        }
    )
