"""Orders, consignments, requirements, rates and verdicts of the exercise."""

from datetime import date, timedelta

import numpy as np

from redball.synthetic.exercise.catalogue import Article, Catalogue
from redball.synthetic.exercise.nations import DAY, MEMBERS, Member
from redball.synthetic.exercise.reading import Row, read_table

FUEL_SHARES = (
    ("PORT-GDANSK", 0.70, "AG-14", "TANK-WARTA", "rail"),
    ("PORT-ROTTERDAM", 0.12, "AG-17", "HUB-VENLO", "rail"),
    ("PORT-WILHELMSHAVEN", 0.10, "AG-17", "TANK-ELM", "pipeline"),
    ("PORT-MUUGA", 0.08, "AG-14", "TANK-SAAREMETS", "rail"),
)
"""Entry port of fuel, its share, who delivers, where it goes on to and how."""

FUEL_LITRES_A_MONTH = 12_000_000
_ROUTES = {
    "DEU": ("XAG:PORT-BREMERHAVEN", "DEPOT-HEIDE", "BASE-MUNSTER", "BASE-BERGEN"),
    "USA": ("XAG:PORT-BREMERHAVEN", "DEPOT-POWIDZ", "BASE-ZAGAN", "BASE-GRAF"),
    "POL": ("XAG:PORT-GDYNIA", "DEPOT-KUJAWY", "BASE-DRAWSKO", "BASE-ORZYSZ"),
    "NLD": ("XAG:PORT-VLISSINGEN", "DEPOT-VELUWE", "BASE-HAVELTE", "BASE-OIRSCHOT"),
    "NOR": ("XAG:PORT-TRONDHEIM", "DEPOT-TRONDELAG", "BASE-RENA", "BASE-BARDU"),
    "EST": ("XAG:PORT-MUUGA", "DEPOT-HARJU", "BASE-VORU", "BASE-TAPA"),
}
LATE = Row(
    key="CN-0907", from_site="XAG:PORT-BREMERHAVEN", to_site="DEPOT-HEIDE", item="IFV-RING",
    quantity=4.0, mode="rail", status="in_transit", departed_on=date(2026, 1, 4),
    expected_on=date(2026, 1, 11), carrier="XAG:CAR-RAIL",
)  # fmt: skip
"""DEU's consignment of turret rings, twenty days late: an element of the story."""


def fuel_flows() -> tuple[list[tuple[str, Row]], list[tuple[str, Row]]]:
    """Orders to the entry ports and consignments onward, all of the agency.

    Every month, and the month on its way, has the same shares, so that the share of a port does
    not depend on the window somebody looks at.
    """
    orders: list[tuple[str, Row]] = []
    moves: list[tuple[str, Row]] = []
    for month in range(13):
        start = DAY - timedelta(days=30 * (12 - month))
        last = month == 12
        for i, (port, share, supplier, onward, mode) in enumerate(FUEL_SHARES):
            quantity = float(round(FUEL_LITRES_A_MONTH * share))
            number = f"{start:%y%m%d}-{i + 1}"
            order: Row = {
                "key": f"PO-F{number}", "supplier": supplier, "item": "AG-FUEL", "site": port,
                "quantity": quantity, "ordered_on": start - timedelta(days=40),
                "due_on": start - timedelta(days=3), "status": "shipped" if last else "received",
                "unit_price": 0.71, "currency": "EUR",
            }  # fmt: skip
            move: Row = {
                "key": f"CN-F{number}", "from_site": port, "to_site": onward, "item": "AG-FUEL",
                "quantity": quantity, "mode": mode, "order": order["key"],
                "status": "in_transit" if last else "arrived",
                "departed_on": start - timedelta(days=2),
                "expected_on": start + timedelta(days=3),
                "arrived_on": None if last else start + timedelta(days=3),
                "carrier": "CAR-RAIL" if mode == "rail" else None,
            }  # fmt: skip
            orders.append(("XAG", order))
            moves.append(("XAG", move))
    return orders, moves


def national_orders(
    rng: np.random.Generator, catalogue: Catalogue, sources: list[tuple[str, Row]]
) -> list[tuple[str, Row]]:
    """Twelve orders of each nation with its own sources."""
    rows: list[tuple[str, Row]] = []
    spares = {(a.owner, a.key) for a in catalogue.articles if a.is_spare}
    for member in MEMBERS[1:]:
        pool = [r for o, r in sources if o == member.owner and (o, r["item"]) in spares]
        for n, i in enumerate(sorted(rng.permutation(len(pool))[:12])):
            rows.append((member.owner, _order(rng, member, pool[i], n)))
    return rows


