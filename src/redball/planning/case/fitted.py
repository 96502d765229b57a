"""Who uses and who repairs: fleets with what is fitted to them, shops, and other demand."""

from collections import defaultdict

import numpy as np
import polars as pl

from redball.model import NOWHERE
from redball.planning.case.draft import Fleet, Shop, Stream
from redball.planning.case.flows import Flows, Place
from redball.planning.case.ground import Ground
from redball.planning.case.places import Places
from redball.simulation.network import Law, SizeKind, StreamKind
from redball.stock.case import SparingCase


def plan_fleets(ground: Ground, places: Places) -> None:
    """Add the fleets of the sparing case, with the removals of each installed unit."""
    spares = ground.spares
    if spares is None:
        return
    problem, used = spares.problem, spares.problem.applications
    kinds = {int(row): y for y, row in enumerate(spares.system_ix)}
    fitted: dict[int, list[int]] = defaultdict(list)
    for at, system in enumerate(used.system.tolist()):
        fitted[system].append(at)
    share = used.share if used.share.ndim == 2 else used.share[:, None]
    share = np.broadcast_to(share, (len(used.item), problem.sites))
    home = ground.twin.index("party", "site")
    party_mark = ground.book.marks.of(ground.twin["party"]["label"]).to_list()
    system_mark = ground.book.marks.of(ground.twin["system"]["label"]).to_list()
    for row in ground.rows("fleet").filter(pl.col("count") > 0).iter_rows(named=True):
        unit, system = row["unit_ix"], kinds.get(row["system_ix"])
        site = int(home[unit]) if unit != NOWHERE else NOWHERE
        if system is None or site not in ground.position:
            continue  # the sparing case says why
        s = ground.position[site]
        mark = row["mark"] | party_mark[unit] | system_mark[row["system_ix"]]
        parts = []
        for at in fitted[system]:
            item = int(used.item[at])
            count = max(1, round(used.per_system[at]))
            removals = problem.demand[item, s] * share[at, s]
            per_day = removals / (problem.systems[system, s] * count)
            needed = min(count, max(1, round(used.needed[at])))
            cell = places.cell(site, int(spares.item_ix[item]))
            parts.append((cell, count, needed, float(per_day)))
            mark |= places.draft.cells[cell].mark
        places.draft.fleets.append(Fleet(
            row["row"], places.site[site], ground.name("party", unit),
            ground.name("system", row["system_ix"]), row["count"], parts, mark,
        ))  # fmt: skip


def mark_fitted(ground: Ground, places: Places) -> None:
    """Give the cells of the sparing case the marks of all their figures rest on."""
    spares = ground.spares
    if spares is None:
        return
    marks = ground.book.marks.of_lists(spares.labels["labels"]).to_list()
    for item, site, mark in zip(spares.labels["item"], spares.labels["site"], marks, strict=True):
        cell = places.find(int(spares.site_ix[site]), int(spares.item_ix[item]))
        if cell != NOWHERE:
            places.draft.cells[cell].mark |= mark


def plan_shops(ground: Ground, places: Places) -> None:
    """Add repair up the resupply tree, with the parts that repairs need."""
    spares = ground.spares
    if spares is None:
        return
    problem, draft = spares.problem, places.draft
    rows = _repair_rows(ground)
    isolation = problem.structure.isolation
    share = isolation[:, None] if isolation.ndim == 1 else isolation
    share = np.broadcast_to(share, (len(problem.structure.parent), problem.sites))
    shallow_first = sorted(range(problem.sites), key=lambda s: ground.depth[spares.site_ix[s]])
    for item, lead in enumerate(spares.item_ix.tolist()):
        shops: dict[int, int] = {}
        edges = np.flatnonzero(problem.structure.parent == item).tolist()
        for site in shallow_first:
            above = shops.get(int(problem.supplier[site]), NOWHERE)
            here = float(problem.repaired[item, site])
            row = int(spares.site_ix[site])
            cell = places.find(row, lead)
            if cell == NOWHERE or (here <= 0 and above == NOWHERE):
                continue
            servers, sd = rows.get((row, lead), (0, 0.0))
            shops[site] = len(draft.shops)
            draft.shops.append(Shop(
                cell, Law.spread(float(problem.repair_days[item, site]), sd), here,
                servers if here > 0 else 0, above,
                _parts(spares, places, row, [(e, float(share[e, site])) for e in edges])
                if here > 0 else [],
            ))  # fmt: skip


def _parts(
    spares: SparingCase, places: Places, site: int, edges: list[tuple[int, float]]
) -> list[tuple[int, float]]:
    child = spares.problem.structure.child
    return [
        (places.cell(site, int(spares.item_ix[child[edge]])), share)
        for edge, share in edges
        if share > 0
    ]


def _repair_rows(ground: Ground) -> dict[Place, tuple[int, float]]:
    """Places and spread of repairs, by site and article; the first row of a cell holds."""
    rows = ground.rows("repair").filter(pl.col("site_ix") != NOWHERE, pl.col("item_ix") != NOWHERE)
    found: dict[Place, tuple[int, float]] = {}
    for row in rows.iter_rows(named=True):
        place = (row["site_ix"], ground.lead[row["item_ix"]])
        found.setdefault(place, (row["servers"] or 0, row["repair_sd_days"] or 0.0))
    return found


def plan_streams(ground: Ground, flows: Flows, places: Places) -> None:
    """Add demand that is not by fleets; of a unit where it is the only one at the site."""
    units: dict[int, list[int]] = defaultdict(list)
    party = ground.rows("party").filter(pl.col("kind") == "unit", pl.col("site_ix") != NOWHERE)
    for row, site in party.select("row", "site_ix").iter_rows():
        units[site].append(row)
    party_mark = ground.book.marks.of(ground.twin["party"]["label"]).to_list()
    for (site, lead), own in flows.own.items():
        here = units.get(site, [])
        unit = ground.name("party", here[0]) if len(here) == 1 else ""
        mark = own.mark  # without one of several units it would be the other's
        for row in here:
            mark |= party_mark[row]
        cell = places.cell(site, lead)
        if own.per_day >= ground.options.bulk_per_day:
            kind, orders, size = StreamKind.POISSON_DAILY, own.per_day, 1.0
        else:
            # orders of geometric size m have variance to mean 2 m - 1 (Johnson, Kotz, Kemp)
            kind, size = StreamKind.POISSON, (own.variance_to_mean + 1) / 2
            orders = own.per_day / size
        shape = SizeKind.GEOMETRIC if size > 1 else SizeKind.FIXED
        places.draft.streams.append(Stream(cell, kind, orders, size, shape, unit, mark))
        places.draft.cells[cell].mark |= mark
