"""Parties, supply relations and sources, as each member knows them."""

from dataclasses import dataclass

import numpy as np

from redball.synthetic.exercise.catalogue import Article
from redball.synthetic.exercise.movement import FUEL_LITRES_A_MONTH, FUEL_SHARES
from redball.synthetic.exercise.nations import BY_OWNER, MEMBERS, seen_from
from redball.synthetic.exercise.reading import Row, read_rows, read_table

UNSOURCED = (("NOR", "N-HEATER"), ("USA", "HEL-GYRO"))
"""Items that nobody supplies: two elements of the story."""

_LEAD_DAYS = {"fuel": 12, "food": 25, "ammunition": 260, "ring": 210, "rotor": 240,
              "structure": 300, "optics": 150, "electronics": 130, "drive": 140}  # fmt: skip
_CARRIERS = (
    ("XAG", "CAR-RAIL", "Nordostbahn Exercise Cargo", "DEU"),
    ("XAG", "CAR-SEA", "Kattegat Ro-Ro Exercise Line", "DNK"),
    ("XAG", "CAR-ROAD", "Wisłobrzeg Transport (exercise)", "POL"),
)


@dataclass(frozen=True)
class Firm:
    """A firm and under which key each member knows it."""

    firm: str
    tier: int
    families: frozenset[str]
    keys: dict[str, str]


def read_firms() -> dict[str, Firm]:
    """Firms by their number in ``data/firms.csv``."""
    firms = {}
    for row in read_rows("firms"):
        keys = dict(word.split(":") for word in row["known"].split())
        families = frozenset(row["families"].split())
        firms[row["firm"]] = Firm(row["firm"], int(row["tier"]), families, keys)
    return firms


def party_rows(firms: dict[str, Firm]) -> list[tuple[str, Row]]:
    """Firms as each member records them, carriers, and the units of the members."""
    aliases = {(row["owner"], row["firm"]): row["name"] for row in read_rows("aliases")}
    rows: list[tuple[str, Row]] = []
    for data in read_rows("firms"):
        kind = {"0": "other", "1": "supplier"}.get(data["tier"], "manufacturer")
        for owner, key in firms[data["firm"]].keys.items():
            parent = firms[data["parent"]].keys.get(owner) if data["parent"] else None
            row: Row = {
                "key": key,
                "name": aliases.get((owner, data["firm"]), data["name"]),
                "kind": kind,
                "ultimate_parent": parent,
                "country": data["country"],
                "ncage": data["ncage"] or None,
                "site": seen_from(owner, data["site"]) if data["site"] else None,
            }
            rows.append((owner, row))
    for owner, key, name, country in _CARRIERS:
        rows.append((owner, {"key": key, "name": name, "kind": "carrier", "country": country}))
    for unit in read_table("units", "party"):
        if unit["name"] is not None:
            columns = ("key", "name", "site", "personnel")
            rows.append((str(unit["owner"]), {"kind": "unit"} | {c: unit[c] for c in columns}))
    return rows


def fleet_rows() -> list[tuple[str, Row]]:
    """Systems in units; readiness is restricted."""
    rows: list[tuple[str, Row]] = []
    names = ("system", "count", "available", "hours_per_day", "availability_target")
    for row in read_table("units", "fleet"):
        owner = str(row["owner"])
        fleet = {"unit": row["key"]} | {name: row[name] for name in names}
        rows.append((owner, fleet | {"label": BY_OWNER[owner].restricted}))
    return rows


def supply_rows(firms: dict[str, Firm]) -> list[tuple[str, Row]]:
    """Tier to tier, recorded by every member that knows both ends.

    Which item of the customer needs the input is not recorded: it concerns all of them.
    """
    rows: list[tuple[str, Row]] = []
    for row in read_table("relations", "supply"):
        supplier, customer = firms[str(row["supplier"])], firms[str(row["customer"])]
        for member in MEMBERS:
            ends = supplier.keys.get(member.owner), customer.keys.get(member.owner)
            if all(ends):
                rows.append((member.owner, row | {"supplier": ends[0], "customer": ends[1]}))
    return rows


def source_rows(
    rng: np.random.Generator, articles: tuple[Article, ...], firms: dict[str, Firm]
) -> list[tuple[str, Row]]:
    """Who supplies each item that is no assembly: one to three firms of its family."""
    rows: list[tuple[str, Row]] = []
    for article in articles:
        if article.role == "node" and article.key not in _LEAF_NODES:
            continue
        if (article.owner, article.key) in UNSOURCED:
            continue
        able = [f for f in firms.values() if _supplies(f, article)]
        wanted = 3 if article.noun == "ring" else int(rng.choice([1, 2, 3], p=[0.12, 0.5, 0.38]))
        chosen = [able[i] for i in sorted(rng.permutation(len(able))[:wanted])]
        shares = _shares(rng, len(chosen), even=article.noun == "ring")
        if article.noun == "fuel":  # as the agency's orders say for the theatre
            chosen, shares = able, [_fuel_share(firm) for firm in able]
        made = [
            _source(rng, article, firm, share) for firm, share in zip(chosen, shares, strict=True)
        ]
        if article.noun == "fuel":  # half as much again as the theatre orders
            made = [
                row | {"capacity_per_month": 1.5 * FUEL_LITRES_A_MONTH * share}
                for row, share in zip(made, shares, strict=True)
            ]
        rows += [(article.owner, row) for row in made]
    return rows


_LEAF_NODES = frozenset({"IFV-RING", "HOW-RING", "HOW-BARREL", "TRK-TYRE-A", "TRK-TYRE-B",
                         "RDR-TURN", "HEL-GYRO"})  # fmt: skip


def _supplies(firm: Firm, article: Article) -> bool:
    return firm.tier == 1 and article.owner in firm.keys and article.family in firm.families


def _shares(rng: np.random.Generator, count: int, *, even: bool) -> list[float]:
    if even:
        return [0.4, 0.3, 0.3][:count] if count == 3 else [0.6, 0.4][:count]
    if count == 1:
        return [1.0]
    cut = np.round(rng.dirichlet(np.full(count, 4.0)) * 20).astype(int)
    cut = np.maximum(cut, 1)
    cut[0] = 20 - int(cut[1:].sum())
    return [float(c) / 20 for c in cut]


def _fuel_share(firm: Firm) -> float:
    return round(sum(row[1] for row in FUEL_SHARES if row[2] == firm.keys["XAG"]), 2)


def _source(rng: np.random.Generator, article: Article, firm: Firm, share: float) -> Row:
    lead = _LEAD_DAYS.get(article.family, 45) * float(rng.lognormal(0.0, 0.3))
    price = float(str(article.row["price"])) * float(rng.uniform(0.93, 1.06))
    breaks = None
    if rng.random() < 0.2:
        breaks = f"10:{price * 0.97:.2f};100:{price * 0.92:.2f}"
    return {
        "party": firm.keys[article.owner],
        "item": article.key,
        "lead_time_days": float(round(lead)),
        "lead_time_sd_days": float(round(lead * float(rng.uniform(0.1, 0.45)), 1)),
        "unit_price": round(price, 2),
        "currency": article.row["currency"],
        "price_breaks": breaks,
        "capacity_per_month": float(10 ** int(rng.integers(1, 4)) * int(rng.integers(2, 9))),
        "minimum_order": float(int(rng.choice([1, 1, 5, 10]))),
        "share": share,
    }
