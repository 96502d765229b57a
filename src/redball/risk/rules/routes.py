"""Rules ``unit-cut-off`` and ``fewer-than-two-routes``: how units are reached.

Sites and lanes are both nodes of a directed graph (a lane is entered at one end and left at the
other; a lane for both ways at either), under one root that leads to every supply entry. What
dominates a unit's site lies on every route to it. By Menger's theorem two routes that share
neither site nor lane exist exactly when nothing but the site itself dominates it.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from redball.model import Finding, Level
from redball.model.compiled import Ints
from redball.risk.context import Context
from redball.risk.kernels import dominators
from redball.risk.making import Row


@dataclass(frozen=True)
class Lanes:
    """Usable lanes: both ends visible, different, and not closed (a capacity of zero)."""

    row: Ints
    start: Ints
    end: Ints
    both_ways: npt.NDArray[np.bool_]


def usable_lanes(context: Context) -> Lanes:
    """Lanes that carry something."""
    frame = context.twin["lane"].with_row_index("row")
    frame = frame.filter(
        (pl.col("from_site_ix") >= 0)
        & (pl.col("to_site_ix") >= 0)
        & (pl.col("from_site_ix") != pl.col("to_site_ix"))
        & (pl.col("capacity_t_per_day").fill_null(1.0) > 0)
    )
    return Lanes(
        row=frame["row"].to_numpy().astype(np.int32),
        start=frame["from_site_ix"].to_numpy(),
        end=frame["to_site_ix"].to_numpy(),
        both_ways=frame["both_ways"].fill_null(value=False).to_numpy(),
    )


def supply_entries(context: Context) -> Ints:
    """Sites that can supply units: of an entry kind, and holding stock or shipping as a source."""
    twin, org = context.twin, context.organisations
    able = np.zeros(twin["site"].height, np.bool_)
    holding = twin["holding"].filter(pl.col("quantity") > 0)["site_ix"].to_numpy()
    source, party = twin.index("source", "site"), twin.index("source", "party")
    main = np.where(party >= 0, org.site[party], -1) if len(org.site) else party
    for sites in (holding, np.where(source >= 0, source, main)):
        able[sites[sites >= 0]] = True
    kinds = twin["site"]["kind"].is_in(context.thresholds.entry_kinds).to_numpy()
    return np.flatnonzero(able & kinds).astype(np.int32)


def route_findings(context: Context) -> Iterator[Finding]:
    """Yield what cuts units off (one finding per site or lane), then one finding per unit."""
    lanes, entries, units = usable_lanes(context), supply_entries(context), _units(context)
    if not len(entries) or not len(lanes.row):
        return  # nothing known about supply or lanes: no statement about routes
    sites = context.twin["site"].height
    idom, root = _dominator_tree(lanes, entries, sites), sites + len(lanes.row)
    by_cut: dict[Row, list[int]] = defaultdict(list)
    for unit, site in units:
        if idom[site] < 0:
            yield _unreached(context, unit, site)
            continue
        cuts: list[Row] = []
        node = int(idom[site])
        while node != root:
            cuts.append(("site", node) if node < sites else ("lane", int(lanes.row[node - sites])))
            node = int(idom[node])
        for cut in cuts:
            by_cut[cut].append(unit)
        if cuts:
            yield _one_route(context, unit, site, cuts)
    for cut in sorted(by_cut):
        yield _cut(context, cut, by_cut[cut])


def _units(context: Context) -> list[tuple[int, int]]:
    """Units that have a site, each recognised party once."""
    group, site = context.organisations.group, context.organisations.site
    kind = (context.twin["party"]["kind"] == "unit").to_numpy()
    rows = np.flatnonzero(kind & (site >= 0) & (group == np.arange(len(group))))
    return [(int(row), int(site[row])) for row in rows]


def _dominator_tree(lanes: Lanes, entries: Ints, sites: int) -> Ints:
    lane = (sites + np.arange(len(lanes.row))).astype(np.int32)
    root = np.full(len(entries), sites + len(lane), np.int32)
    back = lanes.both_ways
    src = np.concatenate((root, lanes.start, lane, lanes.end[back], lane[back]))
    dst = np.concatenate((entries, lane, lanes.end, lane[back], lanes.start[back]))
    return dominators(sites + len(lane) + 1, src, dst, sites + len(lane))


def lane_name(context: Context, row: int) -> str:
    """Name of a lane for a sentence: its mode and its ends."""
    frame = context.twin.tables["lane"]
    ends = (
        context.desk.name("site", int(frame[end][row])) for end in ("from_site_ix", "to_site_ix")
    )
    return f"the {frame['mode'][row].replace('_', ' ')} lane {' to '.join(ends)}"


def _name(context: Context, cut: Row) -> str:
    return lane_name(context, cut[1]) if cut[0] == "lane" else context.desk.name(*cut)


def _cut(context: Context, cut: Row, units: list[int]) -> Finding:
    limit = context.thresholds.cut_units_critical
    name = _name(context, cut)
    number = f"{len(units)} unit{'s' if len(units) > 1 else ''}"
    return context.desk.finding(
        "unit-cut-off",
        Level.CRITICAL if len(units) >= limit else Level.SERIOUS,
        cut,
        f"The loss of {name} cuts {number} off from every supply entry:"
        f" {context.desk.names('party', units)}.",
        measure="units cut off",
        value=len(units),
        threshold=float(limit),
        detail={"units": context.desk.names("party", units, most=20)},
        evidence=[("party", unit) for unit in units],
    )


def _one_route(context: Context, unit: int, site: int, cuts: list[Row]) -> Finding:
    lanes, sites = (sum(cut[0] == table for cut in cuts) for table in ("lane", "site"))
    shared = " and ".join(
        f"{count} {word}{'s' if count > 1 else ''}"
        for count, word in ((sites, "site"), (lanes, "lane"))
        if count
    )
    nearest = _name(context, cuts[0])
    return context.desk.finding(
        "fewer-than-two-routes",
        Level.CAUTION,
        ("party", unit),
        f"Every route to {context.desk.name('party', unit)} shares {shared}, {nearest} among them.",
        measure="sites and lanes on every route",
        value=len(cuts),
        threshold=1.0,
        detail={
            "two_lane_disjoint_routes": lanes == 0,
            "two_site_disjoint_routes": sites == 0,
            "shared": "; ".join(_name(context, cut) for cut in cuts[:20]),
        },
        evidence=[("site", site), *cuts],
    )


def _unreached(context: Context, unit: int, site: int) -> Finding:
    return context.desk.finding(
        "fewer-than-two-routes",
        Level.SERIOUS,
        ("party", unit),
        f"No lane on record leads from a supply entry to {context.desk.name('party', unit)}"
        f" at {context.desk.name('site', site)}.",
        measure="routes",
        value=0,
        threshold=2.0,
        detail={"two_lane_disjoint_routes": False, "two_site_disjoint_routes": False},
        evidence=[("site", site)],
    )
