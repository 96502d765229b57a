"""The production and supply chains of a twin as stages and arcs for guaranteed-service placement.

A stage is an item at a site. It is supplied by the same item at the site that resupplies it; at the
top of that tree an assembly is supplied by its parts, and everything else by a source outside.
"""

from dataclasses import dataclass

import polars as pl

from redball.model import NOWHERE, BadData, Consumption, DemandForecast, Twin
from redball.model.marks import Marks
from redball.model.money import euro_prices

_Node = tuple[int, int]


@dataclass(frozen=True)
class ChainFrames:
    """Stages and arcs, ready for :func:`redball.stock.placement.chain_from_frames`.

    Attributes
    ----------
    stages : polars.DataFrame
        ``stage`` (``OWNER:ITEM @ OWNER:SITE``), ``item_ix``, ``site_ix`` (rows of the twin),
        ``stage_time_days``, ``added_cost`` (EUR), ``demand_mean``, ``demand_sd`` (units a day, null
        where there is none), ``max_service_time_days`` (null where there is no demand).
    arcs : polars.DataFrame
        ``supplier``, ``customer`` (stages), ``quantity``.
    labels : polars.Series
        Positions in ``twin.labels`` of everything used.
    left_out : polars.DataFrame
        ``item``, ``site``, ``why``: demand that no chain could be made for.
    assumptions : tuple of str
    """

    stages: pl.DataFrame
    arcs: pl.DataFrame
    labels: pl.Series
    left_out: pl.DataFrame
    assumptions: tuple[str, ...]


def chain_of_twin(
    twin: Twin, use: Consumption | DemandForecast, *, service_time_days: float = 0.0
) -> ChainFrames:
    """Make the chains that serve the demand a viewer sees.

    Parameters
    ----------
    use : Consumption or DemandForecast
        A forecast brings its variance; a consumption counts as Poisson.
    service_time_days : float
        What demand is quoted.

    Raises
    ------
    BadData
        Nobody's demand has a chain: the tables to fill are named.
    """
    facts = _Facts(twin)
    walk = _Walk(facts)
    demand = _demand(use)
    for site, item in demand:
        walk.add((item, site))
    served = {(item, site): walk.whole((item, site)) for site, item in demand}
    lost = [(item, site) for site, item in demand if not served[item, site]]
    kept = {node for node, whole in served.items() if whole}
    kept = walk.upstream(kept & {(item, site) for site, item in demand})
    if not kept:
        raise BadData(
            "No demand that is seen has a chain of supply with known times.",
            where="tables resupply, source and structure",
            mend="Give ship_days of the sites and lead_time_days of the sources.",
        )
    order = sorted(kept)
    names = {node: facts.name(node) for node in order}
    stages = pl.DataFrame(
        {
            "stage": [names[n] for n in order],
            "item_ix": pl.Series([n[0] for n in order], dtype=pl.Int32),
            "site_ix": pl.Series([n[1] for n in order], dtype=pl.Int32),
            "stage_time_days": [walk.time[n] for n in order],
            "added_cost": [walk.cost(n) for n in order],
            "demand_mean": [demand.get((n[1], n[0]), (None, None))[0] for n in order],
            "demand_sd": [demand.get((n[1], n[0]), (None, None))[1] for n in order],
            "max_service_time_days": [
                service_time_days if (n[1], n[0]) in demand else None for n in order
            ],
        },
        schema_overrides={
            "demand_mean": pl.Float64,
            "demand_sd": pl.Float64,
            "max_service_time_days": pl.Float64,
        },
    )
    arcs = [
        (names[up], names[node], quantity)
        for node in order
        for up, quantity in walk.suppliers[node].items()
    ]
    return ChainFrames(
        stages,
        pl.DataFrame(
            arcs,
            schema={"supplier": pl.String, "customer": pl.String, "quantity": pl.Float64},
            orient="row",
        ),
        # what lost its chain at a site that is seen would have one without that site
        facts.labels(walk.nodes, use),
        pl.DataFrame(
            [
                (facts.item_names[item], facts.site_names[site], walk.why((item, site)))
                for item, site in lost
            ],
            schema={"item": pl.String, "site": pl.String, "why": pl.String},
            orient="row",
        ),
        _assumptions(service_time_days, len(lost)),
    )


