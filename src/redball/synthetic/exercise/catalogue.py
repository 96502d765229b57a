"""Items and their structure: hand-written assemblies and story items, seeded parts around them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from redball.synthetic.exercise.nations import BY_OWNER, MEMBERS, Member
from redball.synthetic.exercise.reading import Row, read_rows, read_table

COMMODITIES = {
    "XAG": ("fuel", "ration", "water", "oil"),
    **dict.fromkeys(
        ("DEU", "NLD", "POL", "NOR", "EST", "USA"),
        ("fuel", "ration", "water", "oil", "shell", "charge", "round30", "uniform", "boots",
         "dressing", "wire"),
    ),
}  # fmt: skip
"""Nouns every member catalogues; the first seven are one article for all (one NIIN)."""

_COMMON = ("fuel", "ration", "water", "oil", "shell", "charge", "round30")
_COMMON_NIIN = {noun: f"12991470{i}" for i, noun in enumerate(_COMMON)}
_SPARES = (
    "wheel", "tyre", "pad", "brake", "pump", "cylinder", "hose", "valve", "seal", "filter",
    "battery", "bearing", "display", "card", "cable", "sensor", "antenna", "lens", "bolt",
    "tourniquet",
)  # fmt: skip
_SHELF_LIFE = {"ration": 1095, "shell": 5475, "charge": 3650, "round30": 5475, "battery": 1460,
               "dressing": 1825, "seal": 2555}  # fmt: skip
_LANGUAGE = {"DEU": "de", "NLD": "nl", "POL": "pl", "NOR": "no", "EST": "et"}


@dataclass(frozen=True)
class Article:
    """An item record with what the generator knows about it."""

    owner: str
    key: str
    noun: str
    family: str
    role: str  # node, part, commodity, fill or story
    system: str
    row: Row

    @property
    def is_spare(self) -> bool:
        """Whether it is a replaceable part and no commodity, ammunition or whole assembly."""
        return self.role in ("part", "fill", "story") and self.family not in ("food", "fuel")


@dataclass(frozen=True)
class Catalogue:
    """All items and the structure rows, by owner."""

    articles: tuple[Article, ...]
    structure: tuple[tuple[str, Row], ...]

    def of(self, owner: str) -> tuple[Article, ...]:
        """Return the items of one owner."""
        return tuple(a for a in self.articles if a.owner == owner)


def build_catalogue(rng: np.random.Generator) -> Catalogue:
    """Items of all members (400) and the structure of the five systems."""
    maker = _Maker(rng)
    articles: list[Article] = []
    structure: list[tuple[str, Row]] = []
    for row in read_rows("assemblies"):
        _add_assembly(maker, row, articles, structure)
    by_system = [a for a in articles if a.role == "part"]
    articles += _story_items(maker)
    for member in MEMBERS:
        articles += [maker.commodity(member, noun) for noun in COMMODITIES[member.owner]]
        articles += _relatives(maker, member, by_system)
    for member in MEMBERS:
        missing = member.items - sum(a.owner == member.owner for a in articles)
        nouns = ("uniform", "boots", "dressing", "tourniquet") if member.owner == "XAG" else _SPARES
        articles += [
            maker.article(member, nouns[int(rng.integers(len(nouns)))], "fill")
            for _ in range(missing)
        ]
    return Catalogue(tuple(articles), tuple(structure))


def _add_assembly(
    maker: "_Maker", row: dict[str, str], articles: list[Article], structure: list[tuple[str, Row]]
) -> None:
    member = BY_OWNER[row["owner"]]
    node = maker.article(member, row["noun"], "node", key=row["node"], system=row["system"])
    name = f"{maker.nouns[row['noun']]['name']}, {row['system']}"
    known = {"niin": row["niin"]} if row["niin"] else {}
    node = replace(node, row=node.row | {"name": name} | known)
    articles.append(node)
    if row["parent"]:
        essential = row["essential"] == "yes"
        link = _link(row["parent"], node.key, float(row["quantity"]), essential)
        structure.append((member.owner, link | {"alternative": row["alternative"] or None}))
    for noun in row["parts"].split():
        part = maker.article(member, noun, "part", system=row["system"])
        articles.append(part)
        quantity = float(maker.rng.integers(1, 5))
        structure.append((member.owner, _link(node.key, part.key, quantity, True)))


def _link(parent: str, child: str, quantity: float, essential: bool) -> Row:
    return {"parent": parent, "child": child, "quantity": quantity, "essential": essential}


def _story_items(maker: "_Maker") -> Iterator[Article]:
    for row in read_table("story_items", "item"):
        member = BY_OWNER[str(row.pop("owner"))]
        noun, key = str(row.pop("noun")), str(row["key"])
        base = maker.article(member, noun, "story", key=key)
        kept = {k: v for k, v in base.row.items() if k not in ("niin", "nsn")}
        yield replace(base, row=kept | row)


def _relatives(maker: "_Maker", member: Member, parts: list[Article]) -> Iterator[Article]:
    """Records of the same articles (same NIIN) in another member's catalogue."""
    for row in read_rows("relatives"):
        if row["owner"] != member.owner:
            continue
        pool = [p for p in parts if p.owner == row["of"] and p.system == row["noun_filter"]]
        for i in sorted(maker.rng.permutation(len(pool))[: int(row["count"])]):
            origin = pool[i]
            record = maker.article(member, origin.noun, "part", system=origin.system)
            same = {"niin": origin.row["niin"], "nsn": None}
            same |= {"name": str(origin.row["name"]).replace(", TYPE", " TYPE")}
            yield replace(record, row=record.row | same)


