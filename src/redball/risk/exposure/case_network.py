"""Items and sources of a twin as one network, and what a unit lost counts."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from redball.model import Twin
from redball.model.compiled import Floats, Longs, Words
from redball.model.marks import Marks
from redball.model.money import euro_prices
from redball.risk.exposure.case_items import CaseItems
from redball.risk.exposure.network import ExposureNetwork

WEIGHTS = ("days", "euro")
"""What a unit lost can be counted in."""


@dataclass(frozen=True, eq=False)
class Margins:
    """What a unit of each used lead costs when lost.

    Attributes
    ----------
    each : float64 array
    mark : uint64 array
        What that rests on.
    missing : int
        Leads in demand without a price: they count nothing.
    """

    each: Floats
    mark: Words
    missing: int


def margins_of(twin: Twin, found: CaseItems, weight: str, marks: Marks) -> Margins:
    """Share of a day of demand, or price in euro."""
    demand = found.demand_per_day[found.used]
    if weight == "days":
        share = np.where(demand > 0, 1.0 / np.where(demand > 0, demand, 1.0), 0.0)
        return Margins(share, np.zeros(len(found.used), np.uint64), 0)
    prices = euro_prices(twin, marks)
    price = prices["price_eur"][found.used] / found.factor[found.used]
    missing = int((price.is_null().to_numpy() & (demand > 0)).sum())
    return Margins(price.fill_null(0.0).to_numpy(), prices["mark"].to_numpy()[found.used], missing)


def network_of(
    twin: Twin, found: CaseItems, margins: Margins, marks: Marks
) -> tuple[ExposureNetwork, pl.DataFrame, Words]:
    """Items first, then sources; each item needs one of its sources, or all of its parts.

    Returns
    -------
    network : ExposureNetwork
    nodes : polars.DataFrame
        ``name``, ``item_ix``, ``source_ix``, ``title`` of each node.
    mark : uint64 array
        What each node rests on; nothing yet for sources.
    """
    used, source, part = found.used, found.source, found.part
    place = np.full(len(found.lead), -1, np.int64)
    place[used] = np.arange(len(used))
    links = _links(found, place)
    needs = links.select("node", "need").unique(maintain_order=True)
    link_need = links.select(pl.struct("node", "need").rle_id().cast(pl.Int64)).to_series()
    nodes = _nodes(twin, found)
    none = np.zeros(source.height)
    network = ExposureNetwork(
        names=tuple(nodes["name"].to_list()),
        stock=np.concatenate([found.stock[used], none]),
        capacity_per_day=np.concatenate([np.full(len(used), np.inf), source["per_day"].to_numpy()]),
        demand_per_day=np.concatenate([found.demand_per_day[used], none]),
        margin=np.concatenate([margins.each, none]),
        need_node=needs["node"].to_numpy(),
        link_need=link_need.to_numpy(),
        link_source=links["source"].to_numpy(),
        link_quantity=links["quantity"].to_numpy(),
        site=np.full(nodes.height, -1, np.int64),
    )
    mark = np.concatenate([found.mark[used] | margins.mark, np.zeros(source.height, np.uint64)])
    structure = marks.of(twin["structure"]["label"]).to_numpy()[part["row"].to_numpy()]
    np.bitwise_or.at(mark, place[part["parent"].to_numpy()], structure)
    return network, nodes, mark


def _links(found: CaseItems, place: Longs) -> pl.DataFrame:
    """One row per link: node, which of its needs, source node, quantity."""
    used, source, part = found.used, found.source, found.part
    bought = source.select(
        node=pl.Series(place[source["lead"].to_numpy()]), need=pl.lit(0, pl.Int64),
        source=pl.int_range(len(used), len(used) + pl.len(), dtype=pl.Int64),
        quantity=pl.lit(1.0),
    )  # fmt: skip
    made = part.select(
        node=pl.Series(place[part["parent"].to_numpy()]), need="need",
        source=pl.Series(place[part["child"].to_numpy()]), quantity="quantity",
    )  # fmt: skip
    return pl.concat([bought, made]).sort("node", "need", "source")


def _nodes(twin: Twin, found: CaseItems) -> pl.DataFrame:
    used, rows = found.used, found.source["row"]
    names = (*twin.refs("item", used), *twin.refs("source", rows))
    party = twin.index("source", "party")[rows.to_numpy()]
    return pl.DataFrame(
        {
            "name": [str(ref) for ref in names],
            "item_ix": np.concatenate([used, found.source["lead"].to_numpy()]),
            "source_ix": np.concatenate([np.full(len(used), -1), rows.to_numpy()]),
            "title": [
                *(twin.name_of("item", int(row)) for row in used),
                *(twin.name_of("party", int(row)) for row in party),
            ],
        }
    )