def _demand(use: Consumption | DemandForecast) -> dict[tuple[int, int], tuple[float, float]]:
    """Mean and standard deviation a day by site and item."""
    if isinstance(use, DemandForecast):
        frame = use.frame.filter(pl.col("per_day") > 0, pl.col("horizon_days") > 0).select(
            "site_ix", "item_ix", "per_day", sd=(pl.col("variance") / pl.col("horizon_days")).sqrt()
        )
    else:
        frame = use.frame.filter(pl.col("per_day") > 0).select(
            "site_ix", "item_ix", "per_day", sd=pl.col("per_day").sqrt()
        )
    rows = frame.filter(pl.col("sd") > 0).sort("site_ix", "item_ix").iter_rows()
    return {(site, item): (mean, sd) for site, item, mean, sd in rows}


class _Facts:
    """What the tables say, by row of the twin."""

    def __init__(self, twin: Twin) -> None:
        self.twin = twin
        self.marks = Marks(twin.labels)
        prices = euro_prices(twin, self.marks)
        self.price = prices["price_eur"].to_list()
        self.item_names = _keys(twin, "item")
        self.site_names = _keys(twin, "site")
        self.owner = twin["site"]["owner"].cast(pl.String).to_list()
        self.resupply: dict[tuple[int, int], tuple[int, float]] = {}
        for site, item, start, days in (
            twin["resupply"]
            .filter(pl.col("site_ix") != NOWHERE, ~twin.unseen("resupply", "item"))
            .select("site_ix", "item_ix", "from_site_ix", "ship_days")
            .iter_rows()
        ):
            self.resupply[site, item] = (start, days)
        self.lead: dict[tuple[str, int], float] = {}
        for owner, item, days in (
            twin["source"]
            .filter(pl.col("item_ix") != NOWHERE)
            .group_by(pl.col("owner").cast(pl.String), "item_ix")
            .agg(pl.col("lead_time_days").min())
            .iter_rows()
        ):
            self.lead[owner, item] = days
        self.parts: dict[int, list[tuple[int, float]]] = {}
        chosen = (
            twin["structure"]
            .filter(pl.col("parent_ix") != NOWHERE, pl.col("child_ix") != NOWHERE)
            .with_row_index("row")
            .with_columns(pl.col("alternative").fill_null(pl.col("row").cast(pl.String)))
            .unique(["parent_ix", "alternative"], keep="first", maintain_order=True)
        )
        for parent, child, quantity in chosen.select(
            "parent_ix", "child_ix", "quantity"
        ).iter_rows():
            self.parts.setdefault(parent, []).append((child, quantity))

    def name(self, node: _Node) -> str:
        return f"{self.item_names[node[0]]} @ {self.site_names[node[1]]}"

    def above(self, node: _Node) -> tuple[int, float] | None:
        """Site that resupplies an item at a site, and the time it takes."""
        item, site = node
        return self.resupply.get((site, item)) or self.resupply.get((site, NOWHERE))

    def labels(self, walked: list[_Node], use: Consumption | DemandForecast) -> pl.Series:
        """Labels of the rows used; of the tables of supply, all rows: absence counts too."""
        items = pl.Series([n[0] for n in walked], dtype=pl.Int32).unique()
        sites = pl.Series([n[1] for n in walked], dtype=pl.Int32).unique()
        prices = euro_prices(self.twin, self.marks)["mark"].gather(items)
        used = [
            self.twin["item"]["label"].gather(items),
            self.twin["site"]["label"].gather(sites),
            *(self.twin[name]["label"] for name in ("resupply", "source", "structure")),
            use.frame["labels"].explode(),
            self.marks.lists(prices).explode(),
        ]
        whole = pl.concat([one.cast(pl.Int32).rename("labels") for one in used])
        return whole.drop_nulls().unique().sort().implode()


