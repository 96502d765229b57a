"""Puts the exercise coalition together, one package a member."""

from collections import defaultdict
from dataclasses import fields

import numpy as np
import polars as pl

from redball.model import tables
from redball.synthetic.exercise.activity import build_activity
from redball.synthetic.exercise.catalogue import build_catalogue
from redball.synthetic.exercise.faults import OWNER as FAULTY
from redball.synthetic.exercise.faults import add_faults
from redball.synthetic.exercise.forms import build_mapping
from redball.synthetic.exercise.movement import (
    fuel_flows,
    national_consignments,
    national_orders,
    rate_rows,
    requirement_rows,
    verdict_rows,
)
from redball.synthetic.exercise.nations import MEMBERS, Member
from redball.synthetic.exercise.network import (
    Firm,
    fleet_rows,
    party_rows,
    read_firms,
    source_rows,
    supply_rows,
)
from redball.synthetic.exercise.places import lane_rows, site_rows
from redball.synthetic.exercise.readiness import build_readiness
from redball.synthetic.exercise.reading import Row, read_table, to_frame
from redball.synthetic.exercise.spares import spare_articles, spare_structure
from redball.synthetic.types import NationalPackage

LABEL = "UNCLASSIFIED // REL ALL"
SYSTEMS = (
    ("DEU", "IFV", "Infantry fighting vehicle, exercise type", "land", 0.85),
    ("DEU", "TRK", "Truck 8x8, exercise type", "support", 0.90),
    ("POL", "HOW", "Self-propelled howitzer, exercise type", "weapon", 0.85),
    ("NOR", "RDR", "Air surveillance radar, exercise type", "support", 0.95),
    ("USA", "HEL", "Utility helicopter, exercise type", "air", 0.80),
)

Rows = list[tuple[str, Row]]


def exercise_coalition(seed: int = 1944) -> list[NationalPackage]:
    """Make the exercise coalition.

    Parameters
    ----------
    seed : int
        Seed of the bulk (quantities, prices, demand). The story does not depend on it.

    Returns
    -------
    list of NationalPackage
        In the order in which they can be imported: a package refers only to those before it.
    """
    rows = _all_rows(seed)
    return [_package(member, rows[member.owner]) for member in MEMBERS]


def _package(member: Member, rows: dict[str, list[Row]]) -> NationalPackage:
    frames = {name: to_frame(name, rows[name]) for name in tables() if rows.get(name)}
    if member.owner == FAULTY:
        frames = add_faults(_numbered(frames))
    return NationalPackage(
        owner=member.owner,
        title=f"EXERCISE {member.name}: logistics data for the exercise coalition",
        label=LABEL,
        as_of=member.as_of,
        form=member.form,
        tables=frames,
        mapping=build_mapping(member.style, frames) if member.style else None,
    )


def _numbered(frames: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Running keys for stock and demand: Poland numbers its stock cards."""
    out = dict(frames)
    for name, letter in (("holding", "H"), ("demand", "V")):
        number = pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(5)
        key = pl.concat_str(pl.lit(f"{letter}-"), number).alias("key")
        out[name] = frames[name].select(key, pl.all())
    return out


def _all_rows(seed: int) -> dict[str, dict[str, list[Row]]]:
    rng = np.random.Generator(np.random.PCG64(seed))
    catalogue = build_catalogue(rng)
    firms = read_firms()
    sources = source_rows(rng, catalogue.articles, firms)
    activity = build_activity(rng, catalogue)
    fuel_orders, fuel_moves = fuel_flows()
    found: dict[str, Rows] = {
        "nation": [(m.owner, _nation(m)) for m in MEMBERS],
        "site": [(str(row["owner"]), row) for row in site_rows()],
        "party": party_rows(firms),
        "item": [(a.owner, a.row) for a in catalogue.articles],
        "structure": list(catalogue.structure),
        "system": _systems(),
        "fleet": fleet_rows(),
        "source": sources,
        "supply": supply_rows(firms),
        "lane": [(str(row["owner"]), row) for row in lane_rows(rng)],
        "holding": activity.holding,
        "demand": activity.demand,
        "requirement": requirement_rows(rng, catalogue),
        "order": fuel_orders + national_orders(rng, catalogue, sources),
        "consignment": fuel_moves + national_consignments(rng, catalogue),
        "hazard": [("XAG", row) for row in read_table("hazards", "hazard")],
        "target": activity.target,
        "factor": activity.factor,
        "rate": rate_rows(),
        "same_item": verdict_rows(catalogue),
    }
    # drawn on their own, so that what was there before stays as it was
    for name, rows in _spares(np.random.Generator(np.random.PCG64([seed, 2])), firms).items():
        _merge(found.setdefault(name, []), rows, name)
    by_owner: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for name, rows in found.items():
        for owner, row in rows:
            by_owner[owner][name].append(row)
    return by_owner


def _spares(rng: np.random.Generator, firms: dict[str, Firm]) -> dict[str, Rows]:
    """Spares of the shared vehicles, and all that keeps the vehicles running."""
    articles = spare_articles(rng)
    made = build_readiness(rng)
    return {
        "item": [(a.owner, a.row) for a in articles],
        "structure": spare_structure(),
        "source": source_rows(rng, tuple(articles), firms),
        **{f.name: getattr(made, f.name) for f in fields(made)},
    }


def _merge(rows: Rows, more: Rows, name: str) -> None:
    """Add rows; a series of demand that comes anew replaces what was drawn for the place."""
    if name == "demand":
        anew = {(owner, row["site"], row["item"]) for owner, row in more}
        rows[:] = [(o, row) for o, row in rows if (o, row["site"], row["item"]) not in anew]
    rows += more


def _nation(member: Member) -> Row:
    nation = bool(member.ncb)
    return {
        "key": member.owner,
        "name": member.name,
        "kind": "nation" if nation else "agency",
        "country": member.owner if nation else None,
        "currency": member.currency,
        "ncb": member.ncb or None,
    }


def _systems() -> Rows:
    """Systems; the root item of each has the system's key."""
    names = ("key", "name", "kind", "availability_target")
    return [
        (owner, dict(zip(names, values, strict=True)) | {"item": values[0]})
        for owner, *values in SYSTEMS
    ]
