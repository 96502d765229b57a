"""Builds the network of a twin, and says what it left out and assumed."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from redball.model import (
    NOWHERE,
    BadData,
    Consumption,
    DemandForecast,
    Groups,
    ResultLabel,
    Twin,
)
from redball.planning.case.draft import Draft
from redball.planning.case.fitted import mark_fitted, plan_fleets, plan_shops, plan_streams
from redball.planning.case.flows import Flows, Place, flows_of
from redball.planning.case.ground import Ground, ground
from redball.planning.case.helping import alternatives, plan_substitutes, plan_supports
from redball.planning.case.lanes import Ways, plan_lanes
from redball.planning.case.levels import set_policies, set_stock, set_under_way
from redball.planning.case.marking import case_label, connected_marks, label_frame, names_label
from redball.planning.case.options import CaseOptions
from redball.planning.case.places import Places
from redball.planning.case.reach import targets_of
from redball.planning.case.sales import Sales
from redball.planning.case.stocks import Stock, stocks_of
from redball.planning.case.supply import Supply
from redball.planning.case.tiers import Tiers
from redball.planning.case.words import assumptions
from redball.planning.targets import Targets
from redball.simulation.network import Network
from redball.stock.case.book import LEFT_OUT


@dataclass(frozen=True, eq=False)
class SimulatedCase:
    """The network of a twin, and what its rows stand for.

    Attributes
    ----------
    network : Network
        C cells, F fleets.
    targets : Targets
        What a scenario may name.
    cell_labels, fleet_labels : polars.DataFrame
        ``cell`` or ``fleet`` (int32) and ``labels`` (positions in ``twin.labels`` of what its
        figures rest on): a figure rests on all that is connected with it, since stock that one
        draws on is missing for the other. A result over several carries all of theirs.
    label : ResultLabel
        Dominant label of all rows used.
    names_label : ResultLabel
        Dominant label of what the names of ``targets`` and their reach rest on: a result that
        resolves or lists names carries it too.
    left_out : polars.DataFrame
        ``table``, ``key`` (``OWNER:KEY``), ``why``, ``own`` and ``labels``: rows that could not be
        used, or not in full. They are not in ``label``: whoever shows them marks them by their own.
    assumptions : tuple of str
    day : date
        First day of a run.
    cells : polars.DataFrame
        One row per cell: ``item_ix`` (leading record of the article, -1 for an input between
        tiers), ``site_ix`` (-1 at a party's own node), ``input`` (its text, empty for articles).
    nodes : polars.DataFrame
        One row per node: ``site_ix`` and ``party_ix`` (first record of the party whose own node it
        is), -1 for none.
    fleet_ix, lane_ix : tuple of int
        Row of the tables ``fleet`` and ``lane`` behind each fleet and lane; -1 for a lane that
        joins a party's own node to its site.
    """

    network: Network
    targets: Targets
    cell_labels: pl.DataFrame
    fleet_labels: pl.DataFrame
    label: ResultLabel
    names_label: ResultLabel
    left_out: pl.DataFrame
    assumptions: tuple[str, ...]
    day: date
    cells: pl.DataFrame = field(repr=False)
    nodes: pl.DataFrame = field(repr=False)
    fleet_ix: tuple[int, ...] = field(repr=False)
    lane_ix: tuple[int, ...] = field(repr=False)


def simulated_case(
    twin: Twin,
    use: Consumption | DemandForecast | None = None,
    *,
    items: Groups | None = None,
    units: pl.DataFrame | None = None,
    parties: Groups | None = None,
    day: date | None = None,
    options: CaseOptions | None = None,
) -> SimulatedCase:
    """Build the network of what a viewer sees.

    Parameters
    ----------
    twin : Twin
        Tables site and item are needed; fleet, system, structure, factor and repair give fleets,
        resupply, source, supply and lane the ways of supply, holding, order, consignment, policy
        and target the stock, support the help between nations.
    use : Consumption or DemandForecast, optional
        Demand at sites. What is recorded where a fleet carries the article is taken for its
        failures where no rate is stated, and not a second time as a stream.
    items : Groups, optional
        Recognised items; without them every record stands alone.
    units : polars.DataFrame, optional
        Factors of units as from ``unit_factors``.
    parties : Groups, optional
        Recognised parties; they are recognised here where not given, since a supplier that several
        nations know is lost to all of them at once.
    day : date, optional
        First day of a run; the day of the twin where not given.
    options : CaseOptions, optional

    Raises
    ------
    BadUse
        Groups or demand are not of this twin.
    BadData
        The twin shows no demand at all, or sites resupply each other in a circle.
    """
    base = ground(
        twin, use, items=items, units=units, parties=parties, day=day or twin.as_of.date(),
        options=options or CaseOptions(),
    )  # fmt: skip
    flows = flows_of(base)
    if not flows.articles:
        raise BadData(
            "Nobody asks for anything: there is no fleet with failures and no demand.",
            where=base.silent or "tables fleet and demand",
            mend="Fill the tables fleet, structure and factor, or pass the twin's consumption.",
        )
    draft = Draft()
    places = Places(base, draft)
    plan_lanes(draft, base, places.site)
    _plan(base, flows, places)
    chosen = base.options
    network = draft.build(support_standby=chosen.support_standby, cannibalise=chosen.cannibalise)
    of_cell, of_fleet = connected_marks(draft)
    return SimulatedCase(
        network=network,
        targets=targets_of(base, places, network),
        cell_labels=label_frame(base, "cell", of_cell),
        fleet_labels=label_frame(base, "fleet", of_fleet),
        label=case_label(base, of_cell, of_fleet, draft),
        names_label=names_label(base),
        left_out=_left_out(base),
        assumptions=assumptions(base),
        day=base.day,
        cells=_cells(draft),
        nodes=pl.DataFrame(
            {"site_ix": [n.site for n in draft.nodes], "party_ix": [n.party for n in draft.nodes]},
            schema={"site_ix": pl.Int32, "party_ix": pl.Int32},
        ),
        fleet_ix=tuple(fleet.row for fleet in draft.fleets),
        lane_ix=tuple(lane.row for lane in draft.lanes),
    )


def _plan(base: Ground, flows: Flows, places: Places) -> None:
    """Plan all rows: stock where it is used or stands, its ways, its levels, who uses it."""
    other = alternatives(base)
    wanted = flows.articles
    for lead in sorted(wanted):
        for instead, mark in other.get(lead, {}).items():
            wanted.add(instead)
            base.book.mark |= mark
    stocks = stocks_of(base, wanted)
    supplied = _supplied(base, flows, wanted)
    cells = _stock_cells(flows, supplied, stocks, places)
    mark_fitted(base, places)
    ways = Ways(places.draft)
    sales = Sales(base, places.draft, places, ways)
    supply = Supply(sales, ways, flows)
    supply.plan({place: cells[place] for place in sorted(supplied)})
    set_stock(base, cells, stocks, places, supply.lead_days)
    set_policies(base, cells, stocks, flows, places, supply)
    if base.options.under_way:
        set_under_way(base, cells, stocks, flows, supply)
    Tiers(sales).plan()
    sales.set_times()
    sales.set_capacity()
    plan_streams(base, flows, places)
    plan_fleets(base, places)
    plan_shops(base, places)
    plan_supports(base, places)
    plan_substitutes(base, places, other)


def _supplied(base: Ground, flows: Flows, wanted: set[int]) -> set[Place]:
    """Where articles are used or ordered by a policy, and all sites above."""
    policy = base.twin.tables["policy"].select("site_ix", "item_ix")
    ordered = {
        (site, base.lead[item])
        for site, item in policy.iter_rows()
        if NOWHERE not in (site, item) and base.lead[item] in wanted
    }
    found: set[Place] = set()
    for site, lead in sorted(ordered | {place for place, rate in flows.use.items() if rate > 0}):
        at = site
        while at != NOWHERE and (at, lead) not in found:
            found.add((at, lead))
            at = int(base.above[at])
    return found


def _stock_cells(
    flows: Flows, supplied: set[Place], stocks: dict[Place, Stock], places: Places
) -> dict[Place, int]:
    """Cells of sites in order of site and article."""
    cells = {place: places.cell(*place) for place in sorted(supplied | set(stocks))}
    for place, cell in cells.items():
        places.draft.cells[cell].use = flows.use.get(place, 0.0)
    return cells


def _left_out(base: Ground) -> pl.DataFrame:
    """Rows left out here and by the sparing case, each reason once."""
    parts: Collection[pl.DataFrame] = [base.book.left_out]
    if base.spares is not None:
        # what has no place in the resupply tree is not lost here: it buys for itself
        theirs = base.spares.left_out.filter(pl.col("table") != "holding")
        parts = [base.book.left_out, theirs]
    together = pl.concat(parts).unique(["table", "key", "why"], keep="first")
    return together.select(list(LEFT_OUT)).sort("table", "key", "why")


def _cells(draft: Draft) -> pl.DataFrame:
    items = [draft.items[cell.item] for cell in draft.cells]
    return pl.DataFrame(
        {
            "item_ix": [item.lead for item in items],
            "site_ix": [draft.nodes[cell.node].site for cell in draft.cells],
            "input": [item.text for item in items],
        },
        schema={"item_ix": pl.Int32, "site_ix": pl.Int32, "input": pl.String},
    )