class _Walk:
    """Stages found upstream of demand."""

    def __init__(self, facts: _Facts) -> None:
        self._facts = facts
        self.suppliers: dict[_Node, dict[_Node, float]] = {}
        self.time: dict[_Node, float | None] = {}

    @property
    def nodes(self) -> list[_Node]:
        return list(self.suppliers)

    def add(self, start: _Node) -> None:
        """Add a stage and all that supplies it."""
        open_nodes = [start]
        while open_nodes:
            node = open_nodes.pop()
            if node in self.suppliers:
                continue
            self.time[node], self.suppliers[node] = self._supply(node)
            open_nodes.extend(self.suppliers[node])

    def _supply(self, node: _Node) -> tuple[float | None, dict[_Node, float]]:
        item, site = node
        facts = self._facts
        above = facts.above(node)
        if above is not None and above[0] != NOWHERE:
            return above[1], {(item, above[0]): 1.0}
        lead = facts.lead.get((facts.owner[site], item))
        if lead is None and above is not None:
            lead = above[1]
        parts: dict[_Node, float] = {}
        for child, quantity in facts.parts.get(item, ()):
            place = (child, site)
            if (facts.owner[site], child) in facts.lead:
                parts[place] = parts.get(place, 0.0) + quantity
        return lead, parts

    def whole(self, node: _Node) -> bool:
        """Whether every time upstream is known and no circle is met."""
        return self._gap(node) is None

    def why(self, node: _Node) -> str:
        """What is missing upstream."""
        gap = self._gap(node)
        assert gap is not None
        return gap

    def _gap(self, start: _Node) -> str | None:
        state: dict[_Node, bool] = {}
        stack = [(start, False)]
        while stack:
            node, leaving = stack.pop()
            if leaving:
                state[node] = True
                continue
            if node in state:
                if not state[node]:
                    return f"{self._facts.name(node)} supplies itself"
                continue
            if self.time[node] is None:
                return f"no lead time of {self._facts.name(node)} is known"
            state[node] = False
            stack.append((node, True))
            stack.extend((up, False) for up in self.suppliers[node])
        return None

    def upstream(self, starts: set[_Node]) -> set[_Node]:
        """Stages that supply some stages, with them."""
        found: set[_Node] = set()
        open_nodes = list(starts)
        while open_nodes:
            node = open_nodes.pop()
            if node not in found:
                found.add(node)
                open_nodes.extend(self.suppliers[node])
        return found

    def cost(self, node: _Node) -> float:
        """Value added at a stage: the price where it enters, less that of its parts."""
        suppliers = self.suppliers[node]
        if any(up[0] == node[0] for up in suppliers):
            return 0.0
        price = self._facts.price[node[0]] or 0.0
        parts = sum((self._facts.price[up[0]] or 0.0) * q for up, q in suppliers.items())
        return max(price - parts, 0.0)


def _keys(twin: Twin, table: str) -> list[str]:
    frame = twin[table].select(
        pl.concat_str(pl.col("owner").cast(pl.String), "key", separator=":").alias("key")
    )
    return frame["key"].to_list()


def _assumptions(service_time_days: float, lost: int) -> tuple[str, ...]:
    said = [
        "A stage is an item at a site; the same item at the resupplying site supplies it.",
        "At the top an assembly is made of those of its parts that its nation has a source for, in "
        "the lead time of its own source; other items come from the source with the shortest lead "
        "time. Of alternatives the first counts.",
        f"Demand is met within {service_time_days:g} days; its deviation over a day is that of the "
        "forecast, or of Poisson demand.",
        "Value is the price in euro where an item enters, less that of its parts.",
    ]
    if lost:
        said.append(f"{lost} items at sites have no chain with known times and are left out.")
    return tuple(said)
