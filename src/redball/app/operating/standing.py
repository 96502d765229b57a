"""How places stand: what findings say of them, by class of supply."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from redball.app.keeping import kept
from redball.app.picture import FindingsResult
from redball.app.worklist.identity import Named, named
from redball.model import Finding, Level, Twin

RANK: Mapping[str, int] = {level.value: level.rank for level in Level}
WORD: Mapping[int, str] = {level.rank: level.value for level in Level}
OF_STOCK = frozenset({"negative-free-stock", "stock-below-target", "stock-expires-unused"})
"""Rules that speak of stock: they change with the days, the others stand."""


def place_of(finding: Finding) -> str:
    """The site that a finding is about, as ``OWNER:KEY``; empty where it is about none."""
    if finding.subject.table == "site":
        return f"{finding.subject.owner}:{finding.subject.key}"
    place = finding.detail.get("site")
    return place if isinstance(place, str) else ""


@dataclass(frozen=True)
class Naming:
    """Which findings name which rows.

    Attributes
    ----------
    findings : tuple of Named
        All, the worst first.
    sites, systems : mapping of str to sequence of int
        Findings (places in ``findings``) that are about a row or rest on it, by its ``OWNER:KEY``.
    """

    findings: tuple[Named, ...]
    sites: Mapping[str, Sequence[int]]
    systems: Mapping[str, Sequence[int]]

    def of_site(self, site: str) -> list[Named]:
        """Findings that name a site."""
        return [self.findings[n] for n in self.sites.get(site, ())]

    def of_system(self, system: str) -> list[Named]:
        """Findings that name a system."""
        return [self.findings[n] for n in self.systems.get(system, ())]


def naming_of(result: FindingsResult) -> Naming:
    """Which findings name which rows; made once for each twin."""
    return kept(result.seen, "operating naming", lambda: _naming(result))


def _naming(result: FindingsResult) -> Naming:
    findings = named(result)
    sites: dict[str, list[int]] = {}
    systems: dict[str, list[int]] = {}
    by_table = {"site": sites, "system": systems}
    for number, one in enumerate(findings):
        rows = {(ref.table, f"{ref.owner}:{ref.key}")
                for ref in (one.finding.subject, *one.finding.evidence)
                if ref.table in by_table}  # fmt: skip
        place = place_of(one.finding)
        if place:
            rows.add(("site", place))
        for table, key in sorted(rows):
            by_table[table].setdefault(key, []).append(number)
    return Naming(findings, sites, systems)


def said_of_places(result: FindingsResult) -> pl.DataFrame:
    """Findings by the place they are about.

    Returns
    -------
    polars.DataFrame
        ``site`` (``OWNER:KEY``), ``rank`` (of the level), ``stock`` (whether a rule of stock),
        ``supply_class`` (of the article they are about; null where about none).
    """
    twin = result.seen.twin
    rows = [
        (place_of(f), f.level.rank, f.rule in OF_STOCK, f.subject.owner, f.subject.key,
         f.subject.table == "item")
        for f in result.findings
    ]  # fmt: skip
    frame = pl.DataFrame(
        rows,
        schema={"site": pl.String, "rank": pl.Int8, "stock": pl.Boolean, "owner": pl.String,
                "key": pl.String, "is_item": pl.Boolean},
        orient="row",
    ).filter(pl.col("site") != "")  # fmt: skip
    return frame.join(
        _classes(twin), on=["owner", "key", "is_item"], how="left", maintain_order="left"
    ).select("site", "rank", "stock", "supply_class")


def _classes(twin: Twin) -> pl.DataFrame:
    return twin["item"].select(
        pl.col("owner").cast(pl.String), "key", pl.col("supply_class").cast(pl.String),
        is_item=pl.lit(value=True),
    )  # fmt: skip