def _order(rng: np.random.Generator, member: Member, source: Row, number: int) -> Row:
    day = member.as_of.date()
    lead = int(float(str(source["lead_time_days"])))
    status = ("open", "received", "shipped", "received")[number % 4]
    # what is received was promised in the past; the rest is still to come
    offset = int(rng.integers(5, 60))
    due = day - timedelta(days=offset) if status == "received" else day + timedelta(days=offset)
    return {
        "key": f"PO-{member.owner}-{number + 1:03d}",
        "supplier": source["party"],
        "item": source["item"],
        "site": _ROUTES[member.owner][1],
        "quantity": float(int(rng.integers(2, 60))),
        "ordered_on": min(due - timedelta(days=lead), day - timedelta(days=3)),
        "due_on": due,
        "status": status,
        "unit_price": source["unit_price"],
        "currency": source["currency"],
    }


def national_consignments(rng: np.random.Generator, catalogue: Catalogue) -> list[tuple[str, Row]]:
    """Eight consignments of each nation and the late one."""
    rows: list[tuple[str, Row]] = [("DEU", dict(LATE))]
    for member in MEMBERS[1:]:
        spares = [a for a in catalogue.of(member.owner) if a.is_spare]
        for n, i in enumerate(sorted(rng.permutation(len(spares))[:8])):
            rows.append((member.owner, _consignment(rng, member, spares[i], n)))
    return rows


def _consignment(rng: np.random.Generator, member: Member, article: Article, number: int) -> Row:
    port, depot, first, second = _ROUTES[member.owner]
    legs = ((port, depot), (depot, first), (depot, second), (port, depot))
    status = ("arrived", "in_transit", "arrived", "planned")[number % 4]
    if member.owner == "EST":
        status = "arrived"  # its feed is old: what moved then has come in
    # what has not arrived is expected after the day of the exercise: only the story is late
    day = member.as_of.date() if status == "arrived" else DAY
    shift = {"arrived": -int(rng.integers(6, 40)), "in_transit": 2, "planned": 12}[status]
    expected = day + timedelta(days=shift + int(rng.integers(0, 3)))
    left = min(expected - timedelta(days=5), member.as_of.date())
    departed = None if status == "planned" else left
    start, stop = legs[number % 4]
    load_kg = float(rng.uniform(300, 1500))
    quantity = min(max(round(load_kg / float(str(article.row["mass_kg"]))), 1), 500)
    return {
        "key": f"CN-{member.owner}-{number + 1:03d}",
        "from_site": start,
        "to_site": stop,
        "item": article.key,
        "quantity": float(quantity),
        "mode": "road",
        "status": status,
        "departed_on": departed,
        "expected_on": expected,
        "arrived_on": expected if status == "arrived" else None,
        "carrier": "XAG:CAR-ROAD" if number % 2 else None,
    }


def requirement_rows(rng: np.random.Generator, catalogue: Catalogue) -> list[tuple[str, Row]]:
    """Five requirements of each nation; the most urgent is for its own eyes only."""
    units = [u for u in read_table("units", "party") if u["name"] is not None]
    rows: list[tuple[str, Row]] = []
    for member in MEMBERS[1:]:
        own = [u["key"] for u in units if u["owner"] == member.owner]
        pool = [a for a in catalogue.of(member.owner) if a.is_spare or a.family == "ammunition"]
        for n, i in enumerate(sorted(rng.permutation(len(pool))[:5])):
            row: Row = {
                "nation": member.owner,
                "unit": own[n % len(own)],
                "item": pool[i].key,
                "quantity": float(int(rng.integers(5, 400))),
                "needed_by": DAY + timedelta(days=int(rng.integers(30, 240))),
                "priority": n + 1,
                "label": "CONFIDENTIAL" if n == 0 else None,
            }
            rows.append((member.owner, row))
    return rows


def rate_rows() -> list[tuple[str, Row]]:
    """Exercise rates of the currencies in use, on four days."""
    rows: list[tuple[str, Row]] = []
    used = {m.currency: m.per_eur for m in MEMBERS if m.currency != "EUR"} | {"GBP": 0.86}
    for months, drift in ((3, 0.985), (2, 0.992), (1, 0.997), (0, 1.0)):
        for currency, per_eur in used.items():
            row: Row = {"currency": currency, "day": DAY - timedelta(days=30 * months + 1)}
            rows.append(("XAG", row | {"per_eur": round(per_eur * drift, 4),
                                       "source": "exercise rate"}))  # fmt: skip
    return rows


def verdict_rows(catalogue: Catalogue) -> list[tuple[str, Row]]:
    """One verdict of a person: two bearings with like names are not the same article."""
    pool = [a for a in catalogue.of("DEU") if a.noun == "bearing" and a.role == "part"]
    row: Row = {"item_a": "NL-BRG-45", "item_b": f"DEU:{pool[0].key}", "verdict": "different"}
    row |= {"decided_by": "Exercise catalogue cell", "decided_on": date(2026, 1, 20)}
    return [("NLD", row | {"reason": "ball bearing against tapered roller bearing"})]
