"""Sites around each owner's centre, and lanes that connect them all."""

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from redball.synthetic.generator.columns import (
    Indices,
    Numbers,
    foreign_owners,
    keys,
    labels,
    references,
)
from redball.synthetic.generator.plan import Plan

_KINDS = ("port", "airport", "hub", "depot", "base", "fuel_terminal", "ammunition_depot",
          "workshop", "factory", "crossing")  # fmt: skip
_WEIGHTS = (0.03, 0.03, 0.08, 0.26, 0.22, 0.06, 0.08, 0.08, 0.12, 0.04)
_FIRST = np.arange(5)  # every owner has one port, airport, hub, depot and base
_CANDIDATES = 24  # a site links to the nearest of so many drawn sites: short lanes, fast


def positions(plan: Plan) -> tuple[Numbers, Numbers]:
    """Latitudes and longitudes of an owner's sites, degrees, shape (sites,)."""
    rng, owner = plan.rng("site"), plan.owner
    squeeze = np.cos(np.radians(owner.latitude))
    lat = owner.latitude + owner.spread_deg * np.clip(rng.standard_normal(plan.sites), -2.5, 2.5)
    lon = owner.longitude + owner.spread_deg / squeeze * np.clip(
        rng.standard_normal(plan.sites), -2.5, 2.5
    )
    return np.round(lat, 4), np.round(lon, 4)


def _kinds(plan: Plan) -> Indices:
    kinds = plan.rng("site", 1).choice(len(_KINDS), plan.sites, p=_WEIGHTS).astype(np.int64)
    kinds[: len(_FIRST)] = _FIRST[: plan.sites]
    return kinds


def sites(plan: Plan) -> Iterator[pl.DataFrame]:
    """Sites of an owner."""
    rng, number = plan.rng("site", 2), np.arange(plan.sites)
    lat, lon = positions(plan)
    kinds = pl.Series(_KINDS).gather(_kinds(plan))
    capacity = np.round(rng.lognormal(7.5, 1.0, plan.sites))
    yield pl.DataFrame(
        {
            "key": keys("S", number),
            "name": pl.select(pl.concat_str(kinds, pl.lit(" "), keys("S", number))).to_series(),
            "kind": kinds,
            "country": pl.repeat(plan.owner.code, plan.sites, eager=True),
            "latitude": lat,
            "longitude": lon,
            "capacity_t": capacity,
            "capacity_m3": capacity * 2.5,
            "throughput_t_per_day": np.ceil(capacity / 12),
            "label": pl.repeat("UNCLASSIFIED // REL ALL", plan.sites, eager=True),
        }
    )


def lanes(plan: Plan) -> Iterator[pl.DataFrame]:
    """Lanes of an owner: a tree over its sites, short cuts, and lanes across borders."""
    rng = plan.rng("lane")
    start, stop, owners = _ends(plan, rng)
    where = [positions(p) for p in plan.peers[: plan.number + 1]]
    lat_from, lon_from = (axis[start] for axis in where[plan.number])
    lat_to, lon_to = _gather(where, owners, stop)
    km = np.maximum(np.round(_distance_km(lat_from, lon_from, lat_to, lon_to) * 1.3), 2.0)
    across = owners != plan.number
    rows = len(start)
    rail = rng.random(rows) < 0.3
    mode = np.where(across, "sea", np.where(rail, "rail", "road"))
    days = np.round(0.2 + km / np.where(across, 520.0, np.where(rail, 350.0, 450.0)), 2)
    per_tkm = np.where(across, 0.011, np.where(rail, 0.048, 0.105))
    yield pl.DataFrame(
        {
            "key": keys("L", np.arange(rows)),
            "from_site": keys("S", start),
            "to_site": references("S", stop, owners, plan),
            "mode": pl.Series(mode, dtype=pl.String),
            "both_ways": pl.Series(rng.random(rows) < 0.97),
            "distance_km": km,
            "transit_days": days,
            "transit_sd_days": np.round(days * 0.25, 3),
            "capacity_t_per_day": np.round(rng.lognormal(6.5, 0.6, rows)),
            "cost_per_t": np.round(3.0 + per_tkm * km, 2),
            "currency": pl.repeat("EUR", rows, eager=True),
            "co2e_kg_per_t": np.round(per_tkm * km * 0.6, 2),
            "label": labels(rng, plan, rows),
        }
    )


def _ends(plan: Plan, rng: np.random.Generator) -> tuple[
    Indices, Indices, Indices
]:  # fmt: skip
    """Starts (own), stops and owners of the stops; the first lane crosses to the owner before."""
    wanted = max(plan.rows(plan.size.lanes), plan.sites)
    lat, lon = positions(plan)
    child = np.arange(1, plan.sites)
    tree = _nearest(rng, lat, lon, child, child)
    extra = rng.integers(0, plan.sites, wanted - len(child) - (plan.number > 0))
    other = _nearest(rng, lat, lon, extra, np.full(len(extra), plan.sites))
    other = np.where(other == extra, (extra + 1) % plan.sites, other)
    owners = foreign_owners(rng, plan.number, len(extra))
    counts = np.array([p.sites for p in plan.peers])
    far = (rng.random(len(extra)) * counts[owners]).astype(np.int64)
    other = np.where(owners == plan.number, other, far)
    start, stop = np.concatenate((child, extra)), np.concatenate((tree, other))
    home = np.concatenate((np.full(len(child), plan.number), owners))
    if plan.number:  # port to port, so that the whole coalition is connected
        start, stop = np.append(start, 0), np.append(stop, 0)
        home = np.append(home, plan.number - 1)
    return start, stop, home


def _nearest(
    rng: np.random.Generator, lat: Numbers, lon: Numbers, sites_: Indices, below: Indices
) -> Indices:
    """For each site the nearest of some drawn sites with an index under ``below``."""
    drawn = (rng.random((len(sites_), _CANDIDATES)) * below[:, None]).astype(np.int64)
    gap = (lat[drawn] - lat[sites_][:, None]) ** 2 + (lon[drawn] - lon[sites_][:, None]) ** 2
    gap[drawn == sites_[:, None]] = np.inf
    best: Indices = drawn[np.arange(len(sites_)), gap.argmin(axis=1)]
    return best


def _gather(
    where: Sequence[tuple[Numbers, Numbers]], owners: Indices, rows: Indices
) -> tuple[Numbers, Numbers]:
    offsets = np.cumsum([0, *(len(lat) for lat, _ in where)])
    flat = offsets[owners] + rows
    return np.concatenate([w[0] for w in where])[flat], np.concatenate([w[1] for w in where])[flat]


def _distance_km(lat1: Numbers, lon1: Numbers, lat2: Numbers, lon2: Numbers) -> Numbers:
    """Great-circle distance, haversine formula, mean radius 6371.0088 km."""
    a, b, c, d = map(np.radians, (lat1, lon1, lat2, lon2))
    half = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    distance: Numbers = 2 * 6371.0088 * np.arcsin(np.sqrt(half))
    return distance


def base_of(plan: Plan, rows: int) -> Indices:
    """Sites for units: spread over the owner's sites, the base first."""
    return (4 + np.arange(rows) * 5) % plan.sites


def depots(plan: Plan, taken: Indices) -> Indices:
    """Sites of the kind depot, without those taken."""
    found: Indices = np.flatnonzero(_kinds(plan) == _KINDS.index("depot"))
    return found[~np.isin(found, taken)]
