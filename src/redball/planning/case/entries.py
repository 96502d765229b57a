"""Where goods of suppliers enter, as orders and consignments tell."""

import math
from collections import defaultdict
from dataclasses import dataclass

import polars as pl

from redball.model import NOWHERE
from redball.planning.case.ground import Ground


@dataclass(frozen=True)
class Entry:
    """A site through which a share of a supplier's deliveries of an article came."""

    site: int
    share: float
    mark: int


def entries_of(ground: Ground) -> dict[tuple[int, int], list[Entry]]:
    """Entry points by supplier (first record of its group) and article, largest share first.

    An order whose goods went on from where they were delivered shows an entry: a consignment that
    belongs to the order begins at its site. Shares are those of the quantities of such orders.
    """
    orders = _with_lead(ground, "order").filter(
        pl.col("supplier_ix") != NOWHERE, pl.col("status") != "cancelled"
    )
    onward = _with_lead(ground, "consignment").filter(pl.col("order_ix") != NOWHERE)
    went_on = onward.group_by("order_ix", "from_site_ix", "lead").agg(pl.col("mark"))
    shown = orders.join(
        went_on,
        left_on=["row", "site_ix", "lead"],
        right_on=["order_ix", "from_site_ix", "lead"],
        maintain_order="left",
    )
    amount: dict[tuple[int, int], dict[int, list[float]]] = defaultdict(dict)
    behind: dict[tuple[int, int, int], int] = defaultdict(int)
    for row in shown.iter_rows(named=True):
        party, lead = int(ground.parties.group[row["supplier_ix"]]), row["lead"]
        site, units = row["site_ix"], row["quantity"] * row["size"]
        amount[party, lead].setdefault(site, []).append(units)
        mark = row["mark"] | ground.site_mark[site] | ground.item_mark[row["item_ix"]]
        for other in row["mark_right"]:
            mark |= other
        behind[party, lead, site] |= mark
    return {key: _shares(key, sites, behind) for key, sites in amount.items()}


def _with_lead(ground: Ground, table: str) -> pl.DataFrame:
    """Rows with a visible item and site, with the article's leading record and their size in it."""
    site = "site_ix" if table == "order" else "from_site_ix"
    rows = ground.rows(table).filter(pl.col("item_ix") != NOWHERE, pl.col(site) != NOWHERE)
    return rows.with_columns(
        pl.Series("lead", ground.articles.lead).gather(rows["item_ix"]),
        pl.Series("size", ground.articles.factor).gather(rows["item_ix"]),
        pl.col("row").cast(pl.Int32),
    )


def _shares(
    key: tuple[int, int], sites: dict[int, list[float]], behind: dict[tuple[int, int, int], int]
) -> list[Entry]:
    units = {site: math.fsum(held) for site, held in sites.items()}
    total = math.fsum(units.values())
    ranked = sorted(units, key=lambda site: (-units[site], site))
    return [Entry(site, units[site] / total, behind[*key, site]) for site in ranked if units[site]]
