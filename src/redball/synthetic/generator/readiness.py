"""Resupply, repair, failure rates, policies and mutual support of a generated coalition.

What is replaced on a system stands on the third level of its structure, what that is repaired
with below it. Units are resupplied by depots, depots by the owner's main depot.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl

from redball.synthetic.generator.articles import REPLACED, ancestors, level_starts, reparable
from redball.synthetic.generator.columns import (
    Indices,
    chunks,
    keys,
    labels,
)
from redball.synthetic.generator.parties import fleet_systems
from redball.synthetic.generator.places import base_of, depots
from redball.synthetic.generator.plan import Plan

MAIN_DEPOT = 3
"""Site of every owner that buys from outside; the first depot."""

_BASES_OF_A_DEPOT = 8
_FAILURES_PER_HOUR = 0.02  # of one system, all units together
_OPEN = "UNCLASSIFIED // REL ALL"


def _bases(plan: Plan) -> Indices:
    """Sites of the units, each once, without the main depot."""
    sites = np.unique(base_of(plan, plan.units))
    bases: Indices = sites[sites != MAIN_DEPOT]
    return bases


def resupply(plan: Plan) -> Iterator[pl.DataFrame]:
    """Bases from depots, depots from the main depot, and that from outside."""
    bases = _bases(plan)
    wanted = -(-len(bases) // _BASES_OF_A_DEPOT) if len(bases) > _BASES_OF_A_DEPOT else 0
    between = depots(plan, np.append(bases, MAIN_DEPOT))[:wanted]
    above = between[np.arange(len(bases)) % len(between)] if len(between) else MAIN_DEPOT
    site = np.concatenate((bases, between, [MAIN_DEPOT]))
    supplier = np.concatenate(
        (np.broadcast_to(above, bases.shape), np.full(len(between), MAIN_DEPOT), [-1])
    )
    rng, rows = plan.rng("resupply"), len(site)
    days = np.round(rng.uniform(1.5, 9.0, rows), 1)
    days[-1] = 120.0
    yield pl.DataFrame(
        {
            "site": keys("S", site),
            "from_site": keys("S", supplier),
            "ship_days": days,
            "ship_sd_days": np.round(days * 0.3, 2),
            "label": pl.repeat(_OPEN, rows, eager=True),
        }
    )


def _replaced(plan: Plan) -> tuple[Indices, Indices]:
    """Items that are replaced on systems, and the number of the system of each."""
    starts = level_starts(plan)
    items: Indices = np.arange(starts[REPLACED], starts[REPLACED + 1])
    return items, ancestors(plan, items, REPLACED)


def factors(plan: Plan) -> Iterator[pl.DataFrame]:
    """Removals per operating hour of every unit that is replaced; they differ log-normally."""
    items, system = _replaced(plan)
    rng, rows = plan.rng("factor"), len(items)
    together = np.bincount(system, minlength=plan.systems)[system]
    hourly = _FAILURES_PER_HOUR / together * rng.lognormal(-0.5, 1.0, rows)
    yield pl.DataFrame(
        {
            "item": keys("I", items),
            "basis": pl.repeat("system_hour", rows, eager=True),
            "system": pl.Series([f"SYS-{n + 1:03d}" for n in system], dtype=pl.String),
            "quantity": np.maximum(np.round(hourly, 9), 1e-9),
            "source": pl.repeat("synthetic", rows, eager=True),
            "label": labels(rng, plan, rows),
        }
    )


def repairs(plan: Plan) -> Iterator[pl.DataFrame]:
    """The depot repairs what can be repaired; bases a part of what is replaced on their systems."""
    starts, flags = level_starts(plan), reparable(plan)
    inside = np.arange(starts[REPLACED], starts[-1])
    at_depot = inside[flags[inside]]
    items, system = _replaced(plan)
    unit, held = fleet_systems(plan)
    site = base_of(plan, plan.units)[unit]
    here, kind = np.unique(np.stack((site, held)), axis=1)
    pairs = [(s, i) for s, y in zip(here, kind, strict=True) for i in items[system == y]]
    local = np.array(pairs, np.int64).reshape(-1, 2)
    local = np.unique(local[flags[local[:, 1]] & (local[:, 0] != MAIN_DEPOT)], axis=0)
    sites = np.concatenate((np.full(len(at_depot), MAIN_DEPOT), local[:, 0]))
    things = np.concatenate((at_depot, local[:, 1]))
    top = np.arange(len(sites)) < len(at_depot)
    for chunk, start, stop in chunks(len(sites)):
        rng, rows, part = plan.rng("repair", chunk), stop - start, slice(start, stop)
        days = np.where(top[part], rng.uniform(12, 60, rows), rng.uniform(2, 8, rows)).round(1)
        share = np.where(top[part], 0.92, rng.uniform(0.1, 0.6, rows)).round(2)
        yield pl.DataFrame(
            {
                "site": keys("S", sites[part]),
                "item": keys("I", things[part]),
                "repair_days": days,
                "repair_sd_days": np.round(days * 0.4, 2),
                "repaired_share": share,
                "label": labels(rng, plan, rows),
            }
        )


def policies(plan: Plan) -> Iterator[pl.DataFrame]:
    """Reorder rules at the main depot for one in ten items that are thrown away."""
    items = np.flatnonzero(~reparable(plan))[::10]
    rng, rows = plan.rng("policy"), len(items)
    point, lot = np.ceil(rng.lognormal(2.5, 1.0, rows)), np.ceil(rng.lognormal(3.0, 0.8, rows))
    fixed = rng.random(rows) < 0.4
    yield pl.DataFrame(
        {
            "site": keys("S", np.full(rows, MAIN_DEPOT)),
            "item": keys("I", items),
            "kind": pl.Series(np.where(fixed, "fixed_quantity", "reorder_up_to"), dtype=pl.String),
            "reorder_point": point,
            "order_up_to": pl.Series(np.where(fixed, np.nan, point + lot)).fill_nan(None),
            "quantity": pl.Series(np.where(fixed, lot, np.nan)).fill_nan(None),
            "label": labels(rng, plan, rows),
        }
    )


def support(plan: Plan) -> Iterator[pl.DataFrame]:
    """Each owner supports the one before it: a row refers to earlier owners only."""
    if not plan.number:
        return
    before = plan.peers[plan.number - 1].owner.code
    yield pl.DataFrame(
        {
            "giver": [plan.owner.code],
            "receiver": [f"{before}:{before}"],
            "move_days": [5.0],
            "keep": [1.0],
            "agreement": ["synthetic"],
            "label": [_OPEN],
        }
    )