class _Maker:
    """Makes item rows; holds the running numbers, so that two runs give the same items."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.nouns = {row["noun"]: row for row in read_rows("nouns")}
        self.serial = dict.fromkeys(BY_OWNER, 0)

    def commodity(self, member: Member, noun: str) -> Article:
        """Make a commodity; those common to all carry one NIIN."""
        made = self.article(member, noun, "commodity", key=f"{member.prefix}{noun.upper()}")
        row = made.row | {"name": self.nouns[noun]["name"]}
        if noun in _COMMON_NIIN:
            row |= {"niin": _COMMON_NIIN[noun], "nsn": None}
        if member.owner == "USA" and noun == "ration":
            row |= {"unit_of_issue": "BX", "quantity_per_unit": 12.0, "content_unit": "EA"}
            row |= _scaled(row, 12.0)
        if member.owner == "USA" and noun in ("fuel", "water", "oil"):
            row |= {"unit_of_issue": "GL"} | _scaled(row, 3.785411784)
        return replace(made, row=row)

    def article(
        self, member: Member, noun: str, role: str, *, key: str = "", system: str = ""
    ) -> Article:
        """Make one item record from its noun."""
        data = self.nouns[noun]
        self.serial[member.owner] += 1
        number = self.serial[member.owner]
        price = float(data["price_eur"]) * float(self.rng.lognormal(0.0, 0.35)) * member.per_eur
        mass = float(data["mass_kg"]) * float(self.rng.lognormal(0.0, 0.15))
        if role in ("commodity", "node"):
            mass = float(data["mass_kg"])
        niin = f"{member.ncb}{9_100_000 + 37 * number:07d}" if member.ncb else None
        with_class = member.owner in ("USA", "NLD")
        kind = int(self.rng.integers(1000, 9999))
        row: Row = {
            "key": key or f"{member.prefix}{10_000 + number}",
            "niin": None if with_class else niin,
            "nsn": f"{data['fsc']}{niin}" if with_class else None,
            "name": f"{data['name']}, TYPE {kind}",
            "local_name": self._local(member, data, kind),
            "supply_class": data["class_us" if member.owner == "USA" else "class_nato"],
            "unit_of_issue": data["unit"],
            "quantity_per_unit": 50.0 if data["unit"] == "RO" else None,
            "content_unit": "MR" if data["unit"] == "RO" else None,
            "price": _money(price),
            "currency": member.currency,
            "mass_kg": _mass(mass, member),
            "volume_m3": _volume(mass, member),
            "shelf_life_days": _SHELF_LIFE.get(noun),
            "reparable": data["reparable"] == "yes",
            "materials": data["materials"] or None,
            "hazard": data["hazard"] or None,
            "control_list": "ML3" if data["family"] == "ammunition" else None,
        }
        return Article(member.owner, str(row["key"]), noun, data["family"], role, system, row)

    def _local(self, member: Member, data: dict[str, str], kind: int) -> str | None:
        language = _LANGUAGE.get(member.owner)
        return f"{data[language]} {kind}" if language else None


def _scaled(row: Row, factor: float) -> Row:
    return {
        "price": _money(float(str(row["price"])) * factor),
        "mass_kg": _mass(float(str(row["mass_kg"])) * factor, BY_OWNER["USA"]),
        "volume_m3": _volume(float(str(row["mass_kg"])) * factor, BY_OWNER["USA"]),
    }


def _money(value: float) -> float:
    return round(value, 2) if value < 1000 else float(round(value, -1))


def _mass(kg: float, member: Member) -> float:
    """Mass as its owner would record it: US records are whole hundredths of a pound."""
    if member.owner == "USA":
        return max(round(kg / 0.45359237, 2), 0.01) * 0.45359237
    return max(round(kg, 3), 0.001)


def _volume(kg: float, member: Member) -> float:
    """Volume at 350 kg/m3, a packed density; US records are thousandths of a cubic foot."""
    if member.owner == "USA":
        return max(round(kg / 350 / 0.028316846592, 3), 0.001) * 0.028316846592
    return max(round(kg / 350, 5), 0.00001)
